//! What a change of a release finds, and what it would do: by the release's records, Helm's own rendering and the server.

use super::act::Verb;
use super::material::{Material, found};
use super::{by, name, namespace, truth};
use crate::action::kube::missing_room;
use crate::action::program::passing;
use crate::site::{Fault, Scene};
use crate::world::cluster::{Conflicts, Object};
use crate::world::helm::{
    By, Course, Definition, Effect, History, Hook, ObjectChange, Operation, Rendered, State, Status, Target, Wanted,
    When, base, changes, definitions, running, state, target, upgrade_or_install,
};
use switchback_compiler::plan::Call;
use switchback_compiler::version::Version;

/// When a hook's object goes, where its manifest says nothing.
const GOES_FIRST: &str = "before-hook-creation";

/// What was found.
pub(super) struct Look {
    pub history: History,
    pub operation: Operation,
    /// What shall be; none where it goes, or could not be told.
    pub new: Option<Rendered>,
    pub changes: Vec<ObjectChange>,
    pub definitions: Vec<Definition>,
    /// The revision that a rollback goes to.
    pub target: Option<u32>,
    /// Why it can't be done, a fragment each.
    pub blocked: Vec<String>,
    /// Whether all is so already.
    pub idle: bool,
    /// Whether the chart was rendered from its own bytes alone.
    pub alone: bool,
    /// What steps before make, where they did not run yet.
    coming: Vec<Object>,
}

/// Where a release is to go.
struct Goal {
    new: Option<Rendered>,
    target: Option<u32>,
    idle: bool,
}

impl Look {
    /// Looks. Nothing is changed by it.
    pub async fn of(verb: Verb, call: &Call, scene: &Scene<'_>, coming: Vec<Object>) -> Result<Self, Fault> {
        let cluster = scene.site.cluster()?;
        // Helm is asked its version meanwhile; where it has none, that is told when it is needed.
        let (history, _helm) = tokio::join!(History::read(cluster, namespace(call), name(call)), found());
        let history = history?;
        let operation = match verb {
            Verb::Upgrade => upgrade_or_install(&history),
            Verb::Rollback => Operation::Rollback,
            Verb::Uninstall => Operation::Uninstall,
        };
        let mut look = Self {
            history,
            operation,
            new: None,
            changes: Vec::new(),
            definitions: Vec::new(),
            target: None,
            blocked: Vec::new(),
            idle: false,
            alone: false,
            coming,
        };
        look.blocked.extend(taken(&look.history, call));
        if look.blocked.is_empty() && verb != Verb::Uninstall {
            look.blocked.extend(homeless(call, scene, &look.coming).await?);
        }
        if look.blocked.is_empty() {
            look.toward(verb, call, scene).await?;
        }
        Ok(look)
    }

    /// The hooks that would run, each with its side, in their order.
    pub fn hooks(&self) -> Vec<(When, &Hook)> {
        let of = self.new.as_ref().map(|new| new.hooks.as_slice());
        let hooks = of.or_else(|| self.history.last().map(|last| last.hooks.as_slice())).unwrap_or_default();
        let at = |when| running(hooks, self.operation, when).into_iter().map(move |hook| (when, hook));
        [When::Before, When::After].into_iter().flat_map(at).collect()
    }

    async fn toward(&mut self, verb: Verb, call: &Call, scene: &Scene<'_>) -> Result<(), Fault> {
        let folder = passing(scene)?;
        let material = Material::at(folder.path(), scene).await?;
        let goal = match verb {
            Verb::Upgrade => self.upgraded(&material, call, scene).await?,
            Verb::Rollback => self.rolled_back(&material, call)?,
            Verb::Uninstall => Some(self.gone()),
        };
        let Some(Goal { new, target, idle }) = goal else { return Ok(()) };
        (self.new, self.target, self.idle) = (new, target, idle);
        if self.idle && verb != Verb::Upgrade {
            return Ok(());
        }
        self.tried(call, scene).await?;
        // What drifted, and what Helm would set right, is reason enough for a new revision. A definition that a chart brings
        // and that is missing is none: Helm makes it at an install alone.
        self.idle &= self.changes.iter().all(|change| !change.is_change());
        Ok(())
    }

