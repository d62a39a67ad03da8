//! The dry run: what a plan would change, observed without writing anything.
//!
//! A preview is part of what people sign, so it holds no time, no absolute path and no free figure of the machine:
//! the same sources, inputs and target give the same preview.

mod backup;
mod early;
mod facts;
mod here;
mod inputs;
mod kept;
mod needless;
mod outputs;
mod owners;
mod race;
mod risk;
mod tried;
mod unlike;
mod walk;
mod way_back;

#[cfg(test)]
pub(crate) mod tests;

pub use facts::{Changed, CopyFact, Fact, Facts};
pub(crate) use facts::{another_cluster, secret_places};
pub(crate) use kept::all as kept_copies;
pub(crate) use kept::of as kept_copy;
pub use owners::Owner;
pub(crate) use race::RENDERS;
pub use risk::{Kind as RiskKind, Risk, risks};
pub use tried::{Outcome, Tried};
pub(crate) use unlike::without_key;
pub use walk::preview;

use crate::action::{Change, Noun, What};
use crate::resource::Resource;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Finds a kind by its name.
pub type Nouns = fn(&str) -> Option<&'static dyn Noun>;

/// What a whole plan would change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// By unit of the stages `prepare` and `change`, in the plan's order: every step, and blocks that take copies.
    pub units: Vec<UnitPreview>,
    /// The same of the stage `finalize`, over a world in which all else is done; in no count.
    pub finalize: Vec<UnitPreview>,
    /// Why it is not safe to start (exit status 15).
    pub blocked: Vec<Blocked>,
    /// Existing resources that were looked at.
    pub observed: usize,
    /// Who else writes to what would change (R18).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<Owner>,
    /// So many of them would be touched, and how is not known: their change is refused, or decided by a step before.
    #[serde(default, skip_serializing_if = "is_none")]
    pub open: usize,
    /// How far the way back could be tried.
    pub tried: Vec<Tried>,
    /// What of that depends on who looks, and is no part of a bundle.
    #[serde(skip)]
    pub here: Vec<Tried>,
    /// What was seen, so that a later look can tell whether the target changed.
    pub facts: Facts,
}

/// What one unit would change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UnitPreview {
    /// Its index in the plan.
    pub unit: u32,
    /// Why it would not start at all: `installed` says that it is there already, or its `unless` holds.
    pub skipped: Option<String>,
    /// Its actions, in their order.
    pub acts: Vec<ActPreview>,
    /// What would change, in the order of its actions.
    pub changes: Vec<Change>,
    /// Resources of it that stay as they are.
    pub equal: usize,
    /// What is copied, in words.
    pub copies: Vec<String>,
    /// Remarks.
    pub notes: Vec<String>,
    /// The way back, in a few words, for the table.
    pub way_back: String,
}

/// What one action would do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own, as a bundle has it")]
pub struct ActPreview {
    /// Its id in the step.
    pub id: String,
    /// Its kind: `file.write`.
    pub kind: String,
    /// What it does, in a few words.
    pub words: String,
    /// How many of the unit's changes are its; those of one action follow each other.
    pub changes: usize,
    /// Whether it runs only because others of the step change something.
    pub after_change: bool,
    /// Whether its `unless` holds, so that it does nothing.
    pub needless: bool,
    /// Whether it is given back at the end of its block.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub meanwhile: bool,
    /// Whether what it would make was told from the plan's bytes alone; known to who looks, and no part of a bundle.
    #[serde(skip)]
    pub alone: bool,
    /// What it looked at that is no file: the plan itself may not say it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub resources: BTreeSet<Resource>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_none(number: &usize) -> bool {
    *number == 0
}

/// Why it is not safe to start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    /// The unit in question; none: the plan as a whole.
    pub unit: Option<u32>,
    /// Why, a fragment.
    pub why: String,
}

impl Preview {
    /// All changes of prepare and change, each with its unit.
    pub fn changes(&self) -> impl Iterator<Item = (&UnitPreview, &Change)> {
        self.units.iter().flat_map(|unit| unit.changes.iter().map(move |change| (unit, change)))
    }

    /// Whether nothing would change and nothing runs: there is nothing to do.
    pub fn is_nothing(&self) -> bool {
        let still = |unit: &UnitPreview| unit.skipped.is_some() || !unit.changes_something();
        let copies = self.units.iter().any(|unit| unit.skipped.is_none() && !unit.copies.is_empty());
        let acts = self.units.iter().any(|unit| unit.skipped.is_some() || !unit.acts.is_empty());
        // Copies are taken for what changes; only a plan of nothing but copies is run for their sake.
        self.blocked.is_empty() && self.units.iter().all(still) && (acts || !copies)
    }

    /// All that was tried of the way back.
    pub fn all_tried(&self) -> impl Iterator<Item = &Tried> {
        self.tried.iter().chain(&self.here)
    }

    /// The preview of a unit.
    pub fn unit(&self, id: u32) -> Option<&UnitPreview> {
        self.units.iter().chain(&self.finalize).find(|unit| unit.unit == id)
    }

    /// Resources that would be deleted, each once.
    pub fn deleted(&self) -> BTreeSet<&str> {
        self.resources(&[What::Deleted])
    }

    /// Existing resources that stay as they are.
    pub fn staying(&self) -> usize {
        let touched = self.resources(&[What::Changed, What::Deleted]).len().saturating_add(self.open);
        self.observed.saturating_sub(touched)
    }

    fn resources(&self, what: &[What]) -> BTreeSet<&str> {
        let changes = self.changes().filter(|(_, change)| what.contains(&change.what));
        // What an earlier step makes does not exist yet.
        let made: BTreeSet<&str> = self.made();
        changes.map(|(_, change)| change.resource.as_str()).filter(|name| !made.contains(name)).collect()
    }

    /// Resources whose first change creates them.
    fn made(&self) -> BTreeSet<&str> {
        let mut first = BTreeSet::new();
        let begun = self.changes().filter(|(_, change)| first.insert(change.resource.as_str()));
        begun.filter(|(_, change)| change.what == What::Created).map(|(_, change)| change.resource.as_str()).collect()
    }
}

impl ActPreview {
    /// What the resources that it changes are called.
    pub fn noun(&self) -> &'static str {
        match self.kind.split('.').next() {
            Some("file" | "dir" | "archive") => "file",
            Some("kube") => "object",
            _ => "resource",
        }
    }
}

impl UnitPreview {
    /// Whether it does nothing: it is skipped, or all is so already and it takes no copy.
    pub fn is_unchanged(&self) -> bool {
        self.skipped.is_some() || (self.changes.is_empty() && self.copies.is_empty())
    }

    /// Whether it changes something for longer than the time of a block: what is given back is no change by itself.
    pub fn changes_something(&self) -> bool {
        self.by_act().any(|(act, changes)| !act.meanwhile && !changes.is_empty())
    }

    /// Its actions, each with its changes.
    pub fn by_act(&self) -> impl Iterator<Item = (&ActPreview, &[Change])> {
        let mut rest = self.changes.as_slice();
        self.acts.iter().map(move |act| {
            let (own, after) = rest.split_at_checked(act.changes).unwrap_or((rest, &[]));
            rest = after;
            (act, own)
        })
    }
}
