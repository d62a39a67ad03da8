//! What a run asks a person, and what can be answered.

use super::recover::Settled;
use futures_util::future::BoxFuture;

/// A question to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// To confirm a gate by typing something.
    Gate {
        /// The gate's name.
        name: String,
        /// What is confirmed.
        text: String,
        /// What must be typed.
        typed: String,
    },
    /// Whether a unit goes on although checks do not hold.
    Checks {
        /// The unit's name.
        unit: String,
        /// What was looked at, and what was seen.
        missed: Vec<Missed>,
        /// What the plan says to do then.
        hints: Vec<String>,
        /// Whether just this was asked before, so that an answer which was given beforehand is about it.
        again: bool,
    },
    /// Whether an undo may throw this away, by step.
    Losses(Vec<(String, String)>),
    /// Whether an action of this run did its work; the run's journal says which, and what was seen.
    Outcome {
        /// The run.
        run: String,
        /// The step's name.
        step: String,
    },
}

/// A check that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// What was looked at, in words.
    pub what: String,
    /// What was seen, and how long it was waited for.
    pub seen: String,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It goes on, as this person said.
    Yes(String),
    /// It does not, as this person said.
    No(String),
    /// What became of an action, as this person said.
    Settled(Settled, String),
    /// Nobody can be asked, nobody answered, or not rightly: the question stays open.
    Nobody,
}

/// Asks people. An answer that nobody waits for any more is dropped.
pub trait Asker: Sync {
    /// Asks; where nobody can be asked the answer is there at once.
    fn ask(&self, question: Question) -> BoxFuture<'_, Reply>;
}
