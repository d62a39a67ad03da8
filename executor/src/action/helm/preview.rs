//! How a change of a release is shown before it happens.

use super::look::Look;
use super::{name, namespace};
use crate::action::kube::{WAY_OUT, deletions, lines, owned_lines};
use crate::action::{Body, Change, Foreseen, Learnt, Predicted, What};
use crate::resource::{Observed, Resource, holds_secret, observe, recorded, seen};
use crate::screen::diff::{DiffLine, Kind};
use crate::site::{Fault, Scene};
use crate::world::cluster::{FaultKind, Normal, Object};
use crate::world::helm::{
    DefinitionState, Drift, Effect, Hook, Learnt as Known, ObjectChange, Operation, Refusal, Rendered, When,
};
use futures_util::future::join_all;
use switchback_compiler::plan::Call;
use switchback_compiler::words::count;

/// What a release becomes that a step before changes: that is known only then.
pub(super) fn later(resource: &Resource, scene: &Scene<'_>) -> Change {
    let resource = resource.spoken(&scene.site.namespace);
    let body = Body::Words("an action before this one changes it: what this one does is known then".to_owned());
    Change { resource, what: What::Unknown, learnt: Learnt::NotKnowable, body, after: None }
}

/// All that a look found, laid over the world.
pub(super) async fn changes(
    look: Look,
    call: &Call,
    scene: &Scene<'_>,
    world: &mut Predicted,
) -> Result<Vec<Change>, Fault> {
    let release = Resource::release(namespace(call), name(call));
    world.saw(release.clone(), recorded(scene.site, &look.history));
    let resources: Vec<_> = look.changes.iter().map(|change| Resource::object(&change.name)).collect();
    for (resource, seen) in
        resources.iter().zip(join_all(look.changes.iter().map(|change| seen_of(change, scene))).await)
    {
        // What can't be looked at is among what blocks.
        if let Ok(seen) = seen {
            world.saw(resource.clone(), seen);
        }
    }
    look.blocked.iter().for_each(|why| world.block(why.clone()));
    if look.idle {
        return Ok(Vec::new());
    }
    let mut all = vec![head(&look, &release, scene)];
    if look.new.is_none() && look.changes.is_empty() && !look.blocked.is_empty() {
        return Ok(all);
    }
    all.extend(hooks(&look));
    for (change, resource) in look.changes.iter().zip(resources) {
        if change.is_change() {
            let is_foreseen = world.foreseen(&resource).is_some();
            all.push(object(change, look.new.as_ref(), is_foreseen, scene));
            all.extend(along(change, &look, scene, world).await?);
            let is_told = change.after.is_some() || matches!(change.effect, Effect::Delete { .. });
            if let Some(before) = change.before.as_ref().filter(|_| is_told) {
                world.note_change(&change.name, before, change.after.as_ref());
            }
            world.foresee(resource, Foreseen::Object(change.after.clone()));
        }
    }
    world.foresee(release, Foreseen::Release);
    if look.alone {
        world.tell_alone();
    }
    Ok(all)
}

/// What is seen of an object: by the look at it, where that was at what is there, in the version by which objects are compared.
async fn seen_of(change: &ObjectChange, scene: &Scene<'_>) -> Result<Observed, Fault> {
    if change.learnt == Known::Validated && !matches!(change.effect, Effect::Refused(_)) {
        let Some(live) = &change.before else { return Ok(Observed::absent()) };
        let preferred = scene.site.cluster()?.kind(&change.name.group, &change.name.kind).await?;
        if preferred.api_version() == live.api_version() {
            return Ok(seen(scene.site, &change.name, Some(live)));
        }
    }
    observe(scene.site, &Resource::object(&change.name)).await
}

