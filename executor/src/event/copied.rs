//! A copy, as the journal holds it.

use crate::world::Snapshot;
use serde::{Deserialize, Serialize};

/// A copy that a backup holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Copied {
    /// What was copied, in words: `file etc/a.conf`.
    pub what: String,
    /// Its path on the target.
    pub path: String,
    /// The copy.
    pub snapshot: Snapshot,
}
