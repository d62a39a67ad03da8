//! The target's key, with which digests of hidden values are made (R11); made by the target's first run.

use super::Home;
use crate::durable;
use std::fs;
use std::io;

/// The key; none before the target's first run.
pub fn key(home: &Home) -> Option<[u8; 32]> {
    fs::read(home.join("key")).ok()?.try_into().ok()
}

/// The key, made when there is none.
pub fn make_key(home: &Home) -> io::Result<[u8; 32]> {
    if let Some(key) = key(home) {
        return Ok(key);
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| io::Error::other(error.to_string()))?;
    durable::make_dirs(&home.0, 0o755)?;
    durable::write(&home.join("key"), &key, 0o600)?;
    Ok(key)
}
