//! One start of Helm: written down before it begins, so that a process after a crash knows what to look for.

use crate::durable;
use crate::site::Fault;
use crate::world::helm::{Attempted, Before};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;

const FILE: &str = "attempt.json";

/// What a start is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Purpose {
    /// It is what the action does.
    Act,
    /// It ends what an earlier start left pending.
    Mend,
    /// It takes the action back.
    Back,
}

/// A start, as its folder has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Attempt {
    pub purpose: Purpose,
    pub before: Before,
    pub attempted: Attempted,
}

impl Attempt {
    /// Writes it down, durably.
    pub fn write(&self, folder: &Path) -> Result<(), Fault> {
        let failed = |error: io::Error| Fault::new(format!("can't write in `{}`: {error}", folder.display()));
        let bytes = serde_json::to_vec(self).map_err(|error| Fault::new(error.to_string()))?;
        durable::make_dirs(folder, 0o700)
            .and_then(|()| durable::write(&folder.join(FILE), &bytes, 0o600))
            .map_err(failed)
    }

    /// That of a folder; none where it was cut off before it was written: then Helm was not started.
    pub fn read(folder: &Path) -> Result<Option<Self>, Fault> {
        match std::fs::read(folder.join(FILE)) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|error| Fault::new(format!("`{}` can't be read: {error}", folder.join(FILE).display()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Fault::new(format!("can't read in `{}`: {error}", folder.display()))),
        }
    }
}
