//! `kube.apply`: objects of the target's cluster are as their manifests say.

use super::carry::{Carry, is_applied};
use super::interference::is_same;
use super::kept::{Kept, account, keep};
use super::look::look_all;
use super::manifests::{Source, Wanted, definitions, name_of, sources, wanted};
use super::settled::settled;
use super::stall::{STALLED, stalled};
use super::store::Store;
use super::until_ready::until_ready_or_stalled;
use super::{ACTION, NAMESPACE, READY, back, namespace, preview, truth};
use crate::action::{Account, Action, Applied, Change, Noun, Predicted, Probe, Recipe, Undone};
use crate::site::{Fault, Scene};
use crate::world::cluster::{Cluster, Doubtful, FIELD_MANAGER, Manifest, ManifestError};
use async_trait::async_trait;
use std::collections::BTreeSet;
use std::time::Duration;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Example, Form, Param, Ty};
use switchback_compiler::words::count;
use tokio::time::Instant;

/// The kind.
pub struct KubeApply;

static FORM: Form = Form {
    name: "kube.apply",
    args: &[Param::any(
        "FILE",
        Ty::SourceFile,
        "a file of manifests, YAML or JSON, of one document or several; a template when it ends in .hbs",
    )],
    props: &[
        Param::optional("content", Ty::Text, "manifests that the plan itself says"),
        NAMESPACE,
        Param::optional("force", Ty::Truth, "whether fields that others own are taken over"),
        READY,
        STALLED,
    ],
    summary: "makes objects of the target's cluster as their manifests say",
    text: "Each object is applied by the server (server-side apply, with field manager `switchback` and strict \
           validation), in written order: fields that the manifest says become so, those that Switchback alone wrote and \
           the manifest no longer has go, all others stay. Objects that no manifest has any more stay too. One that is \
           so already is left alone. A field that somebody else owns and that would become another is a conflict, told \
           with its owner; it stops the run before it begins, unless `force` is written. The dry run asks the server \
           for the very same change without storing it; of what an earlier step makes room for (a namespace, a \
           definition) it shows the manifest. It ends when Deployments, StatefulSets, DaemonSets, Jobs, definitions \
           and namespaces that it changed are ready, in the state that was asked for last, within its limit; \
           `ready=#false` does not wait. Undoing puts each object back exactly as it was, owners of fields \
           included, and removes what was not there, unless somebody else changed it since.",
    examples: &[
        Example {
            title: "manifests of the project, one of them a template",
            text: "kube.apply \"manifests/site.yaml\" \"manifests/portal.yaml.hbs\" namespace=\"lumen\" within=\"5m\"",
        },
        Example {
            title: "an object in the plan itself",
            text: "kube.apply content=\"\"\"\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: { name: limits }\n    data: { cpu: \"4\" }\n    \"\"\"",
        },
    ],
    ..ACTION
};

