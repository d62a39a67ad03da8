//! `kube.ready`: objects of the target's cluster are ready.

use super::{NAMESPACE, reference};
use crate::action::{Check, Noun, Seen, values};
use crate::site::{Fault, Scene};
use crate::world::cluster::{Object, Readiness};
use async_trait::async_trait;
use serde_json::Value;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection};
use switchback_compiler::schema::{Example, Form, Param, Ty};

/// The kind.
pub struct KubeReady;

const AT_LEAST: Param = Param::optional(
    "at-least",
    Ty::Count,
    "so many pods must be wanted, of what makes pods; left out, 1, and of a DaemonSet any number",
);

static FORM: Form = Form {
    name: "kube.ready",
    args: &[reference::OBJECTS],
    props: &[NAMESPACE, AT_LEAST],
    summary: "objects of the target's cluster are ready",
    text: "Deployments, StatefulSets, DaemonSets and ReplicaSets are ready when their controller has seen the last \
           change and as many pods of it are available as are wanted, none of before left over, and where none is \
           wanted the last one has ended; Jobs when they are complete; definitions when they are established; \
           namespaces when they are active; pods when they say so. What has nothing to get ready for is ready when it \
           is there. A Job that failed, or a rollout past its own deadline, ends the wait at once. \
           What is scaled to zero serves nobody, so it is not ready here unless at-least=0 says so.",
    within: 300,
    examples: &[Example { title: "without a break", text: "kube.ready \"deployment/catalog\" for=\"30s\"" }],
    ..Form::CHECK
};

impl Kind for KubeReady {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        reference::objections(call)
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

impl Noun for KubeReady {
    fn check(&self) -> Option<&dyn Check> {
        Some(self)
    }
}

/// Why the pods that are wanted are not enough to be ready. How many a `DaemonSet` wants depends on the nodes, so of that a
/// number is asked only where the plan says one.
fn too_few(call: &Call, live: &Object) -> Option<String> {
    let said = values::number(call, AT_LEAST.name);
    let number = |place: &str| live.get(place).and_then(Value::as_u64);
    let wanted = match (live.group(), live.kind()) {
        ("apps", "Deployment" | "StatefulSet" | "ReplicaSet") | ("", "ReplicationController") => {
            number("/spec/replicas").unwrap_or(1)
        }
        ("apps", "DaemonSet") if said.is_some() => number("/status/desiredNumberScheduled").unwrap_or_default(),
        _ => return None,
    };
    let least = said.unwrap_or(1);
    (wanted < least).then(|| format!("{wanted} of at least {least} wanted"))
}

#[async_trait]
impl Check for KubeReady {
    async fn look(&self, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
        let names = reference::meant(call, scene).await?;
        let cluster = scene.site.cluster()?;
        let all = cluster.get_all(&names).await;
        let several = names.len() > 1;
        let mut last = Seen::holds("ready");
        for (name, live) in names.iter().zip(all) {
            let spoken = name.spoken(&scene.site.namespace);
            let told = |says: String| if several { format!("{spoken}: {says}") } else { says };
            let Some(live) = live? else { return Ok(Seen::not(told("is not there".to_owned()))) };
            match cluster.readiness(&live).await? {
                Readiness::Waits(says) => {
                    let beside = cluster.trouble(&live).await;
                    return Ok(Seen { beside, ..Seen::not(told(says)) });
                }
                Readiness::Failed(why) => return Ok(Seen { settled: true, ..Seen::not(told(why)) }),
                Readiness::Ready(_) if let Some(few) = too_few(call, &live) => return Ok(Seen::not(told(few))),
                Readiness::Ready(says) => last = Seen::holds(if several { "all ready".to_owned() } else { says }),
            }
        }
        Ok(last)
    }

    fn words(&self, call: &Call) -> String {
        reference::words(call)
    }
}
