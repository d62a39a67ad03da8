//! What comes next: pure, from the plan and what happened so far.
//!
//! [`State`] is the fold of a run's events, [`next`] says what may start. The run's loop only carries messages between
//! the two and the world.

mod held;
mod next;
mod reach;
mod state;
#[cfg(test)]
mod tests;

pub use held::{Held, away, held};
pub use next::{Aim, Next, next};
pub use reach::{Reach, reach};
pub use state::{ActState, Phase, State, UnitState};
