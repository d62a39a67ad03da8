//! The id of a target's home, by which it is known from others of the same path on machines of the same name.

use super::Home;
use crate::durable;
use std::fs;
use std::io;

/// Random bytes of an id.
const BYTES: usize = 8;

/// The id, made when there is none, and never changed after that. Only for one who holds the home's lock.
pub(super) fn make_id(home: &Home) -> io::Result<String> {
    if let Some(id) = id(home) {
        return Ok(id);
    }
    let mut random = [0; BYTES];
    getrandom::fill(&mut random).map_err(|error| io::Error::other(error.to_string()))?;
    let id: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    durable::make_dirs(&home.0, 0o755)?;
    durable::write(&home.join("id"), id.as_bytes(), 0o644)?;
    Ok(id)
}

fn id(home: &Home) -> Option<String> {
    let id = fs::read_to_string(home.join("id")).ok()?;
    (id.len() == 2 * BYTES && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(id)
}
