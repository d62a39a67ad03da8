//! What is to be done so that an object is as it was before our change, with all that others changed elsewhere in it since.
//!
//! Controllers write into objects all the time: finalizers, the volume of a claim, the certificate of a webhook. That meets
//! nothing that we set, and stays. Where somebody changed the very places that we set, nothing is overwritten.

use super::diff::{Change, compare};
use super::generated;
use super::normal::Normal;
use super::object::Object;
use super::owners::{entries, is_of_status, is_ours, is_place_of, is_same_owner, managed, owner, same_owners};
use super::part::{at, set};
use super::place::{Place, Step};
use super::write::FIELD_MANAGER;
use serde_json::{Map, Value};

/// What somebody else did since.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Interference {
    /// Where in the object; empty for the object itself.
    pub field: String,
    /// Who, as far as the server tells: of what was taken away it does not.
    pub manager: Option<String>,
}

/// What is to be done.
#[derive(Debug, PartialEq)]
pub(super) enum Way {
    Nothing,
    /// Its content is to be this; its owners come after that.
    Content(Box<Object>),
    /// Only its owners are to be others.
    Owners(Box<Object>),
    Create,
    Delete,
}

/// The way from what is now to what was before our change, which left this.
pub(super) fn way(
    before: Option<&Object>,
    left: Option<&Object>,
    live: Option<&Object>,
) -> Result<Way, Vec<Interference>> {
    match (before, left, live) {
        (None, _, None) => Ok(Way::Nothing),
        (None, Some(_), Some(live)) if live.is_ending() => Ok(Way::Nothing),
        (None, Some(left), Some(live)) => {
            same_one(left, live)?;
            untouched(FIELD_MANAGER, left, live)?;
            Ok(Way::Delete)
        }
        (Some(before), _, Some(live)) if Normal::of(before) == Normal::of(live) => {
            let owners = entries(before).into_iter().cloned().collect();
            Ok(if same_owners(before, live) { Way::Nothing } else { Way::Owners(Box::new(owned(live, owners))) })
        }
        (Some(before), Some(left), Some(live)) => {
            // One that was made anew as we left it is as good: so it is where another run deleted it, and was taken back.
            if live.is_ending() || Normal::of(left) != Normal::of(live) {
                same_one(left, live)?;
            }
            taken_back(before, left, live)
        }
        (Some(_), None, None) => Ok(Way::Create),
        // We left it there, and somebody deleted it.
        (Some(_), Some(_), None) => Err(itself(None)),
        // We deleted it, and somebody made one.
        (_, None, Some(live)) => Err(itself(owner(live, &Place::default()))),
    }
}

fn itself(manager: Option<String>) -> Vec<Interference> {
    vec![Interference { field: String::new(), manager }]
}

/// Whether it is the very object that we left, and stays one.
fn same_one(left: &Object, live: &Object) -> Result<(), Vec<Interference>> {
    if left.uid() != live.uid() || live.is_ending() { Err(itself(None)) } else { Ok(()) }
}

fn told(changes: Vec<Change>, live: &Object) -> Result<(), Vec<Interference>> {
    let found = changes.into_iter().map(|change| {
        let manager = change.new.is_some().then(|| owner(live, &change.place)).flatten();
        Interference { field: change.place.to_string(), manager }
    });
    let found: Vec<Interference> = found.collect();
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// In what an object is not as it was, and who wrote that.
pub fn unlike(before: &Object, live: &Object) -> Vec<Interference> {
    told(compare(Normal::of(before).value(), Normal::of(live).value()), live).err().unwrap_or_default()
}

/// How an object that a change of ours left stands at the places which that set, whatever is elsewhere in it by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As before the change: it was given back since, or never made.
    Before,
    /// As the change left it.
    Left,
    /// Neither, or it is another object.
    Neither,
}

/// How it stands.
pub fn standing(before: &Object, left: &Object, live: &Object) -> Standing {
    if same_one(left, live).is_err() {
        return Standing::Neither;
    }
    let (was, made, is) = (Normal::of(before), Normal::of(left), Normal::of(live));
    let ours = places(was.value(), made.value());
    let as_in = |other: &Value| ours.iter().all(|place| at(other, place) == at(is.value(), place));
    match () {
        () if as_in(made.value()) => Standing::Left,
        () if as_in(was.value()) => Standing::Before,
        () => Standing::Neither,
    }
}

