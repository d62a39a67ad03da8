//! What a resource is called that is no file.

use crate::world::cluster::{Builtin, ObjectName};
use serde::{Deserialize, Serialize};
use switchback_compiler::registry::Touch;

/// The spaces of names beside that of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// Local processes of the target that outlive runs.
    Service,
    /// Objects of the target's cluster, by their full names.
    Object,
    /// Releases of Helm in the target's cluster, each `namespace/name`.
    Release,
}

impl Space {
    const ALL: [Self; 3] = [Self::Service, Self::Object, Self::Release];

    /// The word that a touch has for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Service => Touch::SERVICES,
            Self::Object => Touch::OBJECTS,
            Self::Release => Touch::RELEASES,
        }
    }

    fn called(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|space| space.word() == word)
    }
}

/// A resource of a target. As text, and so as a key of a map, it is `space/name`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Resource {
    /// Where its name counts.
    pub space: Space,
    /// Its name there.
    pub name: String,
}

/// A text that names no resource.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the name of a resource, which is `space/name`")]
pub struct NotAResource(String);

impl Resource {
    /// A service.
    pub fn service(name: impl Into<String>) -> Self {
        Self { space: Space::Service, name: name.into() }
    }

    /// An object of the cluster.
    pub fn object(name: &ObjectName) -> Self {
        Self { space: Space::Object, name: String::from(name.clone()) }
    }

    /// A release of Helm.
    pub fn release(namespace: &str, name: &str) -> Self {
        Self { space: Space::Release, name: format!("{namespace}/{name}") }
    }

    /// The namespace and the name of a release; none where it is none.
    pub fn release_name(&self) -> Option<(&str, &str)> {
        self.name.split_once('/').filter(|_| self.space == Space::Release)
    }

    /// The name of an object; none where it is none.
    pub fn object_name(&self) -> Option<ObjectName> {
        let name = Some(&self.name).filter(|_| self.space == Space::Object)?;
        ObjectName::try_from(name.clone()).ok()
    }

    /// What a touch may mean; nothing where it means files. Of a kind that only a server knows it is not known before
    /// whether its objects are in namespaces.
    pub fn touched(touch: &Touch) -> Vec<Self> {
        let Some(space) = Space::called(&touch.space) else { return Vec::new() };
        let named = Self { space, name: touch.path.clone() };
        let elsewhere = named.object_name().filter(|name| Builtin::of(&name.group, &name.kind).is_none());
        let elsewhere = elsewhere.map(|name| Self::object(&ObjectName { namespace: None, ..name }));
        [Some(named), elsewhere].into_iter().flatten().collect()
    }

    /// Whether both may be the same. A plan may call a kind that only a server knows by any of its words, by a short one too,
    /// so of those only name, namespace and group tell two apart, as far as they are said.
    pub fn may_be(&self, other: &Self) -> bool {
        let (Some(one), Some(that)) = (self.object_name(), other.object_name()) else { return self == other };
        let own = |name: &ObjectName| Builtin::of(&name.group, &name.kind).is_some();
        if own(&one) || own(&that) {
            return one == that;
        }
        let same = |one: &str, that: &str| one.is_empty() || that.is_empty() || one == that;
        let place = |name: &ObjectName| name.namespace.clone().unwrap_or_default();
        one.name == that.name && same(&one.group, &that.group) && same(&place(&one), &place(&that))
    }

    /// As people say it, who have this namespace in mind: `service portal`, `configmap/limits`.
    pub fn spoken(&self, namespace: &str) -> String {
        match (self.object_name(), self.release_name()) {
            (Some(name), _) => name.spoken(namespace),
            (None, Some((own, name))) if own == namespace => format!("release {name}"),
            _ => format!("{} {}", self.space.word(), self.name),
        }
    }
}

impl From<Resource> for String {
    fn from(Resource { space, name }: Resource) -> Self {
        format!("{}/{name}", space.word())
    }
}

impl TryFrom<String> for Resource {
    type Error = NotAResource;

    fn try_from(text: String) -> Result<Self, NotAResource> {
        let parts = text.split_once('/').and_then(|(word, name)| Some((Space::called(word)?, name)));
        match parts {
            Some((space, name)) if !name.is_empty() => Ok(Self { space, name: name.to_owned() }),
            _ => Err(NotAResource(text)),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_resource_comes_back_as_it_was_written() {
        let portal = Resource::service("portal");
        assert_eq!(
            (String::from(portal.clone()), portal.spoken("")),
            ("service/portal".into(), "service portal".into())
        );
        assert_eq!(Resource::try_from("service/portal".to_owned()).unwrap(), portal);
        for text in ["portal", "files/a", "service/", ""] {
            assert!(Resource::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_touch_of_files_is_no_such_resource() {
        assert_eq!(Resource::touched(&Touch::file("etc/a")), []);
        assert_eq!(Resource::touched(&Touch::service("portal")), [Resource::service("portal")]);
    }

    #[test]
    fn an_object_of_a_kind_that_only_a_server_knows_may_be_in_no_namespace() {
        let map = Touch::object("ConfigMap/lumen/limits");
        let said = |touch: &Touch, namespace: &str| -> Vec<String> {
            Resource::touched(touch).iter().map(|resource| resource.spoken(namespace)).collect()
        };
        assert_eq!(said(&map, "lumen"), ["configmap/limits"]);
        assert_eq!(said(&map, "default"), ["lumen/configmap/limits"]);
        assert_eq!(Resource::touched(&Touch::object("Vase.a.io/lumen/a")).len(), 2);
    }

    #[test]
    fn what_a_plan_calls_by_another_word_may_be_the_same() {
        let object = |text: &str| Resource { space: Space::Object, name: text.to_owned() };
        let live = object("Vase.a.io/lumen/red");
        for said in ["vases/lumen/red", "vs.a.io/lumen/red", "vase/lumen/red", "Vase.a.io//red"] {
            assert!(object(said).may_be(&live), "{said}");
        }
        for said in ["vases/lumen/blue", "vases.b.io/lumen/red", "vases/other/red", "ConfigMap/lumen/red"] {
            assert!(!object(said).may_be(&live), "{said}");
        }
        assert!(!Resource::service("red").may_be(&live));
    }
}
