//! `kube.delete`: objects of the target's cluster are gone.

use super::contents;
use super::interference::{Tries, changed, is_same};
use super::kept::{Kept, account};
use super::store::Store;
use super::wait::until_gone;
use super::{ACTION, NAMESPACE, back, reference};
use crate::action::{
    Account, Action, Applied, Body, Change, Foreseen, Learnt, Noun, Predicted, Probe, Recipe, Undone, What,
};
use crate::fault_point::boundary;
use crate::resource::{Observed, Resource, seen};
use crate::site::{Fault, Scene};
use crate::world::cluster::{Delete, Mode, Object, ObjectName, Propagation};
use async_trait::async_trait;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Example, Form, Param, Ty};
use switchback_compiler::words::count;
use tokio::time::Instant;

/// The kind.
pub struct KubeDelete;

static FORM: Form = Form {
    name: "kube.delete",
    args: &[reference::OBJECTS],
    props: &[
        NAMESPACE,
        Param::optional(
            "propagation",
            Ty::OneOf(&["background", "foreground", "orphan"]),
            "what becomes of the objects that it made: deleted afterwards (the default), deleted first, or left",
        ),
    ],
    summary: "deletes objects of the target's cluster",
    text: "Each is deleted only as long as it is the very object that was looked at, unchanged, and it is waited for \
           until it is gone. One that is not there is fine. The dry run asks the server whether it would, and counts \
           what goes with it: all in a namespace, all objects of a definition, the volume of a claim. That can't be \
           brought back, so a step that deletes one of these is `irreversible`, or has an `undo` that `loses`. Undoing \
           makes each again as it was, owners of fields included; it gets another uid, so what it made (a \
           Deployment's pods) is made anew. Where somebody made one of that name in between it is left, and told.",
    examples: &[Example {
        title: "what the new version needs no more",
        text: "kube.delete \"cronjob/notebooks-gc\" \"configmap/notebooks-kernels-v1\" namespace=\"lumen\"",
    }],
    ..ACTION
};

impl Kind for KubeDelete {
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

impl Noun for KubeDelete {
    fn action(&self) -> Option<&dyn Action> {
        Some(self)
    }
}

fn how(call: &Call, live: &Object) -> Delete {
    let propagation = match call.known("propagation") {
        Some("foreground") => Propagation::Foreground,
        Some("orphan") => Propagation::Orphan,
        _ => Propagation::Background,
    };
    Delete { propagation, ..Delete::exactly(live) }
}

/// Deletes one, unless somebody changed it since it was kept; one that is gone, or goes already, is fine.
async fn delete(kept: &Kept, call: &Call, store: &Store, scene: &Scene<'_>, until: Instant) -> Result<(), Fault> {
    let cluster = scene.site.cluster()?;
    let before = kept.before.as_ref().map(|name| store.kept(name)).transpose()?;
    let mut tries = Tries::until(until);
    loop {
        let live = match cluster.get(&kept.object).await? {
            Some(live) if !live.is_ending() => live,
            _ => return Ok(()),
        };
        if !is_same(before.as_ref(), Some(&live)) {
            return Err(changed(&kept.object, scene));
        }
        boundary("object");
        match cluster.delete(&kept.object, &how(call, &live), Mode::Real).await {
            Err(fault) if fault.is_absent() => return Ok(()),
            Err(fault) => tries.again(fault, &kept.object, scene).await?,
            Ok(()) => {
                boundary("object-applied");
                return Ok(());
            }
        }
    }
}

/// The very objects that were looked at.
fn themselves(kept: &[Kept], store: &Store) -> Result<Vec<(ObjectName, Option<String>)>, Fault> {
    let uid = |one: &Kept| -> Result<Option<String>, Fault> {
        let before = one.before.as_ref().map(|name| store.kept(name)).transpose()?;
        Ok(before.and_then(|before| before.uid().map(str::to_owned)))
    };
    kept.iter().map(|one| Ok((one.object.clone(), uid(one)?))).collect()
}

/// Its lines say nothing that goes.
fn gone(object: &Object) -> Body {
    object.summary().map_or(Body::Nothing, Body::Words)
}

#[async_trait]
impl Action for KubeDelete {
    async fn preview(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<Change>, Fault> {
        let cluster = scene.site.cluster()?;
        let mut changes = Vec::new();
        for name in reference::meant_there(call, scene, &world.objects().cloned().collect::<Vec<_>>()).await? {
            let resource = Resource::object(&name);
            let live = cluster.get(&name).await?;
            world.saw(resource.clone(), seen(scene.site, &name, live.as_ref()));
            let foreseen = match world.foreseen(&resource) {
                Some(Foreseen::Object(object)) => Some(object.clone()),
                _ => None,
            };
            let is_foreseen = foreseen.is_some();
            let Some(there) = foreseen.unwrap_or(live) else { continue };
            if !is_foreseen {
                cluster.delete(&name, &how(call, &there), Mode::DryRun).await?;
            }
            world.note_change(&name, &there, None);
            let learnt = if is_foreseen { Learnt::Simulated } else { Learnt::Validated };
            let resource_name = name.spoken(&scene.site.namespace);
            changes.push(Change {
                resource: resource_name,
                what: What::Deleted,
                learnt,
                body: gone(&there),
                after: None,
            });
            if !is_foreseen {
                changes.extend(contents::deletions(&name, &there, scene, world).await?);
            }
            world.foresee(resource, Foreseen::Object(None));
        }
        Ok(changes)
    }

    async fn prepare(&self, call: &Call, scene: &Scene<'_>) -> Result<Recipe, Fault> {
        let (cluster, store) = (scene.site.cluster()?, Store::of(scene)?);
        let mut kept = Vec::new();
        for name in reference::meant_there(call, scene, &[]).await? {
            let Some(live) = cluster.get(&name).await? else { continue };
            let seen = seen(scene.site, &name, Some(&live));
            let with = contents::number(&live, cluster).await?;
            kept.push(Kept { gone: true, with, ..Kept::changed(name, Some(store.keep(&live)?), seen) });
        }
        Recipe::of(&kept)
    }

    async fn apply(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Applied, Fault> {
        let until = Instant::now() + scene.within;
        let (store, kept) = (Store::of(scene)?, recipe.read::<Vec<Kept>>()?);
        for one in &kept {
            delete(one, call, &store, scene, until).await?;
        }
        until_gone(scene, themselves(&kept, &store)?, until).await?;
        let left = kept.iter().map(|one| (Resource::object(&one.object), Observed::absent())).collect();
        Ok(Applied { changed: Kept::count(&kept), note: None, left })
    }

    async fn probe(&self, _call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Probe, Fault> {
        let cluster = scene.site.cluster()?;
        let objects = themselves(&recipe.read::<Vec<Kept>>()?, &Store::of(scene)?)?;
        let mut there = 0;
        for (name, uid) in &objects {
            let live = cluster.get(name).await?;
            there += usize::from(live.is_some_and(|live| uid.is_none() || live.uid() == uid.as_deref()));
        }
        Ok(match there {
            0 => Probe::Done("the objects are gone".into()),
            number => Probe::NotDone(format!("{} still there", count(number, "object"))),
        })
    }

    async fn undo(&self, _call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Undone, Fault> {
        back::put_back(&recipe.read::<Vec<Kept>>()?, &back::Deed::Delete, scene).await
    }

    fn account(&self, _call: &Call, recipe: &Recipe) -> Result<Account, Fault> {
        account(recipe)
    }

    fn words(&self, call: &Call) -> String {
        reference::words(call)
    }
}
