//! Where scenarios run: in memory where that is possible, since a killed process loses nothing that a disk would keep.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The file system in memory that Linux has.
const MEMORY: &str = "/dev/shm";
/// All places at a time need less.
const ROOM: u64 = 256 << 20;

/// A folder that goes when it is dropped.
pub(super) fn folder() -> io::Result<tempfile::TempDir> {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    let root = ROOT.get_or_init(|| {
        let memory = Path::new(MEMORY);
        if fits(memory) { memory.to_owned() } else { std::env::temp_dir() }
    });
    tempfile::Builder::new().prefix("sweep-").tempdir_in(root)
}

/// Whether it is there, has room, and programs may run from it.
fn fits(memory: &Path) -> bool {
    let room = rustix::fs::statvfs(memory).is_ok_and(|at| at.f_bavail.saturating_mul(at.f_frsize) >= ROOM);
    room && runs(memory).unwrap_or(false)
}

fn runs(memory: &Path) -> io::Result<bool> {
    let folder = tempfile::tempdir_in(memory)?;
    let script = folder.path().join("script");
    fs::write(&script, "#!/bin/sh\nexit 0\n")?;
    fs::set_permissions(&script, Permissions::from_mode(0o755))?;
    // Another thread that starts a process just now may keep the script open for writing for a moment.
    Ok((0..5).any(|_| Command::new(&script).status().is_ok_and(|status| status.success())))
}
