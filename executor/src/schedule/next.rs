//! Which units may start now, forwards or backwards.

use super::state::{Phase, State, UnitState};
use switchback_compiler::plan::{Plan, Stage, Unit, UnitKind};

/// What a process is to reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aim {
    /// All of prepare and change.
    Change,
    /// As far as this stage or layer, then a pause.
    Until(String),
    /// The finalize stages.
    Finalize,
    /// What it did is taken back.
    Undo,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// These may start; none: wait for what runs.
    Start(Vec<u32>),
    /// The aim is reached.
    Reached,
    /// Nothing can go on: something failed, and what runs has ended.
    Blocked,
}

/// What may start now. `running` units are those that a task works on in this process; at most `jobs` run at a time.
pub fn next(plan: &Plan, state: &State, aim: &Aim, running: &[u32], jobs: usize) -> Next {
    match aim {
        Aim::Undo => backwards(plan, state, running, jobs),
        _ => forwards(plan, state, aim, running, jobs),
    }
}

fn forwards(plan: &Plan, state: &State, aim: &Aim, running: &[u32], jobs: usize) -> Next {
    // Who asks and got no answer is not begun again: nothing may happen until a person has said how it goes on.
    let stands =
        |(id, unit): (u32, &UnitState)| unit.phase == Phase::Failed || (unit.is_asking() && !running.contains(&id));
    // This is asked after each step, and most of a long plan's are over.
    if (0..).zip(&state.units).filter(|(_, unit)| !is_over(Some(*unit))).any(stands) {
        return if running.is_empty() { Next::Blocked } else { Next::Start(Vec::new()) };
    }
    let last = last_of(plan, aim);
    let mut open = false;
    let mut start = Vec::new();
    for (id, unit) in (0..).zip(&plan.units) {
        if id > last || is_over(state.units.get(id as usize)) || !belongs(plan, unit, aim) {
            continue;
        }
        open = true;
        if running.len() + start.len() >= jobs.max(1) {
            break;
        }
        if !running.contains(&id) && unit.needs.iter().all(|need| is_over(state.units.get(*need as usize))) {
            start.push(id);
        }
    }
    match (open, start.is_empty() && running.is_empty()) {
        (false, _) => Next::Reached,
        (true, true) => Next::Blocked,
        (true, false) => Next::Start(start),
    }
}

fn is_over(unit: Option<&UnitState>) -> bool {
    unit.is_some_and(|unit| matches!(unit.phase, Phase::Done | Phase::Skipped))
}

fn belongs(plan: &Plan, unit: &Unit, aim: &Aim) -> bool {
    (plan.stage_of(unit) == Stage::Finalize) == (*aim == Aim::Finalize)
}

/// The last unit that an aim wants.
fn last_of(plan: &Plan, aim: &Aim) -> u32 {
    let Aim::Until(name) = aim else { return u32::MAX };
    let closes = |unit: &&Unit| unit.kind == UnitKind::Close && unit.name == *name;
    plan.units.iter().position(|unit| closes(&unit)).map_or(u32::MAX, |at| at as u32)
}

/// Undo goes through the graph of what ran, backwards: a unit is taken back when all that needs it is. A unit that
/// could not be taken back blocks only what it needs.
fn backwards(plan: &Plan, state: &State, running: &[u32], jobs: usize) -> Next {
    // Whether all that needs a unit is taken back, or was never there.
    let mut free = vec![true; plan.units.len()];
    let mut start = Vec::new();
    let mut stuck = false;
    // Units stand in topological order, so from the last to the first every follower is judged before its need.
    for (id, planned) in plan.units.iter().enumerate().rev() {
        let Some(unit) = state.units.get(id) else { continue };
        let ready = free.get(id) == Some(&true);
        let clear = !state.is_chosen(id as u32) || unit.phase == Phase::Undone || !unit.has_effects();
        if !ready || !clear {
            for need in &planned.needs {
                if let Some(slot) = free.get_mut(*need as usize) {
                    *slot = false;
                }
            }
        }
        if clear {
            continue;
        }
        let id = id as u32;
        let stands = unit.phase == Phase::Stuck || (unit.asks.is_some() && !running.contains(&id));
        stuck |= stands || !ready;
        if ready && !stands && !running.contains(&id) && running.len() + start.len() < jobs.max(1) {
            start.push(id);
        }
    }
    if !start.is_empty() || !running.is_empty() {
        Next::Start(start)
    } else if stuck {
        Next::Blocked
    } else {
        Next::Reached
    }
}
