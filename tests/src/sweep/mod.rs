//! The crash sweep: the binary is killed at every boundary of a scenario, and what a person does next must put all right.
//!
//! Whoever reads a failure runs it again with the numbers that it names; see `docs/development.md`.

pub mod binary;
mod checks;
mod copying;
mod disk;
mod effects;
pub mod hostile;
mod kills;
pub mod mended;
mod out;
pub mod phases;
mod picture;
mod place;
mod plans;
pub mod prefixes;
mod random;
mod report;
mod scenario;
mod server;
mod service;
pub mod signals;
mod torture;

pub use kills::{Sweep, Way};
pub use plans::{PAIRS, SMALL, small};
pub use random::Random;
pub use report::Report;
pub use scenario::{BREAKS, ONCE, PAIR, POST, QUICKSTART, SLOW, Scenario};
pub use torture::Torture;
