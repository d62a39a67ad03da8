//! What a sweep did and found.

use std::fmt::{Display, Formatter, Result};

/// Figures of a sweep, and each promise that was not kept.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Plans that were swept.
    pub plans: u64,
    /// Boundaries that whole runs of them pass.
    pub boundaries: u64,
    /// Processes that were killed.
    pub kills: u64,
    /// Times that a run was gone on with.
    pub resumes: u64,
    /// Times that a run was taken back.
    pub undos: u64,
    /// Questions about an unknown outcome, each answered by what really happened.
    pub questions: u64,
    /// Signals sent.
    pub signals: u64,
    /// Promises looked at.
    pub promises: u64,
    /// Those that were not kept, with what to run again.
    pub broken: Vec<String>,
}

impl Report {
    /// Looks at a promise: none of these is wrong.
    pub(super) fn promise(&mut self, wrong: impl IntoIterator<Item = String>) {
        self.promises += 1;
        self.broken.extend(wrong);
    }

    /// Takes in what was found of the same plan.
    pub fn add(&mut self, other: Self) {
        let Self { plans, boundaries, kills, resumes, undos, questions, signals, promises, broken } = other;
        self.plans = self.plans.max(plans);
        self.boundaries = self.boundaries.max(boundaries);
        self.kills += kills;
        self.resumes += resumes;
        self.undos += undos;
        self.questions += questions;
        self.signals += signals;
        self.promises += promises;
        self.broken.extend(broken);
    }

    /// Takes in what was found of another plan.
    pub fn join(&mut self, other: Self) {
        let (plans, boundaries) = (self.plans + other.plans, self.boundaries + other.boundaries);
        self.add(other);
        (self.plans, self.boundaries) = (plans, boundaries);
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self { plans, boundaries, kills, resumes, undos, questions, signals, promises, broken } = self;
        write!(f, "{plans} plans, {boundaries} boundaries, {kills} kills, {signals} signals, {resumes} resumes, ")?;
        write!(f, "{undos} undos, {questions} questions, {promises} promises checked, {} broken", broken.len())
    }
}
