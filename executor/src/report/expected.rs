//! Texts that tests expect, a file each; `UPDATE=1` writes them anew, to be read before they are committed.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::path::Path;

/// Compares a text with the file `report/FOLDER/expected/NAME.txt`.
pub(crate) fn check(folder: &str, name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report").join(folder).join("expected");
    let path = path.join(format!("{name}.txt"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "{} is not as expected; it is now:\n{text}", path.display());
}
