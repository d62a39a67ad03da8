//! The kinds of objects that a server has, as it tells itself.

use super::builtin::Builtin;
use super::name::ObjectName;
use super::reference::Reference;
use serde::Deserialize;

/// A kind in one of the versions in which a server has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Empty for the core group.
    pub group: String,
    /// `v1`.
    pub version: String,
    /// `Deployment`.
    pub kind: String,
    /// `deployments`.
    pub plural: String,
    /// `deployment` and short names.
    pub words: Vec<String>,
    /// Whether its objects are in namespaces.
    pub namespaced: bool,
    /// `get`, `patch` and so on.
    pub verbs: Vec<String>,
}

impl Kind {
    /// `apps/v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// `deployments.apps`, as a plan may write it.
    pub fn full_word(&self) -> String {
        let dot = if self.group.is_empty() { "" } else { "." };
        format!("{}{dot}{}", self.plural, self.group)
    }

    /// Where its objects are, below the server's address.
    pub fn path(&self, namespace: Option<&str>) -> String {
        let root = if self.group.is_empty() { "/api" } else { "/apis" };
        let namespace = namespace.map(|namespace| format!("/namespaces/{namespace}")).unwrap_or_default();
        format!("{root}/{}{namespace}/{}", self.api_version(), self.plural)
    }

    /// The name of one of its objects.
    pub fn object(&self, namespace: &str, name: &str) -> ObjectName {
        ObjectName {
            group: self.group.clone(),
            kind: self.kind.clone(),
            namespace: self.namespaced.then(|| namespace.to_owned()),
            name: name.to_owned(),
        }
    }

    fn answers_to(&self, word: &str) -> bool {
        self.kind.eq_ignore_ascii_case(word) || self.plural == word || self.words.iter().any(|known| known == word)
    }
}

/// All kinds of a server; of each group its preferred version first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    all: Vec<Kind>,
    /// Groups of which the server could not ask whoever serves them: what it tells of them is old, or nothing.
    silent: Vec<String>,
}

/// A word that several kinds answer to: `clusters.cluster.x-k8s.io`, `clusters.postgresql.cnpg.io`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ambiguous(pub Vec<String>);

impl Kinds {
    /// All of them.
    pub fn all(&self) -> &[Kind] {
        &self.all
    }

    /// A kind in the version that the server prefers.
    pub fn preferred(&self, group: &str, kind: &str) -> Option<&Kind> {
        self.all.iter().find(|known| known.group == group && known.kind == kind)
    }

    /// A kind in a version.
    pub fn exactly(&self, api_version: &str, kind: &str) -> Option<&Kind> {
        self.all.iter().find(|known| known.kind == kind && known.api_version() == api_version)
    }

    /// The group itself, where whoever serves it does not answer: then a kind of it that is missing may be there.
    pub fn silent(&self, group: Option<&str>) -> Option<&str> {
        self.silent.iter().map(String::as_str).find(|silent| group == Some(*silent))
    }

    /// The kind that a plan means. A word of Kubernetes itself means what it means without a server.
    pub fn meant(&self, reference: &Reference) -> Result<Option<&Kind>, Ambiguous> {
        if let Some(Builtin { group, kind, .. }) = reference.builtin() {
            return Ok(self.preferred(group, kind));
        }
        let word = reference.word.to_ascii_lowercase();
        let group = reference.group.as_deref();
        let of_group = self.all.iter().filter(|known| group.is_none_or(|group| known.group == group));
        let found: Vec<_> = of_group.filter(|known| known.answers_to(&word)).collect();
        let first = found.first().copied();
        let other = |known: &&&Kind| first.is_some_and(|first| first.full_word() != known.full_word());
        if found.iter().any(|known| other(&known)) {
            let mut words: Vec<_> = found.into_iter().map(Kind::full_word).collect();
            words.sort();
            words.dedup();
            return Err(Ambiguous(words));
        }
        Ok(first)
    }

    /// Takes in what `/api` or `/apis` tells of itself (`apidiscovery.k8s.io`).
    pub(super) fn take(&mut self, told: &[u8]) -> Result<(), serde_json::Error> {
        let Groups { items } = serde_json::from_slice(told)?;
        for Group { metadata, versions } in items {
            for Version { name: version, resources, freshness } in versions {
                if freshness == "Stale" && !self.silent.contains(&metadata.name) {
                    self.silent.push(metadata.name.clone());
                }
                let kinds = resources.into_iter().filter_map(|resource| kind(&metadata.name, &version, resource));
                self.all.extend(kinds);
            }
        }
        Ok(())
    }
}

