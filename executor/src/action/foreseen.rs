//! What a resource that is no file would be after what was previewed so far.

use crate::world::cluster::Object;

/// By its space.
#[derive(Clone, Debug, PartialEq)]
pub enum Foreseen {
    /// A service, and whether it would run.
    Service {
        /// Whether it would.
        runs: bool,
    },
    /// An object; none where it would be gone.
    Object(Option<Object>),
    /// A release that a step before changes: what comes of a change after that is known only then.
    Release,
}
