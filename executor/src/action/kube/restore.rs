//! `kube.restore`: objects are as a backup has them.

use super::contents;
use super::interference::{Tries, changed, is_same};
use super::kept::{Kept, account};
use super::look::seen_as;
use super::settled::settled;
use super::stall::{STALLED, stalled};
use super::store::Store;
use super::until_ready::until_ready_or_stalled;
use super::wait::until_gone;
use super::{ACTION, NAMESPACE, READY, back, preview, reference, truth};
use crate::action::{
    Account, Action, Applied, Body, Change, Foreseen, Learnt, Noun, Predicted, Probe, Recipe, Undone, What, copies,
};
use crate::fault_point::boundary;
use crate::resource::{Resource, observe};
use crate::screen::diff::{DiffLine, Kind as LineKind};
use crate::site::{Fault, Scene};
use crate::world::cluster::{Cluster, Delete, FIELD_MANAGER, Mode, Normal, NotRestored, Object, ObjectName};
use async_trait::async_trait;
use std::time::Duration;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Example, Form, Param, Ty};
use tokio::time::Instant;

/// The kind.
pub struct KubeRestore;

const BY: Param = Param::optional(
    "by",
    Ty::OneOf(&["replace", "recreate"]),
    "replaced in its place (the default), or deleted and made anew",
);

static FORM: Form = Form {
    name: "kube.restore",
    args: &[reference::OBJECTS],
    props: &[copies::COPY, copies::VERSION, copies::MAX_AGE, BY, NAMESPACE, READY, STALLED],
    summary: "makes objects what a backup has of them",
    text: "Each gets the content and the owners of fields that it had when the backup was taken; one that is gone is \
           made again. With by=\"recreate\" it is deleted and made anew, as one action: for fields that can't be \
           changed, or where what it made must be made anew too. It waits until the objects are ready. Undoing puts \
           them back as they were before, unless somebody else changed them since.",
    examples: &[Example {
        title: "the settings of last week, as another plan kept them",
        text: "kube.restore \"configmap/portal\" copy=\"portal-2.0/settings\" version=\"2.0.x\" by=\"recreate\"",
    }],
    ..ACTION
};

