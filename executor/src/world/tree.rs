//! A directory that nothing leaves.

use super::beneath::Resolver;
use super::path::RelPath;
use super::wording::fault;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{FileType, Mode, OFlags, fstat};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A directory and all below it; no path and no symbolic link leads out of it (R29).
///
/// That is judged by the kernel, or by a walk of our own, each time a path is used.
#[derive(Debug)]
pub struct Tree {
    root: OwnedFd,
    place: PathBuf,
    resolver: Resolver,
}

/// What was tried with which path, and why it could not be done.
#[derive(Debug, thiserror::Error)]
#[error("can't {tried} `{}`: {why}", path.display())]
pub struct TreeError {
    /// The verb.
    pub tried: &'static str,
    /// The whole path.
    pub path: PathBuf,
    /// The reason.
    pub why: Why,
}

/// Why something on the disk could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Why {
    /// A symbolic link would have led out of the root.
    #[error("a symbolic link on the way leads out of the directory that it must stay in")]
    Leaves,
    /// The operating system refused.
    #[error("{}", fault(.0))]
    System(io::Error),
    /// Something of another kind stands there.
    #[error("it is {found}, not {wanted}")]
    Kind {
        /// What stands there, with its article.
        found: &'static str,
        /// What was expected.
        wanted: &'static str,
    },
    /// A file is larger than the reader accepts.
    #[error("it is larger than {0} bytes")]
    TooLarge(u64),
    /// A directory holds more than anybody would mirror on purpose.
    #[error("it holds more than {0} files and directories")]
    TooMany(usize),
    /// Directories in directories, without an end.
    #[error("its directories are nested deeper than {0}")]
    TooDeep(usize),
    /// A name that no plan could write.
    #[error("it holds a name that is not UTF-8, {0}")]
    NotUtf8(String),
    /// It is one thing at the first look and another at the second.
    #[error("it was changed by somebody else at this very moment")]
    Changed,
    /// A stored copy has not the bytes that were stored.
    #[error("the stored copy is missing or damaged")]
    Damaged,
    /// The root can't be removed or replaced.
    #[error("it is the root of the tree")]
    Root,
}

impl From<Errno> for Why {
    fn from(errno: Errno) -> Self {
        if errno == Errno::XDEV { Self::Leaves } else { Self::System(errno.into()) }
    }
}

