//! What is seen of a resource.

use crate::world::Digest;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A look at a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// For people, a fragment: `running`.
    pub says: String,
    /// What is compared.
    pub mark: Mark,
    /// Of what has a number of replicas: a controller may set it, and that is no difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaled: Option<Scaled>,
}

/// A look at what has a number of replicas.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scaled {
    /// Whether a controller of Kubernetes set it: an autoscaler does.
    pub by_controller: bool,
    /// What all the rest is compared by.
    pub rest: Mark,
}

impl Scaled {
    fn agrees(&self, now: &Self) -> bool {
        now.by_controller && self.rest == now.rest
    }
}

/// What two looks are compared by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// There is none.
    Absent,
    /// It is in this state, and there is nothing more to it.
    State(String),
    /// What everybody may know of it: a digest of all that counts.
    Digest(Digest),
    /// It holds a secret: a digest keyed with the target's key, of which nobody can guess what it was made of (R11).
    Keyed(Digest),
    /// It holds a secret, and the target has no key yet: something is there.
    Hidden,
}

impl Observed {
    /// What is said of it, and compared.
    pub fn new(says: impl Into<String>, mark: Mark) -> Self {
        Self { says: says.into(), mark, scaled: None }
    }

    /// In a state that a word says.
    pub fn state(word: &str) -> Self {
        Self::new(word, Mark::State(word.to_owned()))
    }

    /// Nothing.
    pub fn absent() -> Self {
        Self::new("nothing", Mark::Absent)
    }

    /// Whether there is one at all.
    pub fn exists(&self) -> bool {
        self.mark != Mark::Absent
    }

    /// Whether both may be the same; what is hidden can't be told from what is keyed.
    pub fn is_like(&self, other: &Self) -> bool {
        match (&self.mark, &other.mark) {
            (Mark::Hidden, Mark::Keyed(_)) | (Mark::Keyed(_), Mark::Hidden) => true,
            (mark, other) => mark == other,
        }
    }

    /// Whether it may be the same now, or a controller set no more than its number of replicas.
    pub fn agrees(&self, now: &Self) -> bool {
        let scaled = self.scaled.as_ref().zip(now.scaled.as_ref());
        self.is_like(now) || scaled.is_some_and(|(then, now)| then.agrees(now))
    }
}

impl fmt::Display for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)
    }
}