    async fn upgraded(&mut self, material: &Material, call: &Call, scene: &Scene<'_>) -> Result<Option<Goal>, Fault> {
        let upgrade = material.upgrade(call, &self.history, scene)?;
        if let Some(why) = other_version(&material.helm.chart(&material.home, &upgrade.chart).await?, call) {
            self.blocked.push(why);
            return Ok(None);
        }
        let cluster = scene.site.cluster()?;
        let (home, work) = (&material.home, &material.work);
        let there = self.history.last().filter(|last| last.status != Status::Uninstalled);
        let new = match material.helm.render_here(home, cluster, &upgrade, there, work).await? {
            Some(new) => {
                self.alone = true;
                new
            }
            None => material.helm.render(home, cluster, &upgrade, work).await?,
        };
        let last = there.filter(|last| last.status == Status::Deployed);
        let idle = match last {
            Some(last) => is_as(&Rendered::of(last)?, &new),
            None => false,
        };
        Ok(Some(Goal { new: Some(new), target: None, idle }))
    }

    fn rolled_back(&mut self, material: &Material, call: &Call) -> Result<Option<Goal>, Fault> {
        let goal = match meant(&self.history, call) {
            Err(why) => {
                self.blocked.push(why);
                return Ok(None);
            }
            Ok(Target::Already(_)) => Goal { new: None, target: None, idle: true },
            Ok(Target::Revision(release)) => {
                let mut new = Rendered::of(release)?;
                new.apply = material.helm.apply(new.apply);
                Goal { new: Some(new), target: Some(release.revision), idle: false }
            }
        };
        Ok(Some(goal))
    }

    fn gone(&self) -> Goal {
        let there = self.history.last().is_some_and(|last| last.status != Status::Uninstalled);
        Goal { new: None, target: None, idle: !there }
    }

    /// Lets the server try each change.
    async fn tried(&mut self, call: &Call, scene: &Scene<'_>) -> Result<(), Fault> {
        let cluster = scene.site.cluster()?;
        let old = base(&self.history, self.operation).map(Rendered::of).transpose()?;
        let course = Course {
            operation: self.operation,
            release: name(call),
            namespace: namespace(call),
            old: old.as_ref(),
            new: self.new.as_ref(),
            conflicts: if truth(call, "force", false) { Conflicts::Force } else { Conflicts::Refuse },
            takes_ownership: truth(call, "adopt", false),
            coming: &self.coming,
        };
        self.changes = changes(cluster, &course).await?;
        if let (Some(new), Operation::Install | Operation::Upgrade) = (&self.new, self.operation) {
            self.definitions = definitions(cluster, &new.definitions).await?;
        }
        for change in &self.changes {
            self.blocked.extend(refused(change, call, scene));
        }
        let nameless: Vec<_> = self.hooks().into_iter().filter_map(|(_, hook)| nameless(hook)).collect();
        self.blocked.extend(nameless);
        Ok(())
    }
}

/// Why a release can't be changed now: somebody works on it, or worked and is gone.
fn taken(history: &History, call: &Call) -> Option<String> {
    let (release, namespace) = (name(call), namespace(call));
    match state(history) {
        State::Damaged(why) => Some(format!("release {release}: what stands is not known: {why}")),
        State::Pending(pending) => {
            let since = pending.since.map(|since| format!(" since {}", since.strftime("%Y-%m-%d %H:%M:%SZ")));
            Some(format!(
                "release {release}: revision {} is {}{}, and not by this run; wait for whoever does that, or end it: {}",
                pending.revision,
                pending.status,
                since.unwrap_or_default(),
                pending.command(release, namespace)
            ))
        }
        State::Absent | State::Settled(_) => None,
    }
}

/// Why a release has no place: its namespace is not there, and no step before makes it; or it goes.
async fn homeless(call: &Call, scene: &Scene<'_>, coming: &[Object]) -> Result<Option<String>, Fault> {
    let namespace = namespace(call);
    if coming.iter().any(|object| object.kind() == "Namespace" && object.name() == namespace) {
        return Ok(None);
    }
    let why = missing_room(scene.site.cluster()?, Some(namespace)).await;
    Ok(why.map(|why| {
        let release = name(call);
        format!(
            "release {release}: {why}; is the context the one that is meant? If so, it has to be made: `kubectl create \
             namespace {namespace}`, or in an earlier step"
        )
    }))
}