impl Kind for KubeRestore {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        reference::touches(call)
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        reference::objections(call)
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

impl Noun for KubeRestore {
    fn action(&self) -> Option<&dyn Action> {
        Some(self)
    }
}

fn recreates(call: &Call) -> bool {
    call.known("by") == Some("recreate")
}

#[async_trait]
impl Action for KubeRestore {
    async fn preview(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<Change>, Fault> {
        let mut changes = Vec::new();
        for name in reference::meant(call, scene).await? {
            let resource = Resource::object(&name);
            let copy = match world.copied_object(call, &resource) {
                Some(object) => object,
                None => copies::object(call, &name, scene)?,
            };
            let cluster = scene.site.cluster()?;
            world.saw(resource.clone(), observe(scene.site, &resource).await?);
            let live = as_copy(cluster, &name, &copy).await?;
            let recreated = live.clone().filter(|_| recreates(call) && world.object(&resource).is_none());
            let base = world.object(&resource).unwrap_or(live);
            if base.as_ref().is_some_and(|base| Normal::of(base) == Normal::of(&copy)) {
                continue;
            }
            let mut lines = preview::lines(base.as_ref(), Some(&copy), scene.site);
            if recreates(call) && base.is_some() {
                let text = "it is deleted, and made anew from the copy".to_owned();
                lines.push(DiffLine { kind: LineKind::Note, text });
            }
            let body = if lines.is_empty() { Body::Nothing } else { Body::Lines(lines) };
            if let Some(base) = &base {
                world.note_change(&name, base, Some(&copy));
            }
            let what = if base.is_some() { What::Changed } else { What::Created };
            let resource_name = name.spoken(&scene.site.namespace);
            changes.push(Change { resource: resource_name, what, learnt: Learnt::Simulated, body, after: None });
            world.foresee(resource, Foreseen::Object(Some(copy)));
            if let Some(there) = recreated {
                changes.extend(contents::deletions(&name, &there, scene, world).await?);
            }
        }
        Ok(changes)
    }

    async fn prepare(&self, call: &Call, scene: &Scene<'_>) -> Result<Recipe, Fault> {
        let (cluster, store) = (scene.site.cluster()?, Store::of(scene)?);
        let mut kept = Vec::new();
        for name in reference::meant(call, scene).await? {
            let copy = copies::object(call, &name, scene)?;
            let live = as_copy(cluster, &name, &copy).await?;
            if live.as_ref().is_some_and(|live| Normal::of(live) == Normal::of(&copy)) {
                continue;
            }
            let before = live.as_ref().map(|live| store.keep(live)).transpose()?;
            let seen = observe(scene.site, &Resource::object(&name)).await?;
            let with = match live.filter(|_| recreates(call)) {
                Some(live) => contents::number(&live, cluster).await?,
                None => 0,
            };
            kept.push(Kept { with, ..Kept::changed(name, before, seen) });
        }
        Recipe::of(&kept)
    }

    async fn apply(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Applied, Fault> {
        let until = Instant::now() + scene.within;
        let kept: Vec<Kept> = recipe.read()?;
        let mut applied = Applied::changed(Kept::count(&kept));
        for one in &kept {
            let left = restore(one, call, scene, until).await?;
            let kind = scene.site.cluster()?.kind_of(&left, Duration::ZERO).await?;
            let seen = seen_as(scene, scene.site.cluster()?, &kind, &one.object, Some(&left)).await?;
            applied.left.extend(seen.map(|seen| (Resource::object(&one.object), seen)));
        }
        if truth(call, "ready", true) {
            let names: Vec<_> = kept.into_iter().map(|one| one.object).collect();
            until_ready_or_stalled(scene, names.clone(), until, stalled(call)).await?;
            settled(FIELD_MANAGER, &names, &mut applied.left, scene).await?;
        }
        Ok(applied)
    }

    async fn probe(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Probe, Fault> {
        let (cluster, store) = (scene.site.cluster()?, Store::of(scene)?);
        for one in recipe.read::<Vec<Kept>>()? {
            let copy = copies::object(call, &one.object, scene)?;
            let (left, live) = (store.left(&one.object)?, as_copy(cluster, &one.object, &copy).await?);
            if left.is_none() || !is_same(left.as_ref(), live.as_ref()) {
                let spoken = one.object.spoken(&scene.site.namespace);
                return Ok(Probe::NotDone(format!("`{spoken}` is not restored, or not to its end")));
            }
        }
        let waits = truth(call, "ready", true);
        // What was to be waited for is waited for again: doing it anew changes nothing.
        Ok(if waits {
            Probe::NotDone("the objects are restored; whether they are ready is not known".into())
        } else {
            Probe::Done("the objects are restored".into())
        })
    }

    async fn undo(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Undone, Fault> {
        let kept: Vec<Kept> = recipe.read()?;
        let found =
            kept.iter().filter_map(|one| Some((one.object.clone(), copies::object(call, &one.object, scene).ok()?)));
        let found: Vec<(ObjectName, Object)> = found.collect();
        let deed = back::Deed::Restore { copies: &found, recreates: recreates(call) };
        back::put_back(&kept, &deed, scene).await
    }

    fn account(&self, _call: &Call, recipe: &Recipe) -> Result<Account, Fault> {
        account(recipe)
    }

    fn words(&self, call: &Call) -> String {
        reference::words(call)
    }
}

/// An object as it is, in the version in which its copy was taken: another one may have other fields.
async fn as_copy(cluster: &Cluster, name: &ObjectName, copy: &Object) -> Result<Option<Object>, Fault> {
    match cluster.kind_of(copy, Duration::ZERO).await {
        Ok(kind) => Ok(cluster.get_as(&kind, name).await?),
        Err(fault) if fault.is_absent() && cluster.kind(&name.group, &name.kind).await.is_err() => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

/// Restores one, unless a first try did, and notes what became of it.
async fn restore(kept: &Kept, call: &Call, scene: &Scene<'_>, until: Instant) -> Result<Object, Fault> {
    let (cluster, store) = (scene.site.cluster()?, Store::of(scene)?);
    let copy = copies::object(call, &kept.object, scene)?;
    let before = kept.before.as_ref().map(|name| store.kept(name)).transpose()?;
    let live = as_copy(cluster, &kept.object, &copy).await?;
    if let Some(live) = &live
        && is_same(store.left(&kept.object)?.as_ref(), Some(live))
    {
        return Ok(live.clone());
    }
    let is_copy = live.as_ref().is_some_and(|live| Normal::of(live) == Normal::of(&copy));
    let was_deleted = recreates(call) && live.as_ref().is_none_or(Object::is_ending);
    if !is_copy && !was_deleted && !is_same(before.as_ref(), live.as_ref()) {
        return Err(changed(&kept.object, scene));
    }
    if before.is_some() && (recreates(call) || live.is_none()) {
        store.note_anew(&kept.object)?;
    }
    boundary("object");
    let mut live = live;
    if recreates(call) && !is_copy {
        take_away(kept, live.take(), &copy, scene, until).await?;
    }
    let left = match cluster.restored(&kept.object, Some(&copy), live.as_ref(), Mode::Real).await {
        Ok((_, left)) => left.ok_or_else(|| changed(&kept.object, scene))?,
        Err(NotRestored::Interference(_)) => return Err(changed(&kept.object, scene)),
        Err(NotRestored::Fault(fault)) => {
            return Err(Fault::from(fault).about(&kept.object.spoken(&scene.site.namespace)));
        }
    };
    boundary("object-applied");
    store.note_left(&kept.object, &left)?;
    Ok(left)
}

/// Deletes what is to be made anew, and waits until its name is free.
async fn take_away(
    kept: &Kept,
    mut live: Option<Object>,
    copy: &Object,
    scene: &Scene<'_>,
    until: Instant,
) -> Result<(), Fault> {
    let (cluster, first) = (scene.site.cluster()?, live.clone());
    let mut tries = Tries::until(until);
    while let Some(there) = live.filter(|there| !there.is_ending()) {
        if !is_same(first.as_ref(), Some(&there)) {
            return Err(changed(&kept.object, scene));
        }
        match cluster.delete(&kept.object, &Delete::exactly(&there), Mode::Real).await {
            Err(fault) if fault.is_absent() => break,
            Err(fault) => tries.again(fault, &kept.object, scene).await?,
            Ok(()) => {
                boundary("object-deleted");
                break;
            }
        }
        live = as_copy(cluster, &kept.object, copy).await?;
    }
    let uid = first.and_then(|first| first.uid().map(str::to_owned));
    until_gone(scene, vec![(kept.object.clone(), uid)], until).await
}
