//! From what to what a release goes.

use crate::world::cluster::{Conflicts, Object};
use crate::world::helm::release::{Apply, History, Operation, Release, Status};
use crate::world::helm::render::Rendered;

/// A change of a release, of which it is asked what it would do to each object.
#[derive(Clone, Copy, Debug)]
pub struct Course<'c> {
    /// What is done.
    pub operation: Operation,
    /// The release.
    pub release: &'c str,
    /// Its namespace.
    pub namespace: &'c str,
    /// What Helm takes for what is there ([`base`]); none where nothing is.
    pub old: Option<&'c Rendered>,
    /// What shall be; none where it is taken away.
    pub new: Option<&'c Rendered>,
    /// Whether fields that others own are taken from them, where the server merges.
    pub conflicts: Conflicts,
    /// Whether objects of nobody, or of another release, are taken over.
    pub takes_ownership: bool,
    /// What others make before: a namespace in it is none that is missing.
    pub coming: &'c [Object],
}

impl Course<'_> {
    /// Who sends the changes.
    pub(super) fn apply(&self) -> Apply {
        self.new.map_or(Apply::ClientSide, |new| new.apply)
    }

    /// The objects of a side.
    pub(super) fn objects(side: Option<&Rendered>) -> &[Object] {
        side.map_or(&[], |rendered| &rendered.objects)
    }
}

/// What an upgrade that may install does: it installs what is not there, or was taken away and left its history.
pub fn upgrade_or_install(history: &History) -> Operation {
    let there = history.last().is_some_and(|last| last.status != Status::Uninstalled);
    if there { Operation::Upgrade } else { Operation::Install }
}

/// The revision whose manifest Helm takes for what is there.
///
/// A rollback and an uninstall take the last one; an upgrade what is deployed, and the last one only if nothing is: so what
/// a failed upgrade made and no later one has stays behind. Source: helm, `pkg/action/upgrade.go` and `rollback.go`, the
/// same in 3 and 4.
pub fn base(history: &History, operation: Operation) -> Option<&Release> {
    let last = history.last()?;
    match operation {
        Operation::Install => None,
        Operation::Rollback | Operation::Uninstall => Some(last),
        Operation::Upgrade => history.deployed().or_else(|| {
            let taken = matches!(last.status, Status::Failed | Status::Superseded);
            taken.then_some(last)
        }),
    }
}
