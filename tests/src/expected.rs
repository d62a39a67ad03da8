//! A text on disk, and what it should be.

use similar::TextDiff;
use std::path::Path;

/// Whether texts on disk are to be written anew.
pub fn update() -> bool {
    std::env::var_os("UPDATE").is_some_and(|value| value == "1")
}

/// Compares a file with what was told now; with `UPDATE=1` it is written instead.
///
/// The error is the difference, with the file's path above it.
pub fn compare(path: &Path, told: &str) -> Result<(), String> {
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected == told {
        return Ok(());
    }
    if update() {
        return std::fs::write(path, told).map_err(|error| format!("{}: {error}", path.display()));
    }
    let diff = TextDiff::from_lines(expected.as_str(), told);
    let diff = diff.unified_diff().context_radius(3).header("expected", "told").to_string();
    Err(format!("{}\n{diff}", path.display()))
}

/// One report of all that failed; UPDATE=1 is named, since the reader may mean the change.
pub fn report(failed: &[String]) -> Result<(), String> {
    if failed.is_empty() {
        return Ok(());
    }
    Err(format!("\n{}\n{} failed; UPDATE=1 writes what is told now\n", failed.join("\n"), failed.len()))
}
