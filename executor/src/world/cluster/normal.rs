//! The normal form of an object: what of it is somebody's will, so that two looks at it can be compared.

use super::generated;
use super::mask::MaskKey;
use super::object::Object;
use super::shown::Shown;
use crate::world::Digest;
use serde_json::{Map, Value};

/// Parts of `metadata` that the server writes by itself, at every change or once.
const OF_THE_SERVER: [&str; 8] = [
    // Who changed what: looked at where ownership matters, never compared.
    "managedFields",
    // Counts of changes.
    "resourceVersion",
    "generation",
    // Another one at each creation.
    "uid",
    "creationTimestamp",
    // A deletion that goes on is asked for by itself.
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    // Gone since Kubernetes 1.20; old copies have it.
    "selfLink",
];

/// Annotations that a program writes for itself.
const OF_PROGRAMS: [&str; 12] = [
    // kubectl's memory of the last manifest: all of the object once more, values of Secrets included.
    "kubectl.kubernetes.io/last-applied-configuration",
    // The Deployment controller counts rollouts, and tells its ReplicaSets of it.
    "deployment.kubernetes.io/revision",
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    // So did that of DaemonSets.
    "deprecated.daemonset.template.generation",
    // The controller of volumes notes what it bound, and who provides.
    "pv.kubernetes.io/bind-completed",
    "pv.kubernetes.io/bound-by-controller",
    "volume.kubernetes.io/selected-node",
    "volume.kubernetes.io/storage-provisioner",
    // Who leads, and since when.
    "control-plane.alpha.kubernetes.io/leader",
    "endpoints.kubernetes.io/last-change-trigger-time",
];

/// An object in its normal form. It may hold secret values, so it can't be printed; [`Normal::shown`] can.
#[derive(Clone, PartialEq)]
pub struct Normal(Value);

impl std::fmt::Debug for Normal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Normal({})", self.kind())
    }
}

impl Normal {
    /// The normal form of an object.
    pub fn of(object: &Object) -> Self {
        let mut value = object.value().clone();
        if let Some(entries) = value.as_object_mut() {
            // What is, not what shall be.
            entries.remove("status");
        }
        forget_times(&mut value);
        generated::forget(&mut value);
        let metadata = value.get_mut("metadata").and_then(Value::as_object_mut);
        if let Some(metadata) = metadata {
            strip(metadata);
        }
        Self(value)
    }

    fn kind(&self) -> &str {
        self.0.get("kind").and_then(Value::as_str).unwrap_or_default()
    }

    /// All of it. Secret values are in it: never print it.
    pub(in crate::world) fn value(&self) -> &Value {
        &self.0
    }

    /// The digest of what a change makes of an object, which everybody may know: a number of replicas that it leaves as it is
    /// counts not, since an autoscaler may set it until then.
    pub fn digest_after(&self, before: Option<&Self>) -> Digest {
        let replicas = |of: &Self| of.0.pointer("/spec/replicas").cloned();
        let same = before.is_some_and(|before| replicas(before) == replicas(self));
        // Only values of Secrets go into a digest by the key.
        self.without_replicas().filter(|_| same).as_ref().unwrap_or(self).digest(&MaskKey::new([0; 32]))
    }

    /// The same but for a number of replicas; none where it has none.
    pub fn without_replicas(&self) -> Option<Self> {
        let mut value = self.0.clone();
        value.get_mut("spec")?.as_object_mut()?.remove("replicas")?;
        Some(Self(value))
    }

    /// The same whatever version it was read in: an object is served in several, and which of them is preferred may change.
    #[must_use]
    pub fn of_any_version(mut self) -> Self {
        if let Some(entries) = self.0.as_object_mut() {
            entries.remove("apiVersion");
        }
        self
    }

    /// The digest: equal for equal normal forms. Values of a Secret go into it by their keyed digests, or a short one
    /// could be found by trying; so digests of Secrets are comparable only under the same key.
    pub fn digest(&self, key: &MaskKey) -> Digest {
        let mut hasher = blake3::Hasher::new();
        canonical(&key.masked(&self.0, MaskKey::whole), &mut hasher);
        Digest::from(hasher.finalize())
    }

    /// What of it may be shown: all, but values of a Secret.
    pub fn shown(&self, key: &MaskKey) -> Shown {
        Shown::new(key.masked(&self.0, MaskKey::short))
    }
}

