//! What an object is called, everywhere: in the journal, as a key, on the screen.

use super::builtin::Builtin;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An object of a cluster. As text, and so as a key of a map, it is `Kind.group/namespace/name`, with the group left out
/// for the core one and the namespace empty for what is in none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectName {
    /// Empty for the core group. Without a version: the same object is served in several.
    pub group: String,
    /// `Deployment`.
    pub kind: String,
    /// None for what is in no namespace.
    pub namespace: Option<String>,
    /// `catalog`.
    pub name: String,
}

/// A text that names no object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the name of an object, which is `Kind.group/namespace/name`")]
pub struct NotAName(String);

impl ObjectName {
    /// As people say it: `deployment/catalog`, and `kube-system/deployment/coredns` where the namespace is not the one
    /// that they have in mind.
    pub fn spoken(&self, default_namespace: &str) -> String {
        match self.namespace.as_deref() {
            Some(namespace) if namespace != default_namespace => format!("{namespace}/{self}"),
            _ => self.to_string(),
        }
    }
}

/// Without the namespace. The group is told where it is not one of Kubernetes itself: two operators may have a `Cluster`.
impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group, kind, namespace: _, name } = self;
        let kind = kind.to_ascii_lowercase();
        match Builtin::called(&kind, None) {
            Some(builtin) if builtin.group == group => write!(f, "{kind}/{name}"),
            _ if group.is_empty() => write!(f, "{kind}/{name}"),
            _ => write!(f, "{kind}.{group}/{name}"),
        }
    }
}

impl From<ObjectName> for String {
    fn from(ObjectName { group, kind, namespace, name }: ObjectName) -> Self {
        let dot = if group.is_empty() { "" } else { "." };
        format!("{kind}{dot}{group}/{}/{name}", namespace.unwrap_or_default())
    }
}

impl TryFrom<String> for ObjectName {
    type Error = NotAName;

    fn try_from(text: String) -> Result<Self, NotAName> {
        parsed(&text).ok_or(NotAName(text))
    }
}

fn parsed(text: &str) -> Option<ObjectName> {
    let mut parts = text.split('/');
    let (kind, namespace, name) = (parts.next()?, parts.next()?, parts.next()?);
    let (kind, group) = kind.split_once('.').unwrap_or((kind, ""));
    let whole = parts.next().is_none() && !kind.is_empty() && is_segment(name);
    let namespace = Some(namespace).filter(|namespace| !namespace.is_empty());
    (whole && namespace.is_none_or(is_segment)).then(|| ObjectName {
        group: group.to_owned(),
        kind: kind.to_owned(),
        namespace: namespace.map(str::to_owned),
        name: name.to_owned(),
    })
}

/// Whether a name may stand in the path of a request. Kubernetes itself refuses `.`, `..`, `/` and `%`; the rest is what a
/// path may hold without an escape (RFC 3986, `pchar`).
pub fn is_segment(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte);
    !name.is_empty() && name.len() <= 253 && name != "." && name != ".." && name.bytes().all(allowed)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn name(group: &str, kind: &str, namespace: Option<&str>, name: &str) -> ObjectName {
        let (group, kind, name) = (group.to_owned(), kind.to_owned(), name.to_owned());
        ObjectName { group, kind, namespace: namespace.map(str::to_owned), name }
    }

    #[test]
    fn a_name_is_said_as_people_say_it() {
        let catalog = name("apps", "Deployment", Some("lumen"), "catalog");
        assert_eq!(catalog.spoken("lumen"), "deployment/catalog");
        assert_eq!(catalog.spoken("other"), "lumen/deployment/catalog");
        assert_eq!(name("", "Namespace", None, "lumen").spoken("lumen"), "namespace/lumen");
        let cluster = name("cluster.x-k8s.io", "Cluster", Some("lumen"), "a");
        assert_eq!(cluster.spoken("lumen"), "cluster.cluster.x-k8s.io/a");
        // A group that has a kind of Kubernetes' name is not mistaken for it.
        assert_eq!(name("serving.knative.dev", "Service", None, "a").to_string(), "service.serving.knative.dev/a");
    }

    #[test]
    fn a_name_is_a_key_and_comes_back() {
        let names = [
            name("apps", "Deployment", Some("lumen"), "catalog"),
            name("", "Namespace", None, "lumen"),
            name("rbac.authorization.k8s.io", "ClusterRole", None, "system:node"),
        ];
        let map: BTreeMap<ObjectName, usize> = names.into_iter().zip(0..).collect();
        let text = serde_json::to_string(&map).unwrap();
        let wanted = r#"{"Namespace//lumen":1,"Deployment.apps/lumen/catalog":0,"ClusterRole.rbac.authorization.k8s.io//system:node":2}"#;
        assert_eq!(text, wanted);
        assert_eq!(serde_json::from_str::<BTreeMap<ObjectName, usize>>(&text).unwrap(), map);
    }

    #[test]
    fn what_could_leave_its_place_in_a_path_is_no_name() {
        for text in
            ["Pod/a/..", "Pod/../a", "Pod/a/b/c", "Pod/a", "/a/b", "Pod/a/b?x", "Pod/a/b%2f", "Pod/a/", "Pod//b c"]
        {
            assert!(ObjectName::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
