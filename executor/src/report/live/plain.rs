//! The reader for a log: one event a line, never redrawn, each line whole by itself.

use super::board::heading;
use super::reader::Reader;
use super::told::{of_run, of_unit};
use crate::event::{Entry, Event};
use crate::report::run::{FOREVER, Group, Now, Outcome, Story, View, aftermath_log, between, ending, group_of, groups};
use crate::screen::{limit, safe, seconds};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::time::Duration;
use switchback_compiler::plan::{Plan, Unit};

/// While something runs no longer than this, it is told of every minute; later every ten minutes.
const FIRST: Duration = Duration::from_mins(10);
const MINUTE: Duration = Duration::from_mins(1);

/// Writes a run as a log.
pub struct Plain {
    out: Box<dyn Write + Send>,
    view: View,
    story: Story,
    groups: Vec<Group>,
    /// Groups whose beginning was told.
    begun: BTreeSet<usize>,
    /// What still runs.
    running: BTreeMap<u32, Beat>,
    /// Units of which it was told that they are taken back, with what is not as before.
    undone: BTreeSet<u32>,
    /// What is told while a person types an answer.
    held: Option<String>,
}

/// So long it is waited for something before that is told.
const PATIENCE: Duration = Duration::from_secs(5);

/// Something that runs, and when something was told of it last.
struct Beat {
    name: String,
    began: Timestamp,
    told: Timestamp,
    since: Timestamp,
    now: Option<Now>,
    /// Whether it was told that it waits.
    told_wait: bool,
}

impl Beat {
    /// No job is silent for so long that what runs it takes it for dead.
    fn is_due(&self, now: Timestamp) -> bool {
        let every = if between(self.began, now) <= FIRST { MINUTE } else { FIRST };
        between(self.told, now) >= every || (self.waits() && !self.told_wait && between(self.since, now) >= PATIENCE)
    }

    fn waits(&self) -> bool {
        self.now.as_ref().is_some_and(|now| now.waits)
    }

    /// `notebooks: waits, 56s of 5m: deployment/notebooks: 1 of 2 ready`.
    fn line(&self, at: Timestamp) -> String {
        let Some(now) = &self.now else {
            return format!("{}: still runs, {}", self.name, seconds(between(self.began, at)));
        };
        let took = seconds(between(self.since, at));
        let word = if now.waits { "waits" } else { "still runs" };
        let limited = now.limit > 0 && now.limit <= FOREVER;
        let of = if limited { format!(" of {}", limit(Duration::from_millis(now.limit))) } else { String::new() };
        format!("{}: {word}, {took}{of}: {}", self.name, now.says.replace('\n', "; "))
    }
}

impl Plain {
    /// To this stream. `past` is what other processes did of the run: it is known, and not told again.
    pub fn new(out: Box<dyn Write + Send>, view: View, plan: &Plan, past: &[Entry]) -> Self {
        let story = Story::of(plan, past);
        let (begun, running, undone) = (BTreeSet::new(), BTreeMap::new(), BTreeSet::new());
        Self { out, view, story, groups: groups(plan), begun, running, undone, held: None }
    }

    /// Lines with the time before each.
    fn tell(&mut self, at: Timestamp, lines: &[String]) {
        let time = self.view.zone.time(at);
        for line in lines {
            let line = safe(line, self.view.look);
            self.write(&format!("{time} {line}\n"));
        }
    }

    fn write(&mut self, text: &str) {
        if let Some(held) = &mut self.held {
            held.push_str(text);
            return;
        }
        // Whoever read the log may be gone; the run goes on.
        let _gone = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }

    /// The heading of a group, before the first line of one of its units.
    fn begin(&mut self, at: Timestamp, id: u32, plan: &Plan) {
        let Some((index, group)) = group_of(&self.groups, id) else { return };
        if group.wall || self.story.undo.is_some() || !self.begun.insert(index) {
            return;
        }
        let line = heading(group, plan, self.view.look);
        self.tell(at, &[line]);
    }

    /// Remembers what runs, for the lines that say that it still does.
    fn beat(&mut self, at: Timestamp, id: u32, unit: &Unit, told: bool, plan: &Plan) {
        let runs = matches!(self.story.outcome(plan, id), Outcome::Runs | Outcome::Undoes) && Group::tells(plan, id);
        let Some(of) = self.story.unit(id).filter(|_| runs) else {
            self.running.remove(&id);
            return;
        };
        let name = unit.name.clone();
        let new = Beat {
            name,
            began: of.back_tried.or(of.tried).unwrap_or(at),
            told: at,
            since: at,
            now: None,
            told_wait: false,
        };
        let beat = self.running.entry(id).or_insert(new);
        let since = of.now.as_ref().and_then(|now| now.since).or(of.since);
        beat.since = since.unwrap_or(at);
        beat.now.clone_from(&of.now);
        beat.told_wait &= beat.waits();
        if told {
            beat.told = at;
        }
    }

    fn take_of_unit(&mut self, entry: &Entry, id: u32, plan: &Plan) {
        let Some(unit) = plan.unit(id) else { return };
        // A wall without work of its own may still fail: whoever reads must see why.
        let tells = Group::tells(plan, id) || matches!(entry.event, Event::UnitFailed { .. });
        let of = self.story.unit(id).filter(|_| tells);
        let lines = of.map_or_else(Vec::new, |of| of_unit(&entry.event, of, unit, self.view.look));
        if matches!(entry.event, Event::UnitUndone { .. }) && !lines.is_empty() {
            self.undone.insert(id);
        }
        if !lines.is_empty() {
            self.begin(entry.at, id, plan);
            self.tell(entry.at, &lines);
        }
        self.beat(entry.at, id, unit, !lines.is_empty(), plan);
    }

    /// The result stands with its time, what belongs to it as on a terminal.
    fn end(&mut self, at: Timestamp, plan: &Plan) {
        self.running.clear();
        self.tell(at, &aftermath_log(&self.story, plan, &self.undone));
        let result = ending(&self.story, plan, &self.view);
        let time = self.view.zone.time(at);
        self.write(&format!("{time} {result}"));
    }
}

impl Reader for Plain {
    fn take(&mut self, entry: &Entry, plan: &Plan) {
        self.story.take(entry);
        match (&entry.event, entry.event.unit()) {
            (Event::Ended { .. }, _) => self.end(entry.at, plan),
            (_, Some(id)) => self.take_of_unit(entry, id, plan),
            (event, None) => {
                if matches!(event, Event::Resumed { .. }) {
                    self.running.clear();
                }
                let line = of_run(event, &self.story, &self.view);
                // What is told at the end is no line of its own.
                if !line.is_empty() {
                    self.tell(entry.at, &[line]);
                }
            }
        }
    }

    fn tick(&mut self, now: Timestamp) {
        let mut lines = Vec::new();
        for beat in self.running.values_mut().filter(|beat| beat.is_due(now)) {
            beat.told = now;
            beat.told_wait = beat.waits();
            lines.push(beat.line(now));
        }
        if !lines.is_empty() {
            self.tell(now, &lines);
        }
    }

    fn say(&mut self, text: &str) {
        self.write(text);
    }

    fn hold(&mut self) {
        self.held.get_or_insert_default();
    }

    fn release(&mut self) {
        let held = self.held.take().unwrap_or_default();
        self.write(&held);
    }

    fn finish(&mut self) {
        self.release();
        let _gone = self.out.flush();
    }
}
