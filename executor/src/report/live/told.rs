//! An event as lines of a log, each of which begins with what it is about.

use super::lines::{goes_back, undoes};
use crate::event::{Asks, Event};
use crate::report::run::{Story, UnitStory, View, did, is_step};
use crate::screen::{Look, count, elapsed};
use std::time::Duration;
use switchback_compiler::plan::{Unit, Work};

/// An event about the run; empty where it is no news to whoever reads a log: a hold is told at the end.
pub(super) fn of_run(event: &Event, story: &Story, view: &View) -> String {
    let run = story.run();
    match event {
        Event::Began { plan, target, bundle, by, .. } => {
            let digest: String = bundle.chars().take("b3:".len() + 12).collect();
            format!("run {run}: {plan} on {target}, {digest}, by {by}")
        }
        Event::Resumed { by, to, torn, .. } => {
            let torn = if *torn > 0 {
                format!("; a torn end of {} was dropped", count(*torn as usize, "byte"))
            } else {
                String::new()
            };
            let goes_back = goes_back(story, to).map(|text| format!("; {text}")).unwrap_or_default();
            format!("run {run}: {to}, by {by}{torn}{goes_back}")
        }
        Event::Asked { gate, text, .. } => format!("{gate}: asks: {text}"),
        Event::Confirmed { gate, by } => format!("{gate}: confirmed by {by}"),
        Event::LossesAccepted { by } => format!("the loss of data is accepted by {by}"),
        Event::UndoDecided { .. } => undoes(story),
        Event::WindowAwaited { opens, until } => {
            let at = |at| view.zone.date_time(at);
            format!("window: waits until {}, when it opens; at most until {}", at(*opens), at(*until))
        }
        Event::WindowOpened { waited, until } => {
            let took = Duration::from_millis(*waited);
            let took = if took.is_zero() { String::new() } else { format!(" after {}", elapsed(took)) };
            format!("window: open{took}, until {}", view.zone.minute(*until))
        }
        Event::Note { text } => format!("note: {text}"),
        _ => String::new(),
    }
}

/// An event about a unit; none where it is no news to whoever reads a log.
pub(super) fn of_unit(event: &Event, of: &UnitStory, unit: &Unit, look: Look) -> Vec<String> {
    let name = &unit.name;
    let line = |text: String| vec![format!("{name}: {text}")];
    match event {
        Event::UnitBegan { .. } if is_step(unit) => line("runs".into()),
        Event::UnitDone { .. } if of.began.is_some() => {
            line(format!("done{}{}", took(" in ", of.took()), colon(&did(of, unit, look))))
        }
        Event::UnitSkipped { why, .. } => line(format!("skipped: {why}")),
        Event::UnitFailed { why, details, .. } => {
            with(name, &format!("failed{}: {why}", took(" after ", of.took())), details)
        }
        // A step that does nothing else says it at its end.
        Event::Copied { .. } if unit.work.iter().all(|work| matches!(work, Work::Backup(_))) => Vec::new(),
        Event::Copied { copies, .. } => {
            line(format!("copied {}", copies.iter().map(|copied| copied.what.as_str()).collect::<Vec<_>>().join(", ")))
        }
        Event::Acted { note: Some(note), .. } => line(note.clone()),
        Event::Unknown { seen, .. } => with(name, "it is not known what it did", seen),
        Event::Settled { done: true, how, .. } => line(format!("looked: done: {how}")),
        // Perhaps in part: what was found says how far.
        Event::Settled { half: true, how, .. } => line(format!("looked: {how}")),
        Event::Settled { how, .. } => line(format!("looked: not done: {how}")),
        Event::Checked { what, held: false, seen, .. } => line(format!("does not hold: {what}: {seen}")),
        Event::Output { name: output, value, .. } => line(format!("{output} = {value}")),
        Event::Waived { checks, by, .. } => line(format!("goes on, as {by} said, without {}", checks.join(" and "))),
        Event::Unanswered { question, .. } => line(unanswered(question)),
        Event::UndoBegan { .. } => line("is taken back".into()),
        Event::UnitUndone { what, left, .. } => {
            with(name, &format!("undone{}{}", took(" in ", of.back_took()), colon(what)), left)
        }
        Event::UndoFailed { why, details, .. } => {
            with(name, &format!("not undone{}: {why}", took(" after ", of.back_took())), details)
        }
        _ => Vec::new(),
    }
}

/// Of what a person was asked in vain.
pub(super) fn unanswered(question: &Asks) -> String {
    match question {
        Asks::Gate(gate) => format!("stands: gate {gate} is not confirmed"),
        Asks::Checks(checks) => format!("stands: nobody said whether it goes on without {}", checks.join(" and ")),
    }
}

/// A line and its evidence, each with the name.
fn with(name: &str, first: &str, details: &[String]) -> Vec<String> {
    std::iter::once(first).chain(details.iter().map(String::as_str)).map(|line| format!("{name}: {line}")).collect()
}

fn took(word: &str, took: Option<Duration>) -> String {
    took.map_or_else(String::new, |took| format!("{word}{}", elapsed(took)))
}

fn colon(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}
