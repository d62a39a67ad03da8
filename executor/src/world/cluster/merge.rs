//! What an apply makes of an object that the server can't be asked about yet: something before makes it, or a value is
//! known only later. As the server does it, but for what only it knows: defaults, and fields that another manifest gave up.

use serde_json::{Map, Value};

/// Maps are merged, lists of named things by their names; all else is as it is wanted.
pub fn merged(base: &Value, wanted: &Value) -> Value {
    match (base, wanted) {
        (Value::Object(base), Value::Object(wanted)) => Value::Object(maps(base, wanted)),
        (Value::Array(base), Value::Array(wanted)) => lists(base, wanted),
        _ => wanted.clone(),
    }
}

/// What a JSON merge patch makes of a value (RFC 7386): null takes away, a list is replaced.
pub fn replaced(base: &Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else { return patch.clone() };
    let mut whole = base.as_object().cloned().unwrap_or_default();
    for (key, value) in patch {
        if value.is_null() {
            whole.remove(key);
        } else {
            let inner = replaced(whole.get(key).unwrap_or(&Value::Null), value);
            whole.insert(key.clone(), inner);
        }
    }
    Value::Object(whole)
}

fn maps(base: &Map<String, Value>, wanted: &Map<String, Value>) -> Map<String, Value> {
    let mut whole = base.clone();
    for (key, value) in wanted {
        match base.get(key) {
            _ if value.is_null() => drop(whole.remove(key)),
            Some(there) => drop(whole.insert(key.clone(), merged(there, value))),
            None => drop(whole.insert(key.clone(), value.clone())),
        }
    }
    whole
}

fn lists(base: &[Value], wanted: &[Value]) -> Value {
    let name = |item: &Value| item.get("name").and_then(Value::as_str).map(str::to_owned);
    if base.iter().chain(wanted).any(|item| name(item).is_none()) {
        return Value::Array(wanted.to_vec());
    }
    let of = |list: &[Value], item: &Value| list.iter().find(|other| name(other) == name(item)).cloned();
    let kept = base.iter().map(|item| of(wanted, item).map_or_else(|| item.clone(), |wanted| merged(item, &wanted)));
    let added = wanted.iter().filter(|item| of(base, item).is_none()).cloned();
    Value::Array(kept.chain(added).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_said_stays_and_what_is_said_wins() {
        let base = json!({ "data": { "a": "1", "b": "2" }, "list": [1, 2], "env": [{ "name": "A", "value": "1" }, { "name": "B" }] });
        let wanted = json!({ "data": { "a": "3", "b": null }, "list": [3], "env": [{ "name": "C" }, { "name": "A", "value": "2" }] });
        let whole = json!({ "data": { "a": "3" }, "list": [3], "env": [{ "name": "A", "value": "2" }, { "name": "B" }, { "name": "C" }] });
        assert_eq!(merged(&base, &wanted), whole);
    }

    #[test]
    fn a_merge_patch_replaces_lists_of_named_things_too() {
        let base = json!({ "data": { "a": "1", "b": "2" }, "env": [{ "name": "A" }, { "name": "B" }] });
        let patch = json!({ "data": { "b": null, "c": { "d": null, "e": 1 } }, "env": [{ "name": "C" }] });
        let whole = json!({ "data": { "a": "1", "c": { "e": 1 } }, "env": [{ "name": "C" }] });
        assert_eq!(replaced(&base, &patch), whole);
    }
}
