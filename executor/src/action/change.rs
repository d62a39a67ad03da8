//! What an action would change: a resource, how, and how that is known.

use crate::screen::diff::DiffLine;
use serde::{Deserialize, Serialize};

/// How a resource changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// It is made.
    Created,
    /// It is another afterwards.
    Changed,
    /// It is gone afterwards.
    Deleted,
    /// It can't be told before.
    Unknown,
}

/// How a change was learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Learnt {
    /// The server accepted this very change as a dry run.
    Validated,
    /// Computed here from what was read.
    Simulated,
    /// Known only when it is done.
    NotKnowable,
}

/// What a person is shown of a change. Secrets are masked before they get here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// Lines of a diff.
    Lines(Vec<DiffLine>),
    /// A line of words.
    Words(String),
    /// The name says it all.
    Nothing,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The resource: `www/site.toml`, `service web`, `program pg-upgrade`.
    pub resource: String,
    /// How it changes.
    pub what: What,
    /// How that was learnt.
    pub learnt: Learnt,
    /// What is shown of it.
    pub body: Body,
    /// Digest of the new state as far as it is known, so that a bundle binds to it.
    pub after: Option<String>,
}
