//! The deadline of a run: when the change must be done.

use super::owner::Owner;
use crate::event::{Entry, Event};
use crate::schedule::{Aim, Phase};
use jiff::Timestamp;
use std::time::Duration;
use switchback_compiler::plan::Stage;
use tokio::time::Instant;

impl Owner<'_> {
    /// When the change must be done: its time begins with its first effect, not with what is prepared or waited for.
    pub(super) fn deadline_from(&self, entry: &Entry) -> Option<Timestamp> {
        let Event::Intent { unit, .. } = &entry.event else { return None };
        let changes = self.plan.unit(*unit).is_some_and(|unit| self.plan.stage_of(unit) == Stage::Change);
        let end = entry.at.checked_add(self.plan.deadline.limit.std()).ok();
        end.filter(|_| changes && !self.late && self.aim != Aim::Finalize)
    }

    pub(super) fn deadline_instant(&self) -> Instant {
        let far = Duration::from_hours(24);
        let left = match self.deadline {
            // What a person takes to answer is given back to the deadline afterwards.
            Some(deadline) if self.aim != Aim::Undo && self.draining.is_none() && !self.questions.is_open() => {
                Duration::try_from(deadline.duration_since(crate::clock::now())).unwrap_or_default()
            }
            _ => far,
        };
        Instant::now() + left.min(far)
    }

    /// The deadline has passed: what runs is let finish, then the run is undone as after a failure.
    ///
    /// Where nothing is left that would begin, what runs is all there is, and its end is the end of the change.
    pub(super) async fn late(&mut self) {
        self.deadline = None;
        self.late = true;
        let waits = |id: &u32| {
            let waits = self.state.units.get(*id as usize).is_some_and(|unit| unit.phase == Phase::Waiting);
            waits && self.plan.unit(*id).is_some_and(|unit| !unit.work.is_empty())
        };
        if let Some(unit) = (0..self.plan.units.len() as u32).find(waits) {
            let why = format!("the deadline of {} has passed", self.plan.deadline.limit);
            self.say(Event::UnitFailed { unit, why, details: Vec::new() }).await;
        }
    }
}
