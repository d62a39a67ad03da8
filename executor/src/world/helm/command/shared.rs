//! What all commands that change a release have.

use crate::world::helm::fault::{HelmFault, HelmFaultKind};
use crate::world::helm::program::Generation;
use crate::world::helm::release::check_name;
use std::time::Duration;

/// Which release, and how it is changed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Shared {
    /// The release.
    pub release: String,
    /// Its namespace.
    pub namespace: String,
    /// How long Helm waits for each thing: each hook, all objects.
    pub within: Duration,
    /// The revisions that are kept; 0 keeps all, so that no revision goes to which a plan may want to go back.
    pub history_max: u32,
    /// Whether hooks run.
    pub hooks: bool,
    /// Whether Helm itself waits until all objects are ready, and records a release whose objects are not as failed.
    pub waits: bool,
    /// Whether fields that others own are taken from them, where the server merges.
    pub forces_conflicts: bool,
}

impl Shared {
    /// Helm's own defaults, but for the history, of which nothing goes.
    pub fn of(release: &str, namespace: &str) -> Self {
        Self {
            release: release.to_owned(),
            namespace: namespace.to_owned(),
            within: Duration::from_mins(5),
            history_max: 0,
            hooks: true,
            waits: false,
            forces_conflicts: false,
        }
    }

    /// The command, the release, more words, and what is the same for all.
    pub(super) fn begin(&self, command: &str, words: &[&str]) -> Result<Vec<String>, HelmFault> {
        check_name(&self.release)?;
        if self.namespace.is_empty() || self.namespace.starts_with('-') {
            let what = format!("`{}` can't be the name of a namespace", self.namespace);
            return Err(HelmFault::new(HelmFaultKind::Invalid, what));
        }
        let mut arguments = vec![command.to_owned(), self.release.clone()];
        arguments.extend(words.iter().map(|word| (*word).to_owned()));
        arguments.extend(["--namespace".to_owned(), self.namespace.clone()]);
        if !self.hooks {
            arguments.push("--no-hooks".to_owned());
        }
        Ok(arguments)
    }

    /// The limit, and whether more than hooks is waited for.
    pub(super) fn limit_and_waits(&self, generation: Generation) -> Vec<String> {
        let mut arguments = vec!["--timeout".to_owned(), format!("{}s", self.within.as_secs().max(1))];
        if self.waits {
            // Without a strategy Helm 4 takes a word that follows for one.
            arguments.push(if generation == Generation::Four { "--wait=watcher" } else { "--wait" }.to_owned());
        }
        arguments
    }

    /// The same, with what is kept of the history, and with Jobs among what is waited for.
    pub(super) fn history_and_waits(&self, generation: Generation) -> Vec<String> {
        let mut arguments = vec!["--history-max".to_owned(), self.history_max.to_string()];
        arguments.extend(self.limit_and_waits(generation));
        if self.waits {
            arguments.push("--wait-for-jobs".to_owned());
        }
        arguments
    }
}
