//! Running, resuming and undoing: the loop that owns a run's state, and the units of work that talk to it.

mod act;
mod back;
mod begin;
mod compare;
mod drift;
mod known;
mod notify;
mod owner;
mod recover;
mod reserve;
mod said;
mod scribe;
mod signals;
pub(crate) mod unit;
pub(crate) mod wait;
mod window;

pub use begin::{Begin, begin, host};
pub use known::Reviewed;
pub use recover::{Further, NotFurther, Settled, further};
pub use signals::Signals;
pub use unit::version;
pub(crate) use unit::version_in;
pub use wait::look;
pub(crate) use wait::look_at;
pub use window::too_far;

pub use crate::report::live::Reader;

use crate::event::Standing;
use crate::schedule::State;
use switchback_compiler::plan::{Plan, WayBack};

/// Asks people.
pub trait Asker: Sync {
    /// Asks for a gate; who answered rightly, if anybody did.
    fn gate(&self, gate: &str, text: &str, typed: &str) -> Option<String>;
}

/// Where a process left a run.
#[derive(Debug)]
pub struct Outcome {
    /// Where it stands.
    pub standing: Standing,
    /// Why the journal could not be written on.
    pub broken: Option<String>,
    /// All that is known.
    pub state: State,
}

/// What undoing some units (all when empty) throws away, in the plan's words, by step.
pub fn losses(plan: &Plan, state: &State, units: &[u32]) -> Vec<(String, String)> {
    let ran = (0..)
        .zip(&plan.units)
        .zip(&state.units)
        .filter(|((id, _), state)| state.has_effects() && (units.is_empty() || units.contains(id)));
    ran.flat_map(|((_, unit), _)| match &unit.way_back {
        WayBack::Undo(ways) => {
            ways.iter().flat_map(|way| &way.loses).map(|what| (unit.name.clone(), what.to_string())).collect()
        }
        _ => Vec::new(),
    })
    .collect()
}
