//! Which cluster it is. A context and an address are names for it, and may come to mean another one.

use super::client::Cluster;
use super::fault::{Fault, FaultKind};
use super::name::ObjectName;
use super::object::Object;

impl Cluster {
    /// What tells a cluster from all others as long as it lives: the uid of its namespace `kube-system`, as OpenTelemetry's
    /// conventions have it (`k8s.cluster.uid`). None where we may not look at that.
    pub async fn identity(&self) -> Result<Option<String>, Fault> {
        let name = "kube-system".to_owned();
        let system = ObjectName { group: String::new(), kind: "Namespace".to_owned(), namespace: None, name };
        match self.get(&system).await {
            Ok(found) => Ok(found.as_ref().and_then(Object::uid).map(str::to_owned)),
            Err(fault) if fault.kind == FaultKind::Forbidden => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}
