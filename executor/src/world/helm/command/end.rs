//! How a command ended: by its exit status, and by the history, which tells more.

use crate::world::cluster::Cluster;
use crate::world::helm::choose::{Attempted, Before, Settled, settle};
use crate::world::helm::fault::{HelmFault, HelmFaultKind};
use crate::world::helm::release::History;
use crate::world::process::{self, Exit, Outcome, ProcessId};
use std::path::Path;

/// What is known of a command that was started, or was about to be.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// It still runs: nothing is settled before it ends.
    Runs(ProcessId),
    /// It does not run, and never will again.
    Ended {
        /// What became of the release.
        settled: Settled,
        /// The release's history, by which that was settled.
        now: History,
        /// How the program ended; none where nobody saw it, or it was never started.
        status: Option<process::Status>,
        /// The last lines that it said.
        said: Vec<String>,
    },
}

/// Looks at a command by the folder of its records and at the release. A command that was not started yet never will be.
pub async fn end(
    cluster: &Cluster,
    (release, namespace): (&str, &str),
    (before, attempted): (Before, &Attempted),
    records: &Path,
) -> Result<End, HelmFault> {
    // Without a folder it was never started.
    let outcome = if records.is_dir() { Outcome::settle(records).map_err(unreadable)? } else { Outcome::NotStarted };
    let started = !matches!(outcome, Outcome::NotStarted);
    let status = match outcome {
        Outcome::Running(process) => return Ok(End::Runs(process)),
        Outcome::Ended(Exit { status, .. }) => Some(status),
        Outcome::NotStarted | Outcome::Unknown => None,
    };
    // The log is evidence, and what is decided does not depend on it.
    let said = process::last_words(records).unwrap_or_default();
    let now = History::read(cluster, namespace, release).await?;
    // What happened to the release since is not of a command that never was started.
    let settled = match (started, Before::of(&now) == before) {
        (true, _) => settle(before, attempted, &now),
        (false, true) => Settled::NotBegun,
        (false, false) => Settled::foreign(&now),
    };
    Ok(End::Ended { settled, now, status, said })
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands on")]
fn unreadable(error: process::ProcessError) -> HelmFault {
    HelmFault::new(HelmFaultKind::File, error.to_string())
}
