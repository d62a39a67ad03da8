//! How long what a run prepared stays good.

use super::story::{Forward, Story};
use jiff::Timestamp;
use switchback_compiler::plan::{Plan, Stage, UnitKind};
use switchback_compiler::value::Millis;

/// The shortest time that what a plan prepares stays good.
pub fn good_for(plan: &Plan) -> Option<Millis> {
    plan.blocks.iter().filter_map(|block| block.good_for).min()
}

impl Story {
    /// Until when what was prepared is good; none once the change has begun, which has used it.
    pub fn good_until(&self, plan: &Plan) -> Option<Timestamp> {
        let units = || self.units.iter().zip(&plan.units);
        if self.undo.is_some() || units().any(|(of, unit)| plan.stage_of(unit) != Stage::Prepare && of.has_effects()) {
            return None;
        }
        let steps = units().filter(|(_, unit)| unit.kind == UnitKind::Step && plan.stage_of(unit) == Stage::Prepare);
        // The oldest of it counts.
        let first = steps.filter(|(of, _)| of.forward == Forward::Done).filter_map(|(of, _)| of.ended).min()?;
        first.checked_add(good_for(plan)?.std()).ok()
    }
}
