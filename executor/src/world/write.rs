//! Changing what is below a root, each change durable before it is reported.

use super::digest::Digest;
use super::path::{PathError, RelPath};
use super::state::{PERMISSIONS, mode_of};
use super::temporary::{Owner, Temporary, fill, seal};
use super::tree::{Tree, TreeError, Why, kind_words};
use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, chownat, fchmod, fsync, mkdirat, openat, statat};
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::io::Read;

/// The mode of a directory that is made because something in it is written.
const PARENT_MODE: u32 = 0o755;

/// What a write did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Bytes.
    pub size: u64,
    /// Of the content.
    pub digest: Digest,
    /// The directories that had to be made for it, outermost first.
    pub made: Vec<RelPath>,
}

/// Changes of which each is on the disk by itself, and whose names are made durable together, at the end.
///
/// For mirrors of thousands of files: each directory is synced once. Nothing counts as done before [`Batch::finish`].
#[must_use = "names are durable only after `finish`"]
#[derive(Debug)]
pub struct Batch<'t> {
    pub(super) tree: &'t Tree,
    pub(super) unsynced: BTreeSet<RelPath>,
    /// Directories from which something was only taken away.
    pub(super) emptied: BTreeSet<RelPath>,
}

impl Tree {
    /// Begins a batch of changes.
    pub fn batch(&self) -> Batch<'_> {
        Batch { tree: self, unsynced: BTreeSet::new(), emptied: BTreeSet::new() }
    }

    /// Writes a file as a whole or not at all; see [`Batch::write_file`].
    pub fn write_file(&self, path: &RelPath, content: impl Read, mode: u32) -> Result<Written, TreeError> {
        self.at_once(|batch| batch.write_file(path, content, mode))
    }

    /// Makes a directory; see [`Batch::make_dir`].
    pub fn make_dir(&self, path: &RelPath, mode: u32) -> Result<Vec<RelPath>, TreeError> {
        self.at_once(|batch| batch.make_dir(path, mode))
    }

    /// Makes a symbolic link; see [`Batch::make_link`].
    pub fn make_link(&self, path: &RelPath, to: &str) -> Result<Vec<RelPath>, TreeError> {
        self.at_once(|batch| batch.make_link(path, to))
    }

    /// Sets the permission bits of a file or directory; see [`Batch::set_mode`].
    pub fn set_mode(&self, path: &RelPath, mode: u32) -> Result<(), TreeError> {
        self.at_once(|batch| batch.set_mode(path, mode))
    }

    /// The directories that a write to this path would have to make, outermost first: known before the write, so that an
    /// undo recipe can name them before the first effect.
    pub fn missing_parents(&self, path: &RelPath) -> Result<Vec<RelPath>, TreeError> {
        let mut missing = Vec::new();
        for parent in path.ancestors() {
            if !missing.is_empty() || self.state(&parent)?.is_absent() {
                missing.push(parent);
            }
        }
        Ok(missing)
    }

    pub(super) fn at_once<T>(
        &self,
        change: impl FnOnce(&mut Batch<'_>) -> Result<T, TreeError>,
    ) -> Result<T, TreeError> {
        let mut batch = self.batch();
        let done = change(&mut batch)?;
        batch.finish()?;
        Ok(done)
    }
}

