//! The crash sweep: the binary is killed at every boundary of a scenario, and what a person does next must put all right.
//!
//! Whoever reads a failure runs it again with the numbers that it names; see `docs/reliability.md`.

pub mod binary;
mod checks;
mod copying;
mod effects;
mod kills;
pub mod mended;
mod picture;
mod place;
mod report;
mod scenario;
mod server;
mod service;
pub mod signals;

pub use kills::{Sweep, Way};
pub use report::Report;
pub use scenario::{BREAKS, ONCE, PAIR, POST, QUICKSTART, SLOW, Scenario};
