//! `kube.jobs-complete`: Jobs of the target's cluster have ended well.

use super::super::{NAMESPACE, namespace};
use super::create::job_called;
use crate::action::{Check, Noun, Seen};
use crate::site::{Fault, Scene};
use crate::world::cluster::{Object, Readiness, Reference, Selection};
use async_trait::async_trait;
use serde_json::Value;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection};
use switchback_compiler::schema::{Example, Form, Param, Ty};

/// The kind.
pub struct KubeJobsComplete;

static FORM: Form = Form {
    name: "kube.jobs-complete",
    args: &[Param::any("NAME", Ty::Known, "what each Job is called")],
    props: &[
        Param::optional(
            "label",
            Ty::Known,
            "all Jobs with these labels, as everywhere in Kubernetes: app=shop,tier in (a,b)",
        ),
        NAMESPACE,
    ],
    summary: "named or labelled Jobs have ended well",
    text: "All that are named, and all with the labels, must be complete. None at all is not complete, and neither is \
           one that is not there. One that failed ends the wait at once; with `label` that is also one of before that \
           nobody deleted. What is missing is told, with the pod that holds it up.",
    within: 300,
    examples: &[
        Example { title: "by name", text: "kube.jobs-complete \"migrate\" \"seed\" within=\"10m\"" },
        Example {
            title: "by labels",
            text: "kube.jobs-complete label=\"app.kubernetes.io/part-of=shop\" within=\"10m\"",
        },
    ],
    ..Form::CHECK
};

impl Kind for KubeJobsComplete {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        let named = names(call);
        if named.is_empty() && !call.values.contains_key("label") {
            return vec![Objection::new(
                "it says no Job",
                "name them, or their labels: kube.jobs-complete \"migrate\"",
            )];
        }
        let known = named.into_iter().filter(|name| !name.contains('‹'));
        let wrong = known.filter(|name| Reference::parse(&format!("job/{name}")).is_err());
        let objection = |name: &str| Objection {
            about: "name",
            text: format!("`{name}` can't be the name of a Job"),
            help: "write the name alone: kube.jobs-complete \"migrate\"".to_owned(),
        };
        wrong.map(objection).collect()
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

impl Noun for KubeJobsComplete {
    fn check(&self) -> Option<&dyn Check> {
        Some(self)
    }
}

/// The names; `job/migrate` is one too.
fn names(call: &Call) -> Vec<&str> {
    let all = call.values.get("name").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    all.iter().filter_map(Value::as_str).map(|name| name.strip_prefix("job/").unwrap_or(name)).collect()
}

/// All that are meant, each with its name; none inside where one is not there.
async fn jobs(call: &Call, scene: &Scene<'_>) -> Result<Vec<(String, Option<Object>)>, Fault> {
    let cluster = scene.site.cluster()?;
    let named: Vec<_> = names(call).into_iter().map(|name| job_called(name, namespace(call))).collect();
    let there = cluster.get_all(&named).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut all: Vec<_> = named.iter().map(|name| name.spoken(&scene.site.namespace)).zip(there).collect();
    if let Some(labels) = call.known("label") {
        let selection =
            Selection { namespace: Some(namespace(call).to_owned()), labels: Some(labels.to_owned()), fields: None };
        let found = cluster.list(&cluster.kind("batch", "Job").await?, &selection).await?;
        all.extend(found.into_iter().map(|job| (job.full_name().spoken(&scene.site.namespace), Some(job))));
    }
    Ok(all)
}

#[async_trait]
impl Check for KubeJobsComplete {
    async fn look(&self, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
        let all = jobs(call, scene).await?;
        let (mut complete, mut first) = (0, None);
        for (name, job) in &all {
            match job.as_ref().map(Object::readiness) {
                Some(Readiness::Ready(_)) => complete += 1,
                Some(Readiness::Failed(why)) => {
                    return Ok(Seen { settled: true, ..Seen::not(format!("{name} failed: {why}")) });
                }
                Some(Readiness::Waits(says)) => drop(first.get_or_insert((format!("{name}: {says}"), job.as_ref()))),
                None => drop(first.get_or_insert((format!("{name} is not there"), None))),
            }
        }
        let says = format!("{complete} of {} complete", all.len());
        Ok(match first {
            None if all.is_empty() => Seen::not("no Job has these labels"),
            None => Seen::holds(says),
            Some((missing, job)) => {
                let beside = match job {
                    Some(job) => scene.site.cluster()?.trouble(job).await,
                    None => None,
                };
                let says = if all.len() == 1 { missing } else { format!("{says}; {missing}") };
                Seen { beside, ..Seen::not(says) }
            }
        })
    }

    fn words(&self, call: &Call) -> String {
        let named = names(call).join(", ");
        match (named.is_empty(), call.known("label")) {
            (false, None) => named,
            (false, Some(label)) => format!("{named}, {label}"),
            (true, label) => label.unwrap_or_default().to_owned(),
        }
    }
}