fn kind(group: &str, version: &str, resource: Resource) -> Option<Kind> {
    let Resource { plural, singular, short_names, scope, verbs, response_kind } = resource;
    // Without a kind there are no objects of it, such as that of a definition that is just being removed.
    let kind = response_kind.map(|told| told.kind).filter(|kind| !kind.is_empty())?;
    Some(Kind {
        group: group.to_owned(),
        version: version.to_owned(),
        kind,
        plural,
        words: short_names.into_iter().chain([singular]).filter(|word| !word.is_empty()).collect(),
        namespaced: scope == "Namespaced",
        verbs,
    })
}

#[derive(Deserialize)]
struct Groups {
    #[serde(default)]
    items: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    metadata: GroupName,
    #[serde(default)]
    versions: Vec<Version>,
}

#[derive(Deserialize, Default)]
struct GroupName {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Version {
    #[serde(rename = "version")]
    name: String,
    #[serde(default)]
    resources: Vec<Resource>,
    /// `Current`, or `Stale` where the server could not ask for it lately.
    #[serde(default)]
    freshness: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    #[serde(rename = "resource")]
    plural: String,
    #[serde(default, rename = "singularResource")]
    singular: String,
    #[serde(default)]
    short_names: Vec<String>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    verbs: Vec<String>,
    response_kind: Option<ResponseKind>,
}

#[derive(Deserialize)]
struct ResponseKind {
    #[serde(default)]
    kind: String,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    fn kinds() -> Kinds {
        let resource = |plural: &str, kind: &str, short: &[&str], scope: &str| {
            json!({ "resource": plural, "singularResource": kind.to_lowercase(), "shortNames": short, "scope": scope,
                    "verbs": ["get"], "responseKind": { "group": "", "kind": kind } })
        };
        let cluster = resource("clusters", "Cluster", &["cl"], "Namespaced");
        let group = |name: &str, versions: &[&str], resources: &[serde_json::Value]| {
            let versions = versions.iter().map(|version| json!({ "version": version, "resources": resources }));
            json!({ "metadata": { "name": name }, "versions": versions.collect::<Vec<_>>() })
        };
        let told = json!({ "items": [
            group("", &["v1"], &[resource("configmaps", "ConfigMap", &["cm"], "Namespaced")]),
            group("a.io", &["v2", "v1"], &[cluster.clone(), resource("zones", "Zone", &[], "Cluster")]),
            group("b.io", &["v1"], &[cluster]),
        ] });
        let mut kinds = Kinds::default();
        kinds.take(told.to_string().as_bytes()).unwrap();
        kinds
    }

    #[test]
    fn the_preferred_version_is_taken_and_any_other_can_be() {
        let kinds = kinds();
        assert_eq!(kinds.preferred("a.io", "Zone").unwrap().path(None), "/apis/a.io/v2/zones");
        assert_eq!(kinds.exactly("a.io/v1", "Cluster").unwrap().path(Some("n")), "/apis/a.io/v1/namespaces/n/clusters");
        assert_eq!(kinds.exactly("v1", "ConfigMap").unwrap().path(Some("n")), "/api/v1/namespaces/n/configmaps");
        assert_eq!(kinds.exactly("a.io/v3", "Cluster"), None);
    }

    #[test]
    fn a_group_that_nobody_answers_for_is_not_one_without_kinds() {
        let told = |freshness: &str| {
            let versions = json!([{ "version": "v1", "resources": [], "freshness": freshness }]);
            let told = json!({ "items": [{ "metadata": { "name": "c.io" }, "versions": versions }] });
            let mut kinds = kinds();
            kinds.take(told.to_string().as_bytes()).unwrap();
            kinds
        };
        let stale = told("Stale");
        assert_eq!((stale.silent(Some("c.io")), stale.silent(None)), (Some("c.io"), None));
        assert_eq!((stale.silent(Some("a.io")), told("Current").silent(Some("c.io"))), (None, None));
    }

    #[test]
    fn a_word_that_two_groups_have_is_not_guessed() {
        let (kinds, of) = (kinds(), |text: &str| Reference::parse(text).unwrap());
        let several = Ambiguous(vec!["clusters.a.io".to_owned(), "clusters.b.io".to_owned()]);
        assert_eq!(kinds.meant(&of("cluster/x")), Err(several));
        assert_eq!(kinds.meant(&of("cl.b.io/x")).unwrap().unwrap().group, "b.io");
        assert_eq!(kinds.meant(&of("zone/x")).unwrap().unwrap().version, "v2");
        assert_eq!(kinds.meant(&of("cm/x")).unwrap().unwrap().kind, "ConfigMap");
        assert_eq!(kinds.meant(&of("thing/x")), Ok(None));
    }
}
