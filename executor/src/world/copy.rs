//! Keeping what stands at a path, so that it can be put back.

use super::digest::Digest;
use super::list::Bounds;
use super::path::RelPath;
use super::state::{State, changed, link_text, look, mode_of};
use super::temporary::{Owner, Temporary, fill, is_temporary, seal};
use super::tree::{Tree, TreeError, Why, kind_words, open_file_in};
use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::{AtFlags, FileType, Stat, fstat, fsync, statat};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// What stood at a path: one file, one link, a whole directory, or nothing. The bytes are in a store, by digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Counted from the path, which is the root here; empty when nothing stood there.
    pub(super) kept: BTreeMap<RelPath, Kept>,
    /// Directories above that were missing too, outermost first; so that nothing is left of a write.
    pub(super) missing_parents: Vec<RelPath>,
}

/// One thing of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub state: State,
    pub owner: Owner,
}

/// Something that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Where, counted from the root of the tree.
    pub path: RelPath,
    /// What the snapshot has.
    pub was: State,
    /// What stands there.
    pub is: State,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { path, was, is } = self;
        match (was, is) {
            (State::Absent, _) => write!(f, "`{path}` was not there"),
            (_, State::Absent) => write!(f, "`{path}` is gone"),
            (State::File { digest: old, .. }, State::File { digest: new, .. }) if old != new => {
                write!(f, "`{path}` has another content")
            }
            (State::File { mode: old, .. }, State::File { mode: new, .. })
            | (State::Dir { mode: old }, State::Dir { mode: new }) => {
                write!(f, "`{path}` has mode {new:04o} and had {old:04o}")
            }
            _ => write!(f, "`{path}` is {is} and was {was}"),
        }
    }
}

impl Snapshot {
    /// Whether nothing stood there.
    pub fn is_absent(&self) -> bool {
        self.kept.is_empty()
    }

    /// What stood at the path itself.
    pub fn state(&self) -> State {
        self.state_of(&RelPath::root())
    }

    pub(super) fn state_of(&self, below: &RelPath) -> State {
        self.kept.get(below).map_or(State::Absent, |kept| kept.state.clone())
    }
}

impl Tree {
    /// Copies what stands at a path into a store (a directory of its own, made when missing, readable only by us).
    ///
    /// When this returns, the copy is on the disk. A fifo, a socket or a device is an error: it could not be put back.
    pub fn snapshot(&self, path: &RelPath, store: &Path) -> Result<Snapshot, TreeError> {
        let store = open_store(store)?;
        let mut kept = BTreeMap::new();
        let top = match self.parent(path) {
            Ok((dir, name)) => keep_top(&store, dir.as_fd(), name),
            Err(Why::Root) => self.open_dir(path).and_then(|root| Ok(Some(kept_dir(&fstat(&root)?)))),
            Err(why) if why.is_no_way() => Ok(None),
            Err(why) => Err(why),
        };
        let top = top.map_err(self.failed("copy", path))?;
        if top.as_ref().is_some_and(|top| matches!(top.state, State::Dir { .. })) {
            self.walk("copy", path, Bounds::default(), &mut |entry| {
                if !is_temporary(entry.name) {
                    kept.insert(entry.path.clone(), keep(&store, entry.dir, entry.name, entry.stat)?);
                }
                Ok(())
            })?;
        }
        kept.extend(top.map(|top| (RelPath::root(), top)));
        let missing_parents = if kept.is_empty() { self.missing_parents(path)? } else { Vec::new() };
        store.durable(kept.values())?;
        Ok(Snapshot { kept, missing_parents })
    }

    /// What is not as the snapshot has it, in the order of paths.
    pub fn compare(&self, snapshot: &Snapshot, path: &RelPath) -> Result<Vec<Difference>, TreeError> {
        let now = self.everything(path, Bounds::default())?;
        let gone = snapshot.kept.keys().filter(|below| !now.contains_key(*below));
        let mut differences: Vec<_> = gone
            .map(|below| (below, State::Absent))
            .chain(now.iter().map(|(below, is)| (below, is.clone())))
            .map(|(below, is)| Difference { path: path.join(below), was: snapshot.state_of(below), is })
            .filter(|difference| difference.was != difference.is)
            .collect();
        differences.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(differences)
    }
}

pub(super) fn open_store(store: &Path) -> Result<Tree, TreeError> {
    let failed =
        |error: std::io::Error| TreeError { tried: "make the store", path: store.to_owned(), why: error.into() };
    crate::durable::make_dirs(store, 0o700).map_err(failed)?;
    Tree::open(store)
}

pub(super) fn keep_top(store: &Tree, dir: BorrowedFd<'_>, name: &str) -> Result<Option<Kept>, Why> {
    match statat(dir, name, AtFlags::SYMLINK_NOFOLLOW) {
        Err(rustix::io::Errno::NOENT) => Ok(None),
        stat => keep(store, dir, name, &stat?).map(Some),
    }
}

fn keep(store: &Tree, dir: BorrowedFd<'_>, name: &str, stat: &Stat) -> Result<Kept, Why> {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => keep_file(store, dir, name),
        FileType::Directory => Ok(kept_dir(stat)),
        FileType::Symlink => Ok(Kept { state: State::Link { to: link_text(dir, name)? }, owner: Owner::of(stat) }),
        other => Err(Why::Kind { found: kind_words(other), wanted: "something that can be copied" }),
    }
}

pub(super) fn kept_dir(stat: &Stat) -> Kept {
    Kept { state: State::Dir { mode: mode_of(stat) }, owner: Owner::of(stat) }
}

fn keep_file(store: &Tree, dir: BorrowedFd<'_>, name: &str) -> Result<Kept, Why> {
    let source = open_file_in(dir, name).map_err(changed)?;
    let stat = fstat(&source)?;
    let (size, digest) = store.put_blob(source)?;
    Ok(Kept { state: State::File { mode: mode_of(&stat), size, digest }, owner: Owner::of(&stat) })
}

/// Where a store has the bytes of a digest.
pub(super) fn blob_path(digest: Digest) -> RelPath {
    RelPath::root().child(&digest.hex())
}

/// What a tree does when it is a store.
impl Tree {
    /// Keeps bytes under their digest. A blob that is there already is kept only if it is whole.
    fn put_blob(&self, content: impl std::io::Read) -> Result<(u64, Digest), Why> {
        let (temporary, mut file) = Temporary::file(self.enter(&RelPath::root())?)?;
        let (size, digest) = fill(&mut file, content)?;
        if !self.has_blob(digest)? {
            seal(&file, None, 0o600)?;
            temporary.rename(&digest.hex())?;
        }
        Ok((size, digest))
    }

    /// Whether the bytes of a digest are there, each of them.
    pub(super) fn has_blob(&self, wanted: Digest) -> Result<bool, Why> {
        let dir = self.enter(&RelPath::root())?;
        let found = look(dir.as_fd(), &wanted.hex())?;
        Ok(matches!(found, State::File { digest, .. } if digest == wanted))
    }

    /// Makes what was kept in this store lasting; only files are in it.
    pub(super) fn durable<'k>(&self, mut kept: impl Iterator<Item = &'k Kept>) -> Result<(), TreeError> {
        if !kept.any(|kept| matches!(kept.state, State::File { .. })) {
            return Ok(());
        }
        let root = RelPath::root();
        self.enter(&root).and_then(|dir| fsync(dir).map_err(Why::from)).map_err(self.failed("make durable", &root))
    }
}