/// What goes with an object that Helm deletes; and what no way back of this action brings back must be said.
async fn along(
    change: &ObjectChange,
    look: &Look,
    scene: &Scene<'_>,
    world: &mut Predicted,
) -> Result<Vec<Change>, Fault> {
    let spoken = |change: &ObjectChange| change.name.spoken(&scene.site.namespace);
    match (&change.effect, &change.before) {
        (Effect::Delete { takes_along }, Some(live)) if *takes_along != Some(0) => {
            let goes = |change: &&ObjectChange| matches!(change.effect, Effect::Delete { .. } | Effect::Gone);
            let told: Vec<_> = look.changes.iter().filter(goes).map(spoken).collect();
            let along = deletions(&change.name, live, scene, world).await?;
            return Ok(along.into_iter().filter(|one| !told.contains(&one.resource)).collect());
        }
        (Effect::Adopt, _) if look.operation == Operation::Install && !world.says_losses() => world.block(format!(
            "{} is there already, and undoing an install deletes what the release took over; {WAY_OUT}",
            spoken(change)
        )),
        _ => {}
    }
    Ok(Vec::new())
}

/// The release itself: `revision 41 → 42, chart 4.0.0, no CRDs in it`.
fn head(look: &Look, release: &Resource, scene: &Scene<'_>) -> Change {
    let last = look.history.highest();
    let moved = format!("revision {last} → {}", last + 1);
    let chart = look.new.as_ref().map(|new| format!("chart {}", new.chart.version)).unwrap_or_default();
    let (what, words) = match look.operation {
        Operation::Install => (What::Created, format!("installed as revision {}, {chart}", last + 1)),
        Operation::Upgrade => (What::Changed, format!("{moved}, {chart}")),
        Operation::Rollback => {
            let to = look.target.map(|to| format!(", as {to} was")).unwrap_or_default();
            (What::Changed, format!("{moved}{to}, {chart}"))
        }
        Operation::Uninstall => (What::Deleted, format!("revision {last} is uninstalled, its records stay")),
    };
    let words = words.trim_end_matches([',', ' ']).to_owned();
    let mut words = vec![format!("{words}{}", definitions(look))];
    words.extend(kept(look, scene));
    words.extend(drifted(look, scene));
    let (resource, body) = (release.spoken(&scene.site.namespace), Body::Words(words.join("\n")));
    Change { resource, what, learnt: Learnt::Simulated, body, after: None }
}

/// What becomes of the definitions in the chart's `crds/`.
fn definitions(look: &Look) -> String {
    if look.new.is_none() || look.operation == Operation::Rollback {
        return String::new();
    }
    let of = |state: DefinitionState| look.definitions.iter().filter(move |one| one.state == state).count();
    let missing = if look.operation == Operation::Install { "made" } else { "missing, which Helm does not make" };
    let states = [
        (of(DefinitionState::Equal), "equal"),
        (of(DefinitionState::Differs), "another in the cluster, which stays"),
        (of(DefinitionState::Missing), missing),
    ];
    let told: Vec<String> = states
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, words)| format!("{}, {words}", count(*number, "CRD")))
        .collect();
    if told.is_empty() { ", no CRDs in it".to_owned() } else { format!("; {}", told.join("; ")) }
}

/// What stays though it is no longer the release's.
fn kept(look: &Look, scene: &Scene<'_>) -> Option<String> {
    let kept = look.changes.iter().filter(|change| change.effect == Effect::Keep);
    let names: Vec<_> = kept.map(|change| change.name.spoken(&scene.site.namespace)).collect();
    (!names.is_empty()).then(|| format!("its policy keeps {}", names.join(", ")))
}

/// Where objects that stay as they are are not as their manifests say.
fn drifted(look: &Look, scene: &Scene<'_>) -> Vec<String> {
    let equal = look.changes.iter().filter(|change| !change.is_change() && !change.drift.is_empty());
    let each = equal.map(|change| {
        let places: Vec<_> = change.drift.iter().map(place).collect();
        format!("drift in {} stays: {}", change.name.spoken(&scene.site.namespace), places.join(", "))
    });
    each.collect()
}

fn place(drift: &Drift) -> String {
    let by = drift.manager.as_ref().map(|manager| format!(" (by {manager})")).unwrap_or_default();
    if drift.field.is_empty() { "it is gone".to_owned() } else { format!("{}{by}", drift.field) }
}

