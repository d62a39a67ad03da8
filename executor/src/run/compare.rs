//! After an undo: is all that the run touched as it was before the run?

use super::act::find;
use super::known::{Reviewed, act_of};
use crate::event::Compared;
use crate::preview::Fact;
use crate::resource::{Observed, Resource, noted_back, observe_all, unlike};
use crate::schedule::{ActState, Phase, State as RunState, UnitState};
use crate::site::Site;
use crate::world::{Digest, RelPath, State};
use std::collections::BTreeMap;
use switchback_compiler::plan::{Plan, WayBack};

/// What stood there before the run touched it first.
#[derive(Default)]
struct Before {
    files: BTreeMap<RelPath, State>,
    resources: BTreeMap<Resource, Observed>,
    /// What steps said of things that nobody can look up any more.
    unknown: Vec<String>,
}

/// Compares all that the units touched which were to be taken back.
///
/// What a program did is in nobody's account, and what a step leaves with `stays` is told by its own line. What each
/// step said when it was taken back counts no more: it may have been mended since.
pub(super) async fn whole(plan: &Plan, site: &Site, state: &RunState, reviewed: &Reviewed) -> Compared {
    let before = before(plan, state);
    let (mut then, mut now) = (blake3::Hasher::new(), blake3::Hasher::new());
    let mut left = Vec::new();
    for (path, was) in &before.files {
        let secret = reviewed.is_secret(path);
        let was = Fact::told(site, was.clone(), secret);
        feed(&mut then, path.as_str(), &was);
        match Fact::of(site, path, secret) {
            Ok(is) => {
                feed(&mut now, path.as_str(), &is);
                if was != is {
                    left.push(format!("`{path}` was {was} and is {is}"));
                }
            }
            Err(fault) => left.push(format!("`{path}` can't be compared: {}", site.secrets.mask(&fault.why))),
        }
    }
    let observed = observe_all(site, before.resources.keys()).await;
    for ((resource, was), is) in before.resources.iter().zip(observed) {
        let name = String::from(resource.clone());
        feed(&mut then, &name, &was.mark);
        match is {
            // Others changed something else in it since, and that stays; or a controller set its replicas.
            Ok(is) if was.agrees(&is) || noted_back(site, resource).is_some_and(|back| back.agrees(&is)) => {
                feed(&mut now, &name, &was.mark);
            }
            Ok(is) => {
                feed(&mut now, &name, &is.mark);
                left.push(unlike(site, resource, was, &is));
            }
            Err(fault) => {
                let resource = resource.spoken(&site.namespace);
                left.push(format!("{resource} can't be compared: {}", site.secrets.mask(&fault.why)));
            }
        }
    }
    left.extend(before.unknown);
    let resources = before.files.len() + before.resources.len();
    let stays = stays(plan, state);
    Compared { resources, left, stays, before: Digest::from(then.finalize()), now: Digest::from(now.finalize()) }
}

/// Steps that did something which stays: as the plan says, or as a person said where it can't be taken back.
fn stays(plan: &Plan, state: &RunState) -> Vec<String> {
    let units = (0..).zip(&plan.units).zip(&state.units).filter(|(_, of)| of.has_effects());
    let is_left = |id: u32, of: &UnitState| state.partly && !state.is_chosen(id) && of.phase != Phase::Undone;
    let stays = units.filter(|((id, unit), of)| matches!(unit.way_back, WayBack::Stays(_)) || is_left(*id, of));
    stays.map(|((_, unit), _)| unit.name.clone()).collect()
}

/// Each name and each fact ends with a byte that no JSON and no path holds.
fn feed(hasher: &mut blake3::Hasher, name: &str, fact: &impl serde::Serialize) {
    hasher.update(name.as_bytes()).update(&[0]);
    // A fact is data of ours: writing it as JSON can't fail.
    hasher.update(&serde_json::to_vec(fact).unwrap_or_default()).update(&[0]);
}

/// By the recipes of all actions, in their order: of several that touched a resource the first knows what was before.
fn before(plan: &Plan, state: &RunState) -> Before {
    let mut before = Before::default();
    for (id, (of, unit)) in (0..).zip(state.units.iter().zip(&plan.units)) {
        if !state.is_chosen(id) || matches!(unit.way_back, WayBack::Stays(_)) {
            continue;
        }
        for (act, (_, recipe)) in of.acts.iter().filter(|(_, (state, _))| *state != ActState::NotDone) {
            let Some(account) = act_of(unit, *act).and_then(|act| find(act).ok()?.account(&act.call, recipe).ok())
            else {
                let said = of.left.iter().filter(|line| !before.unknown.contains(line));
                before.unknown.extend(said.cloned().collect::<Vec<_>>());
                continue;
            };
            for folder in account.made {
                before.files.entry(folder).or_insert(State::Absent);
            }
            for told in account.files {
                before.files.entry(told.path).or_insert(told.before);
            }
            for effect in account.resources {
                before.resources.entry(effect.resource).or_insert(effect.before);
            }
        }
    }
    before
}
