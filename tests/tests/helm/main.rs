//! The layer below the Helm nouns, with both kinds of Helm, against a real API server.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod crashing;
mod differences;
mod drifting;
mod merging;
mod records;
mod refusing;
mod rendering;
mod stage;
