//! Which items of two lists are the same thing.

use serde_json::Value;

/// What items are told apart by, in the lists where it is not their name. Kubernetes merges by the same keys.
const KEYS: [(&str, &[&str]); 7] = [
    // They have names only where there are several.
    ("ports", &["name", "containerPort", "port"]),
    ("volumeMounts", &["mountPath"]),
    ("volumeDevices", &["devicePath"]),
    ("hostAliases", &["ip"]),
    ("topologySpreadConstraints", &["topologyKey"]),
    ("conditions", &["type"]),
    ("ownerReferences", &["uid"]),
];

/// The names of the items of two lists, if all of both have one and none has another's.
pub(super) fn names(list: &str, old: &[Value], new: &[Value]) -> Option<(Vec<String>, Vec<String>)> {
    let keys = KEYS.iter().find(|(name, _)| *name == list).map_or(&["name"][..], |(_, keys)| keys);
    keys.iter().find_map(|key| named(key, old).zip(named(key, new)))
}

fn named(key: &str, items: &[Value]) -> Option<Vec<String>> {
    let names: Option<Vec<String>> = items.iter().map(|item| name(item.get(key)?)).collect();
    let names = names?;
    let mut sorted: Vec<_> = names.iter().collect();
    sorted.sort();
    sorted.dedup();
    (sorted.len() == names.len()).then_some(names)
}

fn name(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
