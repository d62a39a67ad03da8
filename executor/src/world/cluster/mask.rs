//! Masks of the values of Secrets: they tell whether two are equal, and nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// The key of masks. Who has it can try values that are short enough, so it is kept as a secret is.
#[derive(Clone)]
pub struct MaskKey([u8; 32]);

/// The hex digits that a screen shows.
const SHOWN: usize = 6;
/// Where a Secret has values: as base64, and as they are.
const ENCODED: &str = "data";
const PLAIN: &str = "stringData";

impl MaskKey {
    /// A key of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A new one, that nobody can guess.
    pub fn random() -> Result<Self, std::io::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| std::io::Error::other(error.to_string()))?;
        Ok(Self(bytes))
    }

    /// `‹hidden 71c2e0›`: equal for equal values.
    pub fn short(&self, value: &[u8]) -> String {
        let digits: String = self.whole(value).chars().take(SHOWN).collect();
        format!("‹hidden {digits}›")
    }

    /// All digits of a mask, for digests.
    pub(super) fn whole(&self, value: &[u8]) -> String {
        blake3::keyed_hash(&self.0, value).to_hex().to_string()
    }

    /// An object with a mask for each value of a Secret. What is no Secret stays as it is.
    pub(super) fn masked(&self, object: &Value, mask: fn(&Self, &[u8]) -> String) -> Value {
        let mut object = object.clone();
        if object.get("kind").and_then(Value::as_str) != Some("Secret") {
            return object;
        }
        for place in [ENCODED, PLAIN] {
            if let Some(values) = object.get_mut(place) {
                self.mask_all(values, place, mask);
            }
        }
        if let Some(annotations) = object.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
            // Some programs keep a copy of the whole object there, not only kubectl.
            let copies = annotations.values_mut().filter(|value| value.as_str().is_some_and(is_copy));
            copies.for_each(|value| *value = mask(self, bytes(value, PLAIN).as_slice()).into());
        }
        object
    }

    fn mask_all(&self, values: &mut Value, place: &str, mask: fn(&Self, &[u8]) -> String) {
        match values {
            Value::Object(entries) => {
                entries.values_mut().for_each(|value| *value = mask(self, &bytes(value, place)).into());
            }
            // Not what a Secret has, but a manifest may say it.
            other => *other = mask(self, &bytes(other, place)).into(),
        }
    }
}

fn is_copy(text: &str) -> bool {
    text.contains("\"data\"") || text.contains("\"stringData\"")
}

/// The value that is meant, so that it has one mask in both ways of writing it.
fn bytes(value: &Value, place: &str) -> Vec<u8> {
    match value {
        Value::String(text) if place == ENCODED => STANDARD.decode(text).unwrap_or_else(|_| text.clone().into_bytes()),
        Value::String(text) => text.clone().into_bytes(),
        other => other.to_string().into_bytes(),
    }
}
