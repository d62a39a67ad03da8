//! What has a version, and how it moves.

use super::Call;
use crate::version::Version;
use serde::{Deserialize, Serialize};

/// Something with a version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// The layer it belongs to.
    pub layer: Option<String>,
    /// Who owns it.
    pub owner: Option<String>,
    /// Whether it holds data.
    pub stateful: bool,
    /// How its version is read.
    pub installed: Option<Installed>,
}

/// How a component's version is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Installed {
    /// What is read.
    pub reader: Call,
    /// Which part of it is the version.
    pub pattern: Option<String>,
}

/// A change of a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Move {
    /// What moves.
    pub component: String,
    /// From here.
    pub from: Version,
    /// To here.
    pub to: Version,
}
