//! `helm.ready`: a release stands, and all its objects are ready.

use super::{NAME, NAMESPACE, name, namespace};
use crate::action::{Check, Noun, Seen};
use crate::site::{Fault, Scene};
use crate::world::cluster::Readiness;
use crate::world::helm::{History, Rendered, Status};
use async_trait::async_trait;
use std::time::Duration;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection};
use switchback_compiler::schema::{Example, Form};

/// The kind.
pub struct HelmReady;

static FORM: Form = Form {
    name: "helm.ready",
    args: &[NAME],
    props: &[NAMESPACE],
    summary: "a release stands and all its objects are ready",
    text: "Its last revision is deployed, and each object of its manifest is there and ready as `kube.ready` sees it. \
           A Job that failed, or a rollout past its own deadline, ends the wait at once.",
    within: 300,
    examples: &[Example { title: "without a break", text: "helm.ready \"portal\" for=\"30s\"" }],
    ..Form::CHECK
};

impl Kind for HelmReady {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        super::objections(call)
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

impl Noun for HelmReady {
    fn check(&self) -> Option<&dyn Check> {
        Some(self)
    }
}

#[async_trait]
impl Check for HelmReady {
    async fn look(&self, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
        let cluster = scene.site.cluster()?;
        let history = History::read(cluster, namespace(call), name(call)).await?;
        let Some(last) = history.last() else { return Ok(Seen::not("there is no such release")) };
        let revision = last.revision;
        if last.status != Status::Deployed {
            return Ok(Seen::not(format!("revision {revision} is {}", last.status)));
        }
        let rendered = Rendered::of(last)?;
        let mut names = Vec::new();
        for object in &rendered.objects {
            let of = object.namespace().unwrap_or(namespace(call)).to_owned();
            names.push(cluster.name_of(object, &of, Duration::ZERO).await?);
        }
        for (name, live) in names.iter().zip(cluster.get_all(&names).await) {
            let spoken = name.spoken(&scene.site.namespace);
            match live?.map(|live| live.readiness()) {
                None => return Ok(Seen::not(format!("{spoken} is not there"))),
                Some(Readiness::Waits(says)) => return Ok(Seen::not(format!("{spoken}: {says}"))),
                Some(Readiness::Failed(why)) => {
                    return Ok(Seen { settled: true, ..Seen::not(format!("{spoken}: {why}")) });
                }
                Some(Readiness::Ready(_)) => {}
            }
        }
        Ok(Seen::holds(format!("revision {revision} is deployed and ready")))
    }

    fn words(&self, call: &Call) -> String {
        format!("release {}", name(call))
    }
}