/// What others wrote into an object since it was left, and a change to `after` would go over; what is by now as it was
/// `before` is nothing that would be lost.
pub fn gone_over(
    before: Option<&Object>,
    left: &Object,
    live: &Object,
    after: &Object,
) -> Result<(), Vec<Interference>> {
    let (made, is, shall) = (Normal::of(left), Normal::of(live), Normal::of(after));
    let was = before.map(Normal::of);
    let changed = compare(is.value(), shall.value());
    let back = |place: &Place| was.as_ref().is_some_and(|was| at(was.value(), place) == at(is.value(), place));
    let met = |since: &Change| changed.iter().any(|change| change.place.meets(&since.place)) && !back(&since.place);
    told(compare(made.value(), is.value()).into_iter().filter(met).collect(), live)
}

/// What others wrote into an object that is to go, over what its manager made of it.
pub fn taken_along(manager: &str, left: &Object, live: &Object) -> Result<(), Vec<Interference>> {
    same_one(left, live)?;
    untouched(manager, left, live)
}

/// Whether nobody changed what a manager made of an object that is to go, or put anything into it that would go with it.
fn untouched(manager: &str, left: &Object, live: &Object) -> Result<(), Vec<Interference>> {
    let changes = compare(Normal::of(left).value(), Normal::of(live).value()).into_iter();
    told(
        changes
            .filter(|change| {
                is_place_of(manager, left, &change.place)
                    || is_put_in(manager, left, change)
                    || is_by_hand(change, live)
            })
            .collect(),
        live,
    )
}

/// Whether a change puts something into what it filled: a key into the data of an object, an item into a list of its.
fn is_put_in(manager: &str, left: &Object, change: &Change) -> bool {
    let into = change.place.parent();
    let is_of_the_server = |name: &str| into == Place::of_keys(&["metadata", name]);
    // Into an object that had no data at all they come as a whole.
    let is_data = ["data", "binaryData", "stringData"].iter().any(|name| {
        let data = Place::of_keys(&[name]);
        into == data || change.place == data
    });
    let is_item = matches!(change.place.steps().last(), Some(Step::Item(_) | Step::Index(_)));
    change.old.is_none()
        && (is_data || is_item && is_place_of(manager, left, &into))
        && !is_of_the_server("finalizers")
        && !is_of_the_server("ownerReferences")
}

/// Whether somebody typed what was added: it is nowhere else. That pods were to be restarted is no loss.
fn is_by_hand(change: &Change, live: &Object) -> bool {
    let (None, Some(new)) = (&change.old, &change.new) else { return false };
    let key = |step: Option<&Step>| match step {
        Some(Step::Key(key)) => key.clone(),
        _ => String::new(),
    };
    let mut added = Vec::new();
    leaves(&change.place, new, &mut added);
    added.retain(|place| key(place.steps().last()) != "kubectl.kubernetes.io/restartedAt");
    let is_of_spec = !matches!(key(change.place.steps().first()).as_str(), "metadata" | "status");
    let is_typed = |place: &Place| owner(live, place).is_some_and(|manager| manager.starts_with("kubectl"));
    is_of_spec && added.iter().any(is_typed)
}

/// Our places as they were, all others as they are.
fn taken_back(before: &Object, left: &Object, live: &Object) -> Result<Way, Vec<Interference>> {
    let (was, made, is) = (Normal::of(before), Normal::of(left), Normal::of(live));
    let ours = places(was.value(), made.value());
    let mut target = live.value().clone();
    let mut met = Vec::new();
    for place in &ours {
        let (old, new, now) = (at(was.value(), place), at(made.value(), place), at(is.value(), place));
        if now == new {
            set(&mut target, place, old, was.value());
        } else if now != old {
            met.push(place);
        }
    }
    let changes = compare(made.value(), is.value());
    told(changes.into_iter().filter(|change| met.iter().any(|place| place.meets(&change.place))).collect(), live)?;
    let target = Object::new(target).unwrap_or_else(|| live.clone());
    let whole = Normal::of(&target) == was;
    if Normal::of(&target) != is {
        // What is all as before takes also what is no part of a normal form.
        return Ok(Way::Content(Box::new(if whole { rebased(before, live) } else { target })));
    }
    let wanted = owners(before, left, live);
    // The server has an order of its own for them.
    let sorted = |all: Vec<&Value>| {
        let mut all: Vec<String> = all.into_iter().map(ToString::to_string).collect();
        all.sort();
        all
    };
    Ok(if sorted(entries(live)) == sorted(wanted.iter().collect()) {
        Way::Nothing
    } else {
        Way::Owners(Box::new(owned(live, wanted)))
    })
}

