//! Taking away the record of a rollback that did not end.

use super::body::Release;
use super::history::History;
use super::name;
use super::status::Status;
use crate::world::cluster::{Cluster, Delete, Mode, Object, ObjectName, Propagation};
use crate::world::helm::fault::HelmFault;

impl History {
    /// The last revision, where it is a rollback to this one that did not end well.
    ///
    /// Helm takes the manifest of the last record for what is there, whatever became of it. The same rollback over this one
    /// would leave all objects and fields that only the revision before has.
    pub fn half_rolled_back(&self, to: u32) -> Option<&Release> {
        let target = self.get(to)?;
        let last = self.last().filter(|last| matches!(last.status, Status::PendingRollback | Status::Failed))?;
        let same = last.can_be_rollback_to(Some(target)) && last.manifest() == target.manifest();
        Some(last).filter(|last| same && last.revision > to)
    }

    /// A revision's record as it is, whole; none where it is gone.
    pub async fn record(&self, cluster: &Cluster, revision: u32) -> Result<Option<Object>, HelmFault> {
        Ok(cluster.get(&self.record_name(revision)).await?)
    }

    /// Takes a revision's record away, unless somebody changed it since it was looked at. Nothing but the record goes.
    pub async fn forget(&self, cluster: &Cluster, revision: u32, record: &Object) -> Result<(), HelmFault> {
        let text = |path: &str| record.text(path).map(str::to_owned);
        let delete = Delete {
            propagation: Propagation::Background,
            uid: text("/metadata/uid"),
            resource_version: text("/metadata/resourceVersion"),
        };
        match cluster.delete(&self.record_name(revision), &delete, Mode::Real).await {
            Err(fault) if !fault.is_absent() => Err(fault.into()),
            _ => Ok(()),
        }
    }

    fn record_name(&self, revision: u32) -> ObjectName {
        ObjectName {
            group: String::new(),
            kind: "Secret".to_owned(),
            namespace: Some(self.namespace.clone()),
            name: name::record(&self.name, revision),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    fn history(last: (&str, &str, &str)) -> History {
        let revision = |number: u32, (status, description, manifest): (&str, &str, &str)| {
            let info = json!({ "status": status, "description": description });
            let told = json!({ "name": "occm", "version": number, "info": info, "manifest": manifest });
            Release::read(told.to_string().as_bytes()).unwrap()
        };
        let (one, two) = (("superseded", "Install complete", "a"), ("deployed", "Upgrade complete", "b"));
        History::of("occm", "lumen", vec![revision(1, one), revision(2, two), revision(3, last)], vec![])
    }

    #[test]
    fn only_the_same_rollback_that_did_not_end_is_in_the_way() {
        let half = |last, to| history(last).half_rolled_back(to).map(|release| release.revision);
        let pending = ("pending-rollback", "Rollback to 1", "a");
        assert_eq!((half(pending, 1), half(pending, 2), half(pending, 7)), (Some(3), None, None));
        assert_eq!(half(("failed", "Rollback \"occm\" failed: timed out", "a"), 1), Some(3));
        assert_eq!(
            half(("failed", "Release \"occm\" failed: context deadline exceeded", "a"), 1),
            Some(3),
            "not ready"
        );
        assert_eq!(half(("failed", "Release \"occm\" failed: context deadline exceeded", "b"), 1), None);
        assert_eq!(half(("deployed", "Rollback to 1", "a"), 1), None, "it ended well");
        assert_eq!(half(("failed", "Upgrade \"occm\" failed: timed out", "a"), 1), None);
        assert_eq!(half(("pending-upgrade", "Preparing upgrade", "b"), 2), None);
    }
}
