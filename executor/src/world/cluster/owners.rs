//! Who owns a field, as `managedFields` tells.

use super::object::Object;
use super::place::{Place, Step};
use serde_json::{Map, Value};

/// The manager who owns what is at a place, or something in it; of several the one who changed something last.
pub fn owner(object: &Object, place: &Place) -> Option<String> {
    let entries = object.get("/metadata/managedFields")?.as_array()?;
    let owning = entries
        .iter()
        .filter(|entry| entry.get("fieldsV1").is_some_and(|fields| holds(fields, place.steps(), object.value())));
    let last = owning.max_by_key(|entry| entry.get("time").and_then(Value::as_str).unwrap_or_default())?;
    last.get("manager").and_then(Value::as_str).map(str::to_owned)
}

/// Whether a set of fields has a place. A set that ends before the place owns all below.
fn holds(fields: &Value, steps: &[Step], value: &Value) -> bool {
    let Some((step, rest)) = steps.split_first() else { return true };
    let Some(fields) = fields.as_object() else { return false };
    if fields.keys().all(|key| key == ".") {
        return true;
    }
    match step {
        Step::Key(key) => {
            let inner = value.get(key).unwrap_or(&Value::Null);
            fields.get(&format!("f:{key}")).is_some_and(|fields| holds(fields, rest, inner))
        }
        Step::Index(index) => fields.contains_key(&format!("i:{index}")),
        Step::Item(name) => of_item(fields, name, rest, value),
    }
}

/// `k:{"containerPort":80,"protocol":"TCP"}` is the item that has these values.
fn of_item(fields: &Map<String, Value>, name: &str, rest: &[Step], list: &Value) -> bool {
    fields.iter().any(|(key, fields)| {
        let keys = key.strip_prefix("k:").and_then(|keys| serde_json::from_str::<Map<String, Value>>(keys).ok());
        let Some(keys) = keys else { return false };
        let named = keys.values().any(|value| is(value, name));
        named && holds(fields, rest, item(list, &keys))
    })
}

fn is(value: &Value, name: &str) -> bool {
    match value {
        Value::String(text) => text == name,
        other => other.as_u64().is_some_and(|number| name.parse() == Ok(number)),
    }
}

fn item<'v>(list: &'v Value, keys: &Map<String, Value>) -> &'v Value {
    let has = |item: &&Value| keys.iter().all(|(key, value)| item.get(key) == Some(value));
    list.as_array().and_then(|items| items.iter().find(has)).unwrap_or(&Value::Null)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_field_has_the_owner_that_the_server_tells() {
        let containers = json!({ "k:{\"name\":\"a\"}": { ".": {}, "f:image": {}, "f:ports": { "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": { ".": {}, "f:name": {} } }, "f:env": { "k:{\"name\":\"B\"}": { "f:value": {} } } } });
        let ours = json!({ "f:spec": { "f:replicas": {}, "f:containers": containers } });
        let theirs = json!({ "f:spec": { "f:replicas": {}, "f:selector": {} } });
        let object = Object::new(json!({ "metadata": { "managedFields": [
            { "manager": "switchback", "time": "2026-11-21T10:00:00Z", "fieldsV1": ours },
            { "manager": "kubectl", "time": "2026-11-21T11:00:00Z", "fieldsV1": theirs },
        ] } }));
        let of = |keys: &[&str]| owner(object.as_ref().unwrap(), &Place::of_keys(keys));
        assert_eq!(of(&["spec", "replicas"]).as_deref(), Some("kubectl"));
        assert_eq!(of(&["spec", "selector", "app"]).as_deref(), Some("kubectl"));
        assert_eq!(of(&["spec", "paused"]), None);
        let container = Place::of_keys(&["spec", "containers"]).then(Step::Item("a".to_owned()));
        let object = object.unwrap();
        assert_eq!(owner(&object, &container.key("image")).as_deref(), Some("switchback"));
        let value = container.key("env").then(Step::Item("B".to_owned())).key("value");
        assert_eq!(owner(&object, &value).as_deref(), Some("switchback"));
        let port = |name: &str| container.key("ports").then(Step::Item(name.to_owned()));
        assert_eq!(owner(&object, &port("80")).as_deref(), Some("switchback"));
        assert_eq!(owner(&object, &port("81")), None);
        assert_eq!(owner(&object, &container.key("args")), None);
    }
}
