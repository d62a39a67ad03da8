//! The folders of clusters: one each, claimed by who starts it, and removed when it is over.

use super::cache::cache;
use super::record::Record;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// The folders of clusters that end with their process begin so; none of those that a person named does.
const OWN: char = '.';

/// The folder of a cluster that a person named.
pub(super) fn named(name: &str) -> Result<PathBuf, String> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    if name.is_empty() || !name.chars().all(plain) {
        return Err(format!("`{name}` is no name of a cluster: letters, digits and `-`"));
    }
    Ok(home()?.join(name))
}

/// A folder for a cluster that ends with this process.
pub(super) fn own() -> Result<PathBuf, String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    Ok(home()?.join(format!("{OWN}{}-{number}", std::process::id())))
}

/// The clusters that persons named, with their folders.
pub(super) fn all_named() -> Result<Vec<(String, PathBuf)>, String> {
    let mut found = folders(&home()?)?;
    found.retain(|(name, _)| !name.starts_with(OWN));
    Ok(found)
}

fn home() -> Result<PathBuf, String> {
    Ok(cache()?.join("clusters"))
}

fn folders(home: &Path) -> Result<Vec<(String, PathBuf)>, String> {
    let entries = match fs::read_dir(home) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(told(home, &error)),
    };
    let folders = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir());
    let mut named: Vec<(String, PathBuf)> =
        folders.filter_map(|path| Some((path.file_name()?.to_str()?.to_owned(), path))).collect();
    named.sort();
    Ok(named)
}

/// Makes a folder this process's alone, with the record of a cluster that begins, and removes what others that were
/// killed left behind.
pub(super) fn claim(folder: &Path) -> Result<Record, String> {
    let home = home()?;
    fs::create_dir_all(&home).map_err(|error| told(&home, &error))?;
    let lock = home.join("lock");
    let locked =
        File::create(&lock).and_then(|file| file.lock().map(|()| file)).map_err(|error| told(&lock, &error))?;
    for (_, left) in folders(&home)? {
        if Record::read(&left)?.is_none_or(|record| record.is_orphaned()) {
            clear(&left)?;
        }
    }
    if folder.exists() {
        if Record::read(folder)?.is_some_and(|record| record.is_alive()) {
            let name = folder.file_name().unwrap_or_default().display();
            return Err(format!("cluster `{name}` runs already; `cargo xtask cluster down --name {name}` ends it"));
        }
        clear(folder)?;
    }
    fs::create_dir(folder).map_err(|error| told(folder, &error))?;
    let record = Record::begun()?;
    record.write(folder)?;
    drop(locked);
    Ok(record)
}

/// Ends what runs of a cluster and removes its folder; whether there was one.
pub(super) fn clear(folder: &Path) -> Result<bool, String> {
    if let Some(record) = Record::read(folder)? {
        record.end()?;
    }
    match fs::remove_dir_all(folder) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(told(folder, &error)),
    }
}

fn told(path: &Path, error: &std::io::Error) -> String {
    format!("`{}`: {error}", path.display())
}
