//! What a report is made from.

use super::beside::Beside;
use super::story::Story;
use super::view::View;
use crate::event::Entry;
use switchback_compiler::plan::Plan;

/// A run, and how it is shown.
#[derive(Debug)]
pub struct Report<'a> {
    /// What was to be done.
    pub plan: &'a Plan,
    /// What happened, as it was recorded.
    pub entries: &'a [Entry],
    /// What happened, by unit.
    pub story: Story,
    /// What stands beside it.
    pub beside: &'a Beside,
    /// How it is shown.
    pub view: &'a View,
}

impl<'a> Report<'a> {
    /// Of these events.
    pub fn new(plan: &'a Plan, entries: &'a [Entry], beside: &'a Beside, view: &'a View) -> Self {
        Self { plan, entries, story: Story::of(plan, entries), beside, view }
    }
}
