//! What plans write to name an object: `deployment/catalog`, `deploy/x`, `certificates.cert-manager.io/x`.

use super::builtin::Builtin;
use super::name::{ObjectName, is_segment};

/// A word for a kind and a name, as a plan has them; which kind it is may take a server to know.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// Kind, plural, singular or short name, as it was written.
    pub word: String,
    /// The group, where one was written.
    pub group: Option<String>,
    /// The object's name.
    pub name: String,
}

/// A text that is no reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAReference {
    /// There is no `/`, or more than one.
    #[error("`{0}` does not name an object; it is written `kind/name`, such as `deployment/catalog`")]
    Form(String),
    /// The part before the `/`.
    #[error("`{0}` is not a word for a kind, such as `deployment`, `deploy` or `certificates.cert-manager.io`")]
    Kind(String),
    /// The part behind it.
    #[error("`{0}` can't be the name of an object: letters, digits, `-` and `.` are allowed")]
    Name(String),
}

impl Reference {
    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, NotAReference> {
        let (kind, name) = text.split_once('/').ok_or_else(|| NotAReference::Form(text.to_owned()))?;
        if name.contains('/') {
            return Err(NotAReference::Form(text.to_owned()));
        }
        if !is_segment(name) {
            return Err(NotAReference::Name(name.to_owned()));
        }
        let (word, group) = split(kind).ok_or_else(|| NotAReference::Kind(kind.to_owned()))?;
        Ok(Self { word: word.to_owned(), group: group.map(str::to_owned), name: name.to_owned() })
    }

    /// The kind of Kubernetes itself that is meant, as far as that is known without a server.
    pub fn builtin(&self) -> Option<&'static Builtin> {
        Builtin::called(&self.word, self.group.as_deref())
    }

    /// The object that is meant, where it is of a kind of Kubernetes itself. None is for a server to say.
    pub fn known(&self, namespace: &str) -> Option<ObjectName> {
        self.builtin().map(|builtin| ObjectName {
            group: builtin.group.to_owned(),
            kind: builtin.kind.to_owned(),
            namespace: builtin.namespaced.then(|| namespace.to_owned()),
            name: self.name.clone(),
        })
    }

    /// Whether two references may mean the same object of a namespace, as far as that is known without a server.
    ///
    /// Of kinds of Kubernetes itself it is certain. Of others a plural is told by English, and a group that is left out may
    /// be any; only the short names that a definition made up are not known.
    pub fn may_be(&self, other: &Self) -> bool {
        let any_group =
            |one: &Self, other: &Self| one.group.is_none() || other.group.is_none() || one.group == other.group;
        let same_kind = match (self.builtin(), other.builtin()) {
            (Some(one), Some(other)) => one == other,
            (None, None) => singular(&self.word) == singular(&other.word) && any_group(self, other),
            _ => false,
        };
        same_kind && self.name == other.name
    }

    /// The same for references that have the same form: one text for all words of a kind of Kubernetes itself, and for
    /// singular and plural of others that name their group.
    pub fn key(&self) -> String {
        match self.builtin() {
            Some(Builtin { group, kind, .. }) => format!("{}.{group}/{}", kind.to_ascii_lowercase(), self.name),
            None => format!("{}.{}/{}", singular(&self.word), self.group.as_deref().unwrap_or_default(), self.name),
        }
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.group {
            Some(group) => write!(f, "{}.{group}/{}", self.word, self.name),
            None => write!(f, "{}/{}", self.word, self.name),
        }
    }
}

fn split(kind: &str) -> Option<(&str, Option<&str>)> {
    let (word, group) = match kind.split_once('.') {
        Some((word, group)) => (word, Some(group)),
        None => (kind, None),
    };
    let of_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let of_group = |byte: u8| of_word(byte) || byte == b'.';
    let good = !word.is_empty() && word.bytes().all(of_word);
    let good = good && group.is_none_or(|group| !group.is_empty() && group.bytes().all(of_group));
    good.then_some((word, group))
}

/// English as Kubernetes has it: `policies`, `ingresses`, `clusters`.
fn singular(word: &str) -> String {
    let word = word.to_ascii_lowercase();
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("{stem}y");
    }
    for ending in ["ses", "xes", "zes", "ches", "shes"] {
        if word.ends_with(ending) {
            return word.strip_suffix("es").unwrap_or(&word).to_owned();
        }
    }
    match word.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') => stem.to_owned(),
        _ => word,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn of(text: &str) -> Reference {
        Reference::parse(text).unwrap()
    }

    #[test]
    fn one_object_has_many_references() {
        for text in
            ["deployment/x", "deploy/x", "Deployment/x", "deployments/x", "deployments.apps/x", "Deployment.apps/x"]
        {
            assert_eq!(of(text).known("lumen").unwrap().spoken("lumen"), "deployment/x", "{text}");
            assert_eq!(of(text).key(), of("deploy/x").key(), "{text}");
        }
        assert_eq!(of("cronjobs.batch/x").known("lumen").unwrap().kind, "CronJob");
        assert_eq!(of("ns/x").known("lumen").unwrap().namespace, None);
    }

    #[test]
    fn a_kind_of_a_definition_is_for_a_server_to_say() {
        assert_eq!(of("certificates.cert-manager.io/x").known("lumen"), None);
        for (one, other) in [("certificates.a.io/x", "Certificate.a.io/x"), ("policies.a.io/x", "policy.a.io/x")] {
            assert_eq!(of(one).key(), of(other).key());
        }
        assert!(of("certificate/x").may_be(&of("certificates.a.io/x")));
        assert!(!of("certificates.b.io/x").may_be(&of("certificates.a.io/x")));
        assert!(of("deploy/x").may_be(&of("deployments.apps/x")) && !of("deploy/x").may_be(&of("deploy/y")));
        assert!(!of("services.serving.knative.dev/x").may_be(&of("services/x")));
        assert_ne!(of("services.serving.knative.dev/x").key(), of("services/x").key());
        assert_eq!(of("certificates.cert-manager.io/x").to_string(), "certificates.cert-manager.io/x");
    }

    #[test]
    fn what_is_no_reference_is_told_with_a_way_out() {
        let told = |text: &str| Reference::parse(text).unwrap_err().to_string();
        let form = "`catalog` does not name an object; it is written `kind/name`, such as `deployment/catalog`";
        assert_eq!(told("catalog"), form);
        assert!(told("a/b/c").contains("kind/name"));
        assert!(told("deployment/").contains("can't be the name"));
        assert!(told("deployment/..").contains("can't be the name"));
        assert!(told("dep loy/x").contains("not a word for a kind"));
        assert!(told("deploy./x").contains("not a word for a kind"));
    }
}
