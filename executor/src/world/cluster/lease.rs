//! Leases: who works on something right now, agreed on by all who can reach the cluster (`coordination.k8s.io/v1`).

use super::client::Cluster;
use super::fault::{Fault, FaultKind};
use super::name::ObjectName;
use super::object::Object;
use super::write::{Delete, Mode, Propagation};
use jiff::Timestamp;
use serde_json::{Value, json};

/// How long after its last renewal others may take a holder for dead. Nobody of us does so by the clock alone; it is for
/// other readers of the Lease.
const DURATION_SECONDS: u32 = 60;

/// A Lease as it was read or written.
#[derive(Clone, Debug)]
pub struct Lease {
    object: Object,
}

impl Lease {
    /// The name of one.
    pub fn name(namespace: &str, name: &str) -> ObjectName {
        ObjectName {
            group: "coordination.k8s.io".to_owned(),
            kind: "Lease".to_owned(),
            namespace: Some(namespace.to_owned()),
            name: name.to_owned(),
        }
    }

    /// Who holds it; nobody's Leases have none.
    pub fn holder(&self) -> Option<&str> {
        self.object.text("/spec/holderIdentity").filter(|holder| !holder.is_empty())
    }

    /// When its holder said last that it is there.
    pub fn renewed(&self) -> Option<Timestamp> {
        self.object.text("/spec/renewTime")?.parse().ok()
    }
}

impl Cluster {
    /// Reads a Lease.
    pub async fn lease(&self, name: &ObjectName) -> Result<Option<Lease>, Fault> {
        Ok(self.get(name).await?.map(|object| Lease { object }))
    }

    /// Takes a Lease, or says again that its holder is there: only as long as nobody else changed it since `before`.
    ///
    /// A server makes a Lease that is replaced and not there, so what is replaced has its uid with it: one that was given up
    /// or deleted does not come back by a renewal that was under way.
    ///
    /// # Errors
    /// Of kind [`FaultKind::Exists`] or [`FaultKind::Changed`] where somebody was faster.
    pub async fn hold_lease(
        &self,
        name: &ObjectName,
        holder: &str,
        before: Option<&Lease>,
        now: Timestamp,
    ) -> Result<Lease, Fault> {
        let time = format!("{now:.6}");
        let acquired = before.filter(|lease| lease.holder() == Some(holder));
        let acquired = acquired.and_then(|lease| lease.object.text("/spec/acquireTime")).unwrap_or(&time).to_owned();
        let version = before.and_then(|lease| lease.object.resource_version());
        let uid = before.and_then(|lease| lease.object.uid());
        let wanted = json!({
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": { "name": name.name, "resourceVersion": version, "uid": uid },
            "spec": {
                "holderIdentity": holder, "leaseDurationSeconds": DURATION_SECONDS,
                "acquireTime": acquired, "renewTime": time,
            },
        });
        let wanted = Object::new(without_null(wanted)).ok_or_else(|| Fault::new(FaultKind::Setup, "no Lease"))?;
        let object = match before {
            Some(_) => self.replace(name, &wanted, Mode::Real).await?,
            None => self.create(name, &wanted, Mode::Real).await?,
        };
        Ok(Lease { object })
    }

    /// Gives a Lease up, as it was read; one that is gone is given up.
    ///
    /// # Errors
    /// Of kind [`FaultKind::Changed`] where it is not as it was read: by a renewal, or since somebody else holds it.
    pub async fn free_lease(&self, name: &ObjectName, lease: &Lease) -> Result<(), Fault> {
        let delete = Delete {
            propagation: Propagation::Background,
            uid: lease.object.uid().map(str::to_owned),
            resource_version: lease.object.resource_version().map(str::to_owned),
        };
        match self.delete(name, &delete, Mode::Real).await {
            Err(fault) if fault.is_absent() => Ok(()),
            freed => freed,
        }
    }
}

/// What is made anew has no version yet.
fn without_null(mut value: Value) -> Value {
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|_, value| !value.is_null());
    }
    value
}
