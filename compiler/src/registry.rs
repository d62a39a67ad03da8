//! What the compiler knows of actions, checks, things and readers: the pure half of each, handed in by the executor.

use crate::plan::{COPY, Call};
use crate::schema::{Form, Place, Role};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an action writes, as far as the compiler can know it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Touch {
    /// The space of names: `files`, `service`, a cluster.
    pub space: String,
    /// The name in it, `/` between its parts.
    pub path: String,
    /// Whether all below it is touched too.
    pub tree: bool,
}

impl Touch {
    /// The space of files and folders of the target's directory.
    pub const FILES: &str = "files";
    /// The space of local processes of the target.
    pub const SERVICES: &str = "service";
    /// The space of objects of the target's cluster, each `Kind.group/namespace/name`.
    pub const OBJECTS: &str = "object";

    /// The space of releases of Helm in the target's cluster, each `namespace/name`.
    pub const RELEASES: &str = "release";

    /// One file of the target's directory.
    pub fn file(path: impl Into<String>) -> Self {
        Self { space: Self::FILES.into(), path: path.into(), tree: false }
    }

    /// Everything below a folder of the target's directory.
    pub fn tree(path: impl Into<String>) -> Self {
        Self { tree: true, ..Self::file(path) }
    }

    /// A service of the target.
    pub fn service(name: impl Into<String>) -> Self {
        Self { space: Self::SERVICES.into(), path: name.into(), tree: false }
    }

    /// An object of the target's cluster.
    pub fn object(name: impl Into<String>) -> Self {
        Self { space: Self::OBJECTS.into(), path: name.into(), tree: false }
    }

    /// A release of Helm in a namespace.
    pub fn release(namespace: &str, name: &str) -> Self {
        Self { space: Self::RELEASES.into(), path: format!("{namespace}/{name}"), tree: false }
    }

    /// As people say it: `www/a.html`, `service portal`, `configmap/limits`.
    pub fn spoken(&self) -> String {
        match self.space.as_str() {
            Self::SERVICES => format!("service {}", self.path),
            Self::RELEASES => format!("release {}", self.path.rsplit('/').next().unwrap_or(&self.path)),
            Self::OBJECTS => {
                let (kind, name) = self.path.split_once('/').unwrap_or(("object", &self.path));
                let kind = kind.split('.').next().unwrap_or(kind).to_lowercase();
                let name = name.trim_start_matches('/').rsplit('/').next().unwrap_or(name);
                format!("{kind}/{name}")
            }
            _ => self.path.clone(),
        }
    }

    /// Whether both may mean the same thing.
    pub fn meets(&self, other: &Self) -> bool {
        let below = |tree: &Self, one: &Self| {
            tree.tree
                && (tree.path.is_empty()
                    || one.path.strip_prefix(&tree.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
        };
        self.space == other.space && (self.path == other.path || below(self, other) || below(other, self))
    }
}

/// What a kind finds wrong with a call that its form can't say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// The argument or property it is about; the whole call when empty.
    pub about: &'static str,
    /// What is wrong, a fragment.
    pub text: String,
    /// The way out.
    pub help: String,
}

impl Objection {
    /// An objection to the whole call.
    pub fn new(text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { about: "", text: text.into(), help: help.into() }
    }
}

/// What a kind needs of the target that it is used on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// Nothing: it runs on this machine, in the project's folder where the target has no directory.
    Nothing,
    /// The target's directory.
    Directory,
    /// The target's cluster.
    Cluster,
}

/// The bytes of a call's sources, by their digest.
pub type Sources<'b> = dyn Fn(&str) -> Option<&'b [u8]> + 'b;

/// The pure half of a kind of action, check, thing, reader or message.
pub trait Kind: Send + Sync {
    /// Its form and documentation.
    fn form(&self) -> &'static Form;

    /// What a call of it writes, which may stand in its sources: a manifest names its objects.
    fn touches(&self, _call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        Vec::new()
    }

    /// What a backup of it reads, and nothing may write meanwhile.
    fn reads(&self, _call: &Call) -> Vec<Touch> {
        Vec::new()
    }

    /// What is wrong with a call beyond its form.
    fn objections(&self, _call: &Call) -> Vec<Objection> {
        Vec::new()
    }

    /// What is wrong with the bytes of its sources; no more of them is looked at than tells.
    fn source_objections(&self, _call: &Call, _sources: &Sources<'_>) -> Vec<Objection> {
        Vec::new()
    }

    /// The service of the target that a call is about.
    fn service<'a>(&self, _call: &'a Call) -> Option<&'a str> {
        None
    }

    /// The copy of this plan (a backup's name) that a call reads, as `restore` actions do.
    fn copy<'a>(&self, call: &'a Call) -> Option<&'a str> {
        call.known(COPY)
    }

    /// What a call of it needs of the target.
    fn needs(&self) -> Needs {
        Needs::Nothing
    }
}

/// All kinds, by name.
#[derive(Default)]
pub struct Registry<'a> {
    kinds: BTreeMap<&'static str, &'a dyn Kind>,
}

impl<'a> Registry<'a> {
    /// A registry of these.
    pub fn new(kinds: impl IntoIterator<Item = &'a dyn Kind>) -> Self {
        Self { kinds: kinds.into_iter().map(|kind| (kind.form().name, kind)).collect() }
    }

    /// The kind of that name.
    pub fn get(&self, name: &str) -> Option<&'a dyn Kind> {
        self.kinds.get(name).copied()
    }

    /// All kinds in the order of their names.
    pub fn all(&self) -> impl Iterator<Item = &'a dyn Kind> + '_ {
        self.kinds.values().copied()
    }

    /// Those that may stand in a place.
    pub fn at(&self, place: Place) -> impl Iterator<Item = &'a dyn Kind> + '_ {
        self.all().filter(move |kind| place.roles().iter().any(|role: &Role| kind.form().is(*role)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_touch_is_said_as_people_say_it() {
        let said = |touch: Touch| touch.spoken();
        assert_eq!(said(Touch::object("Deployment.apps/lumen/web")), "deployment/web");
        assert_eq!(said(Touch::object("Namespace//lumen")), "namespace/lumen");
        assert_eq!((said(Touch::service("web")), said(Touch::file("a/b"))), ("service web".into(), "a/b".into()));
    }

    #[test]
    fn a_tree_meets_what_is_below_it_and_nothing_beside_it() {
        assert!(Touch::tree("www").meets(&Touch::file("www/a/b")));
        assert!(Touch::file("www").meets(&Touch::tree("www")));
        assert!(!Touch::tree("www").meets(&Touch::file("www2/a")));
        assert!(!Touch::file("www").meets(&Touch::file("www/a")));
        assert!(Touch::tree("").meets(&Touch::file("a")));
    }
}
