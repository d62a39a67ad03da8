//! `flux.suspend`: Flux leaves a Kustomization or a `HelmRelease` alone.

use super::act::{Pauses, Pausing};
use super::field::Field;
use crate::action::{Action, Noun};
use crate::site::{Fault, Scene};
use crate::world::cluster::{Object, ObjectName, Reference};
use async_trait::async_trait;
use serde_json::Value;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Class, Example, Form, OwnWayBack, Param, Ty};

/// Where Flux keeps its objects unless it is told otherwise, as its own command takes it.
const HOME: &str = "flux-system";

/// What can be suspended: group and kind, and the words for it.
const KINDS: [(&str, &str, &[&str]); 2] = [
    ("kustomize.toolkit.fluxcd.io", "Kustomization", &["kustomization", "kustomizations", "ks"]),
    ("helm.toolkit.fluxcd.io", "HelmRelease", &["helmrelease", "helmreleases", "hr"]),
];

/// The kind.
pub struct FluxSuspend;

static FORM: Form = Form {
    name: "flux.suspend",
    args: &[Param::many("NAME", Ty::Known, "the name of a Kustomization, or kind and name: helmrelease/portal")],
    props: &[Param::optional("namespace", Ty::Known, "where they are; left out, flux-system")],
    summary: "keeps Flux from reconciling Kustomizations and HelmReleases",
    text: "It sets `spec.suspend`. What is given back at the end of its block is that field, as it was: one that was \
           suspended before stays so, and all else of the object stays as it is by then. Flux does not tell whether a \
           reconciliation that is under way has ended, so that is not waited for.",
    class: Class::Probeable,
    way_back: OwnWayBack::Restores("`spec.suspend` as it was"),
    examples: &[Example {
        title: "while the plan changes what they deploy",
        text: "meanwhile { flux.suspend \"booking\" \"helmrelease/portal\" }",
    }],
    ..Form::ACTION
};

impl Kind for FluxSuspend {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        let names = texts(call).filter_map(|text| named(text, namespace(call)));
        names.map(|name| Touch::object(String::from(name))).collect()
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        let known = texts(call).filter(|text| !text.contains('‹'));
        let wrong = known.filter(|text| named(text, namespace(call)).is_none());
        let objection = |text: &str| Objection {
            about: "name",
            text: format!("`{text}` names neither a Kustomization nor a HelmRelease"),
            help: "write it so: flux.suspend \"booking\" \"helmrelease/portal\"".to_owned(),
        };
        wrong.map(objection).collect()
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

impl Noun for FluxSuspend {
    fn action(&self) -> Option<&dyn Action> {
        Some(&Pausing(FluxSuspend))
    }
}

fn namespace(call: &Call) -> &str {
    call.known("namespace").unwrap_or(HOME)
}

fn texts(call: &Call) -> impl Iterator<Item = &str> {
    let all = call.values.get("name").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    all.iter().filter_map(Value::as_str)
}

/// What a text names; a name alone is that of a Kustomization.
fn named(text: &str, namespace: &str) -> Option<ObjectName> {
    let whole = if text.contains('/') { text.to_owned() } else { format!("kustomization/{text}") };
    let Reference { word, group, name } = Reference::parse(&whole).ok()?;
    let word = word.to_ascii_lowercase();
    let fits = |of: &&(&str, &str, &[&str])| {
        of.2.contains(&word.as_str()) && group.as_deref().is_none_or(|group| group == of.0)
    };
    KINDS.iter().find(fits).map(|(group, kind, _)| ObjectName {
        group: (*group).to_owned(),
        kind: (*kind).to_owned(),
        namespace: Some(namespace.to_owned()),
        name,
    })
}

#[async_trait]
impl Pauses for FluxSuspend {
    fn names(&self, call: &Call) -> Result<Vec<(ObjectName, String)>, Fault> {
        let name = |text: &str| {
            let name = named(text, namespace(call));
            let name = name.ok_or_else(|| Fault::new(format!("`{text}` is nothing that Flux suspends")))?;
            let spoken = format!("{}/{}", name.kind.to_lowercase(), name.name);
            Ok((name, spoken))
        };
        texts(call).map(name).collect()
    }

    fn field(&self) -> Field {
        Field(&["spec", "suspend"])
    }

    fn paused(&self) -> Option<Value> {
        Some(Value::Bool(true))
    }

    fn is_paused(&self, field: Option<&Value>) -> bool {
        field == Some(&Value::Bool(true))
    }

    fn under_way(&self, _live: &Object) -> Option<String> {
        None
    }

    async fn makers(&self, _live: &Object, _scene: &Scene<'_>) -> Vec<String> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_alone_is_that_of_a_kustomization() {
        let of = |text: &str| named(text, "n").map(String::from);
        assert_eq!(of("apps").as_deref(), Some("Kustomization.kustomize.toolkit.fluxcd.io/n/apps"));
        assert_eq!(of("hr/web").as_deref(), Some("HelmRelease.helm.toolkit.fluxcd.io/n/web"));
        assert_eq!(of("HelmReleases.helm.toolkit.fluxcd.io/web"), of("hr/web"));
        assert_eq!((of("deployment/web"), of("hr.other.io/web"), of("a/b/c")), (None, None, None));
    }
}
