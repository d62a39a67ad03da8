//! A directory that is absent counts as its seed; a run copies it first.

use crate::fault_point::boundary;
use crate::world::{RelPath, Tree, TreeError};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Why a target's directory can't be had.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// It is absent and nothing stands for it.
    #[error("there is no directory {}", .0.display())]
    Absent(PathBuf),
    /// The seed can't be copied.
    #[error("the seed {} can't be copied: {why}", .seed.display())]
    Copy {
        /// The seed.
        seed: PathBuf,
        /// Why.
        why: String,
    },
}

/// Makes sure that a target's directory is there: the seed is copied beside it and renamed, so that it is there whole
/// or not at all. Whether it was made.
pub fn place(directory: &Path, seed: Option<&Path>) -> Result<bool, SeedError> {
    if directory.is_dir() {
        return Ok(false);
    }
    let seed = seed.ok_or_else(|| SeedError::Absent(directory.to_owned()))?;
    copy(directory, seed).map_err(|why| SeedError::Copy { seed: seed.to_owned(), why })
}

fn copy(directory: &Path, seed: &Path) -> Result<bool, String> {
    let io = |error: io::Error| error.to_string();
    let tree = |error: TreeError| error.to_string();
    let parent = directory.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = directory.file_name().ok_or("it has no name")?.to_string_lossy();
    let beside = parent.join(format!(".{name}.switchback-seed-{}", std::process::id()));
    fs::create_dir_all(&beside).map_err(io)?;
    let store = beside.join(".switchback").join("seed");
    let snapshot = Tree::open(seed).and_then(|from| from.snapshot(&RelPath::root(), &store)).map_err(tree)?;
    let fresh = Tree::open(&beside).map_err(tree)?;
    fresh.restore(&snapshot, &store, &RelPath::root()).map_err(tree)?;
    fs::remove_dir_all(beside.join(".switchback")).map_err(io)?;
    boundary("seed");
    match fs::rename(&beside, directory) {
        Ok(()) => File::open(parent).and_then(|parent| parent.sync_all()).map(|()| true).map_err(io),
        // Somebody else was quicker: theirs is as good.
        Err(_) if directory.is_dir() => fs::remove_dir_all(&beside).map(|()| false).map_err(io),
        Err(error) => Err(io(error)),
    }
}
