//! Room for an undo on a disk that became full: taken when the run begins, given back when it is to be undone.
//!
//! A file is put back beside the one that stands there, so that it changes in one moment: for that instant both need
//! their room. The journal has a reserve of its own.

use super::known::Reviewed;
use crate::site::{Fault, Site};
use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// Records of what is undone, folders and small files: enough for any plan of those.
const LEAST: u64 = 1 << 20;
/// Nobody wants to lose more room than that to something that is hardly ever needed.
const MOST: u64 = 64 << 20;

fn place(site: &Site) -> Option<PathBuf> {
    site.folder.as_ref().map(|folder| folder.join("undo.reserve"))
}

/// Takes the room; without it the run does not begin, since it could perhaps not be taken back.
pub(super) fn take(site: &Site, reviewed: &Reviewed) -> Result<(), Fault> {
    let Some(place) = place(site) else { return Ok(()) };
    let size = reviewed.largest().clamp(LEAST, MOST);
    let failed = |why: &str| Fault::new(format!("there is no room for an undo: {}: {why}", place.display()));
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&place);
    let file = file.map_err(|error| failed(&error.to_string()))?;
    match fallocate(&file, FallocateFlags::empty(), 0, size) {
        Err(error @ (Errno::NOSPC | Errno::DQUOT)) => {
            free(site);
            Err(failed(&error.to_string()))
        }
        // A file system that can't promise room promises none; an undo works there as far as there is some.
        _ => Ok(()),
    }
}

/// Gives it back.
pub fn free(site: &Site) {
    if let Some(place) = place(site) {
        // None there: another process has given it back.
        let _gone = std::fs::remove_file(place);
    }
}
