//! A plan as a whole: its head, its blocks and its units.

use super::{
    At, Block, Check, Component, InputSource, Move, Notify, OnFailure, Stage, Target, Unit, UnitKind, Window, Work,
};
use crate::value::{Millis, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of this format; a reader refuses any other.
pub const FORMAT: u32 = 1;

/// A compiled plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// [`FORMAT`].
    pub format: u32,
    /// The plan's name.
    pub name: String,
    /// What it is for.
    pub title: Option<Text>,
    /// The ticket it belongs to.
    pub ticket: Option<Text>,
    /// Whether it goes up or back.
    pub direction: Direction,
    /// Which layer runs first.
    pub order: Order,
    /// The plan's own move, of a product of several components.
    pub product: Vec<Move>,
    /// The target it was compiled for.
    pub target: Option<Target>,
    /// Values of the inputs that are no secrets.
    pub inputs: BTreeMap<String, String>,
    /// Where secrets come from.
    pub secrets: BTreeMap<String, InputSource>,
    /// Declared components and those that a step moves.
    pub components: BTreeMap<String, Component>,
    /// When changes may begin.
    pub window: Option<Window>,
    /// From the first change on.
    pub deadline: Deadline,
    /// How long the backups are kept that don't say it; none when all say it.
    pub keep: Option<Millis>,
    /// What follows a failure.
    pub on_failure: OnFailure,
    /// Who is told.
    pub notify: Vec<Notify>,
    /// How long the way back stays open.
    pub hold: Option<Hold>,
    /// Whether others must leave the plan's objects alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freeze: Option<Freeze>,
    /// The plan that goes back from here later, from the project's folder on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_plan: Option<String>,
    /// Deletions that need no number typed; none: any number.
    pub deletions_at_most: Option<u64>,
    /// Stages and layers, in the order in which they run.
    pub blocks: Vec<Block>,
    /// The nodes of the DAG; a unit's id is its index, and what it needs comes before it.
    pub units: Vec<Unit>,
    /// What `when` left out, and why.
    pub left_out: Vec<LeftOut>,
}

impl Plan {
    /// The canonical bytes: the same sources and inputs give the same on every machine.
    pub fn canonical(&self) -> Vec<u8> {
        // Struct fields have one order and all maps are sorted or in written order, so plain JSON is canonical here.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The namespace of what names none on the target; empty where it is no cluster.
    pub fn namespace(&self) -> &str {
        let kube = self.target.as_ref().and_then(|target| target.kube.as_ref());
        kube.map_or("", |kube| kube.namespace.as_str())
    }

    /// All steps, with their ids.
    pub fn steps(&self) -> impl Iterator<Item = (u32, &Unit)> {
        (0..).zip(&self.units).filter(|(_, unit)| unit.kind == UnitKind::Step)
    }

    /// A unit.
    pub fn unit(&self, id: u32) -> Option<&Unit> {
        self.units.get(id as usize)
    }

    /// The work that gives back what some unit's work took: its unit and its index there.
    pub fn gives_back(&self, unit: u32, work: u32) -> Option<(u32, u32)> {
        let later = (0..).zip(&self.units).skip(unit as usize);
        later.flat_map(|(id, of)| (0..).zip(&of.work).map(move |(index, part)| (id, index, part))).find_map(
            |(id, index, part)| match part {
                Work::GiveBack(back) if (back.unit, back.work) == (unit, work) => Some((id, index)),
                _ => None,
            },
        )
    }

    /// The block of a unit.
    pub fn block_of(&self, unit: &Unit) -> Option<&Block> {
        self.blocks.get(unit.block as usize)
    }

    /// The stage of a unit.
    pub fn stage_of(&self, unit: &Unit) -> Stage {
        self.block_of(unit).map(|block| block.stage).unwrap_or_default()
    }
}

/// Whether a plan goes to later or to earlier versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// To later versions, or to none.
    #[default]
    Upgrade,
    /// To earlier versions.
    Rollback,
}

/// Which layer runs first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The top layer.
    #[default]
    TopDown,
    /// The bottom layer.
    BottomUp,
}

/// When the change must be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// From the first change on.
    pub limit: Millis,
    /// Whether the plan says it; else it is the longest way.
    pub given: bool,
}

/// How long the way back stays open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hold {
    /// Then the way back ends by itself.
    pub at_most: Millis,
    /// What must go on holding.
    pub checks: Vec<Check>,
}

/// Others must leave the objects alone that a plan writes: what they write fails its verify.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// Field managers that may go on writing.
    pub except: Vec<String>,
}

/// What `when` left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// What it was: a step, a layer, lines.
    pub what: String,
    /// Why.
    pub why: String,
    /// Where.
    pub at: At,
}
