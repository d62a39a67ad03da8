//! Lines that stay: what is told of an event on a terminal, once and for all.

use super::told::unanswered;
use crate::event::{Entry, Event};
use crate::report::run::{
    Back, GateStory, Group, Item, Outcome, Story, View, aftermath, between, did, did_together, ending, evidence,
    group_of,
};
use crate::screen::{Sign, Style, count, elapsed, hang, safe, tail, width};
use jiff::Timestamp;
use std::time::Duration;
use switchback_compiler::plan::{Plan, Unit};

/// What an event is told against: the story after it.
pub(super) struct Told<'a> {
    pub(super) story: &'a Story,
    pub(super) plan: &'a Plan,
    pub(super) groups: &'a [Group],
    pub(super) view: &'a View,
}

impl Told<'_> {
    /// The lines of an event; none where it changes only what is redrawn.
    pub(super) fn lines(&self, entry: &Entry) -> String {
        let view = self.view;
        match &entry.event {
            Event::Began { by, .. } => self.header(entry.at, by),
            Event::Resumed { by, to, .. } => {
                let goes_back = goes_back(self.story, to).map(|text| text + "\n");
                self.header(entry.at, by) + &goes_back.unwrap_or_default()
            }
            Event::Confirmed { gate, by } => {
                let took = self.story.gates.iter().find(|known| known.name == *gate).map(GateStory::took);
                self.item(0, Sign::Done, gate, &format!("confirmed by {by}"), took)
            }
            Event::LossesAccepted { by } => self.item(0, Sign::Done, "losses", &format!("accepted by {by}"), None),
            Event::UndoDecided { .. } => undoes(self.story) + "\n",
            Event::WindowAwaited { opens, until } => {
                let (opens, until) = (view.zone.date_time(*opens), view.zone.date_time(*until));
                self.item(0, Sign::Waits, "window", &format!("opens at {opens}; waits at most until {until}"), None)
            }
            Event::WindowOpened { waited, until } => {
                let took = Some(Duration::from_millis(*waited)).filter(|took| !took.is_zero());
                self.item(0, Sign::Done, "window", &format!("open until {}", view.zone.minute(*until)), took)
            }
            Event::Note { text } => hang("note: ", &safe(text, view.look), view.look),
            Event::Ended { .. } => {
                let (story, plan) = (self.story, self.plan);
                format!("{}\n{}", aftermath(story, plan, view), ending(story, plan, view))
            }
            event => self.lines_of_unit(event),
        }
    }

    fn lines_of_unit(&self, event: &Event) -> String {
        let Some(id) = event.unit() else { return String::new() };
        let Some((of, unit)) = self.story.unit(id).zip(self.plan.unit(id)) else { return String::new() };
        let look = self.view.look;
        match event {
            Event::UnitDone { .. } | Event::UnitSkipped { .. } => self.over(id, unit),
            Event::UnitFailed { why, details, .. } => {
                self.item(0, Sign::Failed, &unit.name, why, of.took()) + &evidence(details, 4, look)
            }
            Event::Waived { by, checks, .. } => {
                let text = format!("goes on, as {by} said, without {}", checks.join(" and "));
                self.item(0, Sign::Look, &unit.name, &text, None)
            }
            Event::Unanswered { question, .. } => self.item(0, Sign::Waits, &unit.name, &unanswered(question), None),
            Event::Unknown { seen, .. } => {
                self.item(0, Sign::Unknown, &unit.name, "it is not known what it did", None) + &evidence(seen, 4, look)
            }
            Event::Settled { done, how, .. } => {
                let sign = if *done { Sign::Done } else { Sign::Missing };
                self.item(2, sign, &unit.name, how, None)
            }
            Event::UnitUndone { what, left, .. } => {
                let (sign, what) = (of.outcome(unit).sign(), if what.is_empty() { "undone" } else { what });
                self.item(2, sign, &unit.name, what, of.back_took()) + &evidence(left, 6, look)
            }
            Event::UndoFailed { why, details, .. } => {
                let why = format!("not undone: {why}");
                self.item(2, Sign::Failed, &unit.name, &why, of.back_took()) + &evidence(details, 6, look)
            }
            _ => String::new(),
        }
    }

    fn item(&self, indent: usize, sign: Sign, name: &str, text: &str, took: Option<Duration>) -> String {
        let look = self.view.look;
        let (name, text) = (safe(name, look), safe(text, look));
        let took = took.map(elapsed).unwrap_or_default();
        Item { indent, sign, name: &name, text: &text, style: Style::Plain, tail: &took }.show(look)
    }

    /// `run qzvmkt  lumen-5.0 on prod-eu  b3:4f1c9e02d7aa            ada, 21:41:50 CET`.
    fn header(&self, at: Timestamp, by: &str) -> String {
        let (look, zone) = (self.view.look, &self.view.zone);
        let who = by.split('@').next().unwrap_or_default();
        let who = format!("{}, {} {}", safe(who, look), zone.time(at), zone.name(at));
        let Some(head) = &self.story.head else { return format!("{who}\n") };
        let digest: String = head.bundle.chars().take("b3:".len() + 12).collect();
        let line = format!("run {}  {} on {}  {digest}", head.run, head.plan, head.target);
        let line = safe(&line, look);
        if width(&line) + 2 + width(&who) > look.edge() {
            return format!("{line}\n  {who}\n");
        }
        tail(&line, &who, look) + "\n"
    }

    /// A unit is over: what it was warned of, and its group when that is complete.
    fn over(&self, id: u32, unit: &Unit) -> String {
        let Some((_, group)) = group_of(self.groups, id) else { return String::new() };
        let mut out = self.warnings(id, unit);
        let has_work = self.story.unit(id).is_some_and(|of| of.began.is_some());
        if group.wall && has_work {
            out += &self.wall(id, unit);
        } else if !group.wall && group.is_complete(self.story) {
            out += &self.summary(group);
        }
        out
    }

    fn warnings(&self, id: u32, unit: &Unit) -> String {
        let Some(of) = self.story.unit(id) else { return String::new() };
        let warned = of.warnings().filter(|_| of.outcome_forward(unit) == Outcome::Warned);
        warned
            .map(|check| self.item(0, Sign::Look, &unit.name, &format!("warned: {}: {}", check.what, check.seen), None))
            .collect()
    }

    /// `✓ platform      http://gateway.lumen/api/health: 200 for 1m             1m 14s`.
    fn wall(&self, id: u32, unit: &Unit) -> String {
        let Some(of) = self.story.unit(id) else { return String::new() };
        let text = did(of, unit, self.view.look);
        // Gates have lines of their own.
        if text.is_empty() { String::new() } else { self.item(0, Sign::Done, &unit.name, &text, of.took()) }
    }

    /// `✓ user-space    3 steps, 9 changes                                      2m 32s`.
    fn summary(&self, group: &Group) -> String {
        let text = did_together(self.story, self.plan, &group.units, self.view.look);
        self.item(0, Sign::Done, &group.name, &text, Some(group.took(self.story)))
    }

    /// Steps that are done in a group that will not be complete: their lines are told now, or never.
    pub(super) fn rest(&self) -> String {
        let open = self.groups.iter().filter(|group| !group.wall && !group.is_complete(self.story));
        let steps = open.flat_map(|group| &group.steps);
        steps.map(|id| self.rest_of(*id)).collect()
    }

    fn rest_of(&self, id: u32) -> String {
        let Some((of, unit)) = self.story.unit(id).zip(self.plan.unit(id)) else { return String::new() };
        let outcome = of.outcome_forward(unit);
        if !outcome.is_over() {
            return String::new();
        }
        self.item(0, outcome.sign(), &unit.name, &did(of, unit, self.view.look), of.took())
    }
}

