//! JSON merge patches (RFC 7386): how Helm changes objects of kinds that it was not built with.

use serde_json::{Map, Value};

/// The patch that makes the new value of the old one. What is live has no part in it: that is Helm's way for these kinds.
pub fn two_way(old: &Map<String, Value>, new: &Map<String, Value>) -> Map<String, Value> {
    let gone = old.keys().filter(|key| !new.contains_key(*key)).map(|key| (key.clone(), Value::Null));
    let mut patch: Map<String, Value> = gone.collect();
    for (key, new) in new {
        match (old.get(key), new) {
            (Some(old), new) if old == new => {}
            (Some(Value::Object(old)), Value::Object(new)) => {
                patch.insert(key.clone(), two_way(old, new).into());
            }
            (_, new) => {
                patch.insert(key.clone(), new.clone());
            }
        }
    }
    patch
}
