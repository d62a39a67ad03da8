//! A part of a value: read and set at its place.

use super::diff::position;
use super::place::{Place, Step};
use serde_json::{Map, Value};

/// What is at a place; none where nothing is.
pub(super) fn at<'v>(value: &'v Value, place: &Place) -> Option<&'v Value> {
    let (mut value, mut list) = (value, "");
    for step in place.steps() {
        value = match step {
            Step::Key(key) => {
                list = key;
                value.get(key)?
            }
            Step::Index(index) => value.get(index)?,
            Step::Item(name) => value.get(position(list, value.as_array()?, name)?)?,
        };
    }
    Some(value)
}

/// Sets what is at a place, or takes it away. Maps on the way are made where they are missing, and one that is left empty is
/// taken away where `before` has none.
pub(super) fn set(value: &mut Value, place: &Place, new: Option<&Value>, before: &Value) {
    set_in(value, place.steps(), "", new);
    let mut above = place.parent();
    while new.is_none() && !above.steps().is_empty() {
        let is_empty = at(value, &above).and_then(Value::as_object).is_some_and(Map::is_empty);
        if !is_empty || at(before, &above).is_some() {
            return;
        }
        set_in(value, above.steps(), "", None);
        above = above.parent();
    }
}

fn set_in(value: &mut Value, steps: &[Step], list: &str, new: Option<&Value>) {
    let Some((step, rest)) = steps.split_first() else { return };
    match (step, value) {
        (Step::Key(key), Value::Object(entries)) if rest.is_empty() => match new {
            Some(new) => drop(entries.insert(key.clone(), new.clone())),
            None => drop(entries.remove(key)),
        },
        (Step::Key(key), Value::Object(entries)) if new.is_some() || entries.contains_key(key) => {
            set_in(entries.entry(key.clone()).or_insert_with(|| Map::new().into()), rest, key, new);
        }
        (Step::Item(name), Value::Array(items)) => {
            let inner = position(list, items, name).and_then(|at| items.get_mut(at));
            set_item(inner, rest, new);
        }
        (Step::Index(index), Value::Array(items)) => set_item(items.get_mut(*index), rest, new),
        _ => {}
    }
}

/// Items come and go only with their whole list, or their order would not come back.
fn set_item(item: Option<&mut Value>, rest: &[Step], new: Option<&Value>) {
    match (item, new) {
        (Some(item), Some(new)) if rest.is_empty() => *item = new.clone(),
        (Some(item), new) => set_in(item, rest, "", new),
        (None, _) => {}
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_part_is_read_and_set_at_its_place() {
        let mut value = json!({ "spec": { "containers": [{ "name": "a", "image": "1" }, { "name": "b" }] } });
        let image = Place::of_keys(&["spec", "containers"]).then(Step::Item("a".to_owned())).key("image");
        assert_eq!(at(&value, &image), Some(&json!("1")));
        set(&mut value, &image, Some(&json!("2")), &Value::Null);
        assert_eq!(value.pointer("/spec/containers/0/image").unwrap(), "2");
        assert_eq!(at(&value, &Place::of_keys(&["spec", "none", "b"])), None);
    }

    #[test]
    fn a_map_that_was_not_there_goes_with_its_last_entry() {
        let before = json!({ "metadata": { "labels": {} } });
        let mut value = json!({ "metadata": { "labels": { "a": "1" }, "annotations": { "a": "1", "b": "2" } } });
        set(&mut value, &Place::of_keys(&["metadata", "annotations", "a"]), None, &before);
        set(&mut value, &Place::of_keys(&["metadata", "labels", "a"]), None, &before);
        assert_eq!(value, json!({ "metadata": { "labels": {}, "annotations": { "b": "2" } } }));
        set(&mut value, &Place::of_keys(&["metadata", "annotations", "b"]), None, &before);
        assert_eq!(value, before);
        set(&mut value, &Place::of_keys(&["data", "a"]), Some(&json!("1")), &before);
        assert_eq!(value, json!({ "metadata": { "labels": {} }, "data": { "a": "1" } }));
    }
}
