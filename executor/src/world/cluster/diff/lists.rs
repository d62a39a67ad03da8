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
    keys(list).iter().find_map(|key| named(key, old).zip(named(key, new)))
}

/// Where in a list the item of a name is.
pub(in crate::world::cluster) fn position(list: &str, items: &[Value], named: &str) -> Option<usize> {
    let keys = keys(list);
    let is = |item: &Value| keys.iter().find_map(|key| name(item.get(key)?)).as_deref() == Some(named);
    let any = |item: &Value| keys.iter().filter_map(|key| name(item.get(key)?)).any(|other| other == named);
    items.iter().position(is).or_else(|| items.iter().position(any))
}

fn keys(list: &str) -> &'static [&'static str] {
    KEYS.iter().find(|(name, _)| *name == list).map_or(&["name"], |(_, keys)| keys)
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
