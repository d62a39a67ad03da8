//! One owner at a time: a lock of the kernel's, which dies with its process.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// A holder's note is for people; more than this is not read.
const MAX_NOTE: u64 = 4096;

/// A held lock. It is given back when it is dropped, and by the kernel when its process ends in any way.
///
/// The file stays: whoever removed it could remove it from under the next owner, and a third would then lock another file
/// of the same name.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why a lock was not got.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody has it.
    #[error("locked by {holder}")]
    Held {
        /// What the holder noted about itself; may be empty or, right after a change of hands, the last holder's.
        holder: String,
    },
    /// The file could not be opened, locked or written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Lock {
    /// Takes the lock at `path` or says who has it, without waiting. `note` tells people about the holder: process, host, since when.
    pub fn take(path: &Path, note: &str) -> Result<Self, LockError> {
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).create(true).truncate(false).mode(0o644).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Held { holder: read_note(&mut file)? }),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        file.set_len(0)?;
        file.write_all(note.as_bytes())?;
        Ok(Self { _file: file })
    }
}

fn read_note(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.take(MAX_NOTE).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}
