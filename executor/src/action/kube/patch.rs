//! `kube.patch`: part of an object is as wanted.

use super::patching::{Patches, Patching};
use super::stall::STALLED;
use super::{ACTION, NAMESPACE, READY, reference};
use crate::action::{Action, Noun, values};
use crate::site::{Fault, Scene};
use crate::world::cluster::Patch;
use serde_json::Value;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Class, Example, Form, Param, Ty};

/// The languages of patches.
const LANGUAGES: [&str; 3] = ["merge", "strategic", "json"];

/// The kind.
pub struct KubePatch;

static FORM: Form = Form {
    name: "kube.patch",
    args: &[reference::OBJECT],
    props: &[
        Param::optional("merge", Ty::Text, "a JSON merge patch (RFC 7386): null takes away, a list is replaced"),
        Param::optional(
            "strategic",
            Ty::Text,
            "a strategic merge patch: lists are merged by the names of their items; only for kinds of Kubernetes itself",
        ),
        Param::optional("json", Ty::Text, "a JSON patch (RFC 6902): a list of operations"),
        NAMESPACE,
        READY,
        STALLED,
    ],
    summary: "changes part of an object",
    text: "The part is JSON or YAML, in one of three languages. The object must be there. It is changed only as long as \
           nobody changed it since it was looked at. Where all of an object is to be as the plan says, `kube.apply` \
           says it better: it knows who owns what. It waits until the object is ready, unless `ready=#false`. Undoing \
           puts the whole object back as it was, unless somebody else changed it since.",
    class: Class::Probeable,
    examples: &[Example {
        title: "one field",
        text: "kube.patch \"deployment/portal\" merge=\"{ spec: { paused: true } }\" ready=#false",
    }],
    ..ACTION
};

impl Kind for KubePatch {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        reference::touches(call)
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        let mut found = reference::objections(call);
        let said: Vec<&str> = LANGUAGES.into_iter().filter(|name| call.values.contains_key(*name)).collect();
        match said.as_slice() {
            [only] => found.extend(call.known(only).and_then(|text| wrong(only, text))),
            [] => found.push(Objection::new("it says no part", "write merge=\"…\", strategic=\"…\" or json=\"…\"")),
            _ => found.push(Objection::new("it says the part in several languages", "keep one of them")),
        }
        found
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

/// What is wrong with the text of a part, where it is known.
fn wrong(language: &str, text: &str) -> Option<Objection> {
    let value = parsed(text);
    let fits =
        value.as_ref().is_some_and(|value| if language == "json" { value.is_array() } else { value.is_object() });
    let wanted = if language == "json" { "a list of operations" } else { "an object" };
    (!fits && !text.contains('‹'))
        .then(|| Objection::new(format!("`{language}` is not {wanted} in JSON or YAML"), EXAMPLE))
}

const EXAMPLE: &str = "write it like merge=\"{ spec: { replicas: 2 } }\"";

fn parsed(text: &str) -> Option<Value> {
    serde_saphyr::from_str(text).ok()
}

impl Noun for KubePatch {
    fn action(&self) -> Option<&dyn Action> {
        Some(&Patching(KubePatch))
    }
}

impl Patches for KubePatch {
    fn patch(&self, call: &Call, scene: &Scene<'_>) -> Result<Patch, Fault> {
        for language in LANGUAGES {
            let Some(text) = values::filled(call, language, scene)? else { continue };
            let value = parsed(&text).ok_or_else(|| Fault::new(format!("`{language}` is neither JSON nor YAML")))?;
            return Ok(match language {
                "merge" => Patch::Merge(value),
                "strategic" => Patch::Strategic(value),
                _ => Patch::Json(value),
            });
        }
        Err(Fault::new("the plan says no part"))
    }
}
