//! When what ran, for the picture of a run: questions, steps, and steps that were taken back.

use super::group::groups;
use super::outcome::is_step;
use super::rows::rows;
use super::story::Story;
use super::view::View;
use crate::screen::Sign;
use jiff::Timestamp;
use switchback_compiler::plan::Plan;

/// Something that took time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its name.
    pub label: String,
    /// When it began, in milliseconds of Unix time.
    pub begin_ms: u64,
    /// When it ended; the last event's time where no end is recorded.
    pub end_ms: u64,
    /// What became of it.
    pub sign: Sign,
    /// What became of it, in words.
    pub note: String,
}

/// All spans: what was done in the order of the plan, then what was taken back, the last first.
pub fn spans(story: &Story, plan: &Plan, view: &View) -> Vec<Span> {
    let rows = rows(story, plan, &view.reviewed, view.look);
    let done = rows.into_iter().filter_map(|row| {
        let sign = story.unit(row.unit).zip(plan.unit(row.unit)).filter(|_| !row.gate);
        let sign = sign.map_or(row.sign, |(of, unit)| of.outcome_forward(unit).sign());
        // What opens or closes the change is known by its group.
        let is_wall = !row.gate && plan.unit(row.unit).is_some_and(|unit| !is_step(unit));
        let name = if is_wall { row.group } else { row.name };
        span(name, row.began?, row.ended.or(story.last)?, sign, row.result)
    });
    done.chain(taken_back(story, plan)).collect()
}

fn taken_back(story: &Story, plan: &Plan) -> Vec<Span> {
    let order = groups(plan).into_iter().flat_map(|group| group.steps);
    let mut back: Vec<Span> = order
        .filter_map(|id| {
            let (of, unit) = story.unit(id).zip(plan.unit(id))?;
            let outcome = of.outcome(unit);
            let label = format!("undo {}", unit.name);
            span(label, of.back_began?, of.back_ended.or(story.last)?, outcome.sign(), outcome.word().to_owned())
        })
        .collect();
    back.sort_by_key(|span| span.begin_ms);
    back
}

fn span(label: String, begin: Timestamp, end: Timestamp, sign: Sign, note: String) -> Option<Span> {
    let ms = |at: Timestamp| u64::try_from(at.as_millisecond()).ok();
    Some(Span { label, begin_ms: ms(begin)?, end_ms: ms(end)?, sign, note })
}
