//! Which cluster it is. A context and an address are names for it, and may come to mean another one.

use super::client::Cluster;
use super::name::ObjectName;

impl Cluster {
    /// What tells a cluster from all others as long as it lives: the uid of its namespace `kube-system`, as OpenTelemetry's
    /// conventions have it (`k8s.cluster.uid`). None where we may not look at that.
    pub async fn identity(&self) -> Option<String> {
        let name = "kube-system".to_owned();
        let system = ObjectName { group: String::new(), kind: "Namespace".to_owned(), namespace: None, name };
        let found = self.impatient().get(&system).await.ok()??;
        found.uid().map(str::to_owned)
    }
}
