//! An undo of a run that is past a point of no return: said and asked before anything is touched.

use super::beforehand::{said, word};
use crate::event::Standing;
use crate::exit::Exit;
use crate::report::run::View;
use crate::run::Signals;
use crate::schedule::{Phase, Reach, reach};
use crate::screen::{hang, list, run_command, safe};
use crate::session::{Loaded, Refused};
use switchback_compiler::plan::WayBack;

/// What can't be taken back of a run, if there is any.
pub(super) fn past(loaded: &Loaded) -> Option<Reach> {
    let state = loaded.state();
    // Who was asked once is not asked again.
    Some(reach(&loaded.bundle.plan, &state)).filter(|reach| !reach.gone.is_empty() && !state.partly)
}

/// Asks whether what can be taken back is; the refusal where that is not said.
pub(super) async fn asked(loaded: &Loaded, reach: &Reach, view: &View, signals: &mut Signals) -> Option<Refused> {
    let run = &loaded.run.id;
    if names(loaded, &reach.back).is_empty() {
        let refused = Refused::with(Exit::NotSafe, format!("run {run} can't be taken back; nothing was touched"));
        return Some(out(loaded, told(loaded, reach).into_iter().fold(refused, Refused::fact)));
    }
    let lines: String = told(loaded, reach).iter().map(|line| hang("  ", &safe(line, view.look), view.look)).collect();
    let question = format!("run {run}: not all of it can be taken back\n{lines}take back what can be? type yes: ");
    let refused = || {
        let why = format!("not all of run {run} can be taken back; nothing was touched");
        let refused = told(loaded, reach).into_iter().fold(Refused::with(Exit::Asks, why), Refused::fact);
        out(loaded, refused.next(run_command(format_args!("undo {run} --partly"))))
    };
    said(word(&question, &["yes"]), signals).await.refused(Exit::Interrupted, refused, refused)
}

/// What can be taken back and what can't, a line each.
fn told(loaded: &Loaded, reach: &Reach) -> Vec<String> {
    let units = &loaded.bundle.plan.units;
    let gone = reach.gone.iter().filter_map(|id| units.get(*id as usize)).map(|unit| match &unit.way_back {
        WayBack::Irreversible(why) => format!("{} is irreversible: {why}", unit.name),
        _ => format!("{} is irreversible", unit.name),
    });
    let mut told: Vec<String> = gone.collect();
    let held: Vec<u32> = reach.held.iter().map(|(id, _)| *id).collect();
    let (held, back) = (names(loaded, &held), names(loaded, &reach.back));
    if !held.is_empty() {
        told.push(format!("{} stays too, since that needs it", list(&held)));
    }
    told.push(match back.as_slice() {
        [] => "there is nothing else to take back".into(),
        back if reach.back.iter().all(|id| is_back(loaded, *id)) => format!("{} is taken back already", list(back)),
        back => format!("{} can be taken back", list(back)),
    });
    told
}

fn is_back(loaded: &Loaded, id: u32) -> bool {
    loaded.state().units.get(id as usize).is_some_and(|unit| unit.phase == Phase::Undone)
}

fn names(loaded: &Loaded, units: &[u32]) -> Vec<String> {
    units.iter().filter_map(|id| loaded.bundle.plan.unit(*id)).map(|unit| unit.name.clone()).collect()
}

/// With the way out of where the run stands.
fn out(loaded: &Loaded, refused: Refused) -> Refused {
    let run = &loaded.run.id;
    match loaded.state().standing {
        Standing::Done | Standing::Aborted => refused,
        Standing::Holds => refused.next(run_command(format_args!("finalize {run}"))),
        _ => refused.next(run_command(format_args!("abort {run}"))),
    }
}
