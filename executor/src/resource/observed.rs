//! What is seen of a resource.

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
    /// It is in this state, and there is nothing more to it.
    State(String),
}

impl Observed {
    /// In a state that a word says.
    pub fn state(word: &str) -> Self {
        Self { says: word.to_owned(), mark: Mark::State(word.to_owned()) }
    }

    /// Whether there is one at all.
    pub fn exists(&self) -> bool {
        match self.mark {
            Mark::State(_) => true,
        }
    }

    /// Whether both may be the same.
    pub fn agrees(&self, other: &Self) -> bool {
        self.mark == other.mark
    }
}

impl fmt::Display for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)
    }
}
