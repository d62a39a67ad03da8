//! What goes with an object when it is deleted, though no manifest says so: all that is in a namespace, all objects of a
//! definition, the volume of a claim.

use super::client::Cluster;
use super::fault::Fault;
use super::kinds::Kind;
use super::name::ObjectName;
use super::object::Object;
use super::read::Selection;
use futures_util::future::try_join_all;
use std::collections::BTreeSet;

/// What goes with objects of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// All that is in a namespace.
    Namespace,
    /// All objects of a definition.
    Definition,
    /// What was written to the volume of a claim.
    Volume,
}

/// Kinds that tell of others, or follow them: nobody writes them by hand.
const DERIVED: [(&str, &str); 6] = [
    ("", "Event"),
    ("events.k8s.io", "Event"),
    ("", "Endpoints"),
    ("discovery.k8s.io", "EndpointSlice"),
    ("metrics.k8s.io", "PodMetrics"),
    ("coordination.k8s.io", "Lease"),
];

/// Objects that controllers make in each namespace.
const BY_DEFAULT: [(&str, &str); 3] =
    [("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt"), ("ConfigMap", "openshift-service-ca.crt")];

impl Contents {
    /// What goes with an object of a kind, if anything does.
    pub fn of(name: &ObjectName) -> Option<Self> {
        match (name.group.as_str(), name.kind.as_str()) {
            ("", "Namespace") => Some(Self::Namespace),
            ("apiextensions.k8s.io", "CustomResourceDefinition") => Some(Self::Definition),
            ("", "PersistentVolumeClaim") => Some(Self::Volume),
            _ => None,
        }
    }
}

impl Cluster {
    /// What would go with an object that is there, but for what goes already and what controllers make by themselves. A list
    /// that failed is a fault, never an empty one.
    pub async fn contents(&self, object: &Object) -> Result<Vec<ObjectName>, Fault> {
        match Contents::of(&object.full_name()) {
            None => Ok(Vec::new()),
            Some(Contents::Namespace) => self.in_namespace(object.name()).await,
            Some(Contents::Definition) => self.of_definition(object).await,
            Some(Contents::Volume) => self.of_claim(object).await,
        }
    }

    async fn in_namespace(&self, namespace: &str) -> Result<Vec<ObjectName>, Fault> {
        let kinds = self.kinds().await?;
        let mut known = BTreeSet::new();
        let listed =
            |kind: &&Kind| kind.namespaced && kind.verbs.iter().any(|verb| verb == "list") && !is_derived(kind);
        let once = kinds.all().iter().filter(listed).filter(|kind| known.insert((&kind.group, &kind.kind)));
        let selection = Selection { namespace: Some(namespace.to_owned()), ..Selection::default() };
        let all = try_join_all(once.map(|kind| self.list_metadata(kind, &selection))).await?;
        let own = |object: &Object| !object.is_ending() && !object.is_controlled() && !is_by_default(object);
        Ok(all.iter().flatten().filter(|object| own(object)).map(Object::full_name).collect())
    }

    async fn of_definition(&self, definition: &Object) -> Result<Vec<ObjectName>, Fault> {
        let (group, kind) = (definition.text("/spec/group"), definition.text("/spec/names/kind"));
        let kind = match self.kind(group.unwrap_or_default(), kind.unwrap_or_default()).await {
            Ok(kind) => kind,
            Err(fault) if fault.is_absent() => return Ok(Vec::new()),
            Err(fault) => return Err(fault),
        };
        let all = self.list_metadata(&kind, &Selection::default()).await?;
        Ok(all.iter().filter(|object| !object.is_ending()).map(Object::full_name).collect())
    }

    /// The volume itself, where its policy deletes it with its claim.
    async fn of_claim(&self, claim: &Object) -> Result<Vec<ObjectName>, Fault> {
        let Some(volume) = claim.text("/spec/volumeName") else { return Ok(Vec::new()) };
        let name = ObjectName {
            group: String::new(),
            kind: "PersistentVolume".to_owned(),
            namespace: None,
            name: volume.to_owned(),
        };
        let volume = self.get(&name).await?;
        let goes = |volume: &Object| volume.text("/spec/persistentVolumeReclaimPolicy") == Some("Delete");
        Ok(volume.filter(goes).map(|_| name).into_iter().collect())
    }
}

fn is_derived(kind: &Kind) -> bool {
    DERIVED.iter().any(|(group, name)| kind.group == *group && kind.kind == *name)
}

fn is_by_default(object: &Object) -> bool {
    let is_token = object.kind() == "Secret" && object.text(TOKEN_OF) == Some("default");
    is_token || BY_DEFAULT.iter().any(|(kind, name)| object.kind() == *kind && object.name() == *name)
}

/// Where a token of a service account says of which; clusters before 1.24 make one for each.
const TOKEN_OF: &str = "/metadata/annotations/kubernetes.io~1service-account.name";
