//! Taking away what is below a root.

use super::list::{Bounds, names};
use super::path::RelPath;
use super::temporary::is_stale;
use super::tree::{Tree, TreeError, Why};
use super::write::Batch;
use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, openat, statat, unlinkat};
use rustix::io::Errno;

/// A directory that deep is a trap; removing it would need as many open files.
const MAX_DEPTH: usize = 128;
/// Somebody may still write into what is taken away, such as a supervisor that is about to learn that it came too late;
/// so often it is emptied before that is an error.
const ROUNDS: usize = 8;

impl Tree {
    /// Removes one thing; see [`Batch::remove`].
    pub fn remove(&self, path: &RelPath) -> Result<bool, TreeError> {
        self.at_once(|batch| batch.remove(path))
    }

    /// Removes a thing and all below it; see [`Batch::remove_tree`].
    pub fn remove_tree(&self, path: &RelPath) -> Result<bool, TreeError> {
        self.at_once(|batch| batch.remove_tree(path))
    }

    /// Removes what killed processes left of unfinished writes below a directory, and says what that was.
    ///
    /// Only for the one who has the target's lock: another process that writes at this moment would lose its files.
    pub fn sweep_temporaries(&self, path: &RelPath) -> Result<Vec<RelPath>, TreeError> {
        let mut stale = Vec::new();
        self.walk("sweep", path, Bounds::default(), &mut |entry| {
            if is_stale(entry.name)? {
                stale.push(path.join(entry.path));
            }
            Ok(())
        })?;
        self.at_once(|batch| stale.iter().try_for_each(|path| batch.remove(path).map(drop)))?;
        stale.sort();
        Ok(stale)
    }
}

impl Batch<'_> {
    /// Removes a file, a link, or an empty directory; says whether there was one.
    pub fn remove(&mut self, path: &RelPath) -> Result<bool, TreeError> {
        self.take_away(path, &|dir, name, is_dir| {
            let flags = if is_dir { AtFlags::REMOVEDIR } else { AtFlags::empty() };
            unlinkat(dir, name, flags).map_err(Why::from)
        })
    }

    /// Removes a thing and all below it, links themselves and not what they lead to; says whether there was one.
    pub fn remove_tree(&mut self, path: &RelPath) -> Result<bool, TreeError> {
        self.take_away(path, &|dir, name, _| remove_below(dir, name, 0))
    }

    fn take_away(
        &mut self,
        path: &RelPath,
        removal: &dyn Fn(BorrowedFd<'_>, &str, bool) -> Result<(), Why>,
    ) -> Result<bool, TreeError> {
        let remove = || -> Result<bool, Why> {
            let (dir, name) = self.tree.parent(path)?;
            let stat = statat(&dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
            let is_dir = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
            removal(dir.as_fd(), name, is_dir).map(|()| is_dir)
        };
        match remove() {
            Ok(was_dir) => {
                if was_dir {
                    // What is gone needs no sync, and something else may get its name.
                    self.unsynced.retain(|dir| !dir.is_within(path));
                    self.emptied.retain(|dir| !dir.is_within(path));
                }
                self.emptied.extend(path.parent());
                Ok(true)
            }
            Err(why) if why.is_absence() => Ok(false),
            Err(why) => Err(self.tree.failed("remove", path)(why)),
        }
    }
}

fn remove_below(dir: BorrowedFd<'_>, name: &str, depth: usize) -> Result<(), Why> {
    let stat = statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
        return unlinkat(dir, name, AtFlags::empty()).map_err(Why::from);
    }
    if depth == MAX_DEPTH {
        return Err(Why::TooDeep(MAX_DEPTH));
    }
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = openat(dir, name, flags, Mode::empty())?;
    for _ in 0..ROUNDS {
        for below in names(&opened)? {
            match remove_below(opened.as_fd(), &below, depth + 1) {
                Err(why) if why.is_absence() => {}
                removed => removed?,
            }
        }
        match unlinkat(dir, name, AtFlags::REMOVEDIR) {
            Err(Errno::NOTEMPTY) => {}
            removed => return removed.map_err(Why::from),
        }
    }
    Err(Why::from(Errno::NOTEMPTY))
}
