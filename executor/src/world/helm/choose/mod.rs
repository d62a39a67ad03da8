//! Decisions about a release from its history alone: where a rollback goes, in which state it is, what
//! became of a command that nobody saw end.

mod reason;
mod settle;
mod state;
mod target;
#[cfg(test)]
mod tests;

pub use settle::{Attempted, Before, Settled, settle};
pub use state::{Pending, State, WayOut, state};
pub use target::{By, NoTarget, Target, Wanted, last_good, target};
