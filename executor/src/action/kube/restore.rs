//! `kube.restore`: objects are as a backup has them.

use super::interference::{changed, is_same};
use super::kept::{Kept, account};
use super::stall::{STALLED, stalled};
use super::store::Store;
use super::until_ready::until_ready_or_stalled;
use super::wait::until_gone;
use super::{ACTION, NAMESPACE, READY, back, preview, reference, truth};
use crate::action::{
    Account, Action, Applied, Body, Change, Foreseen, Learnt, Noun, Predicted, Probe, Recipe, Undone, What, copies,
};
use crate::fault_point::boundary;
use crate::resource::{Resource, seen};
use crate::site::{Fault, Scene};
use crate::world::cluster::{Delete, Mode, Normal, NotRestored, Object, ObjectName, Propagation};
use async_trait::async_trait;
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
            let live = scene.site.cluster()?.get(&name).await?;
            world.saw(resource.clone(), seen(scene.site, &name, live.as_ref()));
            let base = world.object(&resource).unwrap_or(live);
            if base.as_ref().is_some_and(|base| Normal::of(base) == Normal::of(&copy)) {
                continue;
            }
            let lines = preview::lines(base.as_ref(), Some(&copy), scene.site);
            let body = if lines.is_empty() { Body::Nothing } else { Body::Lines(lines) };
            let what = if base.is_some() { What::Changed } else { What::Created };
            let resource_name = name.spoken(&scene.site.namespace);
            changes.push(Change { resource: resource_name, what, learnt: Learnt::Simulated, body, after: None });
            world.foresee(resource, Foreseen::Object(Some(copy)));
        }
        Ok(changes)
    }

    async fn prepare(&self, call: &Call, scene: &Scene<'_>) -> Result<Recipe, Fault> {
        let (cluster, store) = (scene.site.cluster()?, Store::of(scene)?);
        let mut kept = Vec::new();
        for name in reference::meant(call, scene).await? {
            let copy = copies::object(call, &name, scene)?;
            let live = cluster.get(&name).await?;
            if live.as_ref().is_some_and(|live| Normal::of(live) == Normal::of(&copy)) {
                continue;
            }
            let before = live.as_ref().map(|live| store.keep(live)).transpose()?;
            let seen = seen(scene.site, &name, live.as_ref());
            kept.push(Kept { object: name, before, seen, gone: false });
        }
        Recipe::of(&kept)
    }

    async fn apply(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Applied, Fault> {
        let until = Instant::now() + scene.within;
        let kept: Vec<Kept> = recipe.read()?;
        let mut applied = Applied::changed(kept.len() as u64);
        for one in &kept {
            let left = restore(one, call, scene, until).await?;
            applied.left.insert(Resource::object(&one.object), seen(scene.site, &one.object, Some(&left)));
        }
        if truth(call, "ready", true) {
            until_ready_or_stalled(scene, kept.into_iter().map(|one| one.object).collect(), until, stalled(call))
                .await?;
        }
        Ok(applied)
    }

    async fn probe(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Probe, Fault> {
        let store = Store::of(scene)?;
        for one in recipe.read::<Vec<Kept>>()? {
            if store.left(&one.object)?.is_none() {
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

/// Restores one, unless a first try did, and notes what became of it.
async fn restore(kept: &Kept, call: &Call, scene: &Scene<'_>, until: Instant) -> Result<Object, Fault> {
    let (cluster, store) = (scene.site.cluster()?, Store::of(scene)?);
    let copy = copies::object(call, &kept.object, scene)?;
    let before = kept.before.as_ref().map(|name| store.kept(name)).transpose()?;
    let live = cluster.get(&kept.object).await?;
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
    if recreates(call) && !is_copy && live.is_some() {
        if let Some(there) = live.as_ref().filter(|there| !there.is_ending()) {
            let uid = there.uid().map(str::to_owned);
            let resource_version = there.resource_version().map(str::to_owned);
            let delete = Delete { propagation: Propagation::Background, uid, resource_version };
            cluster.delete(&kept.object, &delete, Mode::Real).await?;
            boundary("object-deleted");
        }
        until_gone(scene, vec![kept.object.clone()], until).await?;
        live = None;
    }
    match cluster.restore(&kept.object, Some(&copy), live.as_ref(), Mode::Real).await {
        Ok(_) => {}
        Err(NotRestored::Interference(_)) => return Err(changed(&kept.object, scene)),
        Err(NotRestored::Fault(fault)) => {
            return Err(Fault::from(fault).about(&kept.object.spoken(&scene.site.namespace)));
        }
    }
    boundary("object-applied");
    let left = cluster.get(&kept.object).await?.ok_or_else(|| changed(&kept.object, scene))?;
    store.note_left(&kept.object, &left)?;
    Ok(left)
}
