//! The target's key, with which digests of hidden values are made (R11); made by the target's first run.

use super::own;
use crate::durable;
use std::fs;
use std::io;
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
    durable::make_dirs(&folder, 0o755)?;
    durable::write(&folder.join("key"), &key, 0o600)?;
    Ok(key)
}
