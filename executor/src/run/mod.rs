//! Running, resuming and undoing: the loop that owns a run's state, and the units of work that talk to it.

mod abort;
mod act;
mod already;
mod aside;
mod ask;
mod back;
mod begin;
mod compare;
mod deadline;
mod drift;
mod earlier;
mod freeze;
mod interrupt;
mod known;
mod lost;
mod meanwhile;
mod notify;
mod others;
mod outside;
mod owner;
mod person;
mod prepared;
mod questions;
mod readers;
mod recording;
mod recover;
mod reserve;
mod said;
mod scribe;
mod signals;
pub(crate) mod unit;
pub(crate) mod wait;
mod waive;
mod window;

pub use ask::{Asker, Missed, Question, Reply};
pub use begin::{Begin, begin, host};
pub use interrupt::going_on;
pub use known::Reviewed;
pub(crate) use known::act_of;
pub use recover::{Further, NotFurther, Settled, further};
pub use reserve::free as make_room;
pub use signals::Signals;
pub use unit::version;
pub(crate) use unit::version_in;
pub use wait::look;
pub(crate) use wait::look_at;
pub use window::too_far;

pub use crate::report::live::Reader;

use crate::event::{Asks, Standing};
use crate::schedule::{Phase, State};
use switchback_compiler::plan::{Plan, WayBack};

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

impl Outcome {
    /// Whether it stands where it stands only because a gate was not confirmed.
    pub fn is_closed(&self) -> bool {
        let mut asking = self.state.units.iter().filter(|unit| unit.is_asking()).peekable();
        asking.peek().is_some() && asking.all(|unit| matches!(unit.asks, Some(Asks::Gate(_))))
    }
}

/// What undoing some units (all when empty) throws away, in the plan's words, by step.
pub fn losses(plan: &Plan, state: &State, units: &[u32]) -> Vec<(String, String)> {
    let ran = (0..)
        .zip(&plan.units)
        .zip(&state.units)
        .filter(|(_, state)| state.has_effects() && state.phase != Phase::Undone)
        .filter(|((id, _), _)| units.is_empty() || units.contains(id));
    ran.flat_map(|((_, unit), _)| match &unit.way_back {
        WayBack::Undo(ways) => {
            ways.iter().flat_map(|way| &way.loses).map(|what| (unit.name.clone(), what.to_string())).collect()
        }
        _ => Vec::new(),
    })
    .collect()
}
