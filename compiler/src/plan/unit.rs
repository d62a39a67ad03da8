//! The nodes of the DAG: steps, and the openings and closings of blocks around them.

use super::{Act, At, Check, Move, Work};
use crate::value::{Millis, Text};
use serde::{Deserialize, Serialize};

/// Which part of a run a block belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Harmless, may run before the window.
    Prepare,
    /// The change itself.
    #[default]
    Change,
    /// Gives up the way back.
    Finalize,
}

impl Stage {
    /// As plans write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::Change => "change",
            Self::Finalize => "finalize",
        }
    }
}

/// A layer of a stage, or what belongs to a stage as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The stage.
    pub stage: Stage,
    /// The layer's name, empty for the unnamed one; none: the stage as a whole.
    pub layer: Option<String>,
    /// How long what was prepared stays good.
    pub good_for: Option<Millis>,
}

/// What a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnitKind {
    /// Before the steps of a block.
    Open,
    /// A step.
    Step,
    /// After the steps of a block.
    Close,
}

/// A node of the DAG.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// What it is.
    pub kind: UnitKind,
    /// The step's name, or the block's: `plan`, `prepare`, `user-space`, `platform`.
    pub name: String,
    /// The index of its block.
    pub block: u32,
    /// Indexes of the units that come first.
    pub needs: Vec<u32>,
    /// Indexes of the steps that the author wrote as `needs`, for reports.
    pub written_needs: Vec<u32>,
    /// What it moves.
    pub moves: Vec<Move>,
    /// Where this holds, the step is done already.
    pub unless: Vec<Check>,
    /// What it does, in written order.
    pub work: Vec<Work>,
    /// How it is taken back.
    pub way_back: WayBack,
    /// What follows its failure.
    pub on_failure: OnFailure,
    /// The limit of the step, when it or its blocks have one of their own.
    pub deadline: Option<Millis>,
    /// Where it stands.
    pub at: At,
}

impl Unit {
    /// All its actions, in order; what gives back is none of its own.
    pub fn acts(&self) -> impl Iterator<Item = &Act> {
        self.work.iter().flat_map(Work::acts)
    }

    /// What it takes away for a time, by the index of the work.
    pub fn meanwhile(&self) -> impl Iterator<Item = (u32, &Act)> {
        (0..).zip(&self.work).filter_map(|(index, work)| match work {
            Work::Meanwhile(act) => Some((index, act)),
            _ => None,
        })
    }
}

/// How a step is taken back (R4's four answers).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WayBack {
    /// By its actions' own.
    #[default]
    Own,
    /// By what is written; the first whose `before` holds.
    Undo(Vec<Undo>),
    /// Not at all, and that is fine.
    Stays(Text),
    /// Not at all.
    Irreversible(Text),
}

/// A written way back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Undo {
    /// It is taken where this holds.
    pub before: Vec<Check>,
    /// Where this holds, it is back already.
    pub unless: Vec<Check>,
    /// What is done.
    pub work: Vec<UndoWork>,
    /// Its limit.
    pub within: Option<Millis>,
    /// What it throws away.
    pub loses: Vec<Text>,
    /// Where it stands.
    pub at: At,
}

/// One thing that a written way back does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UndoWork {
    /// The actions' own way back, in reverse.
    Own,
    /// Acts.
    Act(Act),
    /// Looks.
    Verify(Vec<Check>),
}

/// What follows a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnFailure {
    /// What is done.
    pub how: Failure,
    /// Whether an undo that loses data goes unasked (R28).
    pub accept_losses: bool,
}

impl Default for OnFailure {
    fn default() -> Self {
        Self { how: Failure::Undo, accept_losses: false }
    }
}

/// What is done when a step fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The run is undone.
    Undo,
    /// The failed step alone is undone.
    UndoStep,
    /// All is left where it is.
    Stop,
}