impl Batch<'_> {
    /// Writes a file as a whole or not at all, with these permission bits; missing directories above it are made.
    ///
    /// What has the name (a file or a link, which is not followed) is replaced in one moment, and its owner is kept.
    pub fn write_file(&mut self, path: &RelPath, content: impl Read, mode: u32) -> Result<Written, TreeError> {
        self.put_file(path, content, mode, None, None)
    }

    /// The same; the owner can be said, and a content that has not the expected digest never gets the name.
    pub(super) fn put_file(
        &mut self,
        path: &RelPath,
        content: impl Read,
        mode: u32,
        owner: Option<Owner>,
        expected: Option<Digest>,
    ) -> Result<Written, TreeError> {
        let failed = self.tree.failed("write", path);
        let (dir, name, parents) = self.parent_for(path).map_err(&failed)?;
        let owner = owner.or(replaceable(&dir, name).map_err(&failed)?);
        let (size, digest) = replace(dir, name, content, &|file, digest| {
            if expected.is_some_and(|expected| expected != digest) {
                return Err(Why::Damaged);
            }
            seal(file, owner, mode)
        })
        .map_err(&failed)?;
        self.touched(path);
        Ok(Written { size, digest, made: parents })
    }

    /// Makes a directory with these permission bits, and those above it; one that is there already gets the bits.
    ///
    /// Returns the directories that were made, outermost first.
    pub fn make_dir(&mut self, path: &RelPath, mode: u32) -> Result<Vec<RelPath>, TreeError> {
        let failed = self.tree.failed("make the directory", path);
        let (dir, name, mut parents) = self.parent_for(path).map_err(&failed)?;
        if make_one(&dir, name, mode).map_err(&failed)? {
            parents.push(path.clone());
            self.unsynced.insert(path.clone());
        }
        self.touched(path);
        Ok(parents)
    }

    /// Makes a symbolic link that stays inside the root, in place of a file or link that has the name.
    ///
    /// Returns the directories that had to be made for it, outermost first.
    pub fn make_link(&mut self, path: &RelPath, to: &str) -> Result<Vec<RelPath>, TreeError> {
        self.put_link(path, to, stays_inside(path, to).map_err(|_| Why::Leaves))
    }

    /// The same for what stood there before, wherever it leads: an undo judges nothing.
    pub(super) fn put_old_link(&mut self, path: &RelPath, to: &str) -> Result<(), TreeError> {
        self.put_link(path, to, Ok(())).map(drop)
    }

    fn put_link(&mut self, path: &RelPath, to: &str, allowed: Result<(), Why>) -> Result<Vec<RelPath>, TreeError> {
        let failed = self.tree.failed("make the link", path);
        allowed.map_err(&failed)?;
        let (dir, name, parents) = self.parent_for(path).map_err(&failed)?;
        replaceable(&dir, name)
            .and_then(|_| Temporary::link(dir, to))
            .and_then(|link| link.rename(name))
            .map_err(&failed)?;
        self.touched(path);
        Ok(parents)
    }

    /// Sets the permission bits of a file or directory; of a link they mean nothing, and it is refused.
    pub fn set_mode(&mut self, path: &RelPath, mode: u32) -> Result<(), TreeError> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
        let set = |path: &RelPath| -> Result<(), Why> {
            let found = match self.tree.parent(path) {
                Ok((dir, name)) => openat(dir, name, flags, Mode::empty())?,
                Err(Why::Root) => self.tree.open_dir(path)?,
                Err(why) => return Err(why),
            };
            fchmod(&found, Mode::from_raw_mode(mode & PERMISSIONS))?;
            fsync(&found)?;
            Ok(())
        };
        set(path).map_err(self.tree.failed("set the mode of", path))
    }

    /// Gives a thing back to its owner; true when it had another.
    pub(super) fn set_owner(&mut self, path: &RelPath, owner: Owner) -> Result<bool, TreeError> {
        let give = || -> Result<bool, Why> {
            let (dir, name) = match self.tree.parent(path) {
                Err(Why::Root) => (self.tree.open_dir(path)?, "."),
                found => found?,
            };
            let differs = Owner::of(&statat(&dir, name, AtFlags::SYMLINK_NOFOLLOW)?) != owner;
            if differs {
                let (uid, gid) = owner.ids();
                chownat(&dir, name, uid, gid, AtFlags::SYMLINK_NOFOLLOW)?;
            }
            Ok(differs)
        };
        let changed = give().map_err(self.tree.failed("give back the owner of", path))?;
        if changed {
            self.touched(path);
        }
        Ok(changed)
    }

    /// Makes all names durable. Where something was only taken away, the folder itself may be gone since: of two steps that
    /// are taken back at the same time the other one may have removed what both had used.
    pub fn finish(self) -> Result<(), TreeError> {
        for path in self.unsynced.union(&self.emptied) {
            match self.tree.enter(path).and_then(|dir| fsync(dir).map_err(Why::from)) {
                Err(why) if why.is_absence() && !self.unsynced.contains(path) => {}
                synced => synced.map_err(self.tree.failed("make durable", path))?,
            }
        }
        Ok(())
    }

    /// The directory of a path, made when it is missing.
    fn parent_for<'p>(&mut self, path: &'p RelPath) -> Result<(OwnedFd, &'p str, Vec<RelPath>), Why> {
        match self.tree.parent(path) {
            Err(why) if why.is_absence() => {}
            found => return found.map(|(dir, name)| (dir, name, Vec::new())),
        }
        let mut made = Vec::new();
        for parent in path.ancestors() {
            let (dir, name) = self.tree.parent(&parent)?;
            if make_new(&dir, name, PARENT_MODE)? {
                self.touched(&parent);
                made.push(parent);
            }
        }
        self.tree.parent(path).map(|(dir, name)| (dir, name, made))
    }

    pub(super) fn touched(&mut self, path: &RelPath) {
        self.unsynced.extend(path.parent());
    }
}

