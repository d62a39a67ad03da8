//! The fold of events to a story. Total: an event that makes no sense where it stands is told as well as it can be.

use super::outcome::is_step;
use super::story::{
    ActStory, Back, CheckStory, Decision, Ending, Forward, GateStory, Head, Now, Process, Step, Story, UnitStory,
};
use super::zone::between;
use crate::event::{Entry, Event};
use jiff::Timestamp;
use std::time::Duration;
use switchback_compiler::plan::Plan;

impl Story {
    /// Before anything happened.
    pub fn new(plan: &Plan) -> Self {
        let fresh = |unit| UnitStory { is_step: is_step(unit), ..UnitStory::default() };
        Self { units: plan.units.iter().map(fresh).collect(), ..Self::default() }
    }

    /// What these events tell.
    pub fn of(plan: &Plan, entries: &[Entry]) -> Self {
        let mut story = Self::new(plan);
        for entry in entries {
            story.take(entry);
        }
        story
    }

    /// Takes in one event.
    pub fn take(&mut self, entry: &Entry) {
        let at = entry.at;
        let heard = self.last.replace(at);
        self.events += usize::from(entry.event.is_durable());
        match &entry.event {
            Event::Began { run, plan, target, bundle, by, host, pid } => {
                let (run, plan) = (run.clone(), plan.clone());
                self.head = Some(Head { run, plan, target: target.clone(), bundle: bundle.clone() });
                let process = Process { at, by: by.clone(), host: host.clone(), pid: *pid, to: "run".into(), torn: 0 };
                self.process(process, heard);
            }
            Event::Resumed { by, host, pid, to, torn } => {
                let (by, host, to) = (by.clone(), host.clone(), to.clone());
                self.process(Process { at, by, host, pid: *pid, to, torn: *torn }, heard);
            }
            Event::Asked { gate, text, typed } => self.asked(at, gate, text, typed),
            Event::Confirmed { gate, by } => self.confirmed(at, gate, by),
            Event::UndoDecided { why, units, partly } => {
                self.undo = Some(Decision { at, why: why.clone(), units: units.clone(), partly: *partly });
                self.compared = None;
            }
            Event::HoldBegan { until } => self.hold_until = Some(*until),
            Event::Compared(compared) => {
                // What each step said when it was taken back may have been mended since.
                for unit in &mut self.units {
                    if let Back::Undone(_, left) = &mut unit.back {
                        left.retain(|line| compared.still(line));
                    }
                }
                self.compared = Some(compared.clone());
            }
            Event::WindowAwaited { opens, until } => self.window.awaited = Some((at, *opens, *until)),
            Event::WindowOpened { waited, until } => self.window.opened = Some((at, *waited, *until)),
            Event::Ended { standing, why } => {
                self.ended = Some(Ending { at, standing: *standing, why: why.clone() });
            }
            Event::LossesAccepted { by } => self.notes.push((at, format!("{by} accepted what the undo loses"))),
            Event::Note { text } => self.notes.push((at, text.clone())),
            other => self.take_of_unit(at, other),
        }
    }

    /// Another process: what ran in the one before was cut off, when that was heard for the last time.
    fn process(&mut self, process: Process, heard: Option<Timestamp>) {
        self.ended = None;
        self.compared = None;
        self.processes.push(process);
        for unit in &mut self.units {
            (unit.now, unit.asks) = (None, None);
            if unit.forward == Forward::Runs {
                unit.forward = Forward::Cut;
                // The time until somebody goes on is none that the step takes.
                unit.worked += unit.tried.take().zip(heard).map_or(Duration::ZERO, |(tried, at)| between(tried, at));
            }
            if unit.back == Back::Runs {
                unit.back = Back::Cut;
            }
        }
    }

    fn asked(&mut self, at: Timestamp, gate: &str, text: &str, typed: &str) {
        self.gates.retain(|known| known.name != gate);
        let (text, typed) = (text.to_owned(), typed.to_owned());
        self.gates.push(GateStory { name: gate.to_owned(), asked: Some(at), text, typed, confirmed: None });
    }

    fn confirmed(&mut self, at: Timestamp, gate: &str, by: &str) {
        let confirmed = Some((at, by.to_owned()));
        match self.gates.iter_mut().find(|known| known.name == gate) {
            Some(known) => known.confirmed = confirmed,
            None => self.gates.push(GateStory {
                name: gate.to_owned(),
                asked: None,
                text: String::new(),
                typed: String::new(),
                confirmed,
            }),
        }
    }

