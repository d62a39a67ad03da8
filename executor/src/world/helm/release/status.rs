//! What a revision of a release is, in Helm's words.

use std::fmt;

/// The status of a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It is what stands now.
    Deployed,
    /// It stood once, and a later one took its place.
    Superseded,
    /// It did not come to an end that Helm calls good.
    Failed,
    /// It was taken away, and its record was kept.
    Uninstalled,
    /// It is being taken away, or whoever did so is gone.
    Uninstalling,
    /// It is being installed, or whoever did so is gone.
    PendingInstall,
    /// It is being upgraded to, or whoever did so is gone.
    PendingUpgrade,
    /// It is being rolled back to, or whoever did so is gone.
    PendingRollback,
    /// Helm does not know, or says something that we don't know.
    Unknown,
}

const ALL: [(Status, &str); 9] = [
    (Status::Deployed, "deployed"),
    (Status::Superseded, "superseded"),
    (Status::Failed, "failed"),
    (Status::Uninstalled, "uninstalled"),
    (Status::Uninstalling, "uninstalling"),
    (Status::PendingInstall, "pending-install"),
    (Status::PendingUpgrade, "pending-upgrade"),
    (Status::PendingRollback, "pending-rollback"),
    (Status::Unknown, "unknown"),
];

impl Status {
    /// Of Helm's word.
    pub fn of(word: &str) -> Self {
        ALL.iter().find(|(_, known)| *known == word).map_or(Self::Unknown, |(status, _)| *status)
    }

    /// Helm's word.
    pub fn word(self) -> &'static str {
        ALL.iter().find(|(status, _)| *status == self).map_or("unknown", |(_, word)| word)
    }

    /// Whether a rollback may go there: it stands, or stood and was taken over by a later one in good order.
    pub fn is_good(self) -> bool {
        matches!(self, Self::Deployed | Self::Superseded)
    }

    /// Whether somebody works on it, or is gone without having ended it.
    pub fn is_pending(self) -> bool {
        matches!(self, Self::PendingInstall | Self::PendingUpgrade | Self::PendingRollback | Self::Uninstalling)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_helms_and_come_back() {
        for (status, word) in ALL {
            assert_eq!((Status::of(word), status.word()), (status, word));
        }
        assert_eq!(Status::of("something-new"), Status::Unknown);
    }
}
