//! `kube.exists` and `kube.absent`: whether objects are in the target's cluster.

use super::{NAMESPACE, reference};
use crate::action::{Check, Noun, Seen};
use crate::site::{Fault, Scene};
use async_trait::async_trait;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection};
use switchback_compiler::schema::{Example, Form};

/// The kind that wants them.
pub struct KubeExists;

/// The kind that wants none of them.
pub struct KubeAbsent;

static EXISTS: Form = Form {
    name: "kube.exists",
    args: &[reference::OBJECTS],
    props: &[NAMESPACE],
    summary: "objects are in the target's cluster",
    text: "One that is being deleted does not count. They are looked at once; with `within` they are waited for.",
    within: 30,
    once: true,
    examples: &[Example {
        title: "what an operator makes",
        text: "kube.exists \"secret/portal-tls\" namespace=\"lumen\" within=\"2m\"",
    }],
    ..Form::CHECK
};

static ABSENT: Form = Form {
    name: "kube.absent",
    args: &[reference::OBJECTS],
    props: &[NAMESPACE],
    summary: "objects are not in the target's cluster",
    text: "One that is being deleted is still there. They are looked at once; with `within` it is waited until they are \
           gone. A kind that the cluster does not have counts as absent.",
    within: 30,
    once: true,
    examples: &[Example { title: "the old job is gone", text: "kube.absent \"cronjob/notebooks-gc\" within=\"1m\"" }],
    ..Form::CHECK
};

impl Kind for KubeExists {
    fn form(&self) -> &'static Form {
        &EXISTS
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        reference::objections(call)
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

impl Kind for KubeAbsent {
    fn form(&self) -> &'static Form {
        &ABSENT
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        reference::objections(call)
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

impl Noun for KubeExists {
    fn check(&self) -> Option<&dyn Check> {
        Some(self)
    }
}

impl Noun for KubeAbsent {
    fn check(&self) -> Option<&dyn Check> {
        Some(self)
    }
}

#[async_trait]
impl Check for KubeExists {
    async fn look(&self, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
        let names = reference::meant(call, scene).await?;
        let all = scene.site.cluster()?.get_all(&names).await;
        for (name, live) in names.iter().zip(all) {
            let spoken = name.spoken(&scene.site.namespace);
            match live? {
                None => return Ok(Seen::not(format!("{spoken} is not there"))),
                Some(live) if live.is_ending() => return Ok(Seen::not(format!("{spoken} is being deleted"))),
                Some(_) => {}
            }
        }
        Ok(Seen::holds("there"))
    }

    fn words(&self, call: &Call) -> String {
        reference::words(call)
    }
}

#[async_trait]
impl Check for KubeAbsent {
    async fn look(&self, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
        let cluster = scene.site.cluster()?;
        for meant in reference::each_meant(call, scene).await? {
            let name = match meant {
                Ok(name) => name,
                Err(fault) if fault.is_absent() => continue,
                Err(fault) => return Err(fault.into()),
            };
            if let Some(live) = cluster.get(&name).await? {
                let spoken = name.spoken(&scene.site.namespace);
                let says = if live.is_ending() { "is being deleted" } else { "is there" };
                return Ok(Seen::not(format!("{spoken} {says}")));
            }
        }
        Ok(Seen::holds("not there"))
    }

    fn words(&self, call: &Call) -> String {
        reference::words(call)
    }
}
