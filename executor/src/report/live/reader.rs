//! What a reader of a run's events is asked for.

use crate::event::Entry;
use jiff::Timestamp;
use switchback_compiler::plan::Plan;

/// A reader of a run's events. None changes the run; what it can't write is lost, and the run goes on.
pub trait Reader: Send {
    /// Takes in an event.
    fn take(&mut self, entry: &Entry, plan: &Plan);

    /// Time has passed: clocks run on. Called about twice a second.
    fn tick(&mut self, now: Timestamp);

    /// Shows a text that stays, above what is redrawn: a notice that is no event, what ctrl-c does.
    fn say(&mut self, text: &str);

    /// A person is asked: nothing is written over the question until it is answered.
    fn hold(&mut self) {}

    /// The question is not open any more: what was told meanwhile is shown.
    fn release(&mut self) {}

    /// The process ends: nothing is left half drawn.
    fn finish(&mut self);
}
