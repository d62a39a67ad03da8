//! What becomes of an object that something before makes or changes: the server can't try that on what is there now.

use super::change::{Effect, Learnt, ObjectChange};
use crate::world::cluster::{Normal, Object, ObjectName, merged};
use serde_json::Value;

/// Of the object as it will be by then: what the last manifest says and the new one does not goes, what the new one says
/// comes.
pub(super) fn foreseen(name: &ObjectName, last: Option<&Object>, new: &Object, coming: &Object) -> ObjectChange {
    let mut value = coming.value().clone();
    if let Some(last) = last {
        prune(&mut value, last.value(), new.value());
    }
    // It was an object and still is.
    let after = Object::new(merged(&value, new.value())).unwrap_or_else(|| new.clone());
    let equal = Normal::of(&after) == Normal::of(coming);
    ObjectChange {
        name: name.clone(),
        effect: if equal { Effect::Equal } else { Effect::Update },
        before: Some(coming.clone()),
        after: Some(after),
        drift: Vec::new(),
        learnt: Learnt::Simulated("something before this changes it"),
    }
}

fn prune(value: &mut Value, last: &Value, new: &Value) {
    let (Some(entries), Some(last), Some(new)) = (value.as_object_mut(), last.as_object(), new.as_object()) else {
        return;
    };
    entries.retain(|key, _| new.contains_key(key) || !last.contains_key(key));
    for (key, value) in entries {
        if let (Some(last), Some(new)) = (last.get(key), new.get(key)) {
            prune(value, last, new);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_only_the_last_manifest_says_goes_and_what_others_added_stays() {
        let map = |data: Value| {
            Object::new(json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" }, "data": data }))
        };
        let last = map(json!({ "old": "1", "same": "1" })).unwrap();
        let new = map(json!({ "same": "2" })).unwrap();
        let coming = map(json!({ "old": "9", "same": "9", "own": "9" })).unwrap();
        let change = foreseen(&coming.full_name(), Some(&last), &new, &coming);
        assert_eq!(change.effect, Effect::Update);
        assert_eq!(change.after, map(json!({ "same": "2", "own": "9" })));
    }
}
