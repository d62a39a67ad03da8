//! All that there is to say of one step, in parts that a page can lay out.

use super::did::name;
use super::outcome::{Outcome, act_of, is_step};
use super::report::Report;
use super::rows::{Row, rows};
use super::story::{ActStory, Back, Forward, Step, UnitStory};
use crate::event::ActRef;
use crate::screen::{Look, Sign, count};
use switchback_compiler::plan::Unit;

/// A step, or what opens or closes the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chapter {
    /// Its row of the table.
    pub(crate) row: Row,
    /// Whether something is to be looked at: it did not simply do its work.
    pub(crate) urgent: bool,
    /// What there is to say, in order. The texts are as they came: whoever shows them makes them harmless.
    pub(crate) parts: Vec<Part>,
}

/// A part of a chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Lines, each with its sign.
    List(&'static str, Vec<(Sign, String)>),
    /// What others wrote.
    Quote(&'static str, Vec<String>),
}

/// A chapter a step that began, in the order of the plan.
pub(crate) fn chapters(report: &Report, look: Look) -> Vec<Chapter> {
    let Report { story, plan, view, beside, .. } = report;
    let rows = rows(story, plan, &view.reviewed, look);
    let begun = rows.into_iter().filter(|row| !row.gate && row.began.is_some());
    begun
        .filter_map(|row| {
            let (of, unit) = story.unit(row.unit).zip(plan.unit(row.unit))?;
            let urgent = is_urgent(of.outcome(unit)) || of.outcome_forward(unit) == Outcome::Failed;
            let output = beside.output.get(&row.unit).map_or(&[][..], Vec::as_slice);
            Some(Chapter { urgent, parts: parts(of, unit, output, look), row })
        })
        .collect()
}

fn is_urgent(outcome: Outcome) -> bool {
    !matches!(outcome, Outcome::Never | Outcome::Done | Outcome::Unchanged | Outcome::Skipped | Outcome::Undone)
}

fn parts(of: &UnitStory, unit: &Unit, output: &[String], look: Look) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut list = |title, lines: Vec<(Sign, String)>| {
        if !lines.is_empty() {
            parts.push(Part::List(title, lines));
        }
    };
    list("moves", moves(unit, look));
    list("copied", of.copies.iter().flat_map(|(_, copies)| copies).map(|what| (Sign::Done, what.clone())).collect());
    list("did", of.acts.iter().map(|(id, act)| acted(*id, act, unit)).collect());
    list("checked", checked(of, false));
    list("gave out", of.outputs.iter().map(|(name, value)| (Sign::Done, format!("{name} = {value}"))).collect());
    parts.extend(ended(of));
    parts.extend(taken_back(of));
    if !output.is_empty() {
        parts.push(Part::Quote("last output", output.to_vec()));
    }
    parts
}

fn moves(unit: &Unit, look: Look) -> Vec<(Sign, String)> {
    let moves = unit.moves.iter().filter(|_| is_step(unit));
    moves.map(|moved| (Sign::Changed, super::moved::one_move(moved, look))).collect()
}

fn acted(id: ActRef, story: &ActStory, unit: &Unit) -> (Sign, String) {
    let what = act_of(unit, id).map_or_else(|| story.what.clone(), |act| name(&act.call.kind, &act.id, &story.what));
    let (sign, result) = match &story.step {
        Step::Open => (Sign::Unknown, "no end is recorded".into()),
        Step::Done(0) if act_of(unit, id).is_some_and(super::outcome::is_named) => (Sign::Done, "done".into()),
        Step::Done(0) => (Sign::Equal, "nothing to change".into()),
        Step::Done(changed) => (Sign::Done, count(*changed as usize, "change")),
        Step::Failed(why) => (Sign::Failed, format!("failed: {why}")),
        Step::Unknown(_) => (Sign::Unknown, "it is not known whether it happened".into()),
        Step::NotDone => (Sign::Missing, "did not happen".into()),
    };
    let more = [&story.note, &story.settled].into_iter().flatten().map(|text| format!("; {text}"));
    (sign, format!("{what}: {result}{}", more.collect::<String>()))
}

fn checked(of: &UnitStory, back: bool) -> Vec<(Sign, String)> {
    let checks = of.checks.iter().filter(|check| check.back == back);
    let sign = |held| if held { Sign::Done } else { Sign::Look };
    checks.map(|check| (sign(check.held), format!("{}: {}", check.what, check.seen))).collect()
}

fn ended(of: &UnitStory) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Forward::Failed(why, details) = &of.forward {
        parts.push(Part::List("failed", vec![(Sign::Failed, why.clone())]));
        parts.extend(quote("seen", details));
    }
    if let Forward::Skipped(why) = &of.forward {
        parts.push(Part::List("skipped", vec![(Sign::Missing, why.clone())]));
    }
    if let Some((_, ActStory { step: Step::Unknown(seen), .. })) = of.unknown() {
        parts.extend(quote("seen", seen));
    }
    parts
}

fn taken_back(of: &UnitStory) -> Vec<Part> {
    let mut parts = Vec::new();
    match &of.back {
        Back::Never => {}
        Back::Runs => parts.push(Part::List("undone", vec![(Sign::Runs, "is being taken back".into())])),
        Back::Cut => parts.push(Part::List("undone", vec![(Sign::Unknown, "no end of it is recorded".into())])),
        Back::Undone(what, left) => {
            parts.push(Part::List("undone", vec![(Sign::Undone, what.clone())]));
            parts.extend(quote("not as before", left));
        }
        Back::Failed(why, details) => {
            parts.push(Part::List("not undone", vec![(Sign::Failed, why.clone())]));
            parts.extend(quote("seen", details));
        }
    }
    let checks = checked(of, true);
    if !checks.is_empty() {
        parts.push(Part::List("checked after it", checks));
    }
    parts
}

fn quote(title: &'static str, lines: &[String]) -> Option<Part> {
    (!lines.is_empty()).then(|| Part::Quote(title, lines.to_vec()))
}
