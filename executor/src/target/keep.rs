//! Who keeps a target: the lock of a process, and marks of runs whose process is gone.

use super::Home;
use crate::durable;
use crate::journal::{Lock, LockError};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use switchback_compiler::registry::Touch;

/// `status` holds the lock for an instant while it looks; whoever wants it waits that long.
const LOOKS: u32 = 5;
const LOOK: Duration = Duration::from_millis(20);

/// The lock of this process on a target.
#[derive(Debug)]
pub struct Keep {
    _lock: Lock,
}

impl Keep {
    /// Takes the lock, or says who has it.
    pub fn take(home: &Home, note: &str) -> Result<Self, LockError> {
        fs::create_dir_all(&home.0)?;
        let mut tries = LOOKS;
        loop {
            match Lock::take(&home.join("lock"), note) {
                Err(LockError::Held { .. }) if tries > 0 => {
                    tries -= 1;
                    std::thread::sleep(LOOK);
                }
                taken => return taken.map(|lock| Self { _lock: lock }),
            }
        }
    }
}

/// Whether a process has the lock right now. Only looks: a lock that could be had is given back at once.
pub fn is_taken(home: &Home) -> bool {
    File::open(home.join("lock")).is_ok_and(|file| matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock)))
}

/// A run that keeps a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its id.
    pub run: String,
    /// The plan's name.
    pub plan: String,
    /// Where its journal is.
    pub folder: PathBuf,
    /// Who began it.
    pub by: String,
    /// Whether it only holds: then it refuses only plans that touch what it touched.
    pub holds: bool,
    /// What it touched.
    pub touches: Vec<Touch>,
}

impl Kept {
    /// Whether it forbids a plan that touches these.
    pub fn forbids(&self, touches: &[Touch]) -> bool {
        !self.holds || touches.iter().any(|touch| self.touches.iter().any(|own| own.meets(touch)))
    }
}

fn keeps(home: &Home) -> PathBuf {
    home.join("keeps")
}

/// The file that says that a run keeps the target.
pub fn mark_of(home: &Home, run: &str) -> PathBuf {
    keeps(home).join(format!("{run}.json"))
}

/// Writes a run's mark, durably: it must be there before the run's first effect.
pub fn mark(home: &Home, kept: &Kept) -> io::Result<()> {
    let folder = keeps(home);
    let bytes = serde_json::to_vec_pretty(kept)?;
    if fs::read(mark_of(home, &kept.run)).is_ok_and(|there| there == bytes) {
        // It says so already, and on a full disk it could not be written again, when an undo is most needed.
        return Ok(());
    }
    durable::make_dirs(&folder, 0o755)?;
    durable::write(&mark_of(home, &kept.run), &bytes, 0o644)
}

/// Takes a run's mark away; none there is fine.
pub fn unmark(home: &Home, run: &str) -> io::Result<()> {
    let folder = keeps(home);
    match fs::remove_file(mark_of(home, run)) {
        Ok(()) => File::open(&folder)?.sync_all(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// All marks, in the order of their runs' ids. One that can't be read is an error: it may keep the target.
pub fn marks(home: &Home) -> io::Result<Vec<Kept>> {
    let entries = match fs::read_dir(keeps(home)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    paths.iter().map(|path| Ok(serde_json::from_slice(&fs::read(path)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_holds_forbids_only_what_it_touched() {
        let kept = |holds| Kept {
            run: "a".into(),
            plan: "p".into(),
            folder: PathBuf::new(),
            by: String::new(),
            holds,
            touches: vec![Touch::tree("www")],
        };
        assert!(kept(true).forbids(&[Touch::file("www/a")]));
        assert!(!kept(true).forbids(&[Touch::file("etc/a")]));
        assert!(kept(false).forbids(&[]));
    }
}