/// Writes to a temporary file, lets it be judged and sealed, and gives it the name.
pub(super) fn replace(
    dir: OwnedFd,
    name: &str,
    content: impl Read,
    judge: &dyn Fn(&std::fs::File, Digest) -> Result<(), Why>,
) -> Result<(u64, Digest), Why> {
    let (temporary, mut file) = Temporary::file(dir)?;
    let (size, digest) = fill(&mut file, content)?;
    judge(&file, digest)?;
    temporary.rename(name)?;
    Ok((size, digest))
}

/// The owner of the file that a new one replaces. What could not be put back is not replaced.
fn replaceable(dir: &OwnedFd, name: &str) -> Result<Option<Owner>, Why> {
    let stat = match statat(dir, name, AtFlags::SYMLINK_NOFOLLOW) {
        Err(Errno::NOENT) => return Ok(None),
        other => other?,
    };
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(Some(Owner::of(&stat))),
        FileType::Symlink => Ok(None),
        other => Err(Why::Kind { found: kind_words(other), wanted: "a file" }),
    }
}

/// Makes a directory or sets the mode of the one that is there; says whether it was made.
fn make_one(dir: &OwnedFd, name: &str, mode: u32) -> Result<bool, Why> {
    if make_new(dir, name, mode)? {
        return Ok(true);
    }
    let found = statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
    match FileType::from_raw_mode(found.st_mode) {
        FileType::Directory if mode_of(&found) == mode & PERMISSIONS => Ok(false),
        FileType::Directory => set_dir_mode(dir, name, mode).map(|()| false),
        other => Err(Why::Kind { found: kind_words(other), wanted: "a directory" }),
    }
}

/// Makes a directory where there is nothing; says whether that was so.
///
/// It gets its name with its mode: one that is killed in between must not leave a directory that others can't read.
fn make_new(dir: &OwnedFd, name: &str, mode: u32) -> Result<bool, Why> {
    if statat(dir, name, AtFlags::SYMLINK_NOFOLLOW).is_ok() {
        return Ok(false);
    }
    match Temporary::folder(dir, mode & PERMISSIONS)?.rename_new(name) {
        // Not every file system can refuse to replace.
        Err(Why::System(error)) if error.raw_os_error() == Some(Errno::INVAL.raw_os_error()) => {}
        renamed => return renamed,
    }
    match mkdirat(dir, name, Mode::RWXU) {
        Err(Errno::EXIST) => Ok(false),
        other => {
            other?;
            set_dir_mode(dir, name, mode).map(|()| true)
        }
    }
}

/// Set by itself, because what `mkdir` is given goes through the umask.
fn set_dir_mode(dir: &OwnedFd, name: &str, mode: u32) -> Result<(), Why> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = openat(dir, name, flags, Mode::empty())?;
    fchmod(&opened, Mode::from_raw_mode(mode & PERMISSIONS))?;
    fsync(&opened)?;
    Ok(())
}

/// Whether what a link says, read from where it stands, stays below the root.
fn stays_inside(path: &RelPath, to: &str) -> Result<(), PathError> {
    if to.is_empty() || to.starts_with('/') {
        return RelPath::parse(to).map(drop);
    }
    let from = path.parent().unwrap_or_default();
    RelPath::parse(&format!("{from}/{to}")).map(drop)
}
