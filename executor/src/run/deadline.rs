//! The deadline of a run: when the change must be done.

use super::owner::Owner;
use crate::event::{Entry, Event};
use crate::schedule::{Aim, Phase, State, UnitState};
use jiff::Timestamp;
use std::time::Duration;
use switchback_compiler::plan::{Plan, Stage, Unit};
use tokio::time::Instant;

impl Owner {
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
        if let Some(unit) = too_late(&self.plan, &self.state, &self.running) {
            let why = format!("the deadline of {} has passed", self.plan.deadline.limit);
            self.say(Event::UnitFailed { unit, why, details: Vec::new() }).await;
        }
    }
}

/// The first unit with work that is not begun any more.
///
/// One that was started counts as running although nothing was heard of it yet: it can't be called back, and what it
/// says next would make its failure forgotten.
fn too_late(plan: &Plan, state: &State, running: &[u32]) -> Option<u32> {
    let waits = |(id, (unit, of)): &(u32, (&Unit, &UnitState))| {
        of.phase == Phase::Waiting && !unit.work.is_empty() && !running.contains(id)
    };
    (0..).zip(plan.units.iter().zip(&state.units)).find(waits).map(|(id, _)| id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{NOTEBOOKS, ORDERS_COPY, PORTAL, SITE, plan};

    #[test]
    fn a_unit_that_was_just_started_does_not_fail_by_the_deadline() {
        let plan = plan();
        let done = |unit| Event::UnitDone { unit, changes: 0 };
        let mut state = State::of(plan.units.len(), &(0..SITE).map(done).collect::<Vec<_>>());
        assert_eq!(too_late(&plan, &state, &[]), Some(SITE));
        // Both were started; only one of them was heard of.
        state.apply(&Event::UnitBegan { unit: SITE });
        assert_eq!(too_late(&plan, &state, &[SITE, NOTEBOOKS]), Some(PORTAL));
        (SITE..plan.units.len() as u32 - 1).map(done).for_each(|done| state.apply(&done));
        assert_eq!(too_late(&plan, &state, &[plan.units.len() as u32 - 1]), None);
        assert_eq!(too_late(&plan, &State::new(plan.units.len()), &[]), Some(ORDERS_COPY));
    }
}
