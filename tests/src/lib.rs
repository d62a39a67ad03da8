//! Black-box tests over the compiler and the binary: what a person types, and what is told.
//!
//! Tests are data: a case is a folder with a project and what compiling it tells; a transcript is a page of commands
//! with all that they print. `UPDATE=1 cargo test -p switchback-tests` writes what is told now; read the difference.

pub mod binary;
pub mod case;
pub mod cluster;
pub mod expected;
pub mod person;
pub mod relay;
pub mod stand;
pub mod sweep;
pub mod terminal;
pub mod transcript;

use std::io;
use std::path::{Path, PathBuf};

/// A folder of this crate.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// All files below a folder, in the order of their paths.
pub fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut ahead = vec![folder.to_owned()];
    while let Some(folder) = ahead.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                ahead.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}
