//! What comparing finds after an undo, and the words of its lines.

use crate::world::Digest;
use serde::{Deserialize, Serialize};

/// What comparing found after an undo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// Files and other resources that were compared, each once.
    pub resources: usize,
    /// What is not as it was, a line each.
    pub left: Vec<String>,
    /// Steps whose work stays, as the plan says of them.
    #[serde(default)]
    pub stays: Vec<String>,
    /// Digest of what stood there before the run.
    pub before: Digest,
    /// Digest of what stands there now.
    pub now: Digest,
}

impl Compared {
    /// Whether all is as before but for what the plan leaves: nobody has to look at it.
    pub fn only_stays(&self) -> bool {
        self.left.is_empty() && !self.stays.is_empty()
    }

    /// Whether what a step said, when it was taken back, is still so.
    pub fn still(&self, step_said: &str) -> bool {
        let about = about(step_said);
        self.left.iter().any(|left| left.starts_with(about)) || self.leaves(step_said)
    }

    /// Whether what a step said is that its work stays.
    pub fn leaves(&self, step_said: &str) -> bool {
        self.stays.iter().any(|step| step_said.starts_with(&stays_words(step)))
    }
}

/// What the line of a step begins with whose work stays; why follows.
pub fn stays_words(step: &str) -> String {
    format!("what step {step} did stays: ")
}

/// What a line says something of, as it begins with it: `path` or service NAME.
pub fn about(line: &str) -> &str {
    let end = match line.strip_prefix('`').and_then(|rest| rest.find('`')) {
        Some(end) => Some(end + 2),
        None => line.match_indices(' ').nth(1).map(|(end, _)| end),
    };
    end.and_then(|end| line.get(..end)).unwrap_or(line)
}
