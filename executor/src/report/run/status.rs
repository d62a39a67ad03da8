//! `status`: where a run stands now, and what is possible.

use super::human::compared_line;
use super::outcome::Outcome;
use super::story::{Forward, Story};
use super::view::{View, short_digest};
use super::zone::between;
use crate::event::Standing;
use crate::screen::{hang, list, safe, seconds};
use jiff::Timestamp;
use switchback_compiler::plan::Plan;

/// A run as it stands. `alive` says whether a process works on it.
pub fn status(story: &Story, plan: &Plan, alive: bool, now: Timestamp, view: &View) -> String {
    let look = view.look;
    let mut out = head(story, alive, view);
    for (name, text) in facts(story, plan, alive, now, view) {
        out += &hang(&format!("  {name:<8}  "), &safe(&text, look), look);
    }
    out + &next(story, alive, now, view)
}

fn head(story: &Story, alive: bool, view: &View) -> String {
    let word = match (story.standing(), alive) {
        (Standing::Runs, false) => "does not run",
        (standing, _) => super::word(standing),
    };
    let (plan, bundle) = story.head.as_ref().map_or(("", ""), |head| (head.plan.as_str(), head.bundle.as_str()));
    let text = format!("run {}: {word}  {plan} on {}  {}", story.run(), story.target(), short_digest(bundle));
    format!("{}\n", safe(&text, view.look))
}

fn facts(story: &Story, plan: &Plan, alive: bool, now: Timestamp, view: &View) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(process) = story.processes.last() {
        let gone = if alive { "" } else { ", which is gone" };
        facts.push(("by", format!("{} on {}, process {}{gone}", process.by, process.host, process.pid)));
    }
    if let Some(began) = story.began() {
        let until = if story.standing() == Standing::Runs { now } else { story.last.unwrap_or(now) };
        facts.push(("since", format!("{}, {}", view.zone.date_time(began), seconds(between(began, until)))));
    }
    let (done, all) = story.progress(plan);
    let of = |wanted: &dyn Fn(Outcome) -> bool| list(&story.steps(plan, |unit, of| wanted(unit.outcome(of))));
    let open = list(&story.steps(plan, |unit, _| matches!(unit.forward, Forward::Cut)));
    let left = of(&|outcome| outcome == Outcome::Never);
    facts.push(("done", format!("{done} of {all} steps")));
    if !open.is_empty() {
        facts.push(("open", format!("{open}: started, and no end is recorded")));
    }
    if !left.is_empty() {
        facts.push(("left", left));
    }
    facts.extend(story.compared.as_ref().map(|compared| ("compared", compared_line(compared))));
    if let (Standing::Runs, Some((_, opens, until)), None) =
        (story.standing(), story.window.awaited, story.window.opened)
    {
        let (opens, until) = (view.zone.date_time(opens), view.zone.date_time(until));
        facts.push(("window", format!("opens at {opens}; waits at most until {until}")));
    }
    if let Some(until) = story.hold_until.filter(|_| story.standing() == Standing::Holds) {
        let at = view.zone.minute(until);
        facts.push(if until <= now {
            ("held", format!("until {at}; that is over, and with it the way back"))
        } else {
            ("holds", format!("can be undone until {at}"))
        });
    }
    facts
}

fn next(story: &Story, alive: bool, now: Timestamp, view: &View) -> String {
    let run = safe(story.run(), view.look);
    if alive {
        return "  possible  ctrl-c there; undo when it has ended\n".into();
    }
    match story.standing() {
        Standing::Runs | Standing::Interrupted | Standing::Paused | Standing::Asks => {
            format!("next: switchback resume {run}\nor:   switchback undo {run}\n")
        }
        Standing::Holds if story.hold_until.is_some_and(|until| until <= now) => {
            format!("next: switchback finalize {run}\n")
        }
        Standing::Holds => format!("next: switchback finalize {run}\nor:   switchback undo {run}\n"),
        Standing::Failed | Standing::UndoFailed => {
            format!("next: switchback undo {run}\nor:   switchback abort {run}\n")
        }
        Standing::NotEqual => format!("next: switchback report {run}\nor:   switchback abort {run}\n"),
        Standing::Done | Standing::Undone | Standing::Finalized | Standing::Aborted | Standing::NotStarted => {
            format!("next: switchback report {run}\n")
        }
    }
}
