//! What is redrawn: what runs now, and what comes next. Made from the story at each event, drawn with the time.

use super::lines::since;
use crate::report::run::{FOREVER, Group, Now, Outcome, Story, UnitStory, did, group_of};
use crate::screen::{Look, Sign, count, elapsed, limit, list, of, safe, seconds};
use jiff::Timestamp;
use std::time::Duration;
use switchback_compiler::plan::{Failure, Plan, Stage, Unit};

/// A unit that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Running {
    pub(super) id: u32,
    pub(super) name: String,
    pub(super) indent: usize,
    pub(super) waits: bool,
    /// What it does, in words; the nearest thing that is missing after a line end.
    pub(super) says: String,
    pub(super) since: Option<Timestamp>,
    /// Since when it says the same.
    pub(super) same_since: Option<Timestamp>,
    /// In milliseconds; 0: none.
    pub(super) limit: u64,
    /// What follows when its limit ends.
    pub(super) then: &'static str,
}

/// A step that is done, in a group that is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Over {
    pub(super) id: u32,
    pub(super) sign: Sign,
    pub(super) name: String,
    pub(super) text: String,
    pub(super) took: String,
}

/// All that is redrawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Board {
    pub(super) heading: Option<String>,
    pub(super) running: Vec<Running>,
    pub(super) over: Vec<Over>,
    pub(super) last: String,
}

impl Running {
    pub(super) fn clock(&self, now: Timestamp) -> Duration {
        since(self.since, now)
    }

    /// The time that is left, in milliseconds; without a limit: all of it.
    pub(super) fn left(&self, now: Timestamp) -> u64 {
        let limit = if self.limit == 0 { u64::MAX } else { self.limit };
        limit.saturating_sub(self.clock(now).as_millis() as u64)
    }

    /// `27s of 5m`; on a narrow screen `27s`.
    pub(super) fn took(&self, now: Timestamp, look: Look) -> String {
        let took = seconds(self.clock(now));
        let limited = self.limit > 0 && self.limit <= FOREVER;
        if look.width < 80 || !limited {
            return took;
        }
        format!("{took} of {}", limit(Duration::from_millis(self.limit)))
    }
}

/// The board of a story.
pub(super) fn board(story: &Story, plan: &Plan, groups: &[Group], look: Look) -> Board {
    let undoes = story.undo.is_some();
    let running = running(story, plan, groups, look);
    let current = running.first().and_then(|first| group_of(groups, first.id)).map(|(at, _)| at);
    let current = current.or_else(|| groups.iter().position(|group| is_open(group, story)));
    let group = current.and_then(|at| groups.get(at)).filter(|group| !group.wall && !undoes);
    Board {
        heading: group.filter(|group| group.has_begun(story)).map(|group| heading(group, plan, look)),
        over: group.map_or_else(Vec::new, |group| over(group, story, plan, look)),
        last: if undoes { undone(story, plan) } else { last(story, plan, groups, current, look) },
        running,
    }
}

fn is_open(group: &Group, story: &Story) -> bool {
    group.has_begun(story) && !group.is_complete(story)
}

/// `user-space: 3 steps`.
pub(super) fn heading(group: &Group, plan: &Plan, look: Look) -> String {
    let before = if group.stage == Stage::Prepare && plan.window.is_some() { ", before the window" } else { "" };
    let name = safe(&group.name, look);
    if group.steps.is_empty() {
        format!("{name}{before}")
    } else {
        format!("{name}{before}: {}", count(group.steps.len(), "step"))
    }
}

fn running(story: &Story, plan: &Plan, groups: &[Group], look: Look) -> Vec<Running> {
    let runs = |id: u32| matches!(story.outcome(plan, id), Outcome::Runs | Outcome::Undoes) && Group::tells(plan, id);
    let units = (0..).zip(story.units.iter().zip(&plan.units));
    units
        .filter(|(id, _)| runs(*id))
        .map(|(id, (of, unit))| {
            let wall = group_of(groups, id).is_some_and(|(_, group)| group.wall);
            one(id, of, unit, if wall { 0 } else { 2 }, look)
        })
        .collect()
}

