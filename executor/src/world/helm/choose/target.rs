//! To which revision a rollback goes: by what it is, never blindly to the one before.

use crate::world::helm::release::{Damaged, History, Release, Status};

/// Which version of a revision is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The chart's own.
    Chart,
    /// That of what the chart installs.
    App,
}

/// Where a rollback is to go.
pub enum Wanted<'w> {
    /// To a version.
    Version {
        /// Which of both versions.
        by: By,
        /// As it was written: `24.2.x`.
        written: &'w str,
        /// Whether a version is it.
        is: &'w dyn Fn(&str) -> bool,
    },
    /// To the newest good revision before the last one.
    LastGood,
    /// To a revision.
    Revision(u32),
}

/// Where a rollback goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Target<'h> {
    /// To this revision.
    Revision(&'h Release),
    /// Nowhere: this one stands already and is what is wanted.
    Already(&'h Release),
}

/// Why there is nowhere to go.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTarget {
    /// There is no such release.
    #[error("there is no release `{0}`")]
    NoRelease(String),
    /// The newest record is damaged, so what stands is not known.
    #[error("what stands is not known: {0}")]
    Damaged(String),
    /// No revision that is kept has the version.
    #[error("no revision of `{release}` that is kept is of {what} {written}; there are {there}")]
    NoSuchVersion {
        /// The release.
        release: String,
        /// `chart` or `app version`.
        what: &'static str,
        /// What was wanted.
        written: String,
        /// What is there.
        there: String,
    },
    /// Revisions have the version, and none of them is good.
    #[error(
        "revision {revision} of `{release}` is of {what} {written} and {status}; only a deployed or superseded one is taken"
    )]
    NotGood {
        /// The release.
        release: String,
        /// The newest of them.
        revision: u32,
        /// `chart` or `app version`.
        what: &'static str,
        /// What was wanted.
        written: String,
        /// What it is.
        status: Status,
    },
    /// The revision is not kept.
    #[error("`{release}` has no revision {revision}; there are {there}")]
    NoSuchRevision {
        /// The release.
        release: String,
        /// The number that was wanted.
        revision: u32,
        /// What is there.
        there: String,
    },
    /// The revision is there and not good.
    #[error("revision {revision} of `{release}` is {status}; only a deployed or superseded one is taken")]
    BadRevision {
        /// The release.
        release: String,
        /// The number that was wanted.
        revision: u32,
        /// What it is.
        status: Status,
    },
    /// There is no good revision before the last one.
    #[error("`{0}` has no good revision before the last one")]
    NothingBefore(String),
}

impl NoTarget {
    /// The way out.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NoRelease(_) => "look at its name and its namespace: `helm list --all-namespaces`",
            Self::Damaged(_) => "put that Secret back from a copy, or delete it once it is known what stands",
            Self::NoSuchVersion { .. } | Self::NoSuchRevision { .. } => {
                "`helm history` shows them; one that was pruned can only be made again with `helm.upgrade` from its chart"
            }
            Self::NotGood { .. } | Self::BadRevision { .. } => {
                "name another revision, or make it again with `helm.upgrade` from its chart"
            }
            Self::NothingBefore(_) => "there is nothing to go back to: uninstall it, or upgrade it",
        }
    }
}

/// Chooses the revision to which a rollback goes.
pub fn target<'h>(history: &'h History, wanted: &Wanted<'_>) -> Result<Target<'h>, NoTarget> {
    if let Some(damaged) = history.damaged_last() {
        return Err(NoTarget::Damaged(damaged.to_string()));
    }
    let last = history.last().ok_or_else(|| NoTarget::NoRelease(history.name.clone()))?;
    let found = match wanted {
        Wanted::Version { by, written, is } => by_version(history, *by, written, is)?,
        Wanted::LastGood => last_good(history, last.revision)?,
        Wanted::Revision(revision) => by_number(history, *revision)?,
    };
    let stands = found.revision == last.revision && found.status == Status::Deployed;
    Ok(if stands { Target::Already(found) } else { Target::Revision(found) })
}

/// The newest good revision before a number.
pub fn last_good(history: &History, before: u32) -> Result<&Release, NoTarget> {
    let good = |release: &&Release| release.revision < before && release.status.is_good();
    history.revisions().iter().rev().find(good).ok_or_else(|| NoTarget::NothingBefore(history.name.clone()))
}

/// The newest good one of a version. What stands is the newest wherever it is of that version.
fn by_version<'h>(
    history: &'h History,
    by: By,
    written: &str,
    is: &dyn Fn(&str) -> bool,
) -> Result<&'h Release, NoTarget> {
    let of_version = || history.revisions().iter().rev().filter(|release| by.of(release).is_some_and(is));
    if let Some(found) = of_version().find(|release| release.status.is_good()) {
        return Ok(found);
    }
    let (release, what, written) = (history.name.clone(), by.words(), written.to_owned());
    Err(match of_version().next() {
        Some(Release { revision, status, .. }) => {
            NoTarget::NotGood { release, revision: *revision, what, written, status: *status }
        }
        None => NoTarget::NoSuchVersion { release, what, written, there: versions(history, by) },
    })
}

fn by_number(history: &History, revision: u32) -> Result<&Release, NoTarget> {
    let release = history.name.clone();
    match history.get(revision) {
        Some(found) if found.status.is_good() => Ok(found),
        Some(found) => Err(NoTarget::BadRevision { release, revision, status: found.status }),
        None if history.damaged.iter().any(|damaged| damaged.revision == Some(revision)) => {
            let damaged = history.damaged.iter().find(|damaged| damaged.revision == Some(revision));
            Err(NoTarget::Damaged(damaged.map(Damaged::to_string).unwrap_or_default()))
        }
        None => Err(NoTarget::NoSuchRevision { release, revision, there: numbers(history) }),
    }
}

impl By {
    /// That version of a revision, if it says one.
    pub fn of(self, release: &Release) -> Option<&str> {
        match self {
            Self::Chart => Some(release.chart.version.as_str()).filter(|version| !version.is_empty()),
            Self::App => release.chart.app_version.as_deref(),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Chart => "chart",
            Self::App => "app version",
        }
    }
}

fn numbers(history: &History) -> String {
    let numbers: Vec<_> = history.revisions().iter().map(|release| release.revision.to_string()).collect();
    numbers.join(", ")
}

/// `3 (24.3.0, deployed), 2 (24.2.0, failed)`, the newest first.
fn versions(history: &History, by: By) -> String {
    let each = history.revisions().iter().rev().map(|release| {
        format!("{} ({}, {})", release.revision, by.of(release).unwrap_or("no version"), release.status)
    });
    each.collect::<Vec<_>>().join(", ")
}
