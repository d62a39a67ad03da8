//! What an action that was begun says of the target: what stood there before, and what it makes of it.

use crate::resource::{Observed, Resource};
use crate::world::{RelPath, State};

/// By resource. What an action can't know before it is done, as what a program writes, is not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Files and folders of the target's directory.
    pub files: Vec<Told>,
    /// Folders that are made on the way to those.
    pub made: Vec<RelPath>,
    /// What is no file.
    pub resources: Vec<Effect>,
}

impl Account {
    /// The same where it is taken back: what stood there stands there again.
    #[must_use]
    pub fn taken_back(self) -> Self {
        let back = |told: Told| Told { after: told.before.clone(), ..told };
        Self {
            files: self.files.into_iter().map(back).collect(),
            resources: self.resources.into_iter().map(Effect::taken_back).collect(),
            made: self.made,
        }
    }
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

/// One resource that is no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Which.
    pub resource: Resource,
    /// What was seen of it.
    pub before: Observed,
    /// What is seen of it afterwards; none: that is known only when it is done.
    pub after: Option<Observed>,
}

impl Effect {
    fn taken_back(self) -> Self {
        Self { after: Some(self.before.clone()), ..self }
    }
}
