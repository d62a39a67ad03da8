//! What those made of a run's objects who write to them by themselves (R18).

use super::store::Store;
use crate::resource::{Observed, Resource, holds_secret, noted_back as back, seen};
use crate::site::{Fault, Scene, Site};
use crate::world::cluster::{Change, Object, ObjectName, Writer, changes, is_same_version};
use serde_json::Value;
use std::collections::BTreeMap;
use switchback_compiler::words::list;

/// What they changed of objects of this run since it wrote them last, a line each. What was deleted since, or made anew, is
/// for `freeze` and checks to find.
///
/// `made` is what the run itself made of resources last: what it gave back is its own doing.
pub async fn changed_by_others(
    scene: &Scene<'_>,
    made: &BTreeMap<Resource, Option<Observed>>,
) -> Result<Vec<String>, Fault> {
    let all = Store::all_left(scene)?;
    let names: Vec<_> = all.keys().cloned().collect();
    let live = scene.site.cluster()?.get_all(&names).await;
    let mut told = Vec::new();
    for ((name, left), live) in all.iter().zip(live) {
        let Some(live) = live? else { continue };
        let resource = Resource::object(name);
        let now = seen(scene.site, name, Some(&live));
        let is_own = made.get(&resource).and_then(Option::as_ref).is_some_and(|made| made.is_like(&now))
            || back(scene.site, &resource).is_some_and(|back| back.is_like(&now));
        if !is_own && left.uid() == live.uid() && !is_same_version(left, &live) {
            told.extend(rewritten(scene.site, name, left, &live));
        }
    }
    Ok(told)
}

/// `deployment/scheduler: an autoscaler changed spec.replicas 3 → 4 since`, for each of them.
fn rewritten(site: &Site, name: &ObjectName, left: &Object, live: &Object) -> Vec<String> {
    let changes = changes(left, live);
    let is_hidden = [left, live].into_iter().any(|object| holds_secret(site, object));
    let told = |writer: Writer| {
        let places: Vec<String> =
            writer.made(live, &changes).into_iter().map(|change| place(change, is_hidden)).collect();
        let spoken = name.spoken(&site.namespace);
        (!places.is_empty()).then(|| format!("{spoken}: {writer} changed {} since", list(&places)))
    };
    Writer::of(live).into_iter().filter_map(told).collect()
}

/// `.spec.replicas 3 → 4`; of what is no number only the place.
fn place(Change { place, old, new, .. }: &Change, is_hidden: bool) -> String {
    match (old, new) {
        (Some(Value::Number(old)), Some(Value::Number(new))) if !is_hidden => format!(".{place} {old} → {new}"),
        _ => format!(".{place}"),
    }
}