impl Kind for KubeApply {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, sources: &Sources<'_>) -> Vec<Touch> {
        let names = names(call, sources, "0");
        names.into_iter().map(Touch::object).collect()
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        let files = call.values.get("file").is_some_and(|files| files.as_array().is_some_and(|all| !all.is_empty()));
        match (files, call.values.contains_key("content")) {
            (true, true) => vec![Objection::new("both files and `content`", "write two actions")],
            (false, false) => {
                vec![Objection::new(
                    "neither files nor `content`",
                    "say what is applied: kube.apply \"manifests/a.yaml\"",
                )]
            }
            _ => Vec::new(),
        }
    }

    fn source_objections(&self, call: &Call, files: &Sources<'_>) -> Vec<Objection> {
        let mut found = Vec::new();
        let mut any = false;
        for source in sources(call) {
            match source.written(files, "0") {
                None => any = true,
                Some(Err(error)) => found.push(unread(&source, &error)),
                Some(Ok(manifests)) => {
                    any |= !manifests.is_empty() || !source.is_known();
                    found.extend(manifests.iter().flat_map(|one| doubts(&source, one)));
                }
            }
        }
        if found.is_empty() && !any && !sources(call).is_empty() {
            found.push(Objection::new(
                "there is no object in it",
                "write a manifest: apiVersion, kind and metadata.name",
            ));
        }
        if found.is_empty() {
            found.extend(twice(call, files));
            found.extend(unknown_names(call, files));
        }
        found
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

/// The objects' names, with something that stands for what is not known yet.
fn names(call: &Call, files: &Sources<'_>, stand_in: &str) -> Vec<String> {
    let written = sources(call).iter().filter_map(|source| source.written(files, stand_in)?.ok()).flatten().collect();
    let all: Vec<Manifest> = written;
    let objects = || all.iter().map(|one| &one.object);
    objects().map(|object| String::from(name_of(object, namespace(call), objects()))).collect()
}

fn unread(source: &Source<'_>, error: &ManifestError) -> Objection {
    let ManifestError { line, column, what, help } = error;
    Objection {
        about: if source.name == "content" { "content" } else { "file" },
        text: format!("`{}`, line {line}, column {column}: {what}", source.name),
        help: help.clone(),
    }
}

/// What YAML reads otherwise than it was surely meant; where something else stands for a value nothing can be said.
fn doubts(source: &Source<'_>, manifest: &Manifest) -> Vec<Objection> {
    let doubtful = manifest.doubtful.iter().filter(|_| source.is_known());
    let told = doubtful.map(|Doubtful { place, text, line, .. }| Objection {
        about: if source.name == "content" { "content" } else { "file" },
        text: format!("`{}`, line {line}: YAML reads {place} as no text: {text}", source.name),
        help: format!("quote it: \"{text}\""),
    });
    told.collect()
}

/// An object that stands there twice: the second would undo the first.
fn twice(call: &Call, files: &Sources<'_>) -> Option<Objection> {
    let mut known = BTreeSet::new();
    let twice = names(call, files, "0").into_iter().find(|name| !known.insert(name.clone()))?;
    let help = "take one of them out, or let an action of its own apply it";
    Some(Objection::new(format!("`{twice}` stands there twice"), help))
}

/// What a step touches must be known beforehand.
fn unknown_names(call: &Call, files: &Sources<'_>) -> Option<Objection> {
    let known = sources(call).iter().all(Source::is_known);
    if known || names(call, files, "0") == names(call, files, "1") || is_undecided(call) {
        return None;
    }
    let help = "kind, name and namespace must be known when the plan is compiled: use an input";
    Some(Objection::new("what an object is called is known only when it runs", help))
}

/// While checking without values an input stands for itself.
fn is_undecided(call: &Call) -> bool {
    serde_json::Value::Object(call.values.clone()).to_string().contains("\"unset\":")
}

impl Noun for KubeApply {
    fn action(&self) -> Option<&dyn Action> {
        Some(self)
    }
}

/// Whether a first try applied one: it is as it was left then, or nobody else made it what it is.
async fn is_done(kept: &Kept, wanted: &Wanted, store: &Store, cluster: &Cluster) -> Result<bool, Fault> {
    let live = match cluster.kind_of(&wanted.object, Duration::ZERO).await {
        Ok(kind) => cluster.get_as(&kind, &kept.object).await?,
        Err(fault) if fault.is_absent() => None,
        Err(fault) => return Err(fault.into()),
    };
    let Some(live) = live else { return Ok(false) };
    if let Some(left) = store.left(&kept.object)?
        && is_same(Some(&left), Some(&live))
    {
        return Ok(true);
    }
    let before = kept.before.as_ref().map(|name| store.kept(name)).transpose()?;
    let done = is_applied(cluster, &kept.object, &wanted.object, before.as_ref(), &live).await?;
    if done {
        store.note_left(&kept.object, &live)?;
    }
    Ok(done)
}

#[async_trait]
impl Action for KubeApply {
    async fn preview(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<Change>, Fault> {
        let (namespace, force) = (namespace(call), truth(call, "force", false));
        let looks = look_all(scene, namespace, wanted(call, scene, true)?).await?;
        let mut changes = Vec::new();
        for look in looks {
            changes.extend(preview::change(look, namespace, force, scene, world)?);
        }
        Ok(changes)
    }

    async fn prepare(&self, call: &Call, scene: &Scene<'_>) -> Result<Recipe, Fault> {
        let looks = look_all(scene, namespace(call), wanted(call, scene, false)?).await?;
        Recipe::of(&keep(looks, truth(call, "force", false), scene)?)
    }

    async fn apply(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Applied, Fault> {
        let until = Instant::now() + scene.within;
        let kept: Vec<Kept> = recipe.read()?;
        let carry = Carry::new(scene, namespace(call), truth(call, "force", false), until)?;
        let mut left = carry.all(&kept, &wanted(call, scene, false)?).await?;
        if truth(call, "ready", true) {
            let names: Vec<_> = kept.iter().map(|one| one.object.clone()).collect();
            until_ready_or_stalled(scene, names.clone(), until, stalled(call)).await?;
            settled(FIELD_MANAGER, &names, &mut left, scene).await?;
        }
        // Also what a first try did before it was cut off counts.
        Ok(Applied { changed: kept.len() as u64, note: None, left })
    }

    async fn probe(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Probe, Fault> {
        let kept: Vec<Kept> = recipe.read()?;
        let wanted = wanted(call, scene, false)?;
        let (cluster, store) = (scene.site.cluster()?, Store::of(scene)?);
        let (mut open, definitions) = (Vec::new(), definitions(&wanted));
        for one in &wanted {
            let name = match cluster.name_of(&one.object, namespace(call), Duration::ZERO).await {
                Ok(name) => name,
                Err(fault) if fault.is_absent() => name_of(&one.object, namespace(call), &definitions),
                Err(fault) => return Err(fault.into()),
            };
            let Some(kept) = kept.iter().find(|kept| kept.object == name) else { continue };
            if !is_done(kept, one, &store, cluster).await? {
                open.push(kept.object.spoken(&scene.site.namespace));
            }
        }
        Ok(match open.as_slice() {
            // What was to be waited for is waited for again: doing it anew changes nothing.
            [] if truth(call, "ready", true) => {
                Probe::NotDone("all objects are applied; whether they are ready is not known".into())
            }
            [] => Probe::Done("the objects are as it applies them".into()),
            [one] => Probe::NotDone(format!("`{one}` is not as it applies it")),
            all => Probe::NotDone(format!("{} are not as it applies them", count(all.len(), "object"))),
        })
    }

    async fn undo(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Undone, Fault> {
        // Without its secrets it can't be said what was applied; it is asked only of what a crash cut off.
        let wanted = wanted(call, scene, false);
        let deed = wanted.as_deref().map_or_else(|fault| back::Deed::Unknown(&fault.why), back::Deed::Apply);
        back::put_back(&recipe.read::<Vec<Kept>>()?, &deed, scene).await
    }

    fn account(&self, _call: &Call, recipe: &Recipe) -> Result<Account, Fault> {
        account(recipe)
    }

    fn words(&self, call: &Call) -> String {
        let names: Vec<&str> = sources(call).iter().map(|source| source.name).collect();
        if names == ["content"] { "its manifest".to_owned() } else { names.join(", ") }
    }
}
