//! What stands at a path.

use super::digest::Digest;
use super::path::RelPath;
use super::tree::{Tree, TreeError, Why, open_file_in};
use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::{AtFlags, FileType, Stat, fstat, readlinkat, statat};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use std::io::Read;

/// The bits of a mode that `chmod` sets.
pub(super) const PERMISSIONS: u32 = 0o7777;

/// What stands at a path, as far as actions care.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum State {
    /// Nothing.
    Absent,
    /// A regular file.
    File {
        /// Permission bits.
        mode: u32,
        /// Bytes.
        size: u64,
        /// Of the content.
        digest: Digest,
    },
    /// A directory.
    Dir {
        /// Permission bits.
        mode: u32,
    },
    /// A symbolic link, wherever it leads.
    Link {
        /// What it says.
        to: String,
    },
    /// A fifo, a socket or a device: seen, never copied.
    Other,
}

impl State {
    /// Whether nothing stands there.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether both are a file, both a directory, and so on.
    pub(super) fn same_kind(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// Feeds all that makes this state what it is, so that no two states feed the same bytes.
    pub(super) fn feed(&self, hasher: &mut blake3::Hasher) {
        match self {
            Self::Absent => hasher.update(b"absent"),
            Self::Dir { mode } => hasher.update(b"dir ").update(&mode.to_le_bytes()),
            Self::Link { to } => hasher.update(b"link").update(&(to.len() as u64).to_le_bytes()).update(to.as_bytes()),
            Self::Other => hasher.update(b"else"),
            Self::File { mode, size, digest } => {
                hasher.update(b"file").update(&mode.to_le_bytes()).update(&size.to_le_bytes()).update(digest.bytes())
            }
        };
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absent => f.write_str("nothing"),
            Self::File { mode, size, digest } => {
                write!(f, "a file of {size} bytes with mode {mode:04o} and digest {digest}")
            }
            Self::Dir { mode } => write!(f, "a directory with mode {mode:04o}"),
            Self::Link { to } => write!(f, "a symbolic link to `{to}`"),
            Self::Other => f.write_str("neither a file, a directory nor a link"),
        }
    }
}

impl Tree {
    /// What stands at a path; a symbolic link as the last part is told, not followed.
    ///
    /// A path below a file, or below a directory that isn't there, is absent.
    pub fn state(&self, path: &RelPath) -> Result<State, TreeError> {
        let seen = match self.parent(path) {
            Ok((dir, name)) => look(dir.as_fd(), name),
            Err(Why::Root) => self.open_dir(path).and_then(|root| Ok(State::Dir { mode: mode_of(&fstat(&root)?) })),
            Err(why) if why.is_no_way() => Ok(State::Absent),
            Err(why) => Err(why),
        };
        seen.map_err(self.failed("look at", path))
    }
}

/// What stands in a directory under a name.
pub(super) fn look(dir: BorrowedFd<'_>, name: &str) -> Result<State, Why> {
    match statat(dir, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => look_closer(dir, name, &stat),
        Err(Errno::NOENT) => Ok(State::Absent),
        Err(errno) => Err(errno.into()),
    }
}

/// The same, when the kind is known already.
pub(super) fn look_closer(dir: BorrowedFd<'_>, name: &str, stat: &Stat) -> Result<State, Why> {
    Ok(match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => read_state(dir, name)?,
        FileType::Directory => State::Dir { mode: mode_of(stat) },
        FileType::Symlink => State::Link { to: link_text(dir, name)? },
        _ => State::Other,
    })
}

/// Size and digest are of the bytes that were read, so they fit together even while somebody writes.
fn read_state(dir: BorrowedFd<'_>, name: &str) -> Result<State, Why> {
    let mut file = open_file_in(dir, name).map_err(changed)?;
    let mut hasher = blake3::Hasher::new();
    let size = pour(&mut file, |bytes| {
        hasher.update(bytes);
        Ok(())
    })?;
    Ok(State::File { mode: mode_of(&fstat(&file)?), size, digest: Digest::from_hasher(&hasher) })
}

/// It was a file a moment ago.
pub(super) fn changed(why: Why) -> Why {
    match why {
        Why::Kind { .. } => Why::Changed,
        Why::System(error) if Errno::from_io_error(&error) == Some(Errno::LOOP) => Why::Changed,
        other => other,
    }
}

/// Hands all bytes of a reader on, piece by piece, and counts them.
pub(super) fn pour(from: &mut impl Read, mut to: impl FnMut(&[u8]) -> Result<(), Why>) -> Result<u64, Why> {
    let mut piece = vec![0; 64 * 1024];
    let mut size = 0;
    loop {
        let read = match from.read(&mut piece) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if read == 0 {
            return Ok(size);
        }
        to(piece.get(..read).unwrap_or_default())?;
        size += read as u64;
    }
}

pub(super) fn link_text(dir: BorrowedFd<'_>, name: &str) -> Result<String, Why> {
    let text = readlinkat(dir, name, Vec::new())?;
    text.into_string().map_err(|error| Why::NotUtf8(format!("{:?}", error.into_cstring())))
}

pub(super) fn mode_of(stat: &Stat) -> u32 {
    stat.st_mode & PERMISSIONS
}
