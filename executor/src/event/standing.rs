//! Where a run stands.

use serde::{Deserialize, Serialize};

/// How a run ended, or where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It goes on.
    Runs,
    /// It stopped where `--until` said.
    Paused,
    /// All is done and its way back is open.
    Holds,
    /// All is done.
    Done,
    /// What it did is taken back.
    Undone,
    /// It is taken back, but the world is not as it was.
    NotEqual,
    /// A step failed, and all is left where it is.
    Failed,
    /// The undo failed.
    UndoFailed,
    /// It was stopped from outside.
    Interrupted,
    /// A person must say how an action ended, or accept a loss.
    Asks,
    /// Its way back is given up.
    Finalized,
    /// It was ended as it was.
    Aborted,
    /// Something did not hold before the first effect: nothing was touched.
    NotStarted,
}

impl Standing {
    /// Whether a run that stands there still keeps its target and waits for somebody: `Some(true)` where all is done and
    /// it only holds. `only_stays` says that all is taken back but for what its plan leaves.
    ///
    /// The one table of which runs go on: marks on a target, `status` and `runs` ask it.
    pub fn keeps(self, only_stays: bool) -> Option<bool> {
        match self {
            Self::NotEqual if only_stays => None,
            Self::Runs
            | Self::Paused
            | Self::Failed
            | Self::UndoFailed
            | Self::Interrupted
            | Self::Asks
            | Self::NotEqual => Some(false),
            Self::Holds => Some(true),
            Self::Done | Self::Undone | Self::Finalized | Self::Aborted | Self::NotStarted => None,
        }
    }
}
