//! What a program left of an object, told apart from what others wrote into it while that program was at work.

use super::diff::{Change, compare};
use super::normal::Normal;
use super::object::Object;
use super::owners::{is_controller, is_of_status, is_same_owner, managed, owner};
use super::part::{at, set};
use super::place::{Place, Step};
use serde_json::Value;

/// The object as `manager` left it, by how it was `before`, what it was `expected` to become (as the server said of a dry
/// run), and how it is now that the program has ended.
///
/// Somebody else's is what is neither as before nor as expected, and is owned by another one than the manager, the server
/// or its controllers; and what is gone though it was there before and was expected to stay.
pub fn left_by(manager: &str, before: Option<&Object>, expected: &Object, live: &Object) -> Object {
    let (shall, is) = (Normal::of(expected), Normal::of(live));
    let was = before.map(Normal::of);
    let as_before = |place: &Place| was.as_ref().is_some_and(|was| at(was.value(), place) == at(is.value(), place));
    let by_others = |change: &Change| match change.new {
        None => was.as_ref().is_some_and(|was| at(was.value(), &change.place).is_some()),
        Some(_) => owner(live, &change.place).is_some_and(|owner| owner != manager && !is_controller(&owner)),
    };
    let changes = compare(shall.value(), is.value()).into_iter();
    let theirs: Vec<Change> = changes.filter(|change| by_others(change) && !as_before(&change.place)).collect();
    if theirs.is_empty() {
        return live.clone();
    }
    let mut left = live.value().clone();
    for Change { place, old, new, .. } in &theirs {
        // Items come and go with their list.
        let is_item = matches!(place.steps().last(), Some(Step::Item(_) | Step::Index(_)));
        let place = if is_item && (old.is_none() || new.is_none()) { place.parent() } else { place.clone() };
        set(&mut left, &place, at(shall.value(), &place), shall.value());
    }
    set(
        &mut left,
        &Place::of_keys(&["metadata", "managedFields"]),
        Some(&owners(manager, expected, live)),
        &Value::Null,
    );
    // Nobody ever saw it like this, so it is no version that the server knows.
    set(&mut left, &Place::of_keys(&["metadata", "resourceVersion"]), None, &Value::Null);
    // It was an object and still is.
    Object::new(left).unwrap_or_else(|| expected.clone())
}

/// The owners as they were expected, the manager since when it did it indeed.
fn owners(manager: &str, expected: &Object, live: &Object) -> Value {
    let done = |entry: &Value| {
        let found = managed(live).iter().find(|other| is_same_owner(other, entry));
        let mut entry = entry.clone();
        if let (Some(time), Some(fields)) = (found.and_then(|found| found.get("time")), entry.as_object_mut()) {
            fields.insert("time".to_owned(), time.clone());
        }
        entry
    };
    let of_others = |entry: &Value| {
        let name = entry.get("manager").and_then(Value::as_str);
        if name == Some(manager) { done(entry) } else { entry.clone() }
    };
    let of_status = managed(live).iter().filter(|entry| is_of_status(entry)).cloned();
    let content = managed(expected).iter().filter(|entry| !is_of_status(entry)).map(of_others);
    content.chain(of_status).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::owners::{others_since, rewrote};
    use super::super::way::{gone_over, taken_along};
    use super::*;
    use serde_json::json;

    fn object(data: &Value, owners: &[(&str, u8, &[&str])]) -> Object {
        let entry = |(manager, time, keys): &(&str, u8, &[&str])| {
            let fields: serde_json::Map<String, Value> =
                keys.iter().map(|key| (format!("f:{key}"), json!({}))).collect();
            json!({ "manager": manager, "operation": "Update", "time": time.to_string(), "fieldsV1": { "f:data": fields } })
        };
        let entries: Vec<Value> = owners.iter().map(entry).collect();
        let metadata = json!({ "name": "a", "uid": "1", "resourceVersion": "7", "managedFields": entries });
        Object::new(json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data })).unwrap()
    }

    fn data(object: &Object) -> &Value {
        object.get("/data").unwrap()
    }

    #[test]
    fn what_others_wrote_meanwhile_is_not_left_by_us() {
        let before = object(&json!({ "a": "1", "b": "1" }), &[("helm", 1, &["a", "b"])]);
        let expected = object(&json!({ "a": "2", "b": "1" }), &[("helm", 2, &["a", "b"])]);
        let live = object(
            &json!({ "a": "mine", "b": "1", "more": "too" }),
            &[("helm", 5, &["b"]), ("kubectl", 6, &["a", "more"])],
        );
        let left = left_by("helm", Some(&before), &expected, &live);
        assert_eq!(data(&left), data(&expected));
        assert_eq!((left.resource_version(), left.uid()), (None, Some("1")));
        assert_eq!(others_since(&left, &live), ["kubectl"]);
        assert_eq!(rewrote(&left, &live).into_iter().flatten().collect::<Vec<_>>(), ["kubectl"]);
        assert!(gone_over(Some(&before), &left, &live, &before).is_err(), "it would be gone over");
        assert!(taken_along("helm", &left, &live).is_err(), "it would be deleted");
    }

    #[test]
    fn what_the_manager_did_otherwise_or_not_yet_is_its_own() {
        let before = object(&json!({ "a": "1", "hand": "1" }), &[("helm", 1, &["a"]), ("kubectl", 1, &["hand"])]);
        let expected = object(&json!({ "a": "2", "hand": "2" }), &[("helm", 2, &["a", "hand"])]);
        assert_eq!(left_by("helm", Some(&before), &expected, &before), before, "it did not get there");
        let otherwise = object(&json!({ "a": "3", "hand": "2" }), &[("helm", 5, &["a", "hand"])]);
        assert_eq!(left_by("helm", Some(&before), &expected, &otherwise), otherwise);
        let scaled =
            object(&json!({ "a": "4", "hand": "2" }), &[("helm", 5, &["hand"]), ("kube-scheduler", 6, &["a"])]);
        assert_eq!(left_by("helm", Some(&before), &expected, &scaled), scaled, "a controller goes on with it");
    }

    #[test]
    fn what_others_took_away_meanwhile_is_still_left_by_us() {
        let whole = json!({ "a": "1", "b": "1" });
        let before = object(&whole, &[("helm", 1, &["a", "b"])]);
        let live = object(&json!({ "a": "1" }), &[("helm", 1, &["a"])]);
        assert_eq!(data(&left_by("helm", Some(&before), &before, &live)), &whole);
        let made = object(&whole, &[("helm", 2, &["a", "b"])]);
        assert_eq!(left_by("helm", None, &made, &live), live, "of a new one the server may have left it out");
    }
}
