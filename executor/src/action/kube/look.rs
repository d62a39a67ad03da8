//! What an apply of an object finds, and what the server says would come of it.

use super::manifests::{Wanted, definitions, name_of};
use crate::resource::{Observed, Resource, observe, seen};
use crate::site::{Fault, Scene};
use crate::world::cluster::{
    Cluster, Conflicts, FIELD_MANAGER, Fault as ClusterFault, FaultKind, FieldConflict, Kind, Mode, Object, ObjectName,
    merged,
};
use futures_util::future::join_all;
use serde_json::Value;
use std::time::Duration;

/// A look at an object that is wanted.
pub(super) struct Look {
    pub wanted: Wanted,
    pub name: ObjectName,
    /// As it is, in the version of the manifest.
    pub live: Option<Object>,
    /// What is seen of it.
    pub observed: Observed,
    /// What a dry run says; none where not all is known that is to be applied.
    pub tried: Option<Result<Tried, ClusterFault>>,
    /// What comes of the wanted object laid over another one, where the server can't be asked.
    pub merge: fn(&Value, &Value) -> Value,
}

/// What a dry run made of an object.
pub(super) struct Tried {
    pub object: Object,
    /// What others own of it and it would change.
    pub owners: Vec<FieldConflict>,
}

/// Looks at all of them at once.
pub(super) async fn look_all(scene: &Scene<'_>, namespace: &str, wanted: Vec<Wanted>) -> Result<Vec<Look>, Fault> {
    let cluster = scene.site.cluster()?;
    let definitions = definitions(&wanted);
    let kinds = join_all(wanted.iter().map(|one| cluster.kind_of(&one.object, Duration::ZERO))).await;
    let (mut known, mut looks) = (Vec::new(), Vec::new());
    for (at, (one, kind)) in wanted.into_iter().zip(kinds).enumerate() {
        match kind {
            Ok(kind) => {
                let name = kind.object(one.object.namespace().unwrap_or(namespace), one.object.name());
                known.push((at, one, (kind, name)));
            }
            Err(fault) if fault.is_absent() => looks.push((at, unknown(one, namespace, &definitions, fault))),
            Err(fault) => return Err(Fault::from(fault).about(&one.at)),
        }
    }
    let names: Vec<_> = known.iter().map(|(.., named)| named.clone()).collect();
    let found = known.into_iter().zip(cluster.get_all_as(&names).await).map(async |((at, one, (kind, name)), live)| {
        let live = live.map_err(|fault| Fault::from(fault).about(&one.at))?;
        Ok::<_, Fault>((at, look(scene, cluster, one, (&kind, name), live).await?))
    });
    for found in join_all(found).await {
        looks.push(found?);
    }
    looks.sort_by_key(|(at, _)| *at);
    Ok(looks.into_iter().map(|(_, look)| look).collect())
}

/// Of what is made by this very call, or by a step before, nobody can ask the server yet.
fn unknown(wanted: Wanted, namespace: &str, definitions: &[Object], fault: ClusterFault) -> Look {
    let name = name_of(&wanted.object, namespace, definitions);
    Look { wanted, name, live: None, observed: Observed::absent(), tried: Some(Err(fault)), merge: merged }
}

async fn look(
    scene: &Scene<'_>,
    cluster: &Cluster,
    wanted: Wanted,
    (kind, name): (&Kind, ObjectName),
    live: Option<Object>,
) -> Result<Look, Fault> {
    let observed = match seen_as(scene, cluster, kind, &name, live.as_ref()).await? {
        Some(observed) => observed,
        None => observe(scene.site, &Resource::object(&name)).await?,
    };
    let tried = if wanted.later { None } else { Some(tries(cluster, &name, &wanted.object).await) };
    Ok(Look { wanted, name, live, observed, tried, merge: merged })
}

/// What is seen of an object, where it is in the version by which objects are compared.
pub(super) async fn seen_as(
    scene: &Scene<'_>,
    cluster: &Cluster,
    kind: &Kind,
    name: &ObjectName,
    object: Option<&Object>,
) -> Result<Option<Observed>, Fault> {
    let preferred = cluster.kind(&kind.group, &kind.kind).await?;
    Ok((preferred.version == kind.version).then(|| seen(scene.site, name, object)))
}

/// A dry run; where others own something, what would come of taking it from them.
pub(super) async fn tries(cluster: &Cluster, name: &ObjectName, object: &Object) -> Result<Tried, ClusterFault> {
    let fault = match cluster.apply(name, object, Conflicts::Refuse, Mode::DryRun).await {
        Ok(object) => return Ok(Tried { object, owners: Vec::new() }),
        Err(fault) => fault,
    };
    let FaultKind::Conflict(mut owners) = fault.kind else { return Err(fault) };
    owners.retain(|owner| owner.manager != FIELD_MANAGER);
    let object = cluster.apply(name, object, Conflicts::Force, Mode::DryRun).await?;
    Ok(Tried { object, owners })
}

/// `.spec.replicas (hpa), .data.a (kubectl-edit)`.
pub(super) fn owned(owners: &[FieldConflict]) -> String {
    let each = owners.iter().map(|FieldConflict { field, manager }| format!("{field} (by {manager})"));
    each.collect::<Vec<_>>().join(", ")
}
