//! Opening paths so that no symbolic link leads out of the root, judged while the path is walked (R29).

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{Mode, OFlags, ResolveFlags, openat, openat2, readlinkat};
use rustix::io::{Errno, Result};

/// As many links as the kernel follows on one path.
const MAX_LINKS: usize = 40;
/// A rename somewhere else can make the kernel ask for a second try (`EAGAIN`); endless tries would hang.
const MAX_TRIES: usize = 64;

/// Who sees to it that a path stays below the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolver {
    /// The kernel, by `openat2` (Linux 5.6 and later).
    Kernel,
    /// We, part by part, where the kernel is old or a sandbox forbids the call.
    Walk,
}

impl Resolver {
    /// The kernel when it can.
    pub(super) fn choose(root: BorrowedFd<'_>) -> Self {
        match by_kernel(root, ".", OFlags::DIRECTORY | OFlags::CLOEXEC) {
            Ok(_) => Self::Kernel,
            Err(_) => Self::Walk,
        }
    }

    /// Opens a path below the root; links inside are followed, one that leaves is [`Errno::XDEV`].
    ///
    /// With `NOFOLLOW` in the flags a link as the last part is an error.
    pub(super) fn open(self, root: BorrowedFd<'_>, path: &str, flags: OFlags) -> Result<OwnedFd> {
        let flags = flags | OFlags::CLOEXEC;
        match self {
            Self::Kernel => by_kernel(root, path, flags),
            Self::Walk => by_walk(root, path, flags),
        }
    }
}

fn by_kernel(root: BorrowedFd<'_>, path: &str, flags: OFlags) -> Result<OwnedFd> {
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    for _ in 0..MAX_TRIES {
        match openat2(root, path, flags, Mode::empty(), resolve) {
            Err(Errno::AGAIN | Errno::INTR) => {}
            other => return other,
        }
    }
    Err(Errno::AGAIN)
}

/// The directories entered so far and what is still to be walked, next part last.
struct Walk<'r> {
    root: BorrowedFd<'r>,
    entered: Vec<OwnedFd>,
    ahead: Vec<String>,
    links: usize,
}

fn by_walk(root: BorrowedFd<'_>, path: &str, flags: OFlags) -> Result<OwnedFd> {
    let mut walk = Walk { root, entered: Vec::new(), ahead: Vec::new(), links: 0 };
    walk.push(path)?;
    while let Some(part) = walk.ahead.pop() {
        if part == ".." {
            walk.entered.pop().ok_or(Errno::XDEV)?;
            continue;
        }
        let last = walk.ahead.is_empty();
        let wanted = if last { flags } else { OFlags::DIRECTORY | OFlags::CLOEXEC };
        match openat(walk.here(), part.as_str(), wanted | OFlags::NOFOLLOW, Mode::empty()) {
            Ok(found) if last => return Ok(found),
            Ok(found) => walk.entered.push(found),
            Err(error) if last && flags.contains(OFlags::NOFOLLOW) => return Err(error),
            Err(error @ (Errno::LOOP | Errno::NOTDIR)) => walk.follow(&part, error)?,
            Err(error) => return Err(error),
        }
    }
    openat(walk.here(), ".", flags, Mode::empty())
}

impl Walk<'_> {
    fn here(&self) -> BorrowedFd<'_> {
        self.entered.last().map_or(self.root, AsFd::as_fd)
    }

    fn push(&mut self, path: &str) -> Result<()> {
        if path.starts_with('/') {
            return Err(Errno::XDEV);
        }
        let parts = path.split('/').filter(|part| !part.is_empty() && *part != ".");
        self.ahead.extend(parts.rev().map(str::to_owned));
        Ok(())
    }

    /// Puts what a link says in the link's place; `error` is kept when it is no link.
    fn follow(&mut self, part: &str, error: Errno) -> Result<()> {
        let target = readlinkat(self.here(), part, Vec::new()).map_err(|_| error)?;
        self.links += 1;
        if self.links > MAX_LINKS {
            return Err(Errno::LOOP);
        }
        self.push(target.to_str().map_err(|_| Errno::ILSEQ)?)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use rustix::fs::{fstat, open};
    use std::os::unix::fs::symlink;

    fn outcome(resolver: Resolver, root: &OwnedFd, path: &str, flags: OFlags) -> std::result::Result<u64, Errno> {
        resolver.open(root.as_fd(), path, flags).and_then(fstat).map(|stat| stat.st_ino)
    }

    #[test]
    fn the_walk_decides_like_the_kernel() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join("root").join(name);
        std::fs::create_dir_all(at("a/b")).unwrap();
        std::fs::write(at("a/b/file"), "x").unwrap();
        std::fs::write(dir.path().join("outside"), "secret").unwrap();
        symlink("a/b", at("in")).unwrap();
        symlink("../a/../in/file", at("a/round")).unwrap();
        symlink("../outside", at("out")).unwrap();
        symlink("/etc", at("abs")).unwrap();
        symlink("../..", at("a/up")).unwrap();
        symlink("b/..", at("a/self")).unwrap();
        symlink("circle", at("circle")).unwrap();
        symlink("nothing", at("dangling")).unwrap();
        let root = open(at(""), OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).unwrap();
        assert_eq!(Resolver::choose(root.as_fd()), Resolver::Kernel, "this test needs a kernel with openat2");
        let paths = "a a/b/file in in/file a/round out abs abs/passwd a/up a/up/outside a/self a/self/b circle \
                     circle/x dangling a/b/file/x . a/b/.. nothing/x";
        for path in paths.split_whitespace() {
            for flags in [OFlags::empty(), OFlags::NOFOLLOW] {
                let kernel = outcome(Resolver::Kernel, &root, path, flags);
                assert_eq!(outcome(Resolver::Walk, &root, path, flags), kernel, "{path} {flags:?}");
            }
        }
        assert_eq!(outcome(Resolver::Walk, &root, "a/up/outside", OFlags::empty()), Err(Errno::XDEV));
        assert!(outcome(Resolver::Walk, &root, "a/round", OFlags::empty()).is_ok());
    }
}
