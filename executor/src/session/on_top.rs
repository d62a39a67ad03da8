//! An undo of a run on which newer ones stand: what those made of the same things would be in its way, half way back.

use super::further::{Loaded, held_until};
use super::refused::Refused;
use crate::event::Standing;
use crate::exit::Exit;
use crate::run::act_of;
use crate::runs::{self, Run};
use crate::schedule::{ActState, Phase, State};
use crate::screen::{count, list, run_command};
use crate::target::Home;
use std::path::Path;
use switchback_compiler::plan::{Plan, Target};
use switchback_compiler::registry::Touch;

/// So many things that a newer run changed too are named.
const NAMED: usize = 3;

/// The newer runs that have to be taken back before this one. One whose way back is given up is not among them: what it
/// made of a thing is then found there, told and left.
pub fn on_top(project: &Path, loaded: &Loaded) -> Option<Refused> {
    let own = touched(&loaded.bundle.plan, &loaded.state());
    let ids = runs::ids(project).ok()?;
    let newer = ids.iter().take_while(|id| **id != loaded.run.id);
    let newer = newer.filter_map(|id| Loaded::of(Run::read(project, id).ok()?).ok());
    let newer: Vec<(Loaded, Vec<String>)> = newer
        .filter(|newer| is_same(project, loaded, newer) && can_go_first(newer))
        .filter_map(|newer| Some((shared(&own, &newer)?, newer)))
        .map(|(shared, newer)| (newer, shared))
        .collect();
    let (first, _) = newer.first()?;
    let names: Vec<&str> = newer.iter().map(|(newer, _)| newer.run.id.as_str()).collect();
    let (runs, verb) = if names.len() == 1 { ("run", "stands") } else { ("runs", "stand") };
    let why = format!("newer {runs} {} {verb} on run {}; nothing was touched", list(&names), loaded.run.id);
    let refused = newer.iter().fold(Refused::with(Exit::NotSafe, why), |refused, (newer, shared)| {
        let (run, plan) = (&newer.run.id, &newer.bundle.plan.name);
        refused.fact(format!("run {run} of plan {plan} changed {} since", some(shared)))
    });
    let order =
        if names.len() == 1 { "take that back first, then this" } else { "take them back first, the last one first" };
    let refused = refused.fact(order);
    let next = run_command(format_args!("undo {}", first.run.id));
    Some(refused.next(next))
}

/// What is in both, in words; none where nothing is.
fn shared(own: &[Touch], newer: &Loaded) -> Option<Vec<String>> {
    let theirs = touched(&newer.bundle.plan, &newer.state());
    let mut shared: Vec<String> =
        theirs.iter().filter(|touch| own.iter().any(|own| own.meets(touch))).map(Touch::spoken).collect();
    shared.dedup();
    (!shared.is_empty()).then_some(shared)
}

/// The first few, and how many more there are.
fn some(shared: &[String]) -> String {
    let (named, rest) = shared.split_at(shared.len().min(NAMED));
    let more = (!rest.is_empty()).then(|| count(rest.len(), "more thing"));
    list(&named.iter().cloned().chain(more).collect::<Vec<_>>())
}

/// What a run changed and has not taken back.
fn touched(plan: &Plan, state: &State) -> Vec<Touch> {
    let units = plan.units.iter().zip(&state.units).filter(|(_, of)| of.phase != Phase::Undone);
    let changed = |state: &ActState| !matches!(state, ActState::NotDone | ActState::Done { changed: 0 });
    let acts = units.flat_map(|(unit, of)| {
        let acts = of.acts.iter().filter(|(_, (state, _))| changed(state));
        acts.filter_map(|(id, _)| act_of(unit, *id))
    });
    let mut touches: Vec<Touch> = acts.flat_map(|act| act.touches.iter().cloned()).collect();
    touches.sort();
    touches.dedup();
    touches
}

/// Whether both are on one target, by whatever name.
fn is_same(project: &Path, one: &Loaded, other: &Loaded) -> bool {
    let targets = (one.bundle.plan.target.as_ref(), other.bundle.plan.target.as_ref());
    let (Some(one), Some(other)) = targets else { return false };
    let place = |target: &Target| target.kube.as_ref().map(|kube| (kube.context.clone(), kube.namespace.clone()));
    Home::of(project, one) == Home::of(project, other) || place(one).is_some() && place(one) == place(other)
}

/// Whether a run is over, and can be taken back. One that is not settled keeps its target, and is told as who does; what one
/// left that was aborted, most often since it could not be taken back, nobody can be sent to.
fn can_go_first(newer: &Loaded) -> bool {
    match newer.state().standing {
        Standing::Holds => held_until(&newer.run).is_none_or(|until| until > crate::clock::now()),
        standing => standing == Standing::Done,
    }
}
