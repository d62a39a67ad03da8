//! Both halves of a patch as one.

use super::lists::{DIRECTIVE, ORDER};
use super::schema::{Merge, Schema};
use serde_json::{Map, Value};

/// Puts what is set over what goes.
pub(super) fn join(gone: Map<String, Value>, set: Map<String, Value>, schema: Schema<'_>) -> Map<String, Value> {
    let mut joined = gone;
    for (key, value) in set {
        let part = schema.field(&key);
        let value = match (joined.remove(&key), value) {
            (Some(Value::Object(gone)), Value::Object(set)) => join(gone, set, part).into(),
            (Some(Value::Array(gone)), Value::Array(set)) => match part.merge() {
                Merge::ByKey(Some(by)) => items(gone, set, by, part.items()).into(),
                _ => set.into(),
            },
            (_, set) => set,
        };
        joined.insert(key, value);
    }
    sort(&mut joined, schema);
    joined
}

/// The items of both halves of a list; of one that is in both, both parts.
fn items(gone: Vec<Value>, set: Vec<Value>, key: &str, schema: Schema<'_>) -> Vec<Value> {
    let mut left = gone;
    let mut joined = Vec::new();
    for item in set {
        let same = |other: &Value| other.get(DIRECTIVE).is_none() && other.get(key) == item.get(key);
        let both = left.iter().position(same).map(|at| left.remove(at));
        joined.push(match (both, item) {
            (Some(Value::Object(gone)), Value::Object(set)) => join(gone, set, schema).into(),
            (_, item) => item,
        });
    }
    joined.append(&mut left);
    joined
}

/// Items must stand in the order that is said beside them, or the server refuses the patch; what goes stands behind.
fn sort(patch: &mut Map<String, Value>, schema: Schema<'_>) {
    let orders: Vec<_> = patch
        .iter()
        .filter_map(|(key, order)| Some((key.strip_prefix(ORDER)?.to_owned(), order.as_array()?.clone())))
        .collect();
    for (name, order) in orders {
        let Merge::ByKey(Some(key)) = schema.field(&name).merge() else { continue };
        let Some(Value::Array(items)) = patch.get_mut(&name) else { continue };
        let place = |item: &Value| {
            let found = order.iter().position(|entry| entry.get(key) == item.get(key));
            found.filter(|_| item.get(DIRECTIVE).is_none()).unwrap_or(usize::MAX)
        };
        items.sort_by_key(place);
    }
}
