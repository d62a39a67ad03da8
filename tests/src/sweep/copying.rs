//! A copy of a folder, with its modes and links.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

/// Copies a project into a folder that is there, but for what runs have made in it.
pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    each(from, to, &|name| name == ".switchback" || name == "platform")
}

/// Copies all of a folder into one that is there: what a crash left, to be gone on with more than once.
pub(super) fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    each(from, to, &|_| false)
}

fn each(from: &Path, to: &Path, leaves_out: &dyn Fn(&str) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_name().to_str().is_some_and(leaves_out) {
            continue;
        }
        let kind = entry.file_type()?;
        if kind.is_dir() {
            fs::create_dir(&to)?;
            each(&from, &to, &|_| false)?;
            fs::set_permissions(&to, fs::metadata(&from)?.permissions())?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(&from)?, &to)?;
        } else {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}