fn one(id: u32, of: &UnitStory, unit: &Unit, indent: usize, look: Look) -> Running {
    let now = of.now.as_ref();
    // An action that says no more than its words is told by its name in the plan.
    let words = |now: &&Now| of.acts.values().all(|act| act.what != now.says);
    let open = of.doing(unit);
    let says = now.filter(words).map(|now| now.says.as_str()).or(open.as_deref()).unwrap_or("runs");
    let says: Vec<String> = says.lines().map(|line| safe(line, look)).collect();
    Running {
        id,
        name: safe(&unit.name, look),
        indent,
        waits: now.is_some_and(|now| now.waits),
        says: says.join("\n"),
        since: now.and_then(|now| now.since).or(of.since),
        same_since: now.map(|now| now.same_since),
        limit: now.map_or(0, |now| now.limit),
        then: then(of, unit),
    }
}

/// What follows when a wait ends without what it waits for.
fn then(of: &UnitStory, unit: &Unit) -> &'static str {
    match (of.back_began.is_some(), unit.on_failure.how) {
        (true, _) => "then its undo has failed",
        (false, Failure::Undo) => "then the run is undone",
        (false, Failure::UndoStep) => "then this step is undone",
        (false, Failure::Stop) => "then the run stops",
    }
}

fn over(group: &Group, story: &Story, plan: &Plan, look: Look) -> Vec<Over> {
    let told = |id: &u32| {
        let (of, unit) = story.unit(*id).zip(plan.unit(*id))?;
        let outcome = of.outcome_forward(unit);
        outcome.is_over().then(|| Over {
            id: *id,
            sign: outcome.sign(),
            name: safe(&unit.name, look),
            text: did(of, unit, look),
            took: of.took().map(elapsed).unwrap_or_default(),
        })
    };
    group.steps.iter().filter_map(told).collect()
}

/// `2 of 8 steps done; next: core-kernel, when user-space is green`.
fn last(story: &Story, plan: &Plan, groups: &[Group], current: Option<usize>, look: Look) -> String {
    let (done, all) = story.progress(plan);
    let done_of = format!("{} done", of(done, all, "step"));
    let stuck = |of: &UnitStory, unit: &Unit| matches!(of.outcome(unit), Outcome::Failed | Outcome::Unknown);
    if story.units.iter().zip(&plan.units).any(|(of, unit)| stuck(of, unit)) {
        return format!("{done_of}; nothing new starts");
    }
    let next = if done == 0 { None } else { next(story, plan, groups, current) };
    match next {
        Some(next) => format!("{done_of}; next: {}", safe(&next, look)),
        None => format!("{done_of}; ctrl-c stops after what runs now"),
    }
}

fn next(story: &Story, plan: &Plan, groups: &[Group], current: Option<usize>) -> Option<String> {
    let never = |id: &&u32| story.outcome(plan, **id) == Outcome::Never;
    let group = current.and_then(|at| groups.get(at));
    let here: Vec<&str> = group
        .map(|group| {
            group.steps.iter().filter(never).filter_map(|id| plan.unit(*id)).map(|unit| unit.name.as_str()).collect()
        })
        .unwrap_or_default();
    if !here.is_empty() {
        return Some(few(&here));
    }
    let later = groups.iter().skip(current.map_or(0, |at| at + 1)).filter(|group| group.stage != Stage::Finalize);
    let next = later
        .filter(|group| group.units.iter().any(|id| Group::tells(plan, *id)))
        .find(|group| !group.is_complete(story))?;
    Some(match group {
        Some(group) => format!("{}, when {} is green", next.name, group.name),
        None => next.name.clone(),
    })
}

/// At most three names.
fn few(names: &[&str]) -> String {
    match names.split_at_checked(3) {
        Some((first, more)) if !more.is_empty() => format!("{} and {} more", first.join(", "), more.len()),
        _ => list(names),
    }
}

fn undone(story: &Story, plan: &Plan) -> String {
    let chosen = |id: u32| story.undo.as_ref().is_some_and(|undo| undo.takes(id));
    let units = || (0..).zip(&story.units).filter(|(id, unit)| chosen(*id) && unit.has_effects());
    let back = units()
        .filter(|(id, _)| matches!(story.outcome(plan, *id), Outcome::Undone | Outcome::NotEqual | Outcome::Stays))
        .count();
    format!("{} undone", of(back, units().count(), "step"))
}
