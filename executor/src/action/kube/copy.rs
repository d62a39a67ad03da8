//! The form in which an object lies in a backup.
//!
//! The journal tells digest and size of each file of a backup. Whoever can read the journal must not be able to try values of
//! a Secret against them, so each file has random bytes of its own beside the object, and its size says little.

use crate::world::cluster::Object;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Files have a multiple of this many bytes.
const ROUND: usize = 4096;
/// Random bytes, before they are padded.
const SALT: usize = 32;

#[derive(Serialize, Deserialize)]
struct Copy<V> {
    salt: String,
    padding: String,
    object: V,
}

/// The bytes of a copy; each time others.
pub(super) fn to_copy(object: &Object) -> Result<Vec<u8>, std::io::Error> {
    let mut salt = [0; SALT];
    getrandom::fill(&mut salt).map_err(|error| std::io::Error::other(error.to_string()))?;
    let mut copy = Copy { salt: STANDARD.encode(salt), padding: String::new(), object: object.value() };
    let size = serde_json::to_vec(&copy)?.len();
    copy.padding = " ".repeat(size.next_multiple_of(ROUND) - size);
    Ok(serde_json::to_vec(&copy)?)
}

/// The object of a copy; copies of older versions are the object alone.
pub(in crate::action) fn of_copy(bytes: &[u8]) -> Option<Object> {
    match serde_json::from_slice::<Copy<Value>>(bytes) {
        Ok(copy) => Object::new(copy.object),
        Err(_) => Object::from_bytes(bytes),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_copy_says_nothing_of_what_is_in_it() {
        let secret = |pin: &str| Object::new(json!({ "kind": "Secret", "data": { "pin": pin } })).unwrap();
        let (one, again, other) =
            (to_copy(&secret("a")).unwrap(), to_copy(&secret("a")).unwrap(), to_copy(&secret("abcd")).unwrap());
        assert_ne!(one, again, "equal ones can't be told");
        assert_eq!((one.len(), other.len()), (ROUND, ROUND), "nor which is longer");
        assert_eq!(of_copy(&one).unwrap(), secret("a"));
        assert_eq!(of_copy(&secret("b").to_bytes()).unwrap(), secret("b"), "as older versions wrote it");
    }
}
