//! An event with its time, and how events name actions.

use super::Event;
use serde::{Deserialize, Serialize};

/// An event with its time: a record of a journal. Programs are told it as [`Told`](super::Told).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When it happened.
    pub at: jiff::Timestamp,
    /// What happened.
    pub event: Event,
}

/// An action of a unit: the index of its work, and its index in there (0 but for `after-change`).
///
/// An action of a written way back counts its way and its work instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ActRef(pub u32, pub u32);
