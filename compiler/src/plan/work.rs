//! What a unit does, in written order.

use super::{At, CopyOf, Move};
use crate::registry::Touch;
use crate::schema::Class;
use crate::value::{Millis, Text};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

/// One thing that a unit does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// Asks a person.
    Gate(Gate),
    /// Looks before anything is touched.
    Before(Vec<Check>),
    /// Takes a copy.
    Backup(Backup),
    /// Acts.
    Act(Act),
    /// Acts only if an action of the step changed something.
    AfterChange(Vec<Act>),
    /// Takes something away for the time of its block: undoing this gives it back.
    Meanwhile(Act),
    /// Gives back what such work took, by the recipe of its intent: undoing this takes it away again.
    GiveBack(GiveBack),
    /// Looks afterwards.
    Verify(Vec<Check>),
    /// Reads a value for later steps.
    Output(Output),
}

impl Work {
    /// The actions of this work; what gives back is none of its own.
    pub fn acts(&self) -> &[Act] {
        match self {
            Self::Act(act) | Self::Meanwhile(act) => std::slice::from_ref(act),
            Self::AfterChange(acts) => acts,
            Self::Gate(_)
            | Self::Before(_)
            | Self::Backup(_)
            | Self::GiveBack(_)
            | Self::Verify(_)
            | Self::Output(_) => &[],
        }
    }
}

/// Asks a person to type something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// Its name.
    pub name: String,
    /// What is confirmed.
    pub text: Text,
    /// What must be typed.
    pub typed: Text,
    /// Asked when its block begins, not before the first change.
    pub here: bool,
    /// Where it stands.
    pub at: At,
}

/// A use of a kind: its name and its values, shaped by the kind's form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// `file.write`.
    pub kind: String,
    /// Arguments by their names in lower case, properties by theirs, blocks by the names of their nodes.
    pub values: Map<String, Json>,
}

impl Call {
    /// A value that is a string known now.
    pub fn known(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(Json::as_str)
    }

    /// The copy that it restores (`copy=`), where it restores one and that is known.
    pub fn copy(&self) -> Option<CopyOf> {
        CopyOf::deserialize(self.values.get(COPY)?).ok()
    }
}

/// The nouns that go by versions, and under which name a call holds those.
const BY_VERSION: &str = "helm.";
const MOVES: &str = "moves";

impl Call {
    /// Tells a call that goes by versions from where to where its step moves what it is about: the component that is
    /// called like it, or the only one.
    pub(crate) fn moved(&mut self, moves: &[Move], back: bool) {
        let named = moves.iter().find(|moved| self.known("name") == Some(moved.component.as_str()));
        let only = moves.first().filter(|_| moves.len() == 1);
        if let Some(Move { from, to, .. }) = named.or(only).filter(|_| self.kind.starts_with(BY_VERSION)) {
            let (from, to) = if back { (to, from) } else { (from, to) };
            self.values.insert(MOVES.to_owned(), json!([from.to_string(), to.to_string()]));
        }
    }

    /// The version to which its step moves what it is about.
    pub fn moves_to(&self) -> Option<&str> {
        self.values.get(MOVES)?.as_array()?.last()?.as_str()
    }
}

/// The property by which a call says which copy it restores.
pub const COPY: &str = "copy";

/// An action of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Act {
    /// Its name in the step: `as=`, or its number from 1.
    pub id: String,
    /// What it does.
    pub call: Call,
    /// What may happen when it is done again.
    pub class: Class,
    /// Its limit.
    pub within: Millis,
    /// Where this holds, it is done already.
    pub unless: Vec<Check>,
    /// What it writes.
    pub touches: Vec<Touch>,
    /// Where it stands.
    pub at: At,
}

/// What gives back at the end of a block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GiveBack {
    /// The unit that took it: the one that opens the block, or the step itself.
    pub unit: u32,
    /// The index of the work that took it, in that unit.
    pub work: u32,
    /// The same action.
    pub act: Act,
}

/// What follows when a check does not hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Else {
    /// The step fails.
    #[default]
    Fail,
    /// It is told.
    Warn,
    /// A person is asked whether it goes on.
    Ask,
}

/// How long one look or one reading may take that nobody waits for: an output, an `unless`, what a crash left open.
pub const READ_LIMIT: Millis = Millis::seconds(30);

/// The time between two looks of a check when nothing says it.
pub const EVERY: Millis = Millis::seconds(2);

/// The limit of a backup when nothing says one, for all that it copies.
pub const BACKUP_LIMIT: Millis = Millis::minutes(30);

/// How long a message of a `notify` may take: one that nobody takes must not hold up a run.
pub const MESSAGE_LIMIT: Millis = Millis::seconds(10);

/// Something that must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What is looked at.
    pub call: Call,
    /// Whether the value must be as it was before the first change of the block in which the check stands.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub as_before: bool,
    /// How long to wait for it.
    pub within: Millis,
    /// How long it must hold.
    pub lasting: Millis,
    /// Looked at once: its limit is that of the look.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub once: bool,
    /// The time between two looks.
    pub every: Millis,
    /// Failing looks in a row that are forgiven.
    pub failures: u64,
    /// Fail when nothing moves for so long.
    pub stalled: Option<Millis>,
    /// What follows when it does not hold.
    pub otherwise: Else,
    /// What to tell then.
    pub hint: Option<Text>,
    /// Where it stands.
    pub at: At,
}

/// A named copy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Backup {
    /// Its name.
    pub name: String,
    /// How long it is kept beyond the run.
    pub keep: Millis,
    /// Whether the plan says how long; else it is there for the undo alone.
    #[serde(default)]
    pub keep_said: bool,
    /// How old a copy may be to count.
    pub max_age: Option<Millis>,
    /// Its limit.
    pub within: Millis,
    /// What is copied.
    pub things: Vec<Call>,
    /// Where it stands.
    pub at: At,
}

/// A value for later steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// What it must match as a whole.
    pub pattern: Option<String>,
    /// What is read.
    pub reader: Call,
    /// Where it stands.
    pub at: At,
}
