//! All revisions of a release that are kept.

use super::body::Release;
use super::status::Status;

/// The history of a release; empty where there is no such release.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The release's name.
    pub name: String,
    /// The namespace that it is in.
    pub namespace: String,
    /// By revision, the oldest first.
    pub(in crate::world::helm) revisions: Vec<Release>,
    /// Records that can't be read, by revision.
    pub damaged: Vec<Damaged>,
}

/// A record that can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// The Secret.
    pub record: String,
    /// Its revision, by its name.
    pub revision: Option<u32>,
    /// What its label says.
    pub status: Status,
    /// What about it can't be.
    pub why: String,
}

impl std::fmt::Display for Damaged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` can't be read: {}", self.record, self.why)
    }
}

impl History {
    /// Of revisions in any order.
    pub fn of(name: &str, namespace: &str, mut revisions: Vec<Release>, mut damaged: Vec<Damaged>) -> Self {
        revisions.sort_by_key(|release| release.revision);
        damaged.sort_by_key(|damaged| damaged.revision);
        Self { name: name.to_owned(), namespace: namespace.to_owned(), revisions, damaged }
    }

    /// All that can be read, the oldest first.
    pub fn revisions(&self) -> &[Release] {
        &self.revisions
    }

    /// The last one.
    pub fn last(&self) -> Option<&Release> {
        self.revisions.last()
    }

    /// One by its number.
    pub fn get(&self, revision: u32) -> Option<&Release> {
        self.revisions.iter().find(|release| release.revision == revision)
    }

    /// What stands: the newest that is called deployed. After races there may be several.
    pub fn deployed(&self) -> Option<&Release> {
        self.revisions.iter().rev().find(|release| release.status == Status::Deployed)
    }

    /// The history as it was before a revision.
    #[must_use]
    pub fn before(&self, revision: u32) -> Self {
        let mut earlier = self.clone();
        earlier.revisions.retain(|release| release.revision < revision);
        earlier.damaged.retain(|damaged| damaged.revision.is_some_and(|other| other < revision));
        earlier
    }

    /// Whether there is anything of it.
    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty() && self.damaged.is_empty()
    }

    /// The highest number, also of what can't be read; 0 where there is nothing.
    pub fn highest(&self) -> u32 {
        let damaged = self.damaged.iter().filter_map(|damaged| damaged.revision);
        self.revisions.iter().map(|release| release.revision).chain(damaged).max().unwrap_or_default()
    }

    /// The record that can't be read and that is newer than all that can: nothing is certain then.
    pub fn damaged_last(&self) -> Option<&Damaged> {
        let last = self.last().map(|release| release.revision);
        self.damaged.iter().rev().find(|damaged| damaged.revision.is_none() || damaged.revision > last)
    }
}
