//! The dry run as people and programs read it: what goes away, what can hurt, what exactly changes, and the way back.

mod fold;
mod order;
mod owners;

mod head;
mod risks;
mod gates;
mod step;
mod blocks;
mod folded;
mod tried;
mod table;
mod share;
mod nothing;
mod human;

mod markdown;
mod json;

#[cfg(test)]
mod tests;

pub use human::{human, step};
pub use json::json;
pub use markdown::{Comment, markdown};

use super::run::{Reviewed, Zone};
use crate::preview::{Preview, UnitPreview};
use crate::screen::{Look, safe};
use jiff::Timestamp;
use std::time::Duration;
use switchback_compiler::plan::{Plan, Unit, UnitKind};

/// The circumstances of a dry run, and how much of it is shown.
#[derive(Clone, Debug)]
pub struct Shown {
    /// When the target was observed.
    pub observed: Timestamp,
    /// How long that took.
    pub took: Duration,
    /// The reader's time zone.
    pub zone: Zone,
    /// Whether every diff is shown, also those that are like another.
    pub full: bool,
}

impl Shown {
    /// `2026-11-20 16:12 CET`.
    fn observed_at(&self) -> String {
        format!("{} {}", self.zone.minute(self.observed), self.zone.name(self.observed))
    }
}

/// What all parts of a screen read.
struct Cx<'a> {
    plan: &'a Plan,
    preview: &'a Preview,
    shown: &'a Shown,
    look: Look,
    tally: Reviewed,
}

impl<'a> Cx<'a> {
    fn new(plan: &'a Plan, preview: &'a Preview, shown: &'a Shown, look: Look) -> Self {
        Self { plan, preview, shown, look, tally: Reviewed::of(preview) }
    }

    /// A text of others, harmless.
    fn safe(&self, text: &str) -> String {
        safe(text, self.look)
    }

    /// The name of a unit; what only takes something away for the time of a block is called so.
    fn name(&self, seen: &UnitPreview) -> String {
        if seen.copies.is_empty() && self.unit(seen).is_some_and(|unit| unit.kind == UnitKind::Open) {
            return "meanwhile".to_owned();
        }
        self.safe(self.unit(seen).map_or("", |unit| unit.name.as_str()))
    }

    fn unit(&self, seen: &UnitPreview) -> Option<&'a Unit> {
        self.plan.unit(seen.unit)
    }

    /// The target's name.
    fn target(&self) -> String {
        self.safe(self.plan.target.as_ref().map_or("", |target| target.name.as_str()))
    }
}