    fn take_of_unit(&mut self, at: Timestamp, event: &Event) {
        if let Event::Waived { checks, by, .. } = event {
            self.notes.push((at, format!("{by} said to go on without {}", checks.join(" and "))));
        }
        let Some(id) = event.unit() else { return };
        let Some(unit) = self.units.get_mut(id as usize) else { return };
        if let Event::Progress { says, waits, limit, since, .. } = event {
            unit.progress(at, says, *waits, *limit);
            return unit.now.iter_mut().for_each(|now| now.since = *since);
        }
        unit.since = Some(at);
        unit.now = None;
        unit.take(at, event);
    }
}

impl UnitStory {
    fn progress(&mut self, at: Timestamp, says: &str, waits: bool, limit: u64) {
        let same_since = self.now.as_ref().filter(|now| now.says == says).map_or(at, |now| now.same_since);
        self.now = Some(Now { says: says.to_owned(), waits, limit, same_since, since: None });
    }

    fn take(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::UnitBegan { .. } => {
                self.began.get_or_insert(at);
                self.tried = Some(at);
                self.forward = Forward::Runs;
                self.drift.clear();
            }
            Event::Drifted { changed, .. } => self.drift.clone_from(changed),
            Event::Unanswered { question, .. } => self.asks = Some(question.clone()),
            Event::UnitSkipped { why, .. } => self.end(at, Forward::Skipped(why.clone())),
            Event::UnitDone { changes, .. } => {
                self.changes = *changes;
                self.end(at, Forward::Done);
            }
            Event::UnitFailed { why, details, .. } => self.end(at, Forward::Failed(why.clone(), details.clone())),
            Event::Copied { name, copies, .. } => {
                self.copies.push((name.clone(), copies.iter().map(|copied| copied.what.clone()).collect()));
            }
            Event::Checked { what, held, seen, .. } => {
                let back = self.back != Back::Never;
                self.checks.push(CheckStory { at, what: what.clone(), held: *held, seen: seen.clone(), back });
            }
            Event::Output { name, value, .. } => self.outputs.push((name.clone(), value.clone())),
            other => self.take_of_act(at, other),
        }
    }

    fn end(&mut self, at: Timestamp, forward: Forward) {
        self.ended = Some(at);
        self.forward = forward;
    }

    fn take_of_act(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::Intent { act, what, .. } => {
                let known = self.acts.entry(*act).or_default();
                known.began.get_or_insert(at);
                what.clone_into(&mut known.what);
                known.step = Step::Open;
            }
            Event::Acted { act, changed, note, .. } => {
                let known = self.acts.entry(*act).or_default();
                *known = ActStory { ended: Some(at), step: Step::Done(*changed), note: note.clone(), ..known.clone() };
            }
            Event::ActFailed { act, why, .. } => {
                let known = self.acts.entry(*act).or_default();
                *known = ActStory { ended: Some(at), step: Step::Failed(why.clone()), ..known.clone() };
            }
            Event::Unknown { act, seen, alive, .. } => {
                let known = self.acts.entry(*act).or_default();
                let step = Step::Unknown(seen.clone());
                *known = ActStory { ended: Some(at), step, alive: *alive, ..known.clone() };
            }
            Event::Settled { act, done, how, .. } => {
                let step = if *done { Step::Done(1) } else { Step::NotDone };
                let known = self.acts.entry(*act).or_default();
                *known = ActStory { ended: Some(at), step, settled: Some(how.clone()), ..known.clone() };
            }
            other => self.take_of_back(at, other),
        }
    }

    fn take_of_back(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::UndoBegan { way, .. } => {
                self.back_began.get_or_insert(at);
                self.back_tried = Some(at);
                self.way = *way;
                self.back = Back::Runs;
            }
            Event::UndoActed { undone, .. } if !undone.what.is_empty() => self.taken_back.push(undone.what.clone()),
            Event::UnitUndone { what, left, .. } => self.end_back(at, Back::Undone(what.clone(), left.clone())),
            Event::UndoFailed { why, details, .. } => self.end_back(at, Back::Failed(why.clone(), details.clone())),
            _ => {}
        }
    }

    fn end_back(&mut self, at: Timestamp, back: Back) {
        self.back_began.get_or_insert(at);
        self.back_ended = Some(at);
        self.back = back;
    }
}
