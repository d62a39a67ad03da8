//! Files and folders that are there after a power loss, once the function has returned.
//!
//! The journal has the same over a storage of its own (`journal/layout.rs`), which its trials take the power from.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf, absolute};
use std::sync::{Mutex, PoisonError};

/// Folders that this process made lasting, with all above them.
static LASTING: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Makes a folder and those above it that are missing, with these permission bits.
///
/// A folder that is there may be there only in memory, left by a process that was killed before its sync. So every folder's
/// name is synced; only for those made here must it succeed, for others above them may not be ours to open.
///
/// Doing so for a folder again is nearly free: each step of a run keeps something in the same one.
pub(crate) fn make_dirs(folder: &Path, mode: u32) -> io::Result<()> {
    let folder = absolute(folder)?;
    let lasting = || LASTING.lock().unwrap_or_else(PoisonError::into_inner);
    if folder.is_dir() && lasting().contains(&folder) {
        return Ok(());
    }
    let mut below: Vec<&Path> = folder.ancestors().collect();
    below.reverse();
    for pair in below.windows(2) {
        let [parent, folder] = pair else { continue };
        let made = match DirBuilder::new().mode(mode).create(folder) {
            Err(_) if folder.is_dir() => false,
            made => made.map(|()| true)?,
        };
        let synced = sync(parent);
        if made {
            synced?;
        }
    }
    lasting().insert(folder);
    Ok(())
}

/// Puts a file with these bytes in place, whole: nobody ever reads half of it. Its folder must be there.
pub(crate) fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path of a file has no name"));
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let beside = folder.join(format!(".{}.{}.new", name.to_string_lossy(), std::process::id()));
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path))
        .and_then(|()| sync(folder));
    if written.is_err() {
        // It is ours alone, and the error that led here is the one to tell.
        let _left = fs::remove_file(&beside);
    }
    written
}

/// Makes what was made, renamed or removed in a folder lasting.
pub(crate) fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn folders_are_made_with_their_mode_and_may_be_there() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        make_dirs(&folder, 0o700).unwrap();
        make_dirs(&folder, 0o755).unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        // One that was removed since is made again.
        fs::remove_dir(&folder).unwrap();
        make_dirs(&folder, 0o700).unwrap();
        assert!(folder.is_dir());
        write(&root.path().join("f"), b"x", 0o600).unwrap();
        assert!(make_dirs(&root.path().join("f/c"), 0o700).is_err());
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("f");
        for text in ["one", "two"] {
            write(&path, text.as_bytes(), 0o600).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
        assert!(write(&root.path().join("none/f"), b"", 0o600).is_err());
    }
}
