//! Other owners (R18): who else writes to what a plan changes, by itself and again and again.

use super::walk::Walk;
use crate::action::Other;
use crate::resource::Resource;
use crate::world::cluster::{Cluster, Fault, Object, ObjectName, Place, Selection, Writer};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use switchback_compiler::plan::{Plan, Unit};

/// As many fields as one reads.
const MOST_FIELDS: usize = 3;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The object, as people say it.
    pub resource: String,
    /// Who it is: `Argo CD app portal`.
    pub who: String,
    /// What comes of it, a fragment: `paused first, given back last`.
    pub says: String,
}

/// Autoscalers of a namespace, by the kind and the name of what they scale; else why they could not be looked for.
type Autoscalers = Result<BTreeMap<(String, String), String>, Fault>;

impl Walk<'_> {
    /// Takes those whom the action at hand told, and whether they are paused.
    pub(super) fn note_others(&mut self, unit: u32) {
        for other in self.world.others() {
            let paused = self.paused.values().flatten().any(|paused| other.writer.is_paused_with(paused));
            self.others.push((unit, other, paused));
        }
    }

    /// All of them, each object's once.
    pub(super) async fn owners(&mut self) -> Vec<Owner> {
        let all = merged(std::mem::take(&mut self.others), self.plan);
        let scalers = self.autoscalers(all.keys()).await;
        let owner = |((object, writer), theirs): (&(ObjectName, Writer), &Theirs)| {
            let resource = object.spoken(&self.site.namespace);
            let writer = named(writer, object, &scalers)?;
            let mask = |text: &str| self.site.secrets.mask(text);
            let says = if theirs.paused { "paused first, given back last".to_owned() } else { theirs.words(&writer) };
            Some(Owner { resource: mask(&resource), who: mask(&writer.to_string()), says: mask(&says) })
        };
        let owners = all.iter().filter_map(owner).collect();
        // Who looks may not be allowed to: that is no part of what is signed.
        let unasked = |(namespace, found): (String, Autoscalers)| {
            let fault = found.err()?;
            Some(format!("autoscalers in namespace {namespace} are not looked for: {}", fault.what))
        };
        self.unasked = scalers.into_iter().filter_map(unasked).collect();
        owners
    }

    /// The autoscalers of each namespace in which something is scaled.
    async fn autoscalers(&self, all: impl Iterator<Item = &(ObjectName, Writer)>) -> BTreeMap<String, Autoscalers> {
        let scaled = all.filter(|(_, writer)| matches!(writer, Writer::Autoscaler(_)));
        let namespaces: BTreeSet<&String> = scaled.filter_map(|(object, _)| object.namespace.as_ref()).collect();
        let mut found = BTreeMap::new();
        if let Some(cluster) = &self.site.cluster {
            for namespace in namespaces {
                found.insert(namespace.clone(), autoscalers(cluster, namespace).await);
            }
        }
        found
    }
}

/// Who it is, of an autoscaler which one; none where there is none, or that is not known.
fn named(writer: &Writer, object: &ObjectName, scalers: &BTreeMap<String, Autoscalers>) -> Option<Writer> {
    if !matches!(writer, Writer::Autoscaler(_)) {
        return Some(writer.clone());
    }
    let found = scalers.get(object.namespace.as_ref()?)?.as_ref().ok()?;
    let name = found.get(&(object.kind.clone(), object.name.clone()))?;
    Some(Writer::Autoscaler(Some(name.clone())))
}

/// What a plan does to what is somebody's.
struct Theirs {
    touched: BTreeSet<Place>,
    deleted: bool,
    /// Whether he is paused at each of its changes.
    paused: bool,
}

impl Theirs {
    fn words(&self, writer: &Writer) -> String {
        let fields: Vec<String> = self.touched.iter().take(MOST_FIELDS).map(|place| format!(".{place}")).collect();
        let more = self.touched.len().saturating_sub(MOST_FIELDS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let fields = format!("{}{more}", fields.join(", "));
        match writer {
            _ if self.deleted => "it may make it again".to_owned(),
            Writer::Autoscaler(_) if self.touched.is_empty() => "its .spec.replicas is left alone".to_owned(),
            Writer::Owner { .. } => "it may put back what is changed".to_owned(),
            _ if self.touched.is_empty() => "what is its own is left alone".to_owned(),
            Writer::ArgoCd(_) | Writer::Flux { .. } => format!("not paused, it may put back {fields}"),
            Writer::Release { .. } => format!("its next upgrade may put back {fields}"),
            Writer::Autoscaler(_) | Writer::Manager(_) => format!("it may put back {fields}"),
        }
    }
}

/// What several steps do to one object, taken together. Who changes it by the release that it belongs to is its owner.
fn merged(all: Vec<(u32, Other, bool)>, plan: &Plan) -> BTreeMap<(ObjectName, Writer), Theirs> {
    let mut merged: BTreeMap<(ObjectName, Writer), Theirs> = BTreeMap::new();
    for (unit, other, paused) in all {
        if is_of_step(plan, unit, &other.writer) {
            continue;
        }
        let theirs = Theirs { touched: BTreeSet::new(), deleted: false, paused: true };
        let theirs = merged.entry((other.object, other.writer)).or_insert(theirs);
        theirs.touched.extend(other.touched);
        theirs.deleted |= other.deleted;
        theirs.paused &= paused;
    }
    merged
}

/// Whether a step changes the very release.
fn is_of_step(plan: &Plan, unit: u32, writer: &Writer) -> bool {
    let Writer::Release { namespace, name } = writer else { return false };
    let release = Resource::release(namespace, name);
    let acts = plan.unit(unit).into_iter().flat_map(Unit::acts);
    acts.flat_map(|act| &act.touches).flat_map(Resource::touched).any(|touched| touched == release)
}

/// The autoscalers (`autoscaling/v2`) of a namespace; none where the cluster knows no such thing.
async fn autoscalers(cluster: &Cluster, namespace: &str) -> Autoscalers {
    let kind = match cluster.kind("autoscaling", "HorizontalPodAutoscaler").await {
        Ok(kind) => kind,
        Err(fault) if fault.is_absent() => return Ok(BTreeMap::new()),
        Err(fault) => return Err(fault),
    };
    let selection = Selection { namespace: Some(namespace.to_owned()), ..Selection::default() };
    let found = cluster.list(&kind, &selection).await?;
    let scaled = |object: &Object| {
        let of = |key: &str| object.text(&format!("/spec/scaleTargetRef/{key}")).map(str::to_owned);
        Some(((of("kind")?, of("name")?), object.name().to_owned()))
    };
    Ok(found.iter().filter_map(scaled).collect())
}
