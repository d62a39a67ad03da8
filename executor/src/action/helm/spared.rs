//! Objects that Helm would delete on a way back though they were there before the run: it leaves what is marked so.

use super::kept::Kept;
use crate::action::kube::Store;
use crate::fault_point::boundary;
use crate::site::{Fault, Scene};
use crate::world::cluster::{Mode, Object, Patch, replaced};
use crate::world::helm::{Effect, ObjectChange, is_kept};
use serde_json::{Value, json};

/// What a change comes to, of those of a rollback: only that looks at the mark on what is there. All that the run did not
/// make is spared.
pub(super) fn sparing(change: ObjectChange, kept: &Kept) -> ObjectChange {
    let is_new = kept.objects.iter().any(|was| was.object == change.name && was.before.is_none());
    match (&change.effect, &change.before) {
        (Effect::Delete { .. }, Some(live)) if !is_new => {
            let after = replaced(live.value(), &mark(Some("keep")));
            ObjectChange { effect: Effect::Keep, after: Object::new(after), ..change }
        }
        _ => change,
    }
}

fn mark(policy: Option<&str>) -> Value {
    json!({ "metadata": { "annotations": { "helm.sh/resource-policy": policy } } })
}

/// Marks what is to be spared; that it is marked by us is noted first.
pub(super) async fn spare(changes: &[ObjectChange], scene: &Scene<'_>) -> Result<(), Fault> {
    let marked = |change: &&ObjectChange| {
        change.effect == Effect::Keep && change.before.as_ref().is_some_and(|live| !is_kept(live))
    };
    let names: Vec<_> = changes.iter().filter(marked).map(|change| change.name.clone()).collect();
    if names.is_empty() {
        return Ok(());
    }
    let store = Store::of(scene)?;
    let mut all = store.spared()?;
    all.extend(names.iter().cloned());
    store.note_spared(&all)?;
    for name in &names {
        boundary("object");
        scene.site.cluster()?.patch(name, &Patch::Merge(mark(Some("keep"))), Mode::Real).await?;
        boundary("object-spared");
    }
    Ok(())
}

/// Takes the marks away again, however Helm ended.
pub(super) async fn unmark(scene: &Scene<'_>) -> Result<(), Fault> {
    let (store, cluster) = (Store::of(scene)?, scene.site.cluster()?);
    let all = store.spared()?;
    if all.is_empty() {
        return Ok(());
    }
    for name in &all {
        if cluster.get(name).await?.is_some_and(|live| is_kept(&live)) {
            boundary("object");
            cluster.patch(name, &Patch::Merge(mark(None)), Mode::Real).await?;
            boundary("object-unmarked");
        }
    }
    store.note_spared(&[].into())
}
