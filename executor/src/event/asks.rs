//! What a unit asks a person.

use serde::{Deserialize, Serialize};

/// What a unit asks a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asks {
    /// To confirm this gate.
    Gate(String),
    /// Whether it goes on although these checks do not hold.
    Checks(Vec<String>),
}
