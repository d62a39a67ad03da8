//! What a `meanwhile` took away, and whether it was given back.

use super::state::{ActState, State};
use crate::action::Recipe;
use crate::event::ActRef;
use switchback_compiler::plan::{Act, Plan};

/// What became of what one piece of work took away.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    /// It was never taken, or nothing was there to take.
    Never,
    /// It is away, or may be: what giving it back needs.
    Away(Recipe),
    /// It was given back at the end of its block.
    Back(Recipe),
    /// It was given back when its block was taken back.
    Undone,
}

/// What became of what a unit's work took away.
pub fn held(plan: &Plan, state: &State, unit: u32, work: u32) -> Held {
    let id = ActRef(work, 0);
    let done = |found: Option<&(ActState, Recipe)>| matches!(found, Some((ActState::Done { .. }, _)));
    let of = |unit: u32| state.units.get(unit as usize);
    let Some((taken, recipe)) = of(unit).and_then(|of| of.acts.get(&id)) else { return Held::Never };
    if *taken == ActState::NotDone {
        return Held::Never;
    }
    if of(unit).is_some_and(|of| done(of.undo.get(&(false, id)))) {
        return Held::Undone;
    }
    let back = plan.gives_back(unit, work).and_then(|(closes, at)| Some((of(closes)?, ActRef(at, 0))));
    let given = back.is_some_and(|(closes, at)| done(closes.acts.get(&at)));
    // Taken away again, from the first instant at which it may be.
    let again = back.is_some_and(|(closes, at)| closes.undo.contains_key(&(false, at)));
    if given && !again { Held::Back(recipe.clone()) } else { Held::Away(recipe.clone()) }
}

/// All that is away now: the unit that took it, the index of its work, and the action.
pub fn away<'p>(plan: &'p Plan, state: &State) -> Vec<(u32, u32, &'p Act)> {
    let all = (0..).zip(&plan.units).flat_map(|(id, unit)| unit.meanwhile().map(move |(work, act)| (id, work, act)));
    all.filter(|(unit, work, _)| matches!(held(plan, state, *unit, *work), Held::Away(_))).collect()
}
