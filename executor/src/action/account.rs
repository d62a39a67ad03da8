//! What an action that was begun says of the target: what stood there before, and what it makes of it.

use crate::world::{RelPath, State};

/// By resource. What an action can't know before it is done, as what a program writes, is not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Files and folders of the target's directory.
    pub files: Vec<Told>,
    /// Folders that are made on the way to those.
    pub made: Vec<RelPath>,
    /// A service, whether it ran, and whether it runs afterwards.
    pub service: Option<(String, bool, bool)>,
}

/// One path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Which.
    pub path: RelPath,
    /// What stood there.
    pub before: State,
    /// What stands there afterwards.
    pub after: State,
}
