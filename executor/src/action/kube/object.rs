//! `kube.object`: objects of the target's cluster, as what a backup copies.

use super::copy::to_copy;
use super::{NAMESPACE, reference};
use crate::action::{Noun, Predicted, Thing};
use crate::event::Copied;
use crate::resource::Resource;
use crate::site::{Fault, Scene};
use crate::world::cluster::{Object, ObjectName};
use crate::world::{RelPath, Tree};
use async_trait::async_trait;
use std::path::Path;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Touch};
use switchback_compiler::schema::{Example, Form, OwnWayBack, Role};
use switchback_compiler::words::count;

/// The kind.
pub struct KubeObject;

static FORM: Form = Form {
    name: "kube.object",
    roles: &[Role::Thing],
    args: &[reference::OBJECTS],
    props: &[NAMESPACE],
    summary: "objects of the target's cluster, copied by a backup",
    text: "Each is copied whole, with its owners of fields and its uid, and the copy is read back; values of Secrets \
           lie in it as they are, so only the owner of the copies may read them. One that is not there is an error: a \
           backup of nothing would promise a way back that is none. `kube.restore` puts it back.",
    way_back: OwnWayBack::NotNeeded,
    examples: &[Example {
        title: "a copy before a change",
        text: "backup \"settings\" keep=\"30d\" { kube.object \"configmap/portal\" \"secret/portal\" namespace=\"lumen\" }",
    }],
    ..Form::ACTION
};

impl Kind for KubeObject {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn reads(&self, call: &Call) -> Vec<Touch> {
        reference::touches(call)
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        reference::objections(call)
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

impl Noun for KubeObject {
    fn thing(&self) -> Option<&dyn Thing> {
        Some(self)
    }
}

#[async_trait]
impl Thing for KubeObject {
    async fn preview(
        &self,
        call: &Call,
        backup: &str,
        scene: &Scene<'_>,
        world: &mut Predicted,
    ) -> Result<String, Fault> {
        let mut names = Vec::new();
        let made: Vec<Object> = world.objects().cloned().collect();
        for name in reference::each_there(call, scene, &made).await? {
            let name = name?;
            let live = scene.site.cluster()?.get(&name).await?;
            let foreseen = world.object(&Resource::object(&name));
            let object = foreseen.unwrap_or(live).ok_or_else(|| absent(&name, scene))?;
            world.copy_object(backup, Resource::object(&name), object);
            names.push(name);
        }
        Ok(words(&names, scene))
    }

    async fn copy(&self, call: &Call, scene: &Scene<'_>, store: &Path) -> Result<Copied, Fault> {
        let folder = scene.store()?;
        let failed = |error: std::io::Error| Fault::new(format!("the copy can't be written: {error}"));
        crate::durable::make_dirs(&folder, 0o700).map_err(failed)?;
        // Passing, and only its owner may look into it; what stays lies in the store.
        let passing = tempfile::tempdir_in(folder).map_err(failed)?;
        let mut names = Vec::new();
        for (index, (name, live)) in live(call, scene).await?.into_iter().enumerate() {
            let object = live.ok_or_else(|| absent(&name, scene))?;
            let file = passing.path().join(index.to_string());
            crate::durable::write(&file, &to_copy(&object).map_err(failed)?, 0o600).map_err(failed)?;
            names.push(name);
        }
        let snapshot = Tree::open(passing.path())?.snapshot(&RelPath::root(), store)?;
        snapshot.verify(store)?;
        Ok(Copied { what: words(&names, scene), path: String::new(), snapshot, objects: names })
    }
}

/// The objects as they are.
async fn live(call: &Call, scene: &Scene<'_>) -> Result<Vec<(ObjectName, Option<Object>)>, Fault> {
    let names = reference::meant(call, scene).await?;
    let all = scene.site.cluster()?.get_all(&names).await;
    names.into_iter().zip(all).map(|(name, live)| Ok((name, live?))).collect()
}

fn absent(name: &ObjectName, scene: &Scene<'_>) -> Fault {
    Fault::new(format!("{} can't be copied: it is not there", name.spoken(&scene.site.namespace)))
}

/// `configmap/portal`, `3 objects`.
fn words(names: &[ObjectName], scene: &Scene<'_>) -> String {
    match names {
        [only] => only.spoken(&scene.site.namespace),
        all => count(all.len(), "object"),
    }
}
