//! What the disk alone takes for what a step must have on it.

use crate::outcome::Fault;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// Often enough that one slow sync does not show.
const TIMES: u32 = 200;
/// About the size of a step's records of the journal.
const FRAME: [u8; 400] = [b'x'; 400];

/// What a step that writes a file can't take less than, where it was measured.
#[derive(Clone, Copy)]
pub struct Floor {
    /// Two frames appended to a file, each with a sync of its data: a step's intent, and its end.
    pub syncs: Duration,
    /// A small file written durably: a sync of the file, a rename, a sync of the folder.
    pub file: Duration,
}

impl Floor {
    /// Measures it in a folder.
    pub fn of(folder: &Path) -> Result<Self, Fault> {
        let folder = tempfile::tempdir_in(folder)?;
        let mut journal = OpenOptions::new().append(true).create(true).open(folder.path().join("journal"))?;
        let syncs = mean(|_| two_syncs(&mut journal))?;
        let file = mean(|number| durable_file(folder.path(), number))?;
        Ok(Self { syncs, file })
    }

    /// Between two measurements of it.
    pub fn between(self, other: Self) -> Self {
        Self { syncs: (self.syncs + other.syncs) / 2, file: (self.file + other.file) / 2 }
    }
}

fn mean(mut one: impl FnMut(u32) -> std::io::Result<()>) -> Result<Duration, Fault> {
    let start = Instant::now();
    (0..TIMES).try_for_each(&mut one)?;
    Ok(start.elapsed() / TIMES)
}

fn two_syncs(journal: &mut File) -> std::io::Result<()> {
    for _ in 0..2 {
        journal.write_all(&FRAME)?;
        journal.sync_data()?;
    }
    Ok(())
}

fn durable_file(folder: &Path, number: u32) -> std::io::Result<()> {
    let temporary = folder.join("temporary");
    let mut file = File::create(&temporary)?;
    file.write_all(b"release = 1\n")?;
    file.sync_all()?;
    fs::rename(&temporary, folder.join(number.to_string()))?;
    File::open(folder)?.sync_all()
}
