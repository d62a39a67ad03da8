//! An object as it is, secrets included.

use super::name::ObjectName;
use serde_json::Value;

/// An object as a server has it or a manifest says it. It may hold secret values, so it can be neither printed nor
/// serialised by accident: what may be shown is made of it by [`super::Shown`], what goes to a copy by
/// [`Object::to_bytes`].
#[derive(Clone, PartialEq)]
pub struct Object(Value);

impl std::fmt::Debug for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Object({} {})", self.kind(), self.name())
    }
}

impl Object {
    /// Of a value that is a map; anything else is no object.
    pub fn new(value: Value) -> Option<Self> {
        value.is_object().then_some(Self(value))
    }

    /// Reads what [`Object::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().and_then(Self::new)
    }

    /// All of it as JSON, for a copy that only its owner may read. Secret values are in it.
    pub fn to_bytes(&self) -> Vec<u8> {
        // A map with text keys always has a form as JSON.
        serde_json::to_vec(&self.0).unwrap_or_default()
    }

    /// All of it. Secret values are in it: never print it.
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// All of it, to be changed.
    pub fn into_value(self) -> Value {
        self.0
    }

    /// A part, by JSON pointer (RFC 6901).
    pub fn get(&self, pointer: &str) -> Option<&Value> {
        self.0.pointer(pointer)
    }

    /// A part that is text.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.get(pointer).and_then(Value::as_str)
    }

    /// `apps/v1`; empty if it does not say.
    pub fn api_version(&self) -> &str {
        self.text("/apiVersion").unwrap_or_default()
    }

    /// `apps`; empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version().split_once('/').map_or("", |(group, _)| group)
    }

    /// `Deployment`; empty if it does not say.
    pub fn kind(&self) -> &str {
        self.text("/kind").unwrap_or_default()
    }

    /// `catalog`; empty if it has none yet.
    pub fn name(&self) -> &str {
        self.text("/metadata/name").unwrap_or_default()
    }

    /// The namespace that it says.
    pub fn namespace(&self) -> Option<&str> {
        self.text("/metadata/namespace")
    }

    /// What tells it from another one of the same name, later or earlier.
    pub fn uid(&self) -> Option<&str> {
        self.text("/metadata/uid")
    }

    /// Which change of it was the last, as far as a server told.
    pub fn resource_version(&self) -> Option<&str> {
        self.text("/metadata/resourceVersion")
    }

    /// Whether it is being deleted, and waits for somebody who holds it with a finalizer.
    pub fn is_ending(&self) -> bool {
        self.get("/metadata/deletionTimestamp").is_some()
    }

    /// Who holds it: it is not gone before all of them let go.
    pub fn finalizers(&self) -> Vec<&str> {
        let holders = self.get("/metadata/finalizers").and_then(Value::as_array);
        holders.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Whether another object controls it: made by its controller, and gone with it.
    pub fn is_controlled(&self) -> bool {
        let owners = self.get("/metadata/ownerReferences").and_then(Value::as_array);
        owners.into_iter().flatten().any(|owner| owner.get("controller") == Some(&Value::Bool(true)))
    }

    /// Its full name, as a server tells it.
    pub fn full_name(&self) -> ObjectName {
        ObjectName {
            group: self.group().to_owned(),
            kind: self.kind().to_owned(),
            namespace: self.namespace().map(str::to_owned),
            name: self.name().to_owned(),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn an_object_keeps_its_values_to_itself() {
        let value = serde_json::json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "a", "namespace": "lumen" }, "data": { "k": "dHVsaXA=" },
        });
        let object = Object::new(value).unwrap();
        assert_eq!(format!("{object:?}"), "Object(Secret a)");
        assert_eq!(String::from(object.full_name()), "Secret/lumen/a");
        assert_eq!(Object::from_bytes(&object.to_bytes()).unwrap(), object);
        assert!(Object::new(serde_json::json!([])).is_none());
    }
}
