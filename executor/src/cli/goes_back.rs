//! What an undo goes back to, said before anybody is asked for it.

use crate::event::Standing;
use crate::report::run::{Story, Zone, back_at, is_step};
use crate::schedule::{Phase, State, UnitState};
use crate::screen::{Look, count, list, of};
use crate::session::Loaded;
use switchback_compiler::plan::{Plan, Unit, WayBack};

/// A line each: where it goes back to, what is taken back, and what of it stays. `units` are all that go, if not all do.
pub(super) fn told(loaded: &Loaded, units: &[u32], look: Look) -> Vec<String> {
    let (plan, state) = (&loaded.bundle.plan, loaded.state());
    let steps = taken(plan, &state, units);
    let target = plan.target.as_ref().map_or("", |target| target.name.as_str());
    let mut told = vec![format!("takes back {}", run(loaded))];
    if steps.is_empty() {
        let what = if state.standing == Standing::NotEqual { "compares again" } else { "nothing has to be taken back" };
        told.push(what.to_owned());
        return told;
    }
    if let Some(back) = back_at(plan, look).filter(|_| units.is_empty()) {
        told.push(format!("goes back to {back} on {target}"));
    }
    let story = Story::of(plan, &loaded.run.entries);
    let changed: usize = steps.iter().filter_map(|(id, unit)| Some(story.unit(*id)?.resources(unit))).sum();
    let changes = if changed > 0 { format!(", {}", count(changed, "change")) } else { String::new() };
    let all = plan.units.iter().filter(|unit| is_step(unit)).count();
    let names: Vec<&str> = steps.iter().map(|(_, unit)| unit.name.as_str()).collect();
    let order = if names.len() > 1 { ", the last one first" } else { "" };
    told.push(format!("{}{changes}{order}: {}", of(names.len(), all, "step"), list(&names)));
    told.extend(steps.iter().filter_map(|(_, unit)| stays(unit)));
    told
}

/// `run qzvmkt of 2026-11-21 21:41, plan lumen-5.0`.
fn run(loaded: &Loaded) -> String {
    let began = loaded.run.began().map(|at| format!(" of {}", Zone::here().minute(at))).unwrap_or_default();
    format!("run {}{began}, plan {}", loaded.run.id, loaded.bundle.plan.name)
}

/// Steps that are taken back, the last one first.
fn taken<'p>(plan: &'p Plan, state: &State, units: &[u32]) -> Vec<(u32, &'p Unit)> {
    let all = (0..).zip(plan.units.iter().zip(&state.units));
    let chosen = |id: &u32| units.is_empty() || units.contains(id);
    let goes = |of: &UnitState| of.has_effects() && of.phase != Phase::Undone;
    let taken = all.filter(|(id, (unit, of))| is_step(unit) && chosen(id) && goes(of));
    let mut taken: Vec<_> = taken.map(|(id, (unit, _))| (id, unit)).collect();
    taken.reverse();
    taken
}

/// What is not taken back with the rest, as the plan says.
fn stays(unit: &Unit) -> Option<String> {
    match &unit.way_back {
        WayBack::Stays(why) => Some(format!("{} stays as it is: {}", unit.name, why)),
        _ => None,
    }
}
