//! Which secrets going on with a run needs: what is put back from copies needs none.

use crate::action::noun;
use crate::event::ActRef;
use crate::run::act_of;
use crate::schedule::{ActState, Phase, State, UnitState};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use switchback_compiler::plan::{Plan, Stage, Undo, UndoWork, Unit, WayBack, Work};
use switchback_compiler::schema::{Class, OwnWayBack};

/// The secrets that a command needs of a run that stands there.
pub(super) fn needed(plan: &Plan, state: &State, to: &str) -> BTreeSet<String> {
    let undoes = to == "undo" || (to == "resume" && state.undo.is_some());
    if !undoes && to == "resume" {
        return plan.secrets.keys().cloned().collect();
    }
    let mut found = BTreeSet::new();
    for ((id, unit), of) in (0..).zip(&plan.units).zip(&state.units) {
        unsettled(unit, of, &mut found);
        if undoes && of.has_effects() && of.phase != Phase::Undone && state.is_chosen(id) {
            way_back(unit, of, &mut found);
        }
        if to == "finalize" && plan.stage_of(unit) == Stage::Finalize {
            collect(unit, &mut found);
        }
    }
    found.retain(|name| plan.secrets.contains_key(name));
    found
}

/// What is looked at before anything else, and shown: without its secrets nobody could hide them in what is seen.
fn unsettled(unit: &Unit, of: &UnitState, found: &mut BTreeSet<String>) {
    let open = of.acts.iter().filter(|(_, (state, _))| matches!(state, ActState::Open | ActState::Unknown));
    let acts = open.filter_map(|(id, _)| act_of(unit, *id));
    acts.filter(|act| act.class == Class::AtMostOnce).for_each(|act| collect(act, found));
}

fn way_back(unit: &Unit, of: &UnitState, found: &mut BTreeSet<String>) {
    match &unit.way_back {
        WayBack::Own => own(unit, of, found),
        WayBack::Undo(ways) => {
            collect(ways, found);
            let is_own = |way: &Undo| way.work.iter().any(|work| matches!(work, UndoWork::Own));
            if ways.iter().any(is_own) {
                own(unit, of, found);
            }
        }
        WayBack::Stays(_) | WayBack::Irreversible(_) => {}
    }
}

/// Of an own way back only what brings things up to date is done anew; all else is put back as it was kept.
fn own(unit: &Unit, of: &UnitState, found: &mut BTreeSet<String>) {
    for (index, part) in (0..).zip(&unit.work) {
        // What was given back is taken away again first.
        if let Work::GiveBack(back) = part
            && of.acts.contains_key(&ActRef(index, 0))
        {
            collect(&back.act, found);
        }
        let Work::AfterChange(acts) = part else { continue };
        let begun = (0..).zip(acts).filter(|(inner, _)| of.acts.contains_key(&ActRef(index, *inner)));
        let restores =
            |kind: &str| noun(kind).is_some_and(|noun| matches!(noun.form().way_back, OwnWayBack::Restores(_)));
        begun.filter(|(_, act)| !restores(&act.call.kind)).for_each(|(_, act)| collect(act, found));
    }
}

/// The names of all secrets in a part of a plan, wherever its texts hold one.
fn collect(part: &impl Serialize, found: &mut BTreeSet<String>) {
    // A plan is data of ours: making it a value can't fail.
    walk(&serde_json::to_value(part).unwrap_or_default(), found);
}

fn walk(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("secret").and_then(Value::as_str).map(ToOwned::to_owned));
            map.values().for_each(|value| walk(value, found));
        }
        Value::Array(all) => all.iter().for_each(|value| walk(value, found)),
        _ => {}
    }
}
