//! The form of a noun and verb: what the registry's entries say of themselves.

use super::{Block, Param};
use crate::plan::{BACKUP_LIMIT, MESSAGE_LIMIT, READ_LIMIT};
use crate::value::Millis;
use serde::{Deserialize, Serialize};

/// What a noun may be, by the place it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// What a step does.
    Action,
    /// What must hold.
    Check,
    /// What a `backup` copies.
    Thing,
    /// What is read, in `installed`, `read` and `output`.
    Reader,
    /// How a `notify` speaks.
    Message,
}

impl Role {
    /// Where a person writes it.
    pub fn place(self) -> &'static str {
        match self {
            Self::Action => "an action: in `step`, `undo`, `after-change` and `meanwhile`",
            Self::Check => "a check: in `before`, `verify`, `unless` and `hold`",
            Self::Thing => "a thing: in `backup`",
            Self::Reader => "a reader: in `installed`, `read` and `output`",
            Self::Message => "a message: in `notify`",
        }
    }
}

/// What may happen when an action is done again (R12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Done twice is the same as done once.
    Idempotent,
    /// Looking tells whether it was done.
    Probeable,
    /// Never repeated by the machine when its outcome is unknown.
    AtMostOnce,
}

impl Class {
    /// As the catalogue prints it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idempotent => "idempotent",
            Self::Probeable => "probeable",
            Self::AtMostOnce => "at-most-once",
        }
    }
}

/// The way back that an action brings along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnWayBack {
    /// It puts this back.
    Restores(&'static str),
    /// It needs none: it changes nothing that stays.
    NotNeeded,
    /// None: the step must write `undo`, `stays` or `irreversible`.
    None,
}

/// A piece of a plan that shows a noun at work; a test compiles each.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// What it shows.
    pub title: &'static str,
    /// The inside of a step, or of the block that the noun stands in.
    pub text: &'static str,
}

/// A noun, or a noun and a verb.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// `file.write`.
    pub name: &'static str,
    /// What it may be.
    pub roles: &'static [Role],
    /// Its arguments.
    pub args: &'static [Param],
    /// Its own properties; those of its place come on top.
    pub props: &'static [Param],
    /// Its block.
    pub block: Block,
    /// What it does, in a line.
    pub summary: &'static str,
    /// What a person must know, in a few sentences.
    pub text: &'static str,
    /// As an action: what may happen when it is done again.
    pub class: Class,
    /// As an action: its own way back.
    pub way_back: OwnWayBack,
    /// As an action: whether it changes no running thing, and so may stand in `prepare` (R13).
    pub harmless: bool,
    /// As an action and as a check: its limit when nothing else says one, in seconds; see [`Form::limit`].
    pub within: u64,
    /// As a check: looked at once unless its own properties say that it is waited for.
    pub once: bool,
    /// At least one.
    pub examples: &'static [Example],
}

impl Form {
    /// An idempotent action without anything; the rest by struct update.
    pub const ACTION: Self = Self {
        name: "",
        roles: &[Role::Action],
        args: &[],
        props: &[],
        block: Block::None,
        summary: "",
        text: "",
        class: Class::Idempotent,
        way_back: OwnWayBack::None,
        harmless: false,
        within: 60,
        once: false,
        examples: &[],
    };

    /// A check without anything; the rest by struct update.
    pub const CHECK: Self = Self { roles: &[Role::Check], way_back: OwnWayBack::NotNeeded, within: 30, ..Self::ACTION };

    /// How long one use of it may take in a place when nothing says it: what deadlines are counted with.
    pub const fn limit(&self, role: Role) -> Millis {
        match role {
            Role::Action | Role::Check => Millis::seconds(self.within),
            Role::Thing => BACKUP_LIMIT,
            Role::Reader => READ_LIMIT,
            Role::Message => MESSAGE_LIMIT,
        }
    }

    /// The same for all its places, in words; not all of them let a plan say another limit.
    pub fn limits(&self) -> String {
        let said = self.roles.iter().find(|role| matches!(role, Role::Action | Role::Check));
        let said = said.map(|role| format!("{} when nothing says one", self.limit(*role)));
        let others = self.roles.iter().filter_map(|role| {
            let limit = self.limit(*role);
            match role {
                Role::Action | Role::Check => None,
                Role::Thing => Some(format!("in `backup` that of the backup, {limit} when nothing says one")),
                Role::Reader => Some(format!("as a reader always {limit}")),
                Role::Message => Some(format!("always {limit}")),
            }
        });
        said.into_iter().chain(others).collect::<Vec<_>>().join("; ")
    }

    /// Whether it may be this.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// `file` of `file.write`: what `defaults` speaks of.
    pub fn family(&self) -> &'static str {
        self.name.split('.').next().unwrap_or(self.name)
    }
}
