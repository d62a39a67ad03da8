//! What became of a command of ours that nobody saw end: by the history before it and the one now.
//!
//! Helm records each step of what it does before it does it, so a history tells more than an exit status. Whoever asks has
//! made certain that the command no longer runs (`process::Outcome::settle`).

use super::reason::reason;
use super::state::{WayOut, way_out};
use crate::world::helm::release::{History, Operation, Release, Status};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What of a history is kept before a command, to tell afterwards what it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// The highest revision; 0 where there was none.
    pub revision: u32,
    /// What it was.
    pub status: Option<Status>,
}

/// A command that was started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempted {
    /// What it does.
    pub operation: Operation,
    /// When it was started, by this machine's clock, which Helm uses too.
    pub began: Timestamp,
    /// The chart and its version that it installs or upgrades to.
    pub chart: Option<(String, String)>,
    /// The revision that it rolls back to.
    pub to: Option<u32>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It did nothing to the release.
    NotBegun,
    /// It is done.
    Done {
        /// The revision that it made.
        revision: u32,
    },
    /// It failed, and the record says so.
    Failed {
        /// The revision that it made.
        revision: u32,
        /// In Helm's words, which may hold what a hook or the server said.
        why: String,
    },
    /// It began and did not end; nobody works on it.
    Pending {
        /// The revision that it made, or was taking away.
        revision: u32,
        /// How it is ended.
        way_out: WayOut,
    },
    /// What it was to take away is gone.
    Gone,
    /// Somebody else changed the release in between.
    Foreign {
        /// The last revision.
        revision: u32,
        /// What it is, in words.
        what: String,
    },
    /// The newest record can't be read.
    NotKnown {
        /// Why.
        why: String,
    },
}

/// Clocks are read in whole seconds by some versions.
const SLACK: SignedDuration = SignedDuration::from_secs(2);

impl Settled {
    /// Of a release that somebody else changed, by its last revision.
    pub fn foreign(now: &History) -> Self {
        match (now.damaged_last(), now.last()) {
            (Some(damaged), _) => Self::NotKnown { why: damaged.to_string() },
            (None, Some(last)) => foreign(last),
            (None, None) => foreign_end(),
        }
    }
}

impl Before {
    /// Of the history before a command.
    pub fn of(history: &History) -> Self {
        Self { revision: history.highest(), status: history.last().map(|release| release.status) }
    }
}

/// Settles a command.
pub fn settle(before: Before, attempted: &Attempted, now: &History) -> Settled {
    if let Some(damaged) = now.damaged_last() {
        return Settled::NotKnown { why: damaged.to_string() };
    }
    if attempted.operation == Operation::Uninstall {
        return settle_uninstall(before, now);
    }
    let Some(last) = now.last().filter(|last| last.revision > before.revision) else {
        // Without any record somebody took away what was there, unless there was nothing.
        let taken = before.revision > 0 && now.is_empty();
        return if taken { foreign_end() } else { Settled::NotBegun };
    };
    if last.revision > before.revision + 1 || !is_ours(attempted, last, now) {
        return foreign(last);
    }
    let revision = last.revision;
    match last.status {
        Status::Deployed => Settled::Done { revision },
        Status::Failed => Settled::Failed { revision, why: reason(&last.description) },
        status if status.is_pending() && status != Status::Uninstalling => {
            Settled::Pending { revision, way_out: way_out(now, last) }
        }
        _ => foreign(last),
    }
}

/// An uninstall makes no revision: it changes the last one, or takes all records away.
fn settle_uninstall(before: Before, now: &History) -> Settled {
    let Some(last) = now.last() else { return Settled::Gone };
    let revision = last.revision;
    match last.status {
        _ if revision > before.revision => foreign(last),
        Status::Uninstalled => Settled::Gone,
        Status::Uninstalling => Settled::Pending { revision, way_out: WayOut::Uninstall },
        status if Some(status) == before.status => Settled::NotBegun,
        _ => foreign(last),
    }
}

/// Whether a revision can be the one that our command made.
fn is_ours(attempted: &Attempted, release: &Release, now: &History) -> bool {
    let Attempted { operation, began, chart, to } = attempted;
    let in_time = release.deployed.is_none_or(|made| made >= *began - SLACK);
    let of_chart =
        chart.as_ref().is_none_or(|(name, version)| (&release.chart.name, &release.chart.version) == (name, version));
    let word = match operation {
        Operation::Rollback => release.can_be_rollback_to(to.and_then(|to| now.get(to))),
        _ => release.rollback_to().is_none(),
    };
    // A failed rollback no longer says where it went.
    let goes_there = release.rollback_to().is_none_or(|revision| Some(revision) == *to);
    in_time && of_chart && word && goes_there
}

fn foreign(release: &Release) -> Settled {
    let Release { revision, status, description, chart, .. } = release;
    let what = format!("revision {revision}, {} {}, {status}: {description}", chart.name, chart.version);
    Settled::Foreign { revision: *revision, what }
}

fn foreign_end() -> Settled {
    Settled::Foreign { revision: 0, what: "all its records are gone".to_owned() }
}
