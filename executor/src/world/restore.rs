//! Putting back what stood at a path.

use super::copy::{Kept, Snapshot, blob_path};
use super::digest::Digest;
use super::list::Bounds;
use super::path::RelPath;
use super::state::State;
use super::tree::{Tree, TreeError, Why};
use super::write::Batch;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

/// While a directory is filled we must be able to write into it, whatever its mode will be.
const WRITABLE: u32 = 0o700;

impl Tree {
    /// Puts back exactly what the snapshot has: also that something was not there.
    ///
    /// It converges: what is right already is left alone, and a second call changes nothing. A damaged copy is found
    /// before anything is touched.
    pub fn restore(&self, snapshot: &Snapshot, store: &Path, path: &RelPath) -> Result<(), TreeError> {
        let now = self.everything(path, Bounds::default())?;
        let back = Back { snapshot, path, now };
        back.check(store)?;
        let mut batch = self.batch();
        back.clear(&mut batch)?;
        for (below, kept) in &snapshot.kept {
            back.put(&mut batch, store, below, kept)?;
        }
        back.settle(&mut batch)?;
        for parent in snapshot.missing_parents.iter().rev() {
            // Something else may stand in it by now; then it stays.
            let _ = batch.remove(parent);
        }
        batch.finish()
    }
}

/// What is to be put back, and what stands there now.
pub(super) struct Back<'s> {
    pub snapshot: &'s Snapshot,
    pub path: &'s RelPath,
    pub now: BTreeMap<RelPath, State>,
}

impl Back<'_> {
    fn is_so(&self, below: &RelPath, wanted: &State) -> bool {
        self.now.get(below) == Some(wanted)
    }

    /// Whether all that has to be written is there to be written.
    fn check(&self, store: &Path) -> Result<(), TreeError> {
        for (below, kept) in &self.snapshot.kept {
            let State::File { digest, .. } = kept.state else { continue };
            if !self.is_so(below, &kept.state) {
                check_blob(&Tree::open(store)?, digest)?;
            }
        }
        Ok(())
    }

    /// Removes what was not there and what was of another kind, the innermost first.
    fn clear(&self, batch: &mut Batch<'_>) -> Result<(), TreeError> {
        for (below, state) in self.now.iter().rev() {
            if !self.snapshot.state_of(below).same_kind(state) {
                batch.remove_tree(&self.path.join(below))?;
            }
        }
        Ok(())
    }

    pub fn put(&self, batch: &mut Batch<'_>, store: &Path, below: &RelPath, kept: &Kept) -> Result<(), TreeError> {
        let path = self.path.join(below);
        match &kept.state {
            State::Dir { .. } if path.is_root() => {}
            State::Dir { mode } => drop(batch.make_dir(&path, mode | WRITABLE)?),
            wanted if self.is_so(below, wanted) => {}
            State::Link { to } => batch.put_old_link(&path, to)?,
            State::File { mode, digest, .. } => {
                let blob = open_blob(&Tree::open(store)?, *digest)?;
                drop(batch.put_file(&path, blob, *mode, Some(kept.owner), Some(*digest))?);
            }
            State::Absent | State::Other => {}
        }
        Ok(())
    }

    /// Owners and the modes of directories, the innermost first, because a mode may keep us out.
    pub fn settle(&self, batch: &mut Batch<'_>) -> Result<(), TreeError> {
        for (below, kept) in self.snapshot.kept.iter().rev() {
            let path = self.path.join(below);
            let given = batch.set_owner(&path, kept.owner)?;
            match kept.state {
                State::Dir { mode } if given || mode & WRITABLE != WRITABLE || path.is_root() => {
                    batch.set_mode(&path, mode)?;
                }
                State::File { mode, .. } if given => batch.set_mode(&path, mode)?,
                _ => {}
            }
        }
        Ok(())
    }
}

pub(super) fn check_blob(store: &Tree, digest: Digest) -> Result<(), TreeError> {
    let whole = store.has_blob(digest).and_then(|whole| if whole { Ok(()) } else { Err(Why::Damaged) });
    whole.map_err(store.failed("restore from", &blob_path(digest)))
}

fn open_blob(store: &Tree, digest: Digest) -> Result<File, TreeError> {
    let path = blob_path(digest);
    store.open_file(&path).map_err(store.failed("restore from", &path))
}
