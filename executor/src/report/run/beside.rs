//! What a report knows besides the plan and the events of its run.

use std::collections::BTreeMap;

/// What stands beside a run's events: who signed, the journal's state, outputs of programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Who signed the bundle, with their role: `ada, grace (platform-leads)`.
    pub signed: Vec<String>,
    /// Who wrote the plan, where the bundle says it.
    pub author: Option<String>,
    /// The journal that the events come from.
    pub journal: Option<JournalFacts>,
    /// Last lines that programs of a unit wrote, masked.
    pub output: BTreeMap<u32, Vec<String>>,
}

/// What is known of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalFacts {
    /// Its path, as a person would open it.
    pub path: String,
    /// The number of good records.
    pub records: usize,
    /// How it ends: `whole`, `a torn end of 12 bytes is left out`.
    pub ending: String,
    /// The digest of its last good frame, which stands for all before it.
    pub digest: String,
}
