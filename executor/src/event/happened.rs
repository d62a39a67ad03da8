//! What happens in a run: one enum, documented whole.

use super::{ActRef, Asks, Compared, Copied, Standing};
use crate::action::{Recipe, Undone};
use crate::preview::{Changed, Fact};
use crate::resource::{Observed, Resource};
use crate::world::RelPath;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why a run is undone for which a person asked.
pub const ASKED: &str = "asked for";

/// What happens in a run. Units are named by their index in the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A run begins.
    Began {
        /// Its id.
        run: String,
        /// The plan's name.
        plan: String,
        /// The target's name.
        target: String,
        /// The bundle's digest, `b3:…`.
        bundle: String,
        /// Who runs it.
        by: String,
        /// The machine.
        host: String,
        /// The process.
        pid: u32,
    },
    /// Another process goes on with it.
    Resumed {
        /// Who.
        by: String,
        /// The machine.
        host: String,
        /// The process.
        pid: u32,
        /// What for: `resume`, `undo`, `finalize`, `abort`.
        to: String,
        /// Bytes of a torn end that were dropped.
        torn: u64,
    },
    /// A unit starts.
    UnitBegan {
        /// The unit.
        unit: u32,
    },
    /// A unit needs nothing.
    UnitSkipped {
        /// The unit.
        unit: u32,
        /// Why.
        why: String,
    },
    /// A unit is done.
    UnitDone {
        /// The unit.
        unit: u32,
        /// Resources that it changed.
        changes: u64,
    },
    /// A unit failed.
    UnitFailed {
        /// The unit.
        unit: u32,
        /// The nearest reason, a line.
        why: String,
        /// Evidence: what was seen, last lines of output.
        details: Vec<String>,
    },
    /// A question is open.
    Asked {
        /// The gate's name.
        gate: String,
        /// What is confirmed.
        text: String,
        /// What must be typed.
        typed: String,
    },
    /// A gate was answered rightly.
    Confirmed {
        /// The gate's name.
        gate: String,
        /// By whom.
        by: String,
    },
    /// Nobody answered a question of a unit, which stands there until somebody does.
    Unanswered {
        /// The unit.
        unit: u32,
        /// What was asked.
        question: Asks,
    },
    /// A person said that a unit goes on although checks do not hold.
    Waived {
        /// The unit.
        unit: u32,
        /// What was looked at, in words.
        checks: Vec<String>,
        /// Who.
        by: String,
    },
    /// A person accepted what an undo throws away (R28).
    LossesAccepted {
        /// Who.
        by: String,
    },
    /// A value before anything is changed, which a check compares with later (`same-as="before"`).
    Noted {
        /// The unit of the check.
        unit: u32,
        /// The check, by its place in the unit.
        check: String,
        /// The value; a long one by its digest.
        value: String,
    },
    /// A copy was taken.
    Copied {
        /// The unit.
        unit: u32,
        /// The backup's name.
        name: String,
        /// What was copied: its words and the copy.
        copies: Vec<Copied>,
    },
    /// An action is about to happen: durable before anything is touched.
    Intent {
        /// The unit.
        unit: u32,
        /// The action.
        act: ActRef,
        /// What it does, in words.
        what: String,
        /// All that undoing it needs.
        recipe: Recipe,
    },
    /// An action happened.
    Acted {
        /// The unit.
        unit: u32,
        /// The action.
        act: ActRef,
        /// Resources that it changed.
        changed: u64,
        /// What there is to say.
        note: Option<String>,
    },
    /// An action failed, and it is known what it left.
    ActFailed {
        /// The unit.
        unit: u32,
        /// The action.
        act: ActRef,
        /// Why.
        why: String,
    },
    /// It is not known whether an action happened.
    Unknown {
        /// The unit.
        unit: u32,
        /// The action.
        act: ActRef,
        /// What is seen, a line each.
        seen: Vec<String>,
        /// Whether it still goes on by itself: then nobody can say yet what it did.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        alive: bool,
    },
    /// A look settled what a crash had left open, or a person said it.
    Settled {
        /// The unit.
        unit: u32,
        /// The action.
        act: ActRef,
        /// Whether it happened.
        done: bool,
        /// Whether it may have happened in part, so that an undo must take it back all the same.
        half: bool,
        /// How that is known.
        how: String,
    },
    /// A check held, was warned of, or did not hold.
    Checked {
        /// The unit.
        unit: u32,
        /// What was looked at, in words.
        what: String,
        /// Whether it held.
        held: bool,
        /// What was seen.
        seen: String,
    },
    /// Somebody else changed what a unit is about to touch: nothing of it is touched.
    Drifted {
        /// The unit.
        unit: u32,
        /// What is not as it was reviewed, or as this run left it.
        changed: Vec<Changed>,
    },
    /// What stood otherwise when a program (or whatever else says not what it writes) had ended: it counts as its doing. And
    /// what an action left that knew only when it was done.
    Noticed {
        /// The unit.
        unit: u32,
        /// Files and folders.
        files: BTreeMap<RelPath, Fact>,
        /// What is no file.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        resources: BTreeMap<Resource, Observed>,
    },
    /// A step gives out a value.
    Output {
        /// The unit.
        unit: u32,
        /// Its name.
        name: String,
        /// The value.
        value: String,
    },
    /// The run will be undone.
    UndoDecided {
        /// Why.
        why: String,
        /// The units whose effects are taken back; empty: all.
        units: Vec<u32>,
        /// Whether just these are all that can be, and a person said that the rest stays.
        #[serde(default)]
        partly: bool,
    },
    /// Undoing a unit starts.
    UndoBegan {
        /// The unit.
        unit: u32,
        /// Which written way back was taken.
        way: Option<u32>,
    },
    /// An action is about to be taken back, or an action of a written way back to happen.
    UndoIntent {
        /// The unit.
        unit: u32,
        /// The action, by the forward work, or by the way back when `way`.
        act: ActRef,
        /// Whether `act` counts in the written way back.
        way: bool,
        /// What a written way back's action needs to be settled after a crash.
        recipe: Recipe,
    },
    /// An action is taken back.
    UndoActed {
        /// The unit.
        unit: u32,
        /// The action.
        act: ActRef,
        /// Whether `act` counts in the written way back.
        way: bool,
        /// What is there to say, and what is not as it was.
        undone: Undone,
    },
    /// A unit is taken back.
    UnitUndone {
        /// The unit.
        unit: u32,
        /// What was done, in words.
        what: String,
        /// What is not as it was, a line each.
        left: Vec<String>,
    },
    /// A unit could not be taken back.
    UndoFailed {
        /// The unit.
        unit: u32,
        /// Why.
        why: String,
        /// Evidence.
        details: Vec<String>,
    },
    /// All that was to be taken back is back, and was compared with what stood there before the run.
    Compared(Compared),
    /// The window is shut, and waited for.
    WindowAwaited {
        /// When it opens.
        opens: jiff::Timestamp,
        /// When waiting for it would end.
        until: jiff::Timestamp,
    },
    /// The window is open.
    WindowOpened {
        /// How long it was waited for, in milliseconds.
        waited: u64,
        /// When it closes.
        until: jiff::Timestamp,
    },
    /// The hold began.
    HoldBegan {
        /// When the way back ends by itself.
        until: jiff::Timestamp,
    },
    /// The run stands somewhere, and its process ends.
    Ended {
        /// Where.
        standing: Standing,
        /// In words.
        why: String,
    },
    /// Something to tell that changes nothing.
    Note {
        /// What.
        text: String,
    },
    /// What a unit does right now. Never durable.
    Progress {
        /// The unit.
        unit: u32,
        /// In words: `tcp 127.0.0.1:80: connection refused`.
        says: String,
        /// Whether it waits for something, or works.
        waits: bool,
        /// The limit of what it does, in milliseconds.
        limit: u64,
        /// Since when it does this, so that a reader can say how much of the limit is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<jiff::Timestamp>,
    },
}