impl From<io::Error> for Why {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl Why {
    /// Whether nothing stands at the path.
    pub(super) fn is_absence(&self) -> bool {
        matches!(self, Self::System(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// Whether nothing can stand at the path, because a directory on the way is missing or is a file.
    pub(super) fn is_no_way(&self) -> bool {
        self.is_absence() || matches!(self, Self::System(error) if error.kind() == io::ErrorKind::NotADirectory)
    }
}

impl Tree {
    /// Opens a directory as the root; a symbolic link as the root itself is followed.
    pub fn open(root: &Path) -> Result<Self, TreeError> {
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        let opened = rustix::fs::open(root, flags, Mode::empty()).map_err(|errno| TreeError {
            tried: "open",
            path: root.to_owned(),
            why: errno.into(),
        })?;
        let resolver = Resolver::choose(opened.as_fd());
        Ok(Self { root: opened, place: root.to_owned(), resolver })
    }

    /// A tree that does not ask the kernel to keep paths inside.
    #[cfg(test)]
    pub(super) fn without_openat2(root: &Path) -> Result<Self, TreeError> {
        Self::open(root).map(|tree| Self { resolver: Resolver::Walk, ..tree })
    }

    /// Where the root is, as it was opened.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// The bytes of a file of at most `limit` bytes; a link that stays inside is followed.
    pub fn read(&self, path: &RelPath, limit: u64) -> Result<Vec<u8>, TreeError> {
        let mut bytes = Vec::new();
        self.open_file(path)
            .and_then(|file| file.take(limit + 1).read_to_end(&mut bytes).map_err(Why::from))
            .and_then(|read| if read as u64 > limit { Err(Why::TooLarge(limit)) } else { Ok(()) })
            .map_err(self.failed("read", path))?;
        Ok(bytes)
    }

    pub(super) fn open_file(&self, path: &RelPath) -> Result<File, Why> {
        let found = self.resolver.open(self.root.as_fd(), path.as_str(), reading())?;
        only_a_file(found)
    }

    /// The directory itself; a link in its place is refused.
    pub(super) fn open_dir(&self, path: &RelPath) -> Result<OwnedFd, Why> {
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW;
        self.resolver.open(self.root.as_fd(), path.as_str(), flags).map_err(Why::from)
    }

    /// The directory that a path is in, and its name there. Links on the way to it are followed when they stay inside.
    pub(super) fn parent<'p>(&self, path: &'p RelPath) -> Result<(OwnedFd, &'p str), Why> {
        let (Some(parent), Some(name)) = (path.parent(), path.name()) else { return Err(Why::Root) };
        Ok((self.enter(&parent)?, name))
    }

    /// A directory, also by way of links that stay inside.
    pub(super) fn enter(&self, path: &RelPath) -> Result<OwnedFd, Why> {
        self.resolver.open(self.root.as_fd(), path.as_str(), OFlags::DIRECTORY).map_err(Why::from)
    }

    /// Makes a reason into an error that names what was tried and where.
    pub(super) fn failed(&self, tried: &'static str, path: &RelPath) -> impl Fn(Why) -> TreeError + use<> {
        let path = if path.is_root() { self.place.clone() } else { self.place.join(path.as_str()) };
        move |why| TreeError { tried, path: path.clone(), why }
    }
}

/// Never waits for the writer of a fifo and never takes a terminal.
fn reading() -> OFlags {
    OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC
}

/// Opens a file of a directory for reading, and only a file.
pub(super) fn open_file_in(dir: BorrowedFd<'_>, name: &str) -> Result<File, Why> {
    only_a_file(rustix::fs::openat(dir, name, reading() | OFlags::NOFOLLOW, Mode::empty())?)
}

fn only_a_file(found: OwnedFd) -> Result<File, Why> {
    match FileType::from_raw_mode(fstat(&found)?.st_mode) {
        FileType::RegularFile => Ok(File::from(found)),
        other => Err(Why::Kind { found: kind_words(other), wanted: "a file" }),
    }
}

/// What stands on the disk, with its article.
pub(super) fn kind_words(kind: FileType) -> &'static str {
    match kind {
        FileType::RegularFile => "a file",
        FileType::Directory => "a directory",
        FileType::Symlink => "a symbolic link",
        FileType::Fifo => "a fifo",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        FileType::Unknown => "of an unknown kind",
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::{Duration, Instant};

    /// Somebody swaps a directory for a link that leads out, as fast as they can, while we use the path.
    fn swap_while_in_use(tree: &Tree, base: &Path) {
        let (live, link) = (base.join("root/d"), base.join("root/link"));
        fs::create_dir(&live).unwrap();
        symlink(base.join("outside"), &link).unwrap();
        let path = RelPath::parse("d/file").unwrap();
        let (stop, mut done, mut refused) = (AtomicBool::new(false), 0, 0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    renameat_with(CWD, &live, CWD, &link, RenameFlags::EXCHANGE).unwrap();
                }
            });
            let began = Instant::now();
            while (done < 100 || refused < 100) && began.elapsed() < Duration::from_secs(20) {
                let written = tree.write_file(&path, &b"ours"[..], 0o644).is_ok();
                done += usize::from(written);
                refused += usize::from(!written);
                assert!(tree.read(&path, 100).map_or(true, |bytes| bytes == b"ours"));
                let _ = if written { tree.remove(&path) } else { tree.remove_tree(&path) };
            }
            stop.store(true, Ordering::Relaxed);
        });
        assert_eq!(fs::read_to_string(base.join("outside/file")).unwrap(), "secret");
        assert_eq!(fs::read_dir(base.join("outside")).unwrap().count(), 1);
        assert!(done > 0 && refused > 0, "{done} done, {refused} refused: the race was never run");
    }

    #[test]
    fn a_link_swapped_in_between_leads_nowhere() {
        for open in [Tree::open, Tree::without_openat2] {
            let base = tempfile::tempdir().unwrap();
            fs::create_dir(base.path().join("root")).unwrap();
            fs::create_dir(base.path().join("outside")).unwrap();
            fs::write(base.path().join("outside/file"), "secret").unwrap();
            swap_while_in_use(&open(&base.path().join("root")).unwrap(), base.path());
        }
    }
}
