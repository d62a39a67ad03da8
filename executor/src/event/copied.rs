//! A copy, as the journal holds it.

use crate::world::Snapshot;
use crate::world::cluster::ObjectName;
use serde::{Deserialize, Serialize};

/// A copy that a backup holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Copied {
    /// What was copied, in words: `file etc/a.conf`.
    pub what: String,
    /// Its path on the target.
    pub path: String,
    /// The copy; of objects a folder with a file of each, called by its place in the list.
    pub snapshot: Snapshot,
    /// Objects of the cluster, where it is of those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<ObjectName>,
}
