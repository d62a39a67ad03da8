//! What was prepared stays good only so long; a change that begins later would build on what is old.

use super::owner::Owner;
use super::unit::{Break, Work};
use crate::clock;
use crate::event::{Entry, Event};
use crate::report::run::good_for;
use jiff::Timestamp;
use switchback_compiler::plan::{Stage, UnitKind};

impl Owner {
    /// Until when what a run prepares is good: the oldest of it counts.
    pub(super) fn good_from(&self, entry: &Entry) -> Option<Timestamp> {
        let Event::UnitDone { unit, .. } = &entry.event else { return None };
        let unit = self.plan.unit(*unit)?;
        let prepares = unit.kind == UnitKind::Step && self.plan.stage_of(unit) == Stage::Prepare;
        entry.at.checked_add(good_for(&self.plan)?.std()).ok().filter(|_| prepares)
    }
}

/// Stops before the change where what was prepared is good no longer.
pub(super) fn check(work: &Work<'_>) -> Result<(), Break> {
    let (Some(until), Some(good_for)) = (work.good_until, good_for(work.plan)) else { return Ok(()) };
    if clock::now() < until {
        return Ok(());
    }
    let why = format!("what was prepared is good for {good_for}, and that is over");
    Err(Break::Failed(why, vec![format!("it was good until {until}")]))
}
