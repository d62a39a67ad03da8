//! P4: nothing starts before all it needs is done, and undo goes backwards through what really ran.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop where it finds a bug")]

use super::{Aim, Next, Phase, State, next};
use crate::action::Recipe;
use crate::event::{ActRef, Event};
use proptest::prelude::*;
use switchback_compiler::plan::{At, Block, OnFailure, Plan, Stage, Unit, UnitKind, WayBack};

/// A plan of some units, each of which needs some of those before it.
fn plan(needs: &[Vec<usize>]) -> Plan {
    let units = needs.iter().enumerate().map(|(id, needs)| Unit {
        kind: UnitKind::Step,
        name: format!("s{id}"),
        block: 0,
        needs: needs.iter().filter(|need| **need < id).map(|need| *need as u32).collect(),
        written_needs: Vec::new(),
        moves: Vec::new(),
        unless: Vec::new(),
        work: Vec::new(),
        way_back: WayBack::Own,
        on_failure: OnFailure::default(),
        deadline: None,
        at: At::default(),
    });
    let blocks = vec![Block { stage: Stage::Change, layer: None, good_for: None }];
    Plan { units: units.collect(), blocks, ..Plan::default() }
}

fn act(unit: u32) -> [Event; 2] {
    let act = ActRef(0, 0);
    [
        Event::Intent { unit, act, what: String::new(), recipe: Recipe::default() },
        Event::Acted { unit, act, changed: 1, note: None },
    ]
}

/// Runs forward until nothing goes on; `fails` says which unit fails.
fn forward(plan: &Plan, jobs: usize, picks: &[usize], fails: Option<u32>) -> State {
    let mut state = State::new(plan.units.len());
    let mut running: Vec<u32> = Vec::new();
    let mut picks = picks.iter().cycle();
    while let Next::Start(start) = next(plan, &state, &Aim::Change, &running, jobs) {
        for unit in &start {
            for need in &plan.units[*unit as usize].needs {
                assert_eq!(state.units[*need as usize].phase, Phase::Done, "{unit} began before {need} was done");
            }
            state.apply(&Event::UnitBegan { unit: *unit });
        }
        running.extend(start);
        assert!(running.len() <= jobs);
        let ended = running.remove(picks.next().unwrap() % running.len());
        for event in &act(ended) {
            state.apply(event);
        }
        state.apply(&match fails {
            Some(unit) if unit == ended => Event::UnitFailed { unit, why: "planned".into(), details: Vec::new() },
            _ => Event::UnitDone { unit: ended, changes: 1 },
        });
    }
    state
}

fn needs_through(plan: &Plan, from: u32, to: u32) -> bool {
    plan.units[from as usize].needs.iter().any(|need| *need == to || needs_through(plan, *need, to))
}

/// Undoes until nothing goes on; the order in which units came back.
fn backward(plan: &Plan, state: &mut State, jobs: usize, picks: &[usize], stuck: Option<u32>) -> Vec<u32> {
    let mut running: Vec<u32> = Vec::new();
    let mut order = Vec::new();
    let mut picks = picks.iter().cycle();
    state.apply(&Event::UndoDecided { why: "planned".into(), units: Vec::new(), partly: false });
    while let Next::Start(start) = next(plan, state, &Aim::Undo, &running, jobs) {
        running.extend(start);
        if running.is_empty() {
            break;
        }
        let ended = running.remove(picks.next().unwrap() % running.len());
        if stuck == Some(ended) {
            state.apply(&Event::UndoFailed { unit: ended, why: "planned".into(), details: Vec::new() });
        } else {
            state.apply(&Event::UnitUndone { unit: ended, what: String::new(), left: Vec::new() });
            order.push(ended);
        }
    }
    order
}

fn graphs() -> impl Strategy<Value = (Vec<Vec<usize>>, Vec<usize>, usize)> {
    let needs = prop::collection::vec(prop::collection::vec(0..12_usize, 0..3), 1..12);
    (needs, prop::collection::vec(0..100_usize, 1..20), 1..5_usize)
}

proptest! {
    #[test]
    fn a_good_run_does_everything((needs, picks, jobs) in graphs()) {
        let plan = plan(&needs);
        let state = forward(&plan, jobs, &picks, None);
        prop_assert_eq!(state.count(&Phase::Done), plan.units.len());
    }

    #[test]
    fn what_ran_is_undone_backwards((needs, picks, jobs) in graphs(), fails in 0..12_u32) {
        let plan = plan(&needs);
        let mut state = forward(&plan, jobs, &picks, Some(fails));
        let ran: Vec<u32> = (0..plan.units.len() as u32).filter(|id| state.units[*id as usize].has_effects()).collect();
        let order = backward(&plan, &mut state, jobs, &picks, None);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        prop_assert_eq!(&sorted, &ran, "exactly what ran is undone");
        for (at, unit) in order.iter().enumerate() {
            for later in &order[at + 1..] {
                prop_assert!(!needs_through(&plan, *later, *unit), "{} needs {} and came back after it", later, unit);
            }
        }
    }

    #[test]
    fn a_failed_undo_blocks_only_what_it_needs((needs, picks, jobs) in graphs(), stuck in 0..12_u32) {
        let plan = plan(&needs);
        let mut state = forward(&plan, jobs, &picks, None);
        let order = backward(&plan, &mut state, jobs, &picks, Some(stuck));
        for unit in 0..plan.units.len() as u32 {
            let blocked = unit == stuck || needs_through(&plan, stuck.min(plan.units.len() as u32 - 1), unit) && stuck < plan.units.len() as u32;
            prop_assert_eq!(order.contains(&unit), !blocked, "{}", unit);
        }
    }

    /// The state is total: events in any order change it and never stop it.
    #[test]
    fn any_events_fold(units in prop::collection::vec(0..20_u32, 0..50), kinds in prop::collection::vec(0..6_u8, 50)) {
        let mut state = State::new(8);
        for (unit, kind) in units.iter().zip(&kinds) {
            let unit = *unit;
            state.apply(&match kind {
                0 => Event::UnitBegan { unit },
                1 => Event::UnitDone { unit, changes: 1 },
                2 => Event::UnitUndone { unit, what: String::new(), left: Vec::new() },
                3 => Event::UndoBegan { unit, way: None },
                4 => Event::Unknown { unit, act: ActRef(3, 1), seen: Vec::new(), alive: false },
                _ => Event::UnitFailed { unit, why: String::new(), details: Vec::new() },
            });
        }
        prop_assert_eq!(state.units.len(), 8);
    }
}
