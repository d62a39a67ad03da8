//! What goes with an object that is deleted.

use super::name::ObjectName;
use super::object::Object;
use serde_json::Value;
use std::collections::BTreeSet;

/// Whether an object is gone since others were deleted, or by itself: one in a namespace goes with that, one of a kind with
/// the kind's definition, one that others made with all of these, and a Job that says so some time after its end.
pub fn took_along(deleted: &BTreeSet<ObjectName>, object: &Object) -> bool {
    let of = object.full_name();
    let core = |kind: &str, name: &str| ObjectName {
        group: String::new(),
        kind: kind.to_owned(),
        namespace: None,
        name: name.to_owned(),
    };
    let with_namespace = object.namespace().is_some_and(|space| deleted.contains(&core("Namespace", space)));
    // Which of a group's definitions is that of a kind only the server could tell, and it is gone.
    let group = format!(".{}", of.group);
    let is_definition = |name: &&ObjectName| name.kind == "CustomResourceDefinition" && name.name.ends_with(&group);
    let with_definition = !of.group.is_empty() && deleted.iter().any(|name| is_definition(&name));
    let by_itself = of.kind == "Job" && object.get("/spec/ttlSecondsAfterFinished").is_some();
    with_namespace || with_definition || by_itself || with_owners(deleted, object)
}

fn with_owners(deleted: &BTreeSet<ObjectName>, object: &Object) -> bool {
    let owners = object.get("/metadata/ownerReferences").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let is_deleted = |owner: &Value| {
        let text = |key: &str| owner.get(key).and_then(Value::as_str).unwrap_or_default();
        let group = text("apiVersion").rsplit_once('/').map_or("", |(group, _)| group);
        let is_it = |one: &&ObjectName| {
            (one.group.as_str(), one.kind.as_str(), one.name.as_str()) == (group, text("kind"), text("name"))
                && (one.namespace.is_none() || one.namespace.as_deref() == object.namespace())
        };
        deleted.iter().any(|one| is_it(&one))
    };
    !owners.is_empty() && owners.iter().all(is_deleted)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_goes_along_is_told_from_what_somebody_deleted() {
        let object = |kind: &str, more: Value| {
            let mut metadata = json!({ "name": "a", "namespace": "shop" });
            metadata.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Object::new(json!({ "apiVersion": "vases.test/v1", "kind": kind, "metadata": metadata })).unwrap()
        };
        let owned = json!({ "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "Deployment", "name": "web" }] });
        let along = |deleted: &str, object: &Object| {
            took_along(&BTreeSet::from([ObjectName::try_from(deleted.to_owned()).unwrap()]), object)
        };
        let (plain, owned) = (object("Vase", json!({})), object("Vase", owned));
        assert!(along("Namespace//shop", &plain) && !along("Namespace//other", &plain));
        assert!(along("CustomResourceDefinition.apiextensions.k8s.io//vases.vases.test", &plain));
        assert!(!along("CustomResourceDefinition.apiextensions.k8s.io//pots.pots.test", &plain));
        assert!(along("Deployment.apps/shop/web", &owned) && !along("Deployment.apps/shop/web", &plain));
        assert!(!along("Deployment.apps/other/web", &owned) && !along("StatefulSet.apps/shop/web", &owned));
    }
}