impl Event {
    /// Whether the journal holds it.
    pub fn is_durable(&self) -> bool {
        !matches!(self, Self::Progress { .. })
    }

    /// The unit that it is about; none when it is about the run.
    pub fn unit(&self) -> Option<u32> {
        match self {
            Self::UnitBegan { unit }
            | Self::UnitSkipped { unit, .. }
            | Self::UnitDone { unit, .. }
            | Self::UnitFailed { unit, .. }
            | Self::Unanswered { unit, .. }
            | Self::Waived { unit, .. }
            | Self::Noted { unit, .. }
            | Self::Copied { unit, .. }
            | Self::Intent { unit, .. }
            | Self::Acted { unit, .. }
            | Self::ActFailed { unit, .. }
            | Self::Unknown { unit, .. }
            | Self::Settled { unit, .. }
            | Self::Checked { unit, .. }
            | Self::Drifted { unit, .. }
            | Self::Noticed { unit, .. }
            | Self::Output { unit, .. }
            | Self::UndoBegan { unit, .. }
            | Self::UndoIntent { unit, .. }
            | Self::UndoActed { unit, .. }
            | Self::UnitUndone { unit, .. }
            | Self::UndoFailed { unit, .. }
            | Self::Progress { unit, .. } => Some(*unit),
            Self::Began { .. }
            | Self::Resumed { .. }
            | Self::Asked { .. }
            | Self::Confirmed { .. }
            | Self::LossesAccepted { .. }
            | Self::UndoDecided { .. }
            | Self::Compared(_)
            | Self::WindowAwaited { .. }
            | Self::WindowOpened { .. }
            | Self::HoldBegan { .. }
            | Self::Ended { .. }
            | Self::Note { .. } => None,
        }
    }
}
