//! In which state a release is, and how it comes out of one in which nothing goes on.

use super::target::last_good;
use crate::world::helm::release::{History, Release, Status};
use jiff::Timestamp;

/// The state of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// There is no such release.
    Absent,
    /// Nobody works on it: its last revision is deployed, failed, uninstalled or superseded.
    Settled(Status),
    /// Its last revision is pending: somebody works on it, or is gone. An upgrade is refused by Helm then.
    Pending(Pending),
    /// The newest record can't be read.
    Damaged(String),
}

/// A release on which somebody works, or worked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The revision.
    pub revision: u32,
    /// What it is.
    pub status: Status,
    /// Since when.
    pub since: Option<Timestamp>,
    /// How it is ended, once it is certain that nobody works on it.
    pub way_out: WayOut,
}

/// How a pending release is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WayOut {
    /// By a rollback to this revision, which Helm never refuses.
    Rollback(u32),
    /// There is no good revision to go to: only taking it away is left.
    Uninstall,
}

impl Pending {
    /// The command that ends it.
    pub fn command(&self, release: &str, namespace: &str) -> String {
        match self.way_out {
            WayOut::Rollback(revision) => format!("helm rollback {release} {revision} --namespace {namespace}"),
            WayOut::Uninstall => format!("helm uninstall {release} --namespace {namespace}"),
        }
    }
}

/// The state that a history tells.
pub fn state(history: &History) -> State {
    if let Some(damaged) = history.damaged_last() {
        return State::Damaged(damaged.to_string());
    }
    let Some(last) = history.last() else { return State::Absent };
    if !last.status.is_pending() {
        return State::Settled(last.status);
    }
    let Release { revision, status, deployed, .. } = last;
    State::Pending(Pending { revision: *revision, status: *status, since: *deployed, way_out: way_out(history, last) })
}

/// How a pending revision is ended: by what was good before it. That holds for a rollback, too: one to where it went would
/// take its own manifest for what is there, and leave all that only the one before has.
pub(super) fn way_out(history: &History, pending: &Release) -> WayOut {
    if pending.status == Status::Uninstalling {
        return WayOut::Uninstall;
    }
    let target = last_good(history, pending.revision).ok();
    target.map_or(WayOut::Uninstall, |release| WayOut::Rollback(release.revision))
}
