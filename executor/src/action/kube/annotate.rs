//! `kube.annotate`: an annotation of an object.

use super::patching::{Patches, Patching};
use super::{ACTION, NAMESPACE, reference};
use crate::action::{Action, Noun, values};
use crate::site::{Fault, Scene};
use crate::world::cluster::Patch;
use serde_json::json;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Class, Example, Form, Param, Ty};

/// The kind.
pub struct KubeAnnotate;

static FORM: Form = Form {
    name: "kube.annotate",
    args: &[reference::OBJECT, Param::one("KEY", Ty::Known, "the annotation: example.org/paused")],
    props: &[Param::optional("value", Ty::Text, "what it says; left out, the annotation is taken away"), NAMESPACE],
    summary: "sets an annotation of an object, or takes it away",
    text: "Controllers are often told by annotations what to do. The object itself stays as it is. Undoing puts back \
           what the annotation said, or takes it away, unless somebody else changed the object since; in `meanwhile` \
           that is done at the end of the block.",
    class: Class::Probeable,
    examples: &[Example {
        title: "an operator leaves it alone meanwhile",
        text: "kube.annotate \"deployment/portal\" \"example.org/paused\" value=\"true\" namespace=\"lumen\"",
    }],
    ..ACTION
};

impl Kind for KubeAnnotate {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        reference::touches(call)
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        reference::objections(call)
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

impl Noun for KubeAnnotate {
    fn action(&self) -> Option<&dyn Action> {
        Some(&Patching(KubeAnnotate))
    }
}

impl Patches for KubeAnnotate {
    fn patch(&self, call: &Call, scene: &Scene<'_>) -> Result<Patch, Fault> {
        let key = call.known("key").unwrap_or_default();
        let value = values::filled(call, "value", scene)?;
        Ok(Patch::Merge(json!({ "metadata": { "annotations": { key: value } } })))
    }

    fn waits(&self, _call: &Call) -> bool {
        false
    }
}
