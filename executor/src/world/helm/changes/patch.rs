//! The very change that Helm would send for an object.

use super::change::Refusal;
use super::course::Course;
use crate::world::cluster::{Attempt, Author, Cluster, Conflicts, Fault, Kind, Object, Patch};
use crate::world::helm::merge::{Schema, three_way, two_way};
use crate::world::helm::release::Apply;
use serde_json::{Map, Value};

/// Under this name Helm owns fields, whatever its file is called.
pub const MANAGER: &str = "helm";

/// The groups whose kinds Helm was built with, and so merges list by list; all others it patches as plain JSON. Those of
/// aggregated servers (`apiregistration.k8s.io`, `metrics.k8s.io`) are not among them.
const NATIVE: [&str; 22] = [
    "",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apps",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "extensions",
    "flowcontrol.apiserver.k8s.io",
    "internal.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// The sides of an object that is there.
pub(super) struct Sides<'o> {
    /// As the last manifest says it.
    pub(super) old: &'o Object,
    /// As the new one says it, with the release's marks.
    pub(super) new: &'o Object,
    /// As it is.
    pub(super) live: &'o Object,
}

/// As whom Helm sends its changes. Fields that are not known are refused only where the server merges: for its own patches
/// Helm leaves it to the server, and does not ask it to be strict.
pub(super) fn author(course: &Course<'_>) -> Author {
    Author { manager: MANAGER, strict: course.apply() == Apply::ServerSide }
}

/// How an object is made that is not there.
pub(super) fn creation(course: &Course<'_>, new: &Object) -> Attempt {
    match course.apply() {
        Apply::ClientSide => Attempt::Create(new.clone()),
        Apply::ServerSide => Attempt::Apply(new.clone(), course.conflicts),
    }
}

/// How an object is changed that is there; none where Helm sends nothing.
pub(super) async fn update(
    cluster: &Cluster,
    course: &Course<'_>,
    kind: &Kind,
    sides: &Sides<'_>,
) -> Result<Option<Attempt>, Refusal> {
    if course.apply() == Apply::ServerSide {
        return Ok(Some(Attempt::Apply(sides.new.clone(), course.conflicts)));
    }
    if !NATIVE.contains(&kind.group.as_str()) {
        let patch = two_way(entries(sides.old), entries(sides.new));
        return Ok((!patch.is_empty()).then(|| Attempt::Patch(Patch::Merge(patch.into()))));
    }
    merged(cluster, kind, sides).await
}

/// What would put an object back to what the last manifest says of it: where that changes something, somebody drifted.
pub(super) async fn again(
    cluster: &Cluster,
    course: &Course<'_>,
    kind: &Kind,
    sides: &Sides<'_>,
) -> Result<Option<Attempt>, Refusal> {
    if course.apply() == Apply::ServerSide {
        return Ok(Some(Attempt::Apply(sides.new.clone(), Conflicts::Force)));
    }
    if !NATIVE.contains(&kind.group.as_str()) {
        return Ok(Some(Attempt::Patch(Patch::Merge(sides.new.value().clone()))));
    }
    merged(cluster, kind, sides).await
}

async fn merged(
    cluster: &Cluster,
    kind: &Kind,
    Sides { old, new, live }: &Sides<'_>,
) -> Result<Option<Attempt>, Refusal> {
    let all = match cluster.schemas(&kind.api_version()).await {
        Ok(all) => all,
        Err(fault) if fault.is_absent() => std::sync::Arc::new(Value::Null),
        Err(fault) => return Err(fault.into()),
    };
    let schema = Schema::of(&all, &kind.group, &kind.version, &kind.kind);
    let patch = three_way(entries(old), entries(new), entries(live), schema);
    let patch = patch.map_err(|why| Refusal::Patch(why.to_string()))?;
    Ok((!patch.is_empty()).then(|| Attempt::Patch(Patch::Strategic(patch.into()))))
}

/// An object is always a map.
fn entries(object: &Object) -> &Map<String, Value> {
    static NOTHING: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    object.value().as_object().unwrap_or(&NOTHING)
}

/// Whether a fault is of the way to the server, and not of the object that was asked for.
pub(super) fn is_of_the_way(fault: &Fault) -> bool {
    use crate::world::cluster::FaultKind::{Expired, Setup, Transient, Unauthorized, Unreachable, Untrusted};
    matches!(fault.kind, Expired | Setup | Transient(_) | Unauthorized | Unreachable | Untrusted)
}
