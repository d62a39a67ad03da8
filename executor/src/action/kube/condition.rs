//! `kube.condition`: a condition of an object, as its controller says it.

use super::{NAMESPACE, reference};
use crate::action::{Check, Noun, Seen};
use crate::site::{Fault, Scene};
use crate::world::cluster::{Condition, Readiness};
use async_trait::async_trait;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection};
use switchback_compiler::schema::{Example, Form, Param, Ty};

/// The kind.
pub struct KubeCondition;

static FORM: Form = Form {
    name: "kube.condition",
    args: &[reference::OBJECT, Param::one("TYPE", Ty::Known, "the condition, as its controller writes it: Ready")],
    props: &[
        Param::optional("status", Ty::OneOf(&["True", "False", "Unknown"]), "what it must be; left out, True"),
        Param::optional("reason", Ty::Known, "the reason that it must have"),
        Param::optional(
            "fails",
            Ty::Known,
            "conditions that end the wait at once, with commas: \"Stalled,Ready=False\"; left out, Failed and Stalled",
        ),
        NAMESPACE,
    ],
    summary: "a condition of an object is as wanted",
    text: "Of any kind of object. What a controller said of the object as it was before its last change does not count: \
           it is told by the `observedGeneration` of the condition or of the status, where it is there. A condition \
           that says that the controller gave up ends the wait at once: `Failed` or `Stalled`, unless `fails` names \
           others (`fails=\"Stalled\"` leaves `Failed` out); where a condition that is False is the failure, write it \
           so: `fails=\"PrepCompleted=False\"`. Where there is no such condition those that are there are told.",
    within: 300,
    examples: &[
        Example {
            title: "a certificate is issued",
            text: "kube.condition \"certificate.cert-manager.io/portal\" \"Ready\" within=\"5m\"",
        },
        Example {
            title: "a failure that is no condition of its own",
            text: "kube.condition \"imagebasedupgrade/upgrade\" \"PrepCompleted\" fails=\"PrepCompleted=False\"",
        },
    ],
    ..Form::CHECK
};

impl Kind for KubeCondition {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        let mut found = reference::objections(call);
        for text in call.known("fails").unwrap_or_default().split(',').filter(|text| !text.contains('‹')) {
            match Condition::parse(text) {
                None if text.is_empty() => {}
                None => found.push(Objection {
                    about: "fails",
                    text: format!("`{}` is no condition", text.trim()),
                    help: "write its type, or type and status: fails=\"Stalled,Ready=False\"".to_owned(),
                }),
                Some(fail) if fail == wanted(call) => found.push(Objection {
                    about: "fails",
                    text: format!("`{}` is what is waited for", text.trim()),
                    help: "name what says that it will never be".to_owned(),
                }),
                Some(_) => {}
            }
        }
        found
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

impl Noun for KubeCondition {
    fn check(&self) -> Option<&dyn Check> {
        Some(self)
    }
}

fn wanted(call: &Call) -> Condition {
    let status = call.known("status").unwrap_or("True").to_owned();
    let reason = call.known("reason").map(str::to_owned);
    Condition { status, reason, ..Condition::holds(call.known("type").unwrap_or_default()) }
}

/// What ends the wait; by itself never the condition that is waited for.
fn fails(call: &Call) -> Vec<Condition> {
    if let Some(said) = call.known("fails") {
        return said.split(',').filter_map(Condition::parse).collect();
    }
    let kind = call.known("type").unwrap_or_default();
    Condition::GIVEN_UP.into_iter().filter(|fail| *fail != kind).map(Condition::holds).collect()
}

#[async_trait]
impl Check for KubeCondition {
    async fn look(&self, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
        let name = reference::the_one(call, scene).await?;
        Ok(match scene.site.cluster()?.get(&name).await? {
            None => Seen::not("is not there"),
            Some(live) if live.is_ending() => Seen::not("is being deleted"),
            Some(live) => match live.meets(&wanted(call), &fails(call)) {
                Readiness::Ready(says) => Seen::holds(says),
                Readiness::Waits(says) => Seen::not(says),
                Readiness::Failed(why) => Seen { settled: true, ..Seen::not(why) },
            },
        })
    }

    fn words(&self, call: &Call) -> String {
        reference::words(call)
    }
}
