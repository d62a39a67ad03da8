//! One field of an object: how it is, and how it is made another.

use crate::world::cluster::{Object, Patch};
use serde_json::{Value, json};

/// Where it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field(pub &'static [&'static str]);

impl Field {
    /// Its value.
    pub fn of(self, object: &Object) -> Option<&Value> {
        self.0.iter().try_fold(object.value(), |value, key| value.get(key)).filter(|value| !value.is_null())
    }

    /// The change of it alone, bound to the change of the object that was looked at; without a value it is taken away.
    pub fn to(self, value: Option<&Value>, live: &Object) -> Patch {
        let whole = self.0.iter().rev().fold(value.cloned().unwrap_or_default(), |value, key| json!({ *key: value }));
        let mut whole = whole;
        if let (Some(entries), Some(version)) = (whole.as_object_mut(), live.resource_version()) {
            entries.insert("metadata".to_owned(), json!({ "resourceVersion": version }));
        }
        Patch::Merge(whole)
    }
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_changed_alone() {
        let field = Field(&["spec", "syncPolicy", "automated"]);
        let live = json!({ "metadata": { "resourceVersion": "7" }, "spec": { "syncPolicy": { "automated": {} } } });
        let live = Object::new(live).unwrap();
        assert_eq!(field.of(&live), Some(&json!({})));
        let of = |value: Option<&Value>| field.to(value, &live).value().clone();
        let wanted = |value: Value| json!({ "metadata": { "resourceVersion": "7" }, "spec": { "syncPolicy": { "automated": value } } });
        assert_eq!(of(None), wanted(Value::Null));
        assert_eq!(of(Some(&json!({ "enabled": true }))), wanted(json!({ "enabled": true })));
        assert_eq!((field.to_string().as_str(), Field(&["spec", "x"]).of(&live)), ("spec.syncPolicy.automated", None));
    }
}
