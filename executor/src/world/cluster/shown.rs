//! What of an object may be shown.

use serde::Serialize;
use serde_json::Value;

/// An object in its normal form, with masks instead of the values of a Secret. It can be printed and serialised.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Shown(Value);

impl Shown {
    pub(super) fn new(masked: Value) -> Self {
        Self(masked)
    }

    /// All of it.
    pub fn value(&self) -> &Value {
        &self.0
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::{MaskKey, Normal, Object};
    use serde_json::json;

    #[test]
    fn no_two_keys_mask_alike() {
        let (one, other) = (MaskKey::random().unwrap(), MaskKey::random().unwrap());
        assert_ne!(one.whole(b"tulip"), other.whole(b"tulip"));
    }

    #[test]
    fn nothing_of_a_secret_is_shown_but_equality() {
        let secret = |value: serde_json::Value| {
            let mut whole = json!({ "kind": "Secret", "metadata": { "name": "a", "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": "{\"data\":{\"k\":\"dHVsaXA=\"}}",
                "other.io/copy": "{\"kind\":\"Secret\",\"stringData\":{\"k\":\"tulip\"}}", "note": "seen",
            } } });
            whole.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
            Normal::of(&Object::new(whole).unwrap()).shown(&MaskKey::new([7; 32]))
        };
        let encoded = secret(json!({ "data": { "k": "dHVsaXA=", "l": "dHVsaXA=", "m": "cm9zZQ==" } }));
        let told = serde_json::to_string(&encoded).unwrap() + &format!("{encoded:?}");
        for hidden in ["tulip", "dHVsaXA", "rose", "cm9zZQ"] {
            assert!(!told.contains(hidden), "{told}");
        }
        let at =
            |shown: &super::Shown, pointer: &str| shown.value().pointer(pointer).unwrap().as_str().unwrap().to_owned();
        assert_eq!(at(&encoded, "/data/k"), at(&encoded, "/data/l"));
        assert_ne!(at(&encoded, "/data/k"), at(&encoded, "/data/m"));
        assert_eq!(at(&encoded, "/data/k"), at(&secret(json!({ "stringData": { "k": "tulip" } })), "/stringData/k"));
        assert_eq!(at(&encoded, "/metadata/annotations/note"), "seen");
        assert!(at(&encoded, "/data/k").starts_with("‹hidden "));
    }
}
