//! Who owns a field, as `managedFields` tells.

use super::diff::{Change, compare};
use super::normal::Normal;
use super::object::Object;
use super::place::{Place, Step};
use super::write::FIELD_MANAGER;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The entries of the owners of all but the status, which controllers write.
pub(super) fn entries(object: &Object) -> Vec<&Value> {
    managed(object).iter().filter(|entry| !is_of_status(entry)).collect()
}

/// All entries.
pub(super) fn managed(object: &Object) -> &[Value] {
    object.get("/metadata/managedFields").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

pub(super) fn is_of_status(entry: &Value) -> bool {
    entry.get("subresource").and_then(Value::as_str) == Some("status")
}

pub(super) fn is_ours(entry: &Value) -> bool {
    entry.get("manager").and_then(Value::as_str) == Some(FIELD_MANAGER)
}

/// Whether two entries are of the same owner.
pub(super) fn is_same_owner(one: &Value, other: &Value) -> bool {
    ["manager", "operation", "subresource", "apiVersion"].iter().all(|key| one.get(key) == other.get(key))
}

/// Whether all that was done to an object since `before` was done by us, and by controllers, which bind a claim and hold on to
/// a Service at once: of the others nobody came, and nobody changed or took anything. What we change, or take over, may be gone from their entries.
pub fn is_by_us(before: Option<&Object>, live: &Object) -> bool {
    let known = before.map(entries).unwrap_or_default();
    // The server makes up an owner of what nobody owned before the first apply.
    let made_up = |entry: &Value| {
        known.is_empty()
            && before.is_some()
            && entry.get("manager").and_then(Value::as_str) == Some("before-first-apply")
    };
    let was = |entry: &Value| {
        let remains = |known: &&Value| {
            let same = is_same_owner(known, entry) && known.get("time") == entry.get("time");
            same && is_part(entry.get("fieldsV1"), known.get("fieldsV1"))
        };
        known.iter().any(remains)
    };
    let (ours, others): (Vec<&Value>, Vec<&Value>) = entries(live).into_iter().partition(|entry| is_ours(entry));
    !ours.is_empty() && others.into_iter().all(|entry| was(entry) || made_up(entry) || is_of_controller(entry))
}

/// Whether a controller of Kubernetes wrote it as what it is, not as one who scales.
fn is_of_controller(entry: &Value) -> bool {
    entry.get("subresource").is_none() && entry.get("manager").and_then(Value::as_str).is_some_and(is_controller)
}

/// Whether somebody else owns part of it: no controller, and none of our runs.
pub(super) fn is_shared(object: &Object) -> bool {
    entries(object).into_iter().any(|entry| !is_ours(entry) && !is_of_controller(entry))
}

/// Whether the number of replicas is a controller's: an autoscaler set it.
pub fn is_scaled_by_controller(object: &Object) -> bool {
    let scales = |entry: &&Value| {
        entry.get("subresource").and_then(Value::as_str) == Some("scale")
            && entry.get("manager").and_then(Value::as_str).is_some_and(is_controller)
            && entry.pointer("/fieldsV1/f:spec/f:replicas").is_some()
    };
    managed(object).iter().any(|entry| scales(&entry))
}

/// Who else wrote to an object since it was left so: managers that came, or came again.
pub fn others_since(left: &Object, live: &Object) -> Vec<String> {
    let known = entries(left);
    let is_known = |entry: &Value| {
        let same = |known: &&Value| is_same_owner(known, entry) && known.get("time") == entry.get("time");
        known.iter().any(same)
    };
    let others = entries(live).into_iter().filter(|entry| !is_ours(entry) && !is_known(entry));
    let mut names: Vec<String> =
        others.filter_map(|entry| entry.get("manager").and_then(Value::as_str)).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

/// Who owns what of an object's content is otherwise than it was left, each once; none: of something the server does not
/// tell, as of what was taken away.
///
/// Times of owners are told in seconds, so one who was there already, and wrote again within the second of the look at what
/// was left, is seen by this alone.
pub fn rewrote(left: &Object, live: &Object) -> BTreeSet<Option<String>> {
    let changes = compare(Normal::of(left).value(), Normal::of(live).value());
    let by = |change: &Change| change.new.as_ref().and_then(|_| owner(live, &change.place));
    changes.iter().map(|change| by(change).filter(|by| by != FIELD_MANAGER)).collect()
}

/// Whether nobody wrote between two looks at an object, not even its status.
pub fn is_same_version(one: &Object, other: &Object) -> bool {
    one.uid().is_some()
        && one.resource_version().is_some()
        && (one.uid(), one.resource_version()) == (other.uid(), other.resource_version())
}

/// Whether two objects have the same owners, at the same times.
pub fn same_owners(one: &Object, other: &Object) -> bool {
    entries(one) == entries(other)
}

/// Whether each field of a set is in another one.
fn is_part(fields: Option<&Value>, whole: Option<&Value>) -> bool {
    let Some(fields) = fields.and_then(Value::as_object) else { return true };
    let Some(whole) = whole.and_then(Value::as_object) else { return fields.is_empty() };
    fields.iter().all(|(key, below)| whole.get(key).is_some_and(|other| is_part(Some(below), Some(other))))
}

/// Whether a manager owns what is at a place, or something in it. Where the server does not tell owners, all is its.
pub(super) fn is_place_of(manager: &str, object: &Object, place: &Place) -> bool {
    let entries = entries(object);
    let owned = entries.iter().filter(|entry| entry.get("manager").and_then(Value::as_str) == Some(manager));
    let mut owned = owned.filter_map(|entry| entry.get("fieldsV1"));
    entries.is_empty() || owned.any(|fields| owns(fields, place.steps(), object.value()))
}

/// Whether a manager made an object: of its content it owns something, and nobody but controllers owned any before it.
pub fn is_made_by(manager: &str, object: &Object) -> bool {
    let entries = entries(object);
    let of = |entry: &&&Value| entry.get("manager").and_then(Value::as_str).is_none_or(|name| !is_controller(name));
    let time = |entry: &&&Value| entry.get("time").and_then(Value::as_str).unwrap_or_default().to_owned();
    let first = entries.iter().filter(of).map(|entry| time(&entry)).min();
    let is_its = |entry: &&&Value| entry.get("manager").and_then(Value::as_str) == Some(manager);
    entries.is_empty() || entries.iter().filter(is_its).any(|entry| Some(time(&entry)) == first)
}

/// Whether it is one of Kubernetes' own controllers, which write to what they work on; no plan means them. Small
/// distributions have them in one program, and clouds have a program for theirs.
pub fn is_controller(manager: &str) -> bool {
    matches!(manager, "kube-controller-manager" | "kube-scheduler" | "kubelet" | "k3s" | "kubelite")
        || manager.ends_with("cloud-controller-manager")
}

/// The manager who owns what is at a place, or something in it; of several the one who changed something last.
pub fn owner(object: &Object, place: &Place) -> Option<String> {
    let entries = object.get("/metadata/managedFields")?.as_array()?;
    let owning = entries
        .iter()
        .filter(|entry| entry.get("fieldsV1").is_some_and(|fields| owns(fields, place.steps(), object.value())));
    let last = owning.max_by_key(|entry| entry.get("time").and_then(Value::as_str).unwrap_or_default())?;
    last.get("manager").and_then(Value::as_str).map(str::to_owned)
}

/// Whether the fields of an owner have a place. One who owns none of an object has an empty set.
fn owns(fields: &Value, steps: &[Step], value: &Value) -> bool {
    fields.as_object().is_some_and(|fields| !fields.is_empty()) && holds(fields, steps, value)
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

    #[test]
    fn only_what_nobody_else_touched_is_by_us() {
        let entry = |manager: &str, time: u8, fields: &[&str]| {
            let fields: Map<String, Value> = fields.iter().map(|key| ((*key).to_owned(), json!({}))).collect();
            json!({ "manager": manager, "operation": "Apply", "time": time, "fieldsV1": { "f:data": fields } })
        };
        let of = |entries: Vec<Value>| Object::new(json!({ "metadata": { "managedFields": entries } })).unwrap();
        let before = of(vec![entry("somebody", 1, &["f:a", "f:b"])]);
        let ours = || entry("switchback", 2, &["f:a"]);
        assert!(is_by_us(Some(&before), &of(vec![ours(), entry("somebody", 1, &["f:b"])])), "we took a field over");
        assert!(is_by_us(Some(&before), &of(vec![ours()])), "we took all over");
        assert!(!is_by_us(Some(&before), &of(vec![entry("somebody", 1, &["f:a", "f:b"])])), "we did nothing");
        let more = entry("somebody", 1, &["f:a", "f:b", "f:more"]);
        assert!(!is_by_us(Some(&before), &of(vec![ours(), more])), "they did more");
        assert!(!is_by_us(Some(&before), &of(vec![ours(), entry("somebody", 3, &["f:b"])])), "they did it again");
        assert!(!is_by_us(Some(&before), &of(vec![ours(), entry("kubectl", 1, &["f:b"])])), "somebody came");
        assert!(is_by_us(None, &of(vec![ours()])));
        assert!(!is_by_us(None, &of(vec![ours(), entry("somebody", 1, &["f:b"])])), "they made it");
    }

    #[test]
    fn who_writes_again_within_the_second_is_told_by_what_is_otherwise() {
        let of = |version: u8, data: Value| {
            let owner = |manager: &str, key: &str| {
                let fields = json!({ "f:data": { key: {} } });
                json!({ "manager": manager, "operation": "Apply", "time": "2026-11-21T10:00:00Z", "fieldsV1": fields })
            };
            let entries = json!([owner("switchback", "f:ours"), owner("somebody", "f:theirs")]);
            let metadata = json!({ "uid": "1", "resourceVersion": version.to_string(), "managedFields": entries });
            Object::new(json!({ "metadata": metadata, "data": data })).unwrap()
        };
        let left = of(7, json!({ "ours": "1", "theirs": "1" }));
        let told = |live: &Object| (is_same_version(&left, live), others_since(&left, live), rewrote(&left, live));
        let nobody = || (Vec::<String>::new(), BTreeSet::new());
        let (others, none) = nobody();
        assert_eq!(told(&left), (true, others.clone(), none.clone()));
        assert_eq!(
            told(&of(8, json!({ "ours": "1", "theirs": "1" }))),
            (false, others.clone(), none),
            "only its status"
        );
        let by = |who: Option<&str>| BTreeSet::from([who.map(str::to_owned)]);
        assert_eq!(told(&of(8, json!({ "ours": "1", "theirs": "2" }))), (false, others.clone(), by(Some("somebody"))));
        assert_eq!(told(&of(8, json!({ "ours": "1" }))), (false, others, by(None)));
    }
}
