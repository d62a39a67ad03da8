//! The rows of a report's table: a step, a question, what opens and closes the change.

use super::did::did_as_reviewed;
use super::group::groups;
use super::outcome::{Outcome, is_step};
use super::reviewed::Reviewed;
use super::story::{Forward, GateStory, Story, UnitStory};
use crate::screen::{Look, Sign, count, safe};
use jiff::Timestamp;
use std::time::Duration;
use switchback_compiler::plan::{Plan, Unit, Work};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The unit that it is about.
    pub unit: u32,
    /// Whether it is a question, and not what the unit itself does.
    pub gate: bool,
    /// The group: `user-space`.
    pub group: String,
    /// What it is about: a step's name, `gate data`, `1 check`.
    pub name: String,
    /// When it began.
    pub began: Option<Timestamp>,
    /// When it ended, taking back not counted.
    pub ended: Option<Timestamp>,
    /// How long it took.
    pub took: Option<Duration>,
    /// Its sign.
    pub sign: Sign,
    /// What became of it, in words.
    pub result: String,
}

/// All rows, in the order of the plan. Texts of others are made harmless for `look`.
pub fn rows(story: &Story, plan: &Plan, reviewed: &Reviewed, look: Look) -> Vec<Row> {
    let mut rows = Vec::new();
    for group in groups(plan) {
        for id in &group.units {
            let Some((of, unit)) = story.unit(*id).zip(plan.unit(*id)) else { continue };
            let asked = gates(story, unit);
            rows.extend(asked.iter().map(|gate| of_gate(*id, &group.name, gate, look)));
            let told = of.began.is_some() && unit.work.len() > asked.len();
            if is_step(unit) || told {
                rows.push(of_unit(*id, &group.name, of, unit, reviewed, look));
            }
        }
    }
    rows
}

fn gates<'s>(story: &'s Story, unit: &Unit) -> Vec<&'s GateStory> {
    let names = unit.work.iter().filter_map(|work| if let Work::Gate(gate) = work { Some(&gate.name) } else { None });
    names.filter_map(|name| story.gates.iter().find(|gate| gate.name == *name)).collect()
}

fn of_gate(unit: u32, group: &str, gate: &GateStory, look: Look) -> Row {
    let answered = gate.confirmed.as_ref();
    Row {
        unit,
        gate: true,
        group: safe(group, look),
        name: safe(&format!("gate {}", gate.name), look),
        began: gate.asked,
        ended: answered.map(|(at, _)| *at),
        took: gate.asked.and(answered).map(|_| gate.took()),
        sign: if answered.is_some() { Sign::Done } else { Sign::Waits },
        result: answered.map_or_else(|| "not answered".into(), |(_, by)| format!("confirmed by {}", safe(by, look))),
    }
}

fn of_unit(id: u32, group: &str, story: &UnitStory, unit: &Unit, reviewed: &Reviewed, look: Look) -> Row {
    let outcome = story.outcome(unit);
    let name = if is_step(unit) { safe(&unit.name, look) } else { parts(story, unit) };
    Row {
        unit: id,
        gate: false,
        group: safe(group, look),
        name,
        began: story.began,
        ended: story.ended,
        took: story.took(),
        sign: outcome.sign(),
        result: result(outcome, id, story, unit, reviewed, look),
    }
}

/// What stands in a wall: `1 check`.
fn parts(story: &UnitStory, unit: &Unit) -> String {
    if unit.work.iter().any(|work| matches!(work, Work::Meanwhile(_) | Work::GiveBack(_))) {
        return "meanwhile".to_owned();
    }
    let checks = unit.work.iter().map(|work| match work {
        Work::Before(checks) | Work::Verify(checks) => checks.len(),
        _ => 0,
    });
    let checks = checks.sum::<usize>();
    if checks == 0 { count(story.copies.len(), "copy") } else { count(checks, "check") }
}

fn result(outcome: Outcome, id: u32, story: &UnitStory, unit: &Unit, reviewed: &Reviewed, look: Look) -> String {
    let first = story.outcome_forward(unit);
    if first != outcome {
        let before = if first == Outcome::Never {
            String::new()
        } else {
            format!("{}, {}", first.word(), if outcome == Outcome::NotUndone { "" } else { "then " })
        };
        return before + outcome.word();
    }
    let mut checks = story.checks.iter().filter(|check| !check.back);
    match (outcome, &story.forward) {
        // What opens or closes the change is told by what was seen.
        (Outcome::Done, _) if !is_step(unit) && story.checks.len() == 1 => {
            checks.next().map_or_else(String::new, |check| safe(&check.seen, look))
        }
        (Outcome::Skipped, Forward::Skipped(why)) => format!("skipped: {}", safe(why, look)),
        (Outcome::Done | Outcome::Warned, _) => {
            let did = did_as_reviewed(story, id, unit, reviewed, look);
            if did.is_empty() { outcome.word().into() } else { format!("{}, {did}", outcome.word()) }
        }
        _ => outcome.word().into(),
    }
}