/// `undoes: 4 steps changed something; the last one first`.
pub(super) fn undoes(story: &Story) -> String {
    let chosen = |id: u32| story.undo.as_ref().is_some_and(|undo| undo.takes(id));
    let changed =
        (0..).zip(&story.units).filter(|(id, unit)| chosen(*id) && unit.is_step && unit.has_effects()).count();
    let order = if changed > 1 { "; the last one first" } else { "" };
    format!("undoes: {} changed something{order}", count(changed, "step"))
}

/// `goes on undoing: 3 of 4 steps are left`, where somebody goes on with a run that was going back: going on is not always
/// going forward.
pub(super) fn goes_back(story: &Story, to: &str) -> Option<String> {
    let undo = story.undo.as_ref().filter(|_| to == "resume")?;
    let steps = (0..).zip(&story.units).filter(|(id, unit)| undo.takes(*id) && unit.is_step && unit.has_effects());
    let is_left = |back: &Back| !matches!(back, Back::Undone(..));
    let (all, left) = steps.fold((0, 0), |(all, left), (_, unit)| (all + 1, left + usize::from(is_left(&unit.back))));
    let are = if left == 1 { "is" } else { "are" };
    (left > 0).then(|| format!("goes on undoing: {left} of {} {are} left", count(all, "step")))
}

/// The time since something, for a clock that runs.
pub(super) fn since(at: Option<Timestamp>, now: Timestamp) -> Duration {
    at.map_or(Duration::ZERO, |at| between(at, now))
}
