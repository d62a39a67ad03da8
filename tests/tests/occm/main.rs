//! The plans of OCCM (`plans/occm`) on a real cluster: there and back, and what they refuse. What is ensured where, and by which
//! of these tests it is seen, stands in a table of `plans/occm/README.md`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod beside;
mod health;
mod meanwhile;
mod readme;
mod report;
mod revisions;
mod settings;
mod site;
mod uninterrupted;
mod ways;
