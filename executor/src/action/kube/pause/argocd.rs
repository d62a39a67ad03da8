//! `argocd.pause`: Argo CD deploys an Application by itself no longer.

use super::act::{Pauses, Pausing};
use super::field::Field;
use super::makers::of_application;
use crate::action::{Action, Noun};
use crate::site::{Fault, Scene};
use crate::world::cluster::{Object, ObjectName, Reference};
use async_trait::async_trait;
use serde_json::Value;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Class, Example, Form, OwnWayBack, Param, Ty};

/// Where Argo CD keeps Applications unless it is told otherwise, as its own command takes it.
const HOME: &str = "argocd";

/// The kind.
pub struct ArgocdPause;

static FORM: Form = Form {
    name: "argocd.pause",
    args: &[Param::many("NAME", Ty::Known, "what each Application is called")],
    props: &[Param::optional("namespace", Ty::Known, "where the Applications are; left out, argocd")],
    summary: "keeps Argo CD from deploying Applications by itself",
    text: "It takes `spec.syncPolicy.automated` away, and waits until a sync that is under way has ended. What is given \
           back at the end of its block is that field, exactly as it was (`enabled`, `prune` and `selfHeal` included); \
           all else of the Application stays as it is by then. An Application that does not sync by itself is left as \
           it is. Where an ApplicationSet or another Application made it, that one may put the field back at any time: \
           the dry run tells, unless the ApplicationSet says that it leaves the field alone \
           (`ignoreApplicationDifferences`, `applicationsSync`).",
    class: Class::Probeable,
    way_back: OwnWayBack::Restores("the sync policy as it was"),
    within: 300,
    examples: &[Example {
        title: "while the plan changes what it deploys",
        text: "meanwhile { argocd.pause \"portal\" }",
    }],
    ..Form::ACTION
};

impl Kind for ArgocdPause {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        applications(call).map(|name| Touch::object(String::from(name))).collect()
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        let wrong = names(call).filter(|name| !name.contains('‹'));
        let wrong = wrong.filter(|name| Reference::parse(&format!("application/{name}")).is_err());
        let objection = |name: &str| Objection {
            about: "name",
            text: format!("`{name}` can't be the name of an Application"),
            help: "write the name alone: argocd.pause \"portal\"".to_owned(),
        };
        wrong.map(objection).collect()
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

impl Noun for ArgocdPause {
    fn action(&self) -> Option<&dyn Action> {
        Some(&Pausing(ArgocdPause))
    }
}

fn names(call: &Call) -> impl Iterator<Item = &str> {
    let all = call.values.get("name").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    all.iter().filter_map(Value::as_str)
}

fn applications(call: &Call) -> impl Iterator<Item = ObjectName> {
    let namespace = call.known("namespace").unwrap_or(HOME);
    names(call).map(move |name| ObjectName {
        group: "argoproj.io".to_owned(),
        kind: "Application".to_owned(),
        namespace: Some(namespace.to_owned()),
        name: name.to_owned(),
    })
}

#[async_trait]
impl Pauses for ArgocdPause {
    fn names(&self, call: &Call) -> Result<Vec<(ObjectName, String)>, Fault> {
        let spoken = |name: ObjectName| (name.clone(), format!("application {}", name.name));
        Ok(applications(call).map(spoken).collect())
    }

    fn field(&self) -> Field {
        Field(&["spec", "syncPolicy", "automated"])
    }

    fn paused(&self) -> Option<Value> {
        None
    }

    fn is_paused(&self, field: Option<&Value>) -> bool {
        field.is_none_or(|field| field.get("enabled") == Some(&Value::Bool(false)))
    }

    fn under_way(&self, live: &Object) -> Option<String> {
        let phase = live.text("/status/operationState/phase");
        let runs = live.get("/operation").is_some_and(|operation| !operation.is_null());
        let runs = runs || matches!(phase, Some("Running" | "Terminating"));
        let message = live.text("/status/operationState/message").filter(|message| !message.is_empty());
        let message = message.map(|message| format!(": {}", message.lines().next().unwrap_or_default()));
        runs.then(|| format!("a sync is under way{}", message.unwrap_or_default()))
    }

    async fn makers(&self, live: &Object, scene: &Scene<'_>) -> Vec<String> {
        of_application(live, scene).await
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_application_that_does_not_sync_by_itself_is_paused() {
        let is = |field: Option<Value>| ArgocdPause.is_paused(field.as_ref());
        assert!(is(None) && is(Some(json!({ "enabled": false, "prune": true }))));
        assert!(!is(Some(json!({}))) && !is(Some(json!({ "enabled": true }))));
    }

    #[test]
    fn a_sync_that_is_under_way_is_seen() {
        let of = |value: Value| ArgocdPause.under_way(&Object::new(value).unwrap());
        assert!(of(json!({ "operation": { "sync": {} } })).is_some());
        let state =
            |phase: &str| json!({ "status": { "operationState": { "phase": phase, "message": "waits\nmore" } } });
        assert_eq!(of(state("Running")).unwrap(), "a sync is under way: waits");
        assert_eq!((of(state("Succeeded")), of(json!({}))), (None, None));
    }
}
