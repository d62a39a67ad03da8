//! The id of a target's home, by which it is known from others of the same path on machines of the same name.

use super::Home;
use crate::durable;
use std::fs;
use std::io;

/// Random bytes of an id.
const BYTES: usize = 8;

/// The id, made when there is none, and never changed after that: one that can't be read or is damaged is an error, for with
/// another one the home would be locked out of its own run. Only for one who holds the home's lock.
pub(super) fn make_id(home: &Home) -> io::Result<String> {
    let place = home.join("id");
    match fs::read_to_string(&place) {
        Ok(id) if is_id(&id) => return Ok(id),
        Ok(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, format!("`{}` is damaged", place.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut random = [0; BYTES];
    getrandom::fill(&mut random).map_err(|error| io::Error::other(error.to_string()))?;
    let id: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    durable::make_dirs(&home.0, 0o755)?;
    durable::write(&place, id.as_bytes(), 0o644)?;
    Ok(id)
}

fn is_id(text: &str) -> bool {
    text.len() == 2 * BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_made_once_and_a_damaged_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home(folder.path().to_owned());
        let id = make_id(&home).unwrap();
        assert_eq!(make_id(&home).unwrap(), id);
        fs::write(folder.path().join("id"), "").unwrap();
        assert!(make_id(&home).unwrap_err().to_string().contains("is damaged"));
    }
}