fn strip(metadata: &mut Map<String, Value>) {
    metadata.retain(|key, _| !OF_THE_SERVER.contains(&key.as_str()));
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
        annotations.retain(|key, _| !OF_PROGRAMS.contains(&key.as_str()));
    }
    // A map that holds nothing says as much as none.
    let empty = |value: &Value| value.as_object().is_some_and(Map::is_empty);
    metadata.retain(|key, value| !(matches!(key.as_str(), "annotations" | "labels") && empty(value)));
}

/// Go writes the time of creation of a pod's template, which has none, as null.
fn forget_times(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            entries.retain(|key, value| !(key == "creationTimestamp" && value.is_null()));
            entries.values_mut().for_each(forget_times);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_times),
        _ => {}
    }
}

/// Feeds a value to a hasher, the keys of maps in their order, each part with its length before it.
fn canonical(value: &Value, hasher: &mut blake3::Hasher) {
    match value {
        Value::Object(entries) => {
            let mut keys: Vec<_> = entries.keys().collect();
            keys.sort();
            head(b'{', keys.len(), hasher);
            for key in keys {
                text(b'"', key, hasher);
                canonical(entries.get(key).unwrap_or(&Value::Null), hasher);
            }
        }
        Value::Array(items) => {
            head(b'[', items.len(), hasher);
            for item in items {
                canonical(item, hasher);
            }
        }
        Value::String(written) => text(b'"', written, hasher),
        other => text(b'=', &other.to_string(), hasher),
    }
}

fn text(sign: u8, text: &str, hasher: &mut blake3::Hasher) {
    head(sign, text.len(), hasher);
    hasher.update(text.as_bytes());
}

fn head(sign: u8, length: usize, hasher: &mut blake3::Hasher) {
    hasher.update(&[sign]);
    hasher.update(&(length as u64).to_le_bytes());
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    fn normal(value: Value) -> Normal {
        Normal::of(&Object::new(value).unwrap())
    }

    #[test]
    fn what_the_server_writes_by_itself_is_left_out() {
        let live = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "status": { "replicas": 3 },
            "metadata": {
                "name": "a", "uid": "1", "resourceVersion": "7", "generation": 2, "creationTimestamp": "now",
                "managedFields": [{}], "labels": {},
                "annotations": { "deployment.kubernetes.io/revision": "3", "kubectl.kubernetes.io/last-applied-configuration": "{}" },
            },
            "spec": { "template": { "metadata": { "creationTimestamp": null, "labels": { "a": "b" } } } },
        });
        let wanted = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "a" },
            "spec": { "template": { "metadata": { "labels": { "a": "b" } } } },
        });
        assert_eq!(normal(live).value(), &wanted);
    }

    #[test]
    fn digests_are_of_what_is_said_not_of_how() {
        let key = MaskKey::new([7; 32]);
        let digest = |text: &str| normal(serde_json::from_str(text).unwrap()).digest(&key);
        assert_eq!(digest(r#"{"kind":"A","a":1,"b":[1,2]}"#), digest(r#"{ "b": [1, 2], "a": 1, "kind": "A" }"#));
        let different = [
            r#"{"a":1}"#,
            r#"{"a":"1"}"#,
            r#"{"a":null}"#,
            r#"{"a":[1]}"#,
            r#"{"a":[]}"#,
            r#"{"a":{}}"#,
            r#"{"a":"\u00001"}"#,
            "{}",
        ];
        let digests: std::collections::BTreeSet<_> =
            different.into_iter().map(|text| digest(text).to_string()).collect();
        assert_eq!(digests.len(), different.len());
    }

    #[test]
    fn the_digest_of_a_secret_needs_the_key() {
        let secret = |pin: &str| normal(json!({ "kind": "Secret", "data": { "pin": pin } }));
        let (one, other) = (MaskKey::new([1; 32]), MaskKey::new([2; 32]));
        assert_ne!(secret("NDcxMQ==").digest(&one), secret("NDcxMg==").digest(&one));
        assert_ne!(secret("NDcxMQ==").digest(&one), secret("NDcxMQ==").digest(&other));
        let map = normal(json!({ "kind": "ConfigMap", "data": { "pin": "4711" } }));
        assert_eq!(map.digest(&one), map.digest(&other));
    }
}
