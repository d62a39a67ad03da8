//! Taking away the record of a rollback that did not end.

use super::body::Release;
use super::history::History;
use super::name;
use super::status::Status;
use crate::world::cluster::{Cluster, Delete, Mode, ObjectName, Propagation};
use crate::world::helm::fault::HelmFault;

impl History {
    /// The last revision, where it is a rollback to this one that did not end well.
    ///
    /// Helm takes the manifest of the last record for what is there, whatever became of it. The same rollback over this one
    /// would leave all objects and fields that only the revision before has.
    pub fn half_rolled_back(&self, to: u32) -> Option<&Release> {
        let target = self.get(to)?;
        let last = self.last().filter(|last| matches!(last.status, Status::PendingRollback | Status::Failed))?;
        let same = last.description.starts_with("Rollback ") && last.manifest() == target.manifest();
        Some(last).filter(|last| same && last.revision > to)
    }

    /// Takes a revision's record away, unless somebody changed it since. Nothing but the record goes.
    pub async fn forget(&self, cluster: &Cluster, revision: u32) -> Result<(), HelmFault> {
        let record = ObjectName {
            group: String::new(),
            kind: "Secret".to_owned(),
            namespace: Some(self.namespace.clone()),
            name: name::record(&self.name, revision),
        };
        let Some(there) = cluster.get(&record).await? else { return Ok(()) };
        let text = |path: &str| there.text(path).map(str::to_owned);
        let delete = Delete {
            propagation: Propagation::Background,
            uid: text("/metadata/uid"),
            resource_version: text("/metadata/resourceVersion"),
        };
        match cluster.delete(&record, &delete, Mode::Real).await {
            Err(fault) if !fault.is_absent() => Err(fault.into()),
            _ => Ok(()),
        }
    }
}
