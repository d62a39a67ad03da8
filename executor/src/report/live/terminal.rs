//! The reader for a terminal: what is over scrolls up and stays, below it a few lines are redrawn.

use super::block::lines;
use super::board::{Board, board};
use super::lines::Told;
use super::reader::Reader;
use crate::event::{Entry, Event};
use crate::report::run::{Group, Story, View, between, groups};
use crate::screen::{Look, width};
use jiff::Timestamp;
use std::io::Write;
use std::time::Duration;
use switchback_compiler::plan::Plan;

/// Lines are redrawn this often, so that recordings and screen readers stay usable.
const EVERY: Duration = Duration::from_millis(500);

/// Shows a run on a terminal.
pub struct Live {
    out: Box<dyn Write + Send>,
    view: View,
    story: Story,
    groups: Vec<Group>,
    board: Board,
    /// The widths of the lines that are drawn now.
    pub(super) drawn: Vec<usize>,
    drawn_at: Option<Timestamp>,
    now: Option<Timestamp>,
    /// What is told while a person types an answer, which nothing may overwrite.
    held: Option<String>,
    /// Whether the lines of what will not be complete were told.
    rest_told: bool,
    /// How the terminal is now: people make it wider and narrower while they look.
    measure: Option<Box<dyn Fn() -> Look + Send>>,
}

impl Live {
    /// To this stream. `past` is what other processes did of the run: it is known, and not told again.
    pub fn new(out: Box<dyn Write + Send>, view: View, plan: &Plan, past: &[Entry]) -> Self {
        let story = Story::of(plan, past);
        let (groups, board) = (groups(plan), Board::default());
        let rest_told = story.undo.is_some();
        Self {
            out,
            view,
            story,
            groups,
            board,
            drawn: Vec::new(),
            drawn_at: None,
            now: None,
            held: None,
            rest_told,
            measure: None,
        }
    }

    /// Looks at the terminal's size again before it draws.
    #[must_use]
    pub fn measured(mut self, measure: impl Fn() -> Look + Send + 'static) -> Self {
        self.measure = Some(Box::new(measure));
        self
    }

    /// The terminal has another size.
    pub fn resize(&mut self, look: Look) {
        self.view.look = look;
    }

    /// What takes the drawn lines away: the cursor goes back to their beginning.
    fn erase(&mut self) -> String {
        // Where the terminal became narrower, it has wrapped them.
        let columns = self.view.look.width.max(1);
        let rows: usize = self.drawn.drain(..).map(|width| width.div_ceil(columns).max(1)).sum();
        if rows == 0 { String::new() } else { format!("\u{1b}[{rows}F\u{1b}[J") }
    }

    /// Shows a text that stays, and what is redrawn below it.
    fn show(&mut self, text: &str) {
        if let Some(held) = &mut self.held {
            held.push_str(text);
            return;
        }
        if let Some(look) = self.measure.as_ref().map(|measure| measure()) {
            self.resize(look);
        }
        let erase = self.erase();
        let block = self.block();
        self.write(&[&erase, text, &block].concat());
    }

    fn block(&mut self) -> String {
        let Some(now) = self.now.filter(|_| self.story.ended.is_none() && self.story.head.is_some()) else {
            return String::new();
        };
        let lines = lines(&self.board, now, &self.view.zone, self.view.look);
        self.drawn = lines.iter().map(|line| width(line)).collect();
        self.drawn_at = Some(now);
        lines.join("\n") + "\n"
    }

    fn write(&mut self, text: &str) {
        // A terminal that is gone must not end the run.
        let _gone = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }

    fn lines(&mut self, entry: &Entry, plan: &Plan) -> String {
        let told = Told { story: &self.story, plan, groups: &self.groups, view: &self.view };
        let ends = matches!(entry.event, Event::UndoDecided { .. } | Event::Ended { .. }) && !self.rest_told;
        let rest = if ends { told.rest() } else { String::new() };
        let lines = told.lines(entry);
        self.rest_told |= ends;
        rest + &lines
    }
}

impl Reader for Live {
    fn take(&mut self, entry: &Entry, plan: &Plan) {
        self.story.take(entry);
        self.now = self.now.max(Some(entry.at));
        self.board = board(&self.story, plan, &self.groups, self.view.look);
        if matches!(entry.event, Event::Asked { .. }) {
            return self.hold();
        }
        let text = self.lines(entry, plan);
        let answered = matches!(
            entry.event,
            Event::Confirmed { .. } | Event::UnitFailed { .. } | Event::UndoDecided { .. } | Event::Ended { .. }
        );
        let held = if answered { self.held.take().unwrap_or_default() } else { String::new() };
        let text = held + &text;
        if !text.is_empty() {
            self.show(&text);
        }
    }

    fn tick(&mut self, now: Timestamp) {
        self.now = self.now.max(Some(now));
        if self.drawn_at.is_none_or(|at| between(at, now) >= EVERY) {
            self.show("");
        }
    }

    fn say(&mut self, text: &str) {
        self.show(text);
    }

    fn hold(&mut self) {
        let erase = self.erase();
        self.write(&erase);
        self.held.get_or_insert_default();
    }

    fn release(&mut self) {
        if let Some(held) = self.held.take() {
            self.show(&held);
        }
    }

    fn finish(&mut self) {
        let held = self.held.take().unwrap_or_default();
        let erase = self.erase();
        self.write(&(erase + &held));
    }
}
