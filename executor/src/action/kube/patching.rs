//! Actions that change part of an object that is there: they share one preview, one apply, one undo.

use super::interference::{Tries, changed, is_same};
use super::kept::{Kept, account};
use super::look::{Look, Tried};
use super::manifests::Wanted;

use super::settled::settled;
use super::stall::stalled;
use super::store::Store;
use super::until_ready::until_ready_or_stalled;
use super::{back, namespace, preview, reference, truth};
use crate::action::{Account, Action, Applied, Body, Change, Foreseen, Learnt, Predicted, Probe, Recipe, Undone, What};
use crate::fault_point::boundary;
use crate::resource::{Resource, seen};
use crate::site::{Fault, Scene};
use crate::world::cluster::{
    Cluster, FIELD_MANAGER, Mode, Normal, Object, ObjectName, Patch, Standing, is_by_us, merged, replaced, standing,
};
use async_trait::async_trait;
use serde_json::{Value, json};
use switchback_compiler::plan::Call;
use tokio::time::Instant;

/// An action that changes part of one object.
pub(super) trait Patches: Send + Sync {
    /// The part.
    fn patch(&self, call: &Call, scene: &Scene<'_>) -> Result<Patch, Fault>;

    /// Whether it is done only when the object is ready.
    fn waits(&self, call: &Call) -> bool {
        truth(call, "ready", true)
    }
}

/// Makes an action of what only says its patch.
pub(super) struct Patching<P>(pub P);

#[async_trait]
impl<P: Patches> Action for Patching<P> {
    async fn preview(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<Change>, Fault> {
        let name = reference::the_one_there(call, scene, &world.objects().cloned().collect::<Vec<_>>()).await?;
        let cluster = scene.site.cluster()?;
        let patch = self.0.patch(call, scene)?;
        let live = cluster.get(&name).await?;
        let is_foreseen = matches!(world.foreseen(&Resource::object(&name)), Some(Foreseen::Object(Some(_))));
        let tried = match &live {
            _ if is_foreseen => None,
            Some(live) => {
                let object = cluster.patch(&name, &patch, Mode::DryRun).await?;
                shown(&name, live, &object, scene)?;
                Some(Ok(Tried { object, owners: Vec::new() }))
            }
            None => return Err(absent(&name, scene)),
        };
        // Only of what the server can't try yet the part is merged here.
        let part = if is_foreseen { patch.value().clone() } else { json!({}) };
        let Some(object) = Object::new(part) else { return Ok(vec![later(&name, live.as_ref(), scene, world)]) };
        let wanted = Wanted { object, at: reference::words(call), later: false };
        let observed = seen(scene.site, &name, live.as_ref());
        let merge = if matches!(patch, Patch::Merge(_)) { replaced } else { merged };
        let look = Look { wanted, name, live, observed, tried, merge };
        Ok(preview::change(look, namespace(call), true, scene, world)?.into_iter().collect())
    }

    async fn prepare(&self, call: &Call, scene: &Scene<'_>) -> Result<Recipe, Fault> {
        let name = reference::the_one(call, scene).await?;
        let cluster = scene.site.cluster()?;
        let live = cluster.get(&name).await?.ok_or_else(|| absent(&name, scene))?;
        let tried = cluster.patch(&name, &self.0.patch(call, scene)?, Mode::DryRun).await?;
        shown(&name, &live, &tried, scene)?;
        if Normal::of(&tried) == Normal::of(&live) {
            return Recipe::of(&Vec::<Kept>::new());
        }
        let before = Some(Store::of(scene)?.keep(&live)?);
        let seen = seen(scene.site, &name, Some(&live));
        Recipe::of(&vec![Kept::changed(name, before, seen)])
    }

    async fn apply(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Applied, Fault> {
        let until = Instant::now() + scene.within;
        let kept: Vec<Kept> = recipe.read()?;
        let patch = self.0.patch(call, scene)?;
        let mut applied = Applied::changed(kept.len() as u64);
        for one in &kept {
            let left = carry_out(one, &patch, scene, until).await?;
            applied.left.insert(Resource::object(&one.object), seen(scene.site, &one.object, Some(&left)));
        }
        if self.0.waits(call) {
            let names: Vec<_> = kept.iter().map(|one| one.object.clone()).collect();
            until_ready_or_stalled(scene, names.clone(), until, stalled(call)).await?;
            settled(FIELD_MANAGER, &names, &mut applied.left, scene).await?;
        }
        Ok(applied)
    }

    async fn probe(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Probe, Fault> {
        let patch = self.0.patch(call, scene)?;
        let (cluster, store) = (scene.site.cluster()?, Store::of(scene)?);
        for one in recipe.read::<Vec<Kept>>()? {
            let spoken = one.object.spoken(&scene.site.namespace);
            let before = one.before.as_ref().map(|name| store.kept(name)).transpose()?;
            let left = store.left(&one.object)?;
            let live = cluster.get(&one.object).await?;
            // What was noted counts only as long as it stands: it may have been given back since.
            if left.is_some() && is_same(left.as_ref(), live.as_ref()) {
                continue;
            }
            if is_same(before.as_ref(), live.as_ref()) {
                return Ok(Probe::NotDone(format!("`{spoken}` is as it was")));
            }
            match live {
                // Where our change is noted, only others' changes came since.
                Some(live) if left.is_some_and(|left| left.uid() == live.uid()) => {
                    if !is_patched(cluster, &one.object, &patch, &live).await? {
                        return Ok(Probe::NotDone(format!("`{spoken}` is not as it is to be")));
                    }
                }
                Some(live) if is_ours(cluster, &one.object, &patch, before.as_ref(), &live).await? => {
                    store.note_left(&one.object, &live)?;
                }
                _ => return Ok(Probe::Unknown(vec![format!("{spoken} is neither as it was nor as it is to be")])),
            }
        }
        // What was to be waited for is waited for again: doing it anew changes nothing.
        Ok(if self.0.waits(call) {
            Probe::NotDone("it is changed; whether it is ready is not known".into())
        } else {
            Probe::Done("it is changed".into())
        })
    }

    async fn undo(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Undone, Fault> {
        // Without its secrets it can't be said what was changed; it is asked only of what a crash cut off.
        let patch = self.0.patch(call, scene);
        let deed = patch.as_ref().map_or_else(|fault| back::Deed::Unknown(&fault.why), back::Deed::Patch);
        back::put_back(&recipe.read::<Vec<Kept>>()?, &deed, scene).await
    }

    fn account(&self, _call: &Call, recipe: &Recipe) -> Result<Account, Fault> {
        account(recipe)
    }

    fn words(&self, call: &Call) -> String {
        reference::words(call)
    }
}

/// A list of operations on what an earlier action changes.
fn later(name: &ObjectName, live: Option<&Object>, scene: &Scene<'_>, world: &mut Predicted) -> Change {
    world.saw(Resource::object(name), seen(scene.site, name, live));
    Change {
        resource: name.spoken(&scene.site.namespace),
        what: What::Changed,
        learnt: Learnt::NotKnowable,
        body: Body::Words("a JSON patch of what is changed before".to_owned()),
        after: None,
    }
}

fn absent(name: &ObjectName, scene: &Scene<'_>) -> Fault {
    Fault::new(format!("{} is not there", spoken(name, scene)))
}

/// Whether all that a patch changes is shown. What a program keeps in an annotation for itself is no part of what is
/// compared, so a change of it would be neither shown nor taken back.
fn shown(name: &ObjectName, live: &Object, tried: &Object, scene: &Scene<'_>) -> Result<(), Fault> {
    let all = |object: &Object| object.get("/metadata/annotations").cloned().unwrap_or_else(|| json!({}));
    if Normal::of(live) != Normal::of(tried) || all(live) == all(tried) {
        return Ok(());
    }
    let what = format!("{}: only an annotation would change that a program keeps for itself", spoken(name, scene));
    Err(Fault::new(what).details(["such ones are not changed: tell that program instead".to_owned()]))
}

fn spoken(name: &ObjectName, scene: &Scene<'_>) -> String {
    name.spoken(&scene.site.namespace)
}

/// Whether a patch changes nothing of an object any more.
async fn is_patched(cluster: &Cluster, name: &ObjectName, patch: &Patch, live: &Object) -> Result<bool, Fault> {
    let tried = cluster.patch(name, patch, Mode::DryRun).await?;
    Ok(Normal::of(&tried) == Normal::of(live))
}

/// Whether it was we who changed an object: the patch changes nothing any more, and nobody else touched it since.
pub(super) async fn is_ours(
    cluster: &Cluster,
    name: &ObjectName,
    patch: &Patch,
    before: Option<&Object>,
    live: &Object,
) -> Result<bool, Fault> {
    Ok(is_by_us(before, live) && is_patched(cluster, name, patch, live).await?)
}

/// Changes the object, unless a first try did, and notes what the server made of it.
async fn carry_out(kept: &Kept, patch: &Patch, scene: &Scene<'_>, until: Instant) -> Result<Object, Fault> {
    let (cluster, store) = (scene.site.cluster()?, Store::of(scene)?);
    let before = kept.before.as_ref().map(|name| store.kept(name)).transpose()?;
    let mut tries = Tries::until(until);
    loop {
        let live = cluster.get(&kept.object).await?.ok_or_else(|| absent(&kept.object, scene))?;
        // What was given back is taken away again: others may have changed something else in it since.
        let noted = store.left(&kept.object)?;
        let stands = before.as_ref().zip(noted.as_ref()).map(|(before, left)| standing(before, left, &live));
        match stands {
            Some(Standing::Left) => return Ok(live),
            Some(Standing::Before) => {}
            _ if is_same(before.as_ref(), Some(&live)) => {}
            _ => return Err(changed(&kept.object, scene)),
        }
        boundary("object");
        match cluster.patch(&kept.object, &versioned(patch, &live), Mode::Real).await {
            Err(fault) => tries.again(fault, &kept.object, scene).await?,
            Ok(left) => {
                boundary("object-applied");
                // The first note stays: what others changed since is no part of what we did.
                if noted.is_none() {
                    store.note_left(&kept.object, &left)?;
                }
                return Ok(left);
            }
        }
    }
}

/// A patch that is bound to the change of the object that was looked at.
fn versioned(patch: &Patch, live: &Object) -> Patch {
    let Some(version) = live.resource_version() else { return patch.clone() };
    let bound = |value: &Value| {
        let mut value = value.clone();
        if let Some(entries) = value.as_object_mut() {
            let metadata = entries.entry("metadata").or_insert_with(|| json!({}));
            if let Some(metadata) = metadata.as_object_mut() {
                metadata.insert("resourceVersion".to_owned(), version.into());
            }
        }
        value
    };
    match patch {
        Patch::Merge(value) => Patch::Merge(bound(value)),
        Patch::Strategic(value) => Patch::Strategic(bound(value)),
        Patch::Json(value) => {
            let same = json!({ "op": "replace", "path": "/metadata/resourceVersion", "value": version });
            let operations = value.as_array().cloned().unwrap_or_default();
            Patch::Json(Value::Array([vec![same], operations].concat()))
        }
    }
}
