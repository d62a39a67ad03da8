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
    /// In a state that a word says.
    pub fn state(word: &str) -> Self {
        Self { says: word.to_owned(), mark: Mark::State(word.to_owned()) }
    }

    /// Nothing.
    pub fn absent() -> Self {
        Self { says: "nothing".to_owned(), mark: Mark::Absent }
    }

    /// Whether there is one at all.
    pub fn exists(&self) -> bool {
        self.mark != Mark::Absent
    }

    /// Whether both may be the same; what is hidden can't be told from what is keyed.
    pub fn agrees(&self, other: &Self) -> bool {
        match (&self.mark, &other.mark) {
            (Mark::Hidden, Mark::Keyed(_)) | (Mark::Keyed(_), Mark::Hidden) => true,
            (mark, other) => mark == other,
        }
    }
}

impl fmt::Display for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)
    }
}
