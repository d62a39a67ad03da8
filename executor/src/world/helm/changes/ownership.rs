//! To which release an object belongs.
//!
//! Helm marks each object that it makes with a label and two annotations, and refuses to take one over that has not all
//! three, but on a rollback. Source: helm, `pkg/action/validate.go`, the same in 3 and 4.

use crate::world::cluster::Object;
use serde_json::{Map, Value};

const MANAGED_BY: (&str, &str) = ("app.kubernetes.io/managed-by", "Helm");
const NAME: &str = "meta.helm.sh/release-name";
const NAMESPACE: &str = "meta.helm.sh/release-namespace";

/// Whose an object is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The release's that was asked for.
    This,
    /// Another release's.
    Other {
        /// Its name.
        release: String,
        /// Its namespace.
        namespace: String,
    },
    /// No release's.
    Nobody,
}

impl Owner {
    /// Of a live object, for a release.
    pub fn of(object: &Object, release: &str, namespace: &str) -> Self {
        let part = |part: &str, key: &str| object.get("/metadata").and_then(|all| all.get(part)?.get(key)?.as_str());
        let (name, place) = (part("annotations", NAME), part("annotations", NAMESPACE));
        match (name, place) {
            (Some(name), Some(place)) if (name, place) == (release, namespace) => {
                if part("labels", MANAGED_BY.0) == Some(MANAGED_BY.1) { Self::This } else { Self::Nobody }
            }
            (Some(name), place) => {
                Self::Other { release: name.to_owned(), namespace: place.unwrap_or_default().to_owned() }
            }
            (None, _) => Self::Nobody,
        }
    }
}

/// An object of a manifest with the marks of a release, as Helm sends it.
pub fn marked(object: &Object, release: &str, namespace: &str) -> Object {
    let mut value = object.clone().into_value();
    if let Some(metadata) = part(value.as_object_mut(), "metadata") {
        let labels = part(Some(&mut *metadata), "labels");
        let _before = labels.and_then(|labels| labels.insert(MANAGED_BY.0.to_owned(), MANAGED_BY.1.into()));
        if let Some(annotations) = part(Some(metadata), "annotations") {
            annotations.insert(NAME.to_owned(), release.into());
            annotations.insert(NAMESPACE.to_owned(), namespace.into());
        }
    }
    Object::new(value).unwrap_or_else(|| object.clone())
}

/// A map in a map, which is made where there is none.
fn part<'m>(map: Option<&'m mut Map<String, Value>>, name: &str) -> Option<&'m mut Map<String, Value>> {
    let part = map?.entry(name).or_insert_with(|| Map::new().into());
    if part.is_null() {
        *part = Map::new().into();
    }
    part.as_object_mut()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_marked_object_is_the_releases_and_keeps_its_own() {
        for metadata in [json!({ "name": "a" }), json!({ "name": "a", "labels": null, "annotations": { "x": "y" } })] {
            let object = Object::new(json!({ "kind": "X", "metadata": metadata })).unwrap();
            assert_eq!(Owner::of(&object, "portal", "lumen"), Owner::Nobody);
            let marked = marked(&object, "portal", "lumen");
            assert_eq!(Owner::of(&marked, "portal", "lumen"), Owner::This);
            let other = Owner::Other { release: "portal".to_owned(), namespace: "lumen".to_owned() };
            assert_eq!(Owner::of(&marked, "portal", "elsewhere"), other);
            assert_eq!(marked.text("/metadata/annotations/x"), object.text("/metadata/annotations/x"));
        }
    }

    #[test]
    fn without_the_label_helm_does_not_take_it() {
        let annotations = json!({ "meta.helm.sh/release-name": "portal", "meta.helm.sh/release-namespace": "lumen" });
        let object = Object::new(json!({ "metadata": { "annotations": annotations } })).unwrap();
        assert_eq!(Owner::of(&object, "portal", "lumen"), Owner::Nobody);
    }
}
