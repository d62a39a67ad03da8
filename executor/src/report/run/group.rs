//! The parts of a plan as people see them: what is prepared, the layers, what opens and closes the change.

use super::outcome::is_step;
use super::story::{Forward, Story};
use super::zone::between;
use std::time::Duration;
use switchback_compiler::plan::{Plan, Stage, Unit, UnitKind, Work};

/// Units that are told together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// `prepare`, `user-space`, `platform`; the plan's name for an unnamed layer.
    pub name: String,
    /// The stage.
    pub stage: Stage,
    /// Whether it is what opens or closes the change: it has no steps, and each thing of it is told by itself.
    pub wall: bool,
    /// All its units.
    pub units: Vec<u32>,
    /// Its steps.
    pub steps: Vec<u32>,
}

/// The groups of a plan, in the order in which they run.
pub fn groups(plan: &Plan) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (id, unit) in (0..).zip(&plan.units) {
        let (name, wall) = place(plan, unit);
        let stage = plan.stage_of(unit);
        match groups.last_mut() {
            Some(group) if group.name == name && group.wall == wall && group.stage == stage => group.add(id, unit),
            _ => {
                let mut group = Group { name, stage, wall, units: Vec::new(), steps: Vec::new() };
                group.add(id, unit);
                groups.push(group);
            }
        }
    }
    groups
}

/// The name of a unit's group, and whether that is a wall.
fn place(plan: &Plan, unit: &Unit) -> (String, bool) {
    let layer = plan.block_of(unit).and_then(|block| block.layer.clone());
    match (plan.stage_of(unit), layer) {
        (Stage::Change, None) => (unit.name.clone(), true),
        (Stage::Change, Some(layer)) if layer.is_empty() => (plan.name.clone(), false),
        (Stage::Change, Some(layer)) => (layer, false),
        (stage, _) => (stage.name().to_owned(), false),
    }
}

impl Group {
    fn add(&mut self, id: u32, unit: &Unit) {
        self.units.push(id);
        if unit.kind == UnitKind::Step {
            self.steps.push(id);
        }
    }

    /// Whether all its units are over and one of them had begun.
    pub fn is_complete(&self, story: &Story) -> bool {
        let over =
            |id: &u32| story.unit(*id).is_some_and(|unit| matches!(unit.forward, Forward::Done | Forward::Skipped(_)));
        self.units.iter().all(over) && self.has_begun(story)
    }

    /// Whether one of its units began.
    pub fn has_begun(&self, story: &Story) -> bool {
        self.units.iter().any(|id| story.unit(*id).is_some_and(|unit| unit.began.is_some()))
    }

    /// From the first beginning to the last end.
    pub fn took(&self, story: &Story) -> Duration {
        let units = || self.units.iter().filter_map(|id| story.unit(*id)).filter(|unit| unit.began.is_some());
        let began = units().filter_map(|unit| unit.began).min();
        let ended = units().filter_map(|unit| unit.ended).max();
        began.zip(ended).map_or(Duration::ZERO, |(began, ended)| between(began, ended))
    }

    /// Whether a unit is told in a line of its own while it runs: a step, or a wall with more than gates, which have
    /// lines of their own.
    pub fn tells(plan: &Plan, id: u32) -> bool {
        let works = |unit: &Unit| unit.work.iter().any(|work| !matches!(work, Work::Gate(_)));
        plan.unit(id).is_some_and(|unit| is_step(unit) || works(unit))
    }
}

/// The group of a unit.
pub fn group_of(groups: &[Group], id: u32) -> Option<(usize, &Group)> {
    groups.iter().enumerate().find(|(_, group)| group.units.contains(&id))
}
