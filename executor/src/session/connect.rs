//! The way to the target's cluster. A plan that does nothing there connects to nothing.

use crate::action::noun;
use crate::schedule::{State, away};
use crate::site::Fault;
use crate::world::cluster::{Cluster, Limits, Source};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use switchback_compiler::plan::{Kube, Plan, Target, Unit};
use switchback_compiler::registry::Needs;

/// The target's cluster, where something of this part of a plan works on it.
pub async fn cluster(target: Option<&Target>, part: &impl Serialize) -> Result<Option<Arc<Cluster>>, Fault> {
    let Some((target, kube)) = target.and_then(|target| Some((target, target.kube.as_ref()?))) else {
        return Ok(None);
    };
    // A plan is data of ours: making it a value can't fail.
    if !works_on_it(&serde_json::to_value(part).unwrap_or_default()) {
        return Ok(None);
    }
    connected(target, kube).await.map(Some)
}

/// The target's cluster, whatever is done there.
pub(super) async fn connected(target: &Target, kube: &Kube) -> Result<Arc<Cluster>, Fault> {
    let source = Source { kubeconfig: None, context: kube.context.clone() };
    match Cluster::connect(&source, Limits::default()).await {
        Ok(cluster) => Ok(Arc::new(cluster)),
        Err(fault) => {
            let context = kube.context.as_ref().map(|context| format!(", context `{context}`")).unwrap_or_default();
            Err(Fault::from(fault).about(&format!("the cluster of target `{}`{context}", target.name)))
        }
    }
}

/// The way to the cluster for who goes on with a run.
pub(super) enum Way {
    /// Something has to be done there.
    Needed(Option<Arc<Cluster>>),
    /// Nothing has to be done there, though the run's Lease may lie there still; where nobody answers it stays.
    Spare(Result<Option<Arc<Cluster>>, Fault>),
}

/// The same to go on with a run: an end or an undo of what lies in files alone needs no cluster that may be gone.
pub(super) async fn cluster_for(target: &Target, plan: &Plan, state: &State, to: &str) -> Result<Way, Fault> {
    let held: BTreeSet<u32> = away(plan, state).into_iter().map(|(unit, ..)| unit).collect();
    let units = (0..).zip(&plan.units).zip(&state.units);
    let units = units.filter(|((id, _), of)| match to {
        "abort" => held.contains(id),
        "undo" => held.contains(id) || of.has_effects() && state.is_chosen(*id),
        _ => true,
    });
    let units: Vec<&Unit> = units.map(|((_, unit), _)| unit).collect();
    Ok(match cluster(Some(target), &units).await? {
        None => Way::Spare(cluster(Some(target), plan).await),
        needed => Way::Needed(needed),
    })
}

/// Whether a noun that needs a cluster is called somewhere in it.
fn works_on_it(value: &Value) -> bool {
    match value {
        Value::Object(map) => {
            let kind = map.get("kind").and_then(Value::as_str).and_then(noun);
            kind.is_some_and(|noun| noun.needs() == Needs::Cluster) || map.values().any(works_on_it)
        }
        Value::Array(all) => all.iter().any(works_on_it),
        _ => false,
    }
}
