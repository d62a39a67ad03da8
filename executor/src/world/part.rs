//! Snapshots path by path, for those who judge and put back each path by itself.

use super::copy::{Snapshot, keep_top, kept_dir, open_store};
use super::path::RelPath;
use super::restore::{Back, check_blob};
use super::state::State;
use super::tree::{Tree, TreeError, Why};
use super::write::Batch;
use rustix::fd::AsFd;
use rustix::fs::fstat;
use std::collections::BTreeMap;
use std::path::Path;

impl Snapshot {
    /// What stood where, counted from the snapshot's own path; a directory comes before what is in it.
    pub fn states(&self) -> impl Iterator<Item = (&RelPath, &State)> {
        self.kept.iter().map(|(below, kept)| (below, &kept.state))
    }

    /// What stood at one of its paths, of a directory only itself.
    #[must_use]
    pub fn one(&self, below: &RelPath) -> Self {
        let kept = self.kept.get(below).map(|kept| (RelPath::root(), kept.clone()));
        Self { kept: kept.into_iter().collect(), missing_parents: Vec::new() }
    }

    /// Reads every byte of the copy back.
    pub fn verify(&self, store: &Path) -> Result<(), TreeError> {
        for (_, state) in self.states() {
            if let State::File { digest, .. } = state {
                check_blob(&Tree::open(store)?, *digest)?;
            }
        }
        Ok(())
    }
}

impl Tree {
    /// Copies what stands at each of these paths, of a directory only itself; on the disk when this returns.
    pub fn snapshot_each<'p>(
        &self,
        paths: impl IntoIterator<Item = &'p RelPath>,
        store: &Path,
    ) -> Result<Vec<Snapshot>, TreeError> {
        let store = open_store(store)?;
        let copied: Vec<Snapshot> =
            paths.into_iter().map(|path| self.snapshot_one(path, &store)).collect::<Result<_, _>>()?;
        store.durable(copied.iter().flat_map(|one| one.kept.values()))?;
        Ok(copied)
    }

    fn snapshot_one(&self, path: &RelPath, store: &Self) -> Result<Snapshot, TreeError> {
        let top = match self.parent(path) {
            Ok((dir, name)) => keep_top(store, dir.as_fd(), name),
            Err(Why::Root) => self.open_dir(path).and_then(|root| Ok(Some(kept_dir(&fstat(&root)?)))),
            Err(why) if why.is_no_way() => Ok(None),
            Err(why) => Err(why),
        };
        let top = top.map_err(self.failed("copy", path))?;
        let kept = top.map(|top| (RelPath::root(), top)).into_iter().collect();
        Ok(Snapshot { kept, missing_parents: Vec::new() })
    }
}

impl Batch<'_> {
    /// Puts back what stood at a path, of a directory only itself; it is open to us until [`Batch::settle`].
    ///
    /// What stands there now must be nothing or of the same kind. Of a snapshot of nothing there is nothing to put.
    pub fn put_back(&mut self, one: &Snapshot, store: &Path, path: &RelPath) -> Result<(), TreeError> {
        let back = Back { snapshot: one, path, now: BTreeMap::new() };
        one.kept.iter().try_for_each(|(below, kept)| back.put(self, store, below, kept))
    }

    /// Gives what was put back its owner, and a directory its mode: once all is in it, because the mode may keep us out.
    pub fn settle(&mut self, one: &Snapshot, path: &RelPath) -> Result<(), TreeError> {
        Back { snapshot: one, path, now: BTreeMap::new() }.settle(self)
    }
}