/// Hooks are run by Helm: what they do nobody knows before.
fn hooks(look: &Look) -> Vec<Change> {
    let each = look.hooks().into_iter().map(|(when, hook)| {
        let word = if when == When::Before { "before" } else { "after" };
        let body = Body::Words(format!("{word} the {}", look.operation));
        Change { resource: called(hook), what: What::Unknown, learnt: Learnt::NotKnowable, body, after: None }
    });
    each.collect()
}

/// `hook job/portal-migrate`.
pub(super) fn called(hook: &Hook) -> String {
    format!("hook {}/{}", hook.kind.to_lowercase(), hook.name).trim_end_matches('/').to_owned()
}

fn object(change: &ObjectChange, new: Option<&Rendered>, is_foreseen: bool, scene: &Scene<'_>) -> Change {
    let (what, after) = match &change.effect {
        Effect::Create => (What::Created, written(change, new).or(change.after.as_ref())),
        Effect::Delete { .. } => (What::Deleted, None),
        Effect::Refused(_) => (What::Unknown, change.before.as_ref()),
        _ => (What::Changed, change.after.as_ref()),
    };
    let validated = change.learnt == Known::Validated && !is_foreseen;
    let body = match &change.effect {
        Effect::Delete { takes_along: Some(objects) } => {
            Body::Words(format!("and {} of it", count(*objects, "object")))
        }
        Effect::Delete { .. } => change.before.as_ref().and_then(Object::summary).map_or(Body::Nothing, Body::Words),
        Effect::Refused(refusal) => contested(change, refusal, scene),
        effect => lined(change, effect, after, scene),
    };
    let before = change.before.as_ref().map(Normal::of);
    // Of what holds a secret a bundle binds to nothing: a digest could be guessed. Only what the server answered is marked as
    // a part of its release.
    let marked = change.after.as_ref().or(after);
    let open = after.filter(|_| !marked.is_some_and(|marked| holds_secret(scene.site, marked)));
    let digest = open.map(|after| Normal::of(after).digest_after(before.as_ref()));
    Change {
        resource: change.name.spoken(&scene.site.namespace),
        what,
        learnt: match &change.effect {
            Effect::Refused(_) => Learnt::NotKnowable,
            _ if validated => Learnt::Validated,
            _ => Learnt::Simulated,
        },
        body,
        after: digest.map(|digest| digest.to_string()),
    }
}

/// Why it is refused; where others own what would be changed, their values and the chart's, masked as all others are.
fn contested(change: &ObjectChange, refusal: &Refusal, scene: &Scene<'_>) -> Body {
    let (Refusal::Server(fault), Some(after)) = (refusal, &change.after) else {
        return Body::Words(refusal.to_string());
    };
    let FaultKind::Conflict(owners) = &fault.kind else { return Body::Words(refusal.to_string()) };
    let mut lines = lines(change.before.as_ref(), Some(after), scene.site);
    lines.extend(owned_lines(owners));
    Body::Lines(lines)
}

fn lined(change: &ObjectChange, effect: &Effect, after: Option<&Object>, scene: &Scene<'_>) -> Body {
    let before = change.before.as_ref().filter(|_| *effect != Effect::Create);
    let mut lines = lines(before, after, scene.site);
    let note = |text: String| DiffLine { kind: Kind::Note, text };
    if *effect == Effect::Adopt {
        lines.push(note("it is there already, and becomes the release's".to_owned()));
    }
    for drift in &change.drift {
        let stays = if drift.stays { "stays" } else { "goes" };
        lines.push(note(format!("drift {stays}: {}", place(drift))));
    }
    if lines.is_empty() { Body::Nothing } else { Body::Lines(lines) }
}

/// What is new is told as its manifest says it, without what the server adds.
fn written<'r>(change: &ObjectChange, new: Option<&'r Rendered>) -> Option<&'r Object> {
    let is = |object: &&Object| object.kind() == change.name.kind && object.name() == change.name.name;
    new?.objects.iter().find(is)
}
