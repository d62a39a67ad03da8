//! What became of a unit, as one of a few words with its sign.

use super::story::{Back, Forward, Step, Story, UnitStory};
use crate::event::ActRef;
use crate::screen::{Sign, Style};
use switchback_compiler::plan::{Act, Plan, Unit, UnitKind, WayBack, Work};
use switchback_compiler::schema::Class;

/// What became of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It never started.
    Never,
    /// It runs.
    Runs,
    /// It was started, and no end is recorded.
    Cut,
    /// It is done.
    Done,
    /// It is done, and all was so already.
    Unchanged,
    /// It is done, and something was warned of.
    Warned,
    /// It needed nothing.
    Skipped,
    /// It failed.
    Failed,
    /// It is not known what an action of it did.
    Unknown,
    /// It is being taken back.
    Undoes,
    /// It is taken back.
    Undone,
    /// It is taken back, but something is not as it was.
    NotEqual,
    /// What it did stays, as the plan says.
    Stays,
    /// It could not be taken back.
    NotUndone,
}

impl Outcome {
    /// Its word in tables and data.
    pub fn word(self) -> &'static str {
        match self {
            Self::Never => "never started",
            Self::Runs => "runs",
            Self::Cut => "end not recorded",
            Self::Done => "done",
            Self::Unchanged => "unchanged",
            Self::Warned => "warned",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Undoes => "undoes",
            Self::Undone => "undone",
            Self::NotEqual => "undone, not equal",
            Self::Stays => "stays",
            Self::NotUndone => "not undone",
        }
    }

    /// Its sign.
    pub fn sign(self) -> Sign {
        match self {
            Self::Never | Self::Skipped => Sign::Missing,
            Self::Runs | Self::Undoes => Sign::Runs,
            Self::Cut | Self::Unknown => Sign::Unknown,
            Self::Done => Sign::Done,
            Self::Unchanged => Sign::Equal,
            Self::Warned | Self::NotEqual | Self::Stays => Sign::Look,
            Self::Failed | Self::NotUndone => Sign::Failed,
            Self::Undone => Sign::Undone,
        }
    }

    /// Whether its work is behind it, forwards.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Unchanged | Self::Warned | Self::Skipped)
    }

    /// How its word stands out.
    pub fn style(self) -> Style {
        match self {
            Self::Done | Self::Unchanged | Self::Skipped | Self::Never => Style::Plain,
            other => other.sign().style(),
        }
    }
}

impl UnitStory {
    /// What became of it in the end.
    pub fn outcome(&self, unit: &Unit) -> Outcome {
        match &self.back {
            Back::Never => self.outcome_forward(unit),
            Back::Runs => Outcome::Undoes,
            Back::Cut => Outcome::Cut,
            Back::Undone(_, left) if left.is_empty() => Outcome::Undone,
            Back::Undone(..) if matches!(unit.way_back, WayBack::Stays(_)) => Outcome::Stays,
            Back::Undone(..) => Outcome::NotEqual,
            Back::Failed(..) => Outcome::NotUndone,
        }
    }

    /// What became of it before anything was taken back.
    pub fn outcome_forward(&self, unit: &Unit) -> Outcome {
        match &self.forward {
            Forward::Done if self.warnings().next().is_some() => Outcome::Warned,
            Forward::Done if self.changed_nothing(unit) => Outcome::Unchanged,
            Forward::Done => Outcome::Done,
            Forward::Skipped(_) => Outcome::Skipped,
            _ if self.unknown().is_some() => Outcome::Unknown,
            Forward::Failed(..) => Outcome::Failed,
            Forward::Runs => Outcome::Runs,
            Forward::Cut => Outcome::Cut,
            Forward::Never => Outcome::Never,
        }
    }

    fn changed_nothing(&self, unit: &Unit) -> bool {
        let nothing = |(id, act): (&ActRef, &super::story::ActStory)| {
            act.step == Step::Done(0) && !act_of(unit, *id).is_some_and(is_named)
        };
        // An action that finds its work done already leaves no record of its own.
        let quiet = self.acts.is_empty() && self.changes == 0 && self.copies.is_empty();
        let had = unit.acts().next().is_some();
        (quiet && had) || (!self.acts.is_empty() && self.acts.iter().all(nothing))
    }
}

impl Story {
    /// What became of a unit of the plan.
    pub fn outcome(&self, plan: &Plan, id: u32) -> Outcome {
        let found = self.unit(id).zip(plan.unit(id));
        found.map_or(Outcome::Never, |(story, unit)| story.outcome(unit))
    }

    /// The sign of a unit, for pictures; none: it never started.
    pub fn sign(&self, plan: &Plan, id: u32) -> Option<Sign> {
        let outcome = self.outcome(plan, id);
        (outcome != Outcome::Never).then(|| outcome.sign())
    }

    /// Steps with this property, by name in the order of the plan; finalize is a matter of its own.
    pub fn steps<'p>(&self, plan: &'p Plan, which: impl Fn(&UnitStory, &Unit) -> bool) -> Vec<&'p str> {
        let steps = self.units.iter().zip(&plan.units).filter(|(_, unit)| is_counted(plan, unit));
        steps.filter(|(story, unit)| which(story, unit)).map(|(_, unit)| unit.name.as_str()).collect()
    }

    /// How many steps are done, of how many.
    pub fn progress(&self, plan: &Plan) -> (usize, usize) {
        let done = self.steps(plan, |story, unit| story.outcome_forward(unit).is_over()).len();
        (done, self.steps(plan, |_, _| true).len())
    }
}

/// Whether a unit is one of the steps that a run counts.
pub(crate) fn is_counted(plan: &Plan, unit: &Unit) -> bool {
    is_step(unit) && plan.stage_of(unit) != switchback_compiler::plan::Stage::Finalize
}

/// Whether a unit is a step, and not what opens or closes a block.
pub(crate) fn is_step(unit: &Unit) -> bool {
    unit.kind == UnitKind::Step
}

/// The action that an event names.
pub(crate) fn act_of(unit: &Unit, id: ActRef) -> Option<&Act> {
    match unit.work.get(id.0 as usize)? {
        Work::Act(act) | Work::Meanwhile(act) => Some(act).filter(|_| id.1 == 0),
        Work::GiveBack(back) => Some(&back.act).filter(|_| id.1 == 0),
        Work::AfterChange(acts) => acts.get(id.1 as usize),
        _ => None,
    }
}

/// Whether an action is told by its name, because what it changes can't be counted.
pub(crate) fn is_named(act: &Act) -> bool {
    act.class == Class::AtMostOnce || act.call.kind == "program"
}
