//! The layer below the Kubernetes nouns, against a real API server.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod answers;
mod connecting;
mod discovering;
mod reading;
mod restoring;
mod stage;
mod writing;
