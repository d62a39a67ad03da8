//! The files of a journal's folder, and how they come to be on disk.

use std::path::{Path, PathBuf};

use super::error::JournalError;
use super::storage::{Storage, StorageFile};

/// Space for about a thousand records: enough to record the undo of any plan a person reviews.
const RESERVE: u64 = 1 << 20;

/// The paths in one folder.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) dir: PathBuf,
    pub(super) journal: PathBuf,
    pub(super) new: PathBuf,
    pub(super) head: PathBuf,
    pub(super) reserve: PathBuf,
}

impl Layout {
    pub(super) fn of(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            journal: dir.join("journal"),
            new: dir.join("journal.new"),
            head: dir.join("journal.head"),
            reserve: dir.join("journal.reserve"),
        }
    }

    /// Makes the folder and those above it that are missing, so that all of them survive a power loss.
    ///
    /// A folder that is there may be there only in memory, left by a process that was killed before its sync. So every
    /// folder's name is synced; only for those made here must it succeed, for others above them may not be ours to open.
    pub(super) fn make_dirs(&self, storage: &dyn Storage) -> Result<(), JournalError> {
        let mut dirs: Vec<_> = self.dir.ancestors().filter_map(|dir| Some((dir, parent_of(dir)?))).collect();
        dirs.reverse();
        for (dir, parent) in dirs {
            let there = storage.exists(dir);
            if !there {
                storage.create_dir(dir).map_err(JournalError::io("make", dir))?;
            }
            let synced = storage.sync_dir(parent).map_err(JournalError::io("sync", parent));
            if !there {
                synced?;
            }
        }
        Ok(())
    }

    /// Sets space aside, all of it or none.
    pub(super) fn make_reserve(&self, storage: &dyn Storage) -> Result<(), JournalError> {
        let made = storage.create(&self.reserve).and_then(|mut file| file.allocate(RESERVE));
        if made.is_err() {
            self.free_reserve(storage);
        }
        made.map_err(JournalError::io("set space aside in", &self.reserve))
    }

    /// True if space is set aside, after setting it aside where it was not and could be.
    pub(super) fn renew_reserve(&self, storage: &dyn Storage) -> bool {
        let whole = storage.open(&self.reserve, 0).is_ok_and(|opened| opened.length >= RESERVE);
        whole || self.make_reserve(storage).is_ok()
    }

    /// Gives the space back. Having none to give back is no error: the write that needs it will say.
    pub(super) fn free_reserve(&self, storage: &dyn Storage) {
        storage.remove(&self.reserve).and_then(|()| storage.sync_dir(&self.dir)).ok();
    }

    /// Puts `journal.new`, which is synced, in the place of `journal`.
    pub(super) fn put_in_place(&self, storage: &dyn Storage) -> Result<(), JournalError> {
        storage.rename(&self.new, &self.journal).map_err(JournalError::io("rename", &self.new))?;
        storage.sync_dir(&self.dir).map_err(JournalError::io("sync", &self.dir))
    }

    pub(super) fn make_new(&self, storage: &dyn Storage) -> Result<Box<dyn StorageFile>, JournalError> {
        storage.create(&self.new).map_err(JournalError::io("make", &self.new))
    }

    pub(super) fn edit_head(&self, storage: &dyn Storage) -> Result<Box<dyn StorageFile>, JournalError> {
        storage.edit(&self.head).map_err(JournalError::io("open", &self.head))
    }
}

/// The folder that holds the name of `dir`; none for a root and for the current folder.
fn parent_of(dir: &Path) -> Option<&Path> {
    let parent = dir.parent()?;
    Some(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })
}