/// The places that our change set: no maps that came or went, but what is in them, and lists whole where items came or went.
fn places(before: &Value, left: &Value) -> Vec<Place> {
    let mut all: Vec<Place> = Vec::new();
    for Change { place, old, new, order } in compare(before, left) {
        let is_item = matches!(place.steps().last(), Some(Step::Item(_) | Step::Index(_)));
        match (&old, &new) {
            _ if order => all.push(place),
            (None, _) | (_, None) if is_item => all.push(place.parent()),
            (None, Some(value)) | (Some(value), None) => leaves(&place, value, &mut all),
            _ => all.push(place),
        }
    }
    let outer = all.clone();
    all.retain(|place| !outer.iter().any(|other| other != place && place.steps().starts_with(other.steps())));
    all.sort();
    all.dedup();
    all
}

fn leaves(place: &Place, value: &Value, into: &mut Vec<Place>) {
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            entries.iter().for_each(|(key, value)| leaves(&place.key(key), value, into));
        }
        _ => into.push(place.clone()),
    }
}

/// The owners of before, with what others own by now.
fn owners(before: &Object, left: &Object, live: &Object) -> Vec<Value> {
    let of =
        |object: &Object, entry: &Value| entries(object).into_iter().find(|other| is_same_owner(other, entry)).cloned();
    let since = |entry: &Value| !is_ours(entry) && of(left, entry).as_ref() != Some(entry);
    let now: Vec<&Value> = entries(live).into_iter().filter(|entry| since(entry)).collect();
    let stays = |entry: &&Value| !now.iter().any(|other| is_same_owner(other, entry));
    let was = entries(before);
    was.into_iter().filter(stays).chain(now.iter().copied()).cloned().collect()
}

/// What is there now with other owners; those of the status are as they are now, since the status is too.
fn owned(live: &Object, owners: Vec<Value>) -> Object {
    let mut all = owners;
    all.extend(managed(live).iter().filter(|entry| is_of_status(entry)).cloned());
    if all.is_empty() {
        // No entry at all would mean: as they are. One that is empty takes them away.
        all.push(Value::Object(Map::new()));
    }
    with_metadata(live, |metadata| {
        metadata.insert("managedFields".to_owned(), all.into());
    })
}

/// The object of before as a change of the one that is there now. Its status is left: where that is no subresource (as of
/// Applications of Argo CD), an older one would overwrite what its controller says.
fn rebased(before: &Object, live: &Object) -> Object {
    let mut value = before.value().clone();
    if let Some(entries) = value.as_object_mut() {
        entries.remove("status");
        entries.extend(live.get("/status").map(|status| ("status".to_owned(), status.clone())));
    }
    // It was an object and still is.
    let before = Object::new(value).unwrap_or_else(|| before.clone());
    with_metadata(&before, |metadata| {
        // The server refuses another time of creation; of one that was made anew in between it is another.
        for key in ["resourceVersion", "uid", "creationTimestamp", "generation"] {
            match live.get("/metadata").and_then(|metadata| metadata.get(key)) {
                Some(value) => metadata.insert(key.to_owned(), value.clone()),
                None => metadata.remove(key),
            };
        }
    })
}

/// The object of before as one that was never there. What the server writes by itself is refused or wrong.
pub(super) fn fresh(before: &Object) -> Object {
    let bare = with_metadata(before, |metadata| {
        for key in ["resourceVersion", "uid", "generation", "creationTimestamp", "selfLink", "managedFields"] {
            metadata.remove(key);
        }
    });
    let mut value = bare.value().clone();
    generated::forget(&mut value);
    Object::new(value).unwrap_or(bare)
}

