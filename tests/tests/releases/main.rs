//! Releases of Helm on a real cluster, by the real binary and both kinds of Helm: shown, changed, taken back.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod away;
mod cut_off;
mod drifting;
mod everything;
mod failing;
mod freezing;
mod gone;
mod looking;
mod meanwhile;
mod refusing;
mod showing;
mod stage;
mod there_and_back;
mod undoing;
