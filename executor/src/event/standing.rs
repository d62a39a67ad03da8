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
