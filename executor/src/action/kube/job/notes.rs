//! What a run notes of a Job before and after it asks for it, so that a Job that deletes itself is never made twice.

use crate::durable;
use crate::site::{Fault, Scene};
use std::io;
use std::path::PathBuf;

/// The notes of one Job.
pub(super) struct Notes {
    sent: PathBuf,
    made: PathBuf,
    folder: PathBuf,
}

impl Notes {
    /// Those of the Job that carries this mark and has this name.
    pub fn of(scene: &Scene<'_>, mark: &str, name: &str) -> Result<Self, Fault> {
        let folder = scene.store()?.join("jobs");
        let id = blake3::hash(format!("{mark}/{name}").as_bytes()).to_hex();
        Ok(Self { sent: folder.join(format!("sent-{id}")), made: folder.join(format!("made-{id}")), folder })
    }

    /// Notes, durably, that it is about to be asked for.
    pub fn note_sent(&self) -> Result<(), Fault> {
        self.write(&self.sent, "")
    }

    /// Whether it was about to be asked for.
    pub fn was_sent(&self) -> bool {
        self.sent.exists()
    }

    /// Notes, durably, that the server made it.
    pub fn note_made(&self, uid: &str) -> Result<(), Fault> {
        self.write(&self.made, uid)
    }

    /// Whether the server said that it made it.
    pub fn was_made(&self) -> bool {
        self.made.exists()
    }

    fn write(&self, path: &std::path::Path, text: &str) -> Result<(), Fault> {
        let written =
            durable::make_dirs(&self.folder, 0o700).and_then(|()| durable::write(path, text.as_bytes(), 0o600));
        written.map_err(|error: io::Error| {
            Fault::new(format!("what the run notes of a Job can't be written: {error}"))
                .details([format!("in {}", self.folder.display())])
        })
    }
}