/// The revision that a rollback means; why there is none.
fn meant<'h>(history: &'h History, call: &Call) -> Result<Target<'h>, String> {
    let number = call.values.get("revision").and_then(serde_json::Value::as_u64);
    let version = call.moves_to().map(str::to_owned);
    let is = |text: &str| version.as_deref().is_some_and(|version| same(text, version));
    let wanted = match (number.and_then(|number| u32::try_from(number).ok()), call.known("to"), &version) {
        (Some(revision), ..) => Wanted::Revision(revision),
        (None, Some(_), _) => Wanted::LastGood,
        (None, None, Some(written)) => Wanted::Version { by: by(call), written, is: &is },
        (None, None, None) => {
            return Err(format!(
                "release {}: nothing says where it goes: let the step move a version, or write to=\"last-good\" or a revision",
                name(call)
            ));
        }
    };
    target(history, &wanted).map_err(|why| format!("{why}; {}", why.help()))
}

fn same(one: &str, other: &str) -> bool {
    match (Version::parse(one), Version::parse(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// A chart that is not of the version that the step moves to.
fn other_version(chart: &crate::world::helm::Chart, call: &Call) -> Option<String> {
    let wanted = call.moves_to()?;
    let (what, version) = match by(call) {
        By::Chart => ("version", Some(chart.version.as_str())),
        By::App => ("app version", chart.app_version.as_deref()),
    };
    if version.is_some_and(|version| same(version, wanted)) {
        return None;
    }
    let version = version.map_or_else(|| format!("says no {what}"), |version| format!("is of {what} {version}"));
    Some(format!("chart {} {version}, and its step moves to {wanted}", chart.name))
}

/// Whether a chart would make what stands.
fn is_as(old: &Rendered, new: &Rendered) -> bool {
    let hooks = |rendered: &Rendered| -> Vec<_> {
        let of = |hook: &Hook| {
            // One without a name is no object that could be read.
            let object = hook.object().map_err(|_| hook.manifest().to_owned());
            (hook.name.clone(), hook.events.clone(), object)
        };
        rendered.hooks.iter().map(of).collect()
    };
    let chart = |rendered: &Rendered| {
        let chart = &rendered.chart;
        (chart.name.clone(), chart.version.clone(), chart.app_version.clone())
    };
    chart(old) == chart(new) && old.objects == new.objects && hooks(old) == hooks(new)
}

/// A hook of which Helm can't delete the last object before it makes the next: it looks for it by its name, and fails.
fn nameless(hook: &Hook) -> Option<String> {
    let goes_first = hook.delete_policies.is_empty() || hook.delete_policies.iter().any(|one| one == GOES_FIRST);
    (hook.name.is_empty() && goes_first).then(|| {
        format!(
            "hook {} of {} has no `metadata.name`, and helm fails where it deletes the one of before: give it a name, or \
             another `helm.sh/hook-delete-policy` than {GOES_FIRST}",
            hook.kind.to_lowercase(),
            hook.path
        )
    })
}

/// Why Helm would fail at an object, or must not go on with it.
fn refused(change: &ObjectChange, call: &Call, scene: &Scene<'_>) -> Option<String> {
    let spoken = change.name.spoken(&scene.site.namespace);
    match &change.effect {
        Effect::Refused(refusal) => {
            let help = refusal.help().map(|help| format!("; {help}"));
            Some(format!("{spoken}: {refusal}{}", help.unwrap_or_default()))
        }
        Effect::Delete { takes_along: Some(objects) } if !truth(call, "deletes-definitions", false) => {
            let with = switchback_compiler::words::count(*objects, "object");
            Some(format!(
                "{spoken}: the definition of a kind would be deleted, and {with} of that kind with it; if that is meant, write deletes-definitions=#true"
            ))
        }
        _ => None,
    }
}
