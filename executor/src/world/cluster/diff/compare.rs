//! The smallest parts in which two values differ.

use super::super::place::{Place, Step};
use super::lists::names;
use serde_json::{Map, Value};

/// A part that is not the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where.
    pub place: Place,
    /// What was there, if anything.
    pub old: Option<Value>,
    /// What is there now, if anything.
    pub new: Option<Value>,
    /// Whether only the order of a list is another; both are then its names.
    pub order: bool,
}

/// All parts in which two values differ, in the order of places.
pub fn compare(old: &Value, new: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    values(&Place::default(), old, new, &mut changes);
    changes
}

fn values(place: &Place, old: &Value, new: &Value, into: &mut Vec<Change>) {
    match (old, new) {
        _ if old == new => {}
        (Value::Object(old), Value::Object(new)) => maps(place, old, new, into),
        (Value::Array(old), Value::Array(new)) => lists(place, old, new, into),
        _ => into.push(change(place.clone(), Some(old), Some(new))),
    }
}

fn change(place: Place, old: Option<&Value>, new: Option<&Value>) -> Change {
    Change { place, old: old.cloned(), new: new.cloned(), order: false }
}

fn maps(place: &Place, old: &Map<String, Value>, new: &Map<String, Value>, into: &mut Vec<Change>) {
    let mut keys: Vec<_> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let place = place.key(key);
        match (old.get(key), new.get(key)) {
            (Some(old), Some(new)) => values(&place, old, new, into),
            (old, new) => into.push(change(place, old, new)),
        }
    }
}

fn lists(place: &Place, old: &[Value], new: &[Value], into: &mut Vec<Change>) {
    let list = match place.steps().last() {
        Some(Step::Key(key)) => key.as_str(),
        _ => "",
    };
    let Some((old_names, new_names)) = names(list, old, new) else {
        let whole = |items: &[Value]| Value::Array(items.to_vec());
        into.push(change(place.clone(), Some(&whole(old)), Some(&whole(new))));
        return;
    };
    let at = |names: &[String], name: &String| names.iter().position(|known| known == name);
    let added = new_names.iter().filter(|name| !old_names.contains(name));
    for name in old_names.iter().chain(added) {
        let place = place.then(Step::Item(name.clone()));
        let old = at(&old_names, name).and_then(|at| old.get(at));
        let new = at(&new_names, name).and_then(|at| new.get(at));
        match (old, new) {
            (Some(old), Some(new)) => values(&place, old, new, into),
            (old, new) => into.push(change(place, old, new)),
        }
    }
    into.extend(order(place, &old_names, &new_names));
}

/// The order of what both have, if it is another: of variables and init containers it matters.
fn order(place: &Place, old: &[String], new: &[String]) -> Option<Change> {
    let both = |names: &[String], others: &[String]| -> Vec<String> {
        names.iter().filter(|name| others.contains(name)).cloned().collect()
    };
    let (old, new) = (both(old, new), both(new, old));
    (old != new).then(|| Change { place: place.clone(), old: Some(old.into()), new: Some(new.into()), order: true })
}
