//! The target's key, with which digests of hidden values are made (R11); made by the target's first run.

use super::own;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The key; none before the target's first run.
pub fn key(directory: &Path) -> Option<[u8; 32]> {
    fs::read(own(directory).join("key")).ok()?.try_into().ok()
}

/// The key, made when there is none.
pub fn make_key(directory: &Path) -> io::Result<[u8; 32]> {
    if let Some(key) = key(directory) {
        return Ok(key);
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| io::Error::other(error.to_string()))?;
    let folder = own(directory);
    fs::create_dir_all(&folder)?;
    let temporary = folder.join("key.new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
    file.write_all(&key)?;
    file.sync_all()?;
    fs::rename(&temporary, folder.join("key"))?;
    File::open(&folder)?.sync_all()?;
    Ok(key)
}