fn with_metadata(object: &Object, change: impl FnOnce(&mut Map<String, Value>)) -> Object {
    let mut value = object.value().clone();
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        change(metadata);
    }
    // It was an object and still is.
    Object::new(value).unwrap_or_else(|| object.clone())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(data: &Value, more: &Value) -> Object {
        let fields = json!({ "f:data": { "f:a": {} } });
        let mut metadata = json!({ "name": "a", "uid": "1", "resourceVersion": "7",
            "managedFields": [{ "manager": "switchback", "operation": "Apply", "fieldsV1": fields }] });
        metadata.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Object::new(json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data })).unwrap()
    }

    fn fields(way: Result<Way, Vec<Interference>>) -> Vec<String> {
        way.unwrap_err().into_iter().map(|found| found.field).collect()
    }

    #[test]
    fn what_others_wrote_elsewhere_stays_and_ours_goes_back() {
        let none = json!({});
        let (before, left) =
            (object(&json!({ "a": "1", "b": "1" }), &none), object(&json!({ "a": "2", "b": "1" }), &none));
        let held = json!({ "finalizers": ["x.test/hold"], "annotations": { "note": "1" } });
        let live = object(&json!({ "a": "2", "b": "3", "more": "4" }), &held);
        let content = |way: Way| if let Way::Content(target) = way { Some(target) } else { None };
        let target = content(way(Some(&before), Some(&left), Some(&live)).unwrap()).unwrap();
        assert_eq!(target.get("/data").unwrap(), &json!({ "a": "1", "b": "3", "more": "4" }));
        assert_eq!(target.get("/metadata/finalizers"), live.get("/metadata/finalizers"));
        // Written already, and cut off before its owners: the rest is the same as without that.
        assert_eq!(content(way(Some(&before), Some(&left), Some(&target)).unwrap()), None);
        let theirs = object(&json!({ "a": "5", "b": "1" }), &none);
        assert_eq!(fields(way(Some(&before), Some(&left), Some(&theirs))), ["data.a"]);
    }

    #[test]
    fn what_we_made_goes_with_what_controllers_wrote_but_not_with_what_was_put_in() {
        let left = object(&json!({ "a": "1" }), &json!({}));
        let held = object(&json!({ "a": "1" }), &json!({ "finalizers": ["x.test/hold"], "labels": { "seen": "1" } }));
        assert_eq!(way(None, Some(&left), Some(&held)), Ok(Way::Delete));
        let more = object(&json!({ "a": "1", "more": "1" }), &json!({}));
        assert_eq!(fields(way(None, Some(&left), Some(&more))), ["data.more"]);
        let other = object(&json!({ "a": "2" }), &json!({}));
        assert_eq!(fields(way(None, Some(&left), Some(&other))), ["data.a"]);
        let another = object(&json!({ "a": "1" }), &json!({ "uid": "2" }));
        assert_eq!(fields(way(None, Some(&left), Some(&another))), [""]);
    }

    #[test]
    fn what_somebody_typed_into_what_we_made_does_not_go_with_it() {
        let of = |spec: Value, manager: &str| {
            let entry = json!({ "manager": manager, "fieldsV1": { "f:spec": { "f:more": {} } } });
            let ours = json!({ "manager": "switchback", "fieldsV1": { "f:spec": { "f:size": {} } } });
            let metadata = json!({ "name": "a", "uid": "1", "managedFields": [ours, entry] });
            Object::new(json!({ "apiVersion": "x/v1", "kind": "Pool", "metadata": metadata, "spec": spec })).unwrap()
        };
        let left = of(json!({ "size": 1 }), "nobody");
        let typed = of(json!({ "size": 1, "more": true }), "kubectl-edit");
        assert_eq!(fields(way(None, Some(&left), Some(&typed))), ["spec.more"]);
        let restart = json!({ "kubectl.kubernetes.io/restartedAt": "2026-11-22" });
        let restarted = of(json!({ "size": 1, "more": restart }), "kubectl-rollout");
        assert_eq!(way(None, Some(&left), Some(&restarted)), Ok(Way::Delete), "that pods were restarted is no loss");
        let written = of(json!({ "size": 1, "more": true }), "pool-operator");
        assert_eq!(way(None, Some(&left), Some(&written)), Ok(Way::Delete), "its operator does so again");
    }

    #[test]
    fn the_places_of_a_change_are_its_leaves() {
        let before = json!({ "list": [{ "name": "a" }, { "name": "b", "of": "1" }], "map": { "x": "1" } });
        let left = json!({ "list": [{ "name": "b", "of": "2" }], "map": { "x": "2" }, "new": { "y": { "z": "1" } } });
        let told: Vec<String> = places(&before, &left).iter().map(ToString::to_string).collect();
        assert_eq!(told, ["list", "map.x", "new.y.z"]);
    }
}
