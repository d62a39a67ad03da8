//! How far a run can be taken back: what a point of no return holds stays.

use super::held::{Held, held};
use super::state::{Phase, State};
use switchback_compiler::plan::{Plan, UnitKind, WayBack};

/// What of a run can be taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Units that can be, or are already.
    pub back: Vec<u32>,
    /// Units that are irreversible.
    pub gone: Vec<u32>,
    /// Units that such a one needs, each with the first of those.
    pub held: Vec<(u32, u32)>,
}

/// What opens a block that holds a point of no return: what it took away is given back all the same, and what was given
/// back already is not taken away again, since nobody would give it back.
fn hold_away(plan: &Plan, state: &State, id: u32, reach: &mut Reach) {
    let Some(unit) = plan.unit(id).filter(|unit| unit.kind == UnitKind::Open) else { return };
    for (work, _) in unit.meanwhile() {
        match held(plan, state, id, work) {
            Held::Away(_) if !reach.back.contains(&id) => {
                reach.held.retain(|(other, _)| *other != id);
                reach.back.push(id);
            }
            Held::Back(_) => {
                let closes = plan.gives_back(id, work).map(|(closes, _)| closes);
                reach.back.retain(|other| Some(*other) != closes);
            }
            _ => {}
        }
    }
}

/// What of a run can be taken back.
pub fn reach(plan: &Plan, state: &State) -> Reach {
    let mut reach = Reach::default();
    // Units stand in topological order, so from the last to the first every follower is judged before its need.
    let mut holder: Vec<Option<u32>> = vec![None; plan.units.len()];
    for (id, unit) in (0..).zip(&plan.units).collect::<Vec<_>>().into_iter().rev() {
        let Some(of) = state.units.get(id as usize) else { continue };
        let stands = of.has_effects() && of.phase != Phase::Undone;
        let held = holder.get(id as usize).copied().flatten();
        let by = match &unit.way_back {
            WayBack::Irreversible(_) if stands => {
                reach.gone.push(id);
                Some(id)
            }
            _ => {
                match held {
                    Some(by) if stands => reach.held.push((id, by)),
                    _ if of.has_effects() => reach.back.push(id),
                    _ => {}
                }
                held
            }
        };
        for need in unit.needs.iter().filter(|_| by.is_some()) {
            if let Some(slot) = holder.get_mut(*need as usize) {
                *slot = by;
            }
        }
    }
    let held_back: Vec<u32> = reach.held.iter().map(|(id, _)| *id).collect();
    for id in held_back {
        hold_away(plan, state, id, &mut reach);
    }
    reach.back.sort_unstable();
    reach.gone.reverse();
    reach.held.reverse();
    reach
}
