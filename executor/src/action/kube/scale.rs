//! `kube.scale`: as many pods of an object as wanted.

use super::patching::{Patches, Patching};
use super::stall::STALLED;
use super::{ACTION, NAMESPACE, READY, reference};
use crate::action::{Action, Noun};
use crate::site::{Fault, Scene};
use crate::world::cluster::Patch;
use serde_json::{Value, json};
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Class, Example, Form, Param, Ty};

/// The kind.
pub struct KubeScale;

static FORM: Form = Form {
    name: "kube.scale",
    args: &[reference::OBJECT],
    props: &[Param::one("replicas", Ty::Count, "how many pods it shall have"), NAMESPACE, READY, STALLED],
    summary: "gives an object as many pods as wanted",
    text: "It sets `spec.replicas`, and waits until as many pods are ready. Undoing gives it as many as it had, unless \
           somebody else changed it since; in `meanwhile` that is done at the end of the block. Where an autoscaler \
           owns the number, that one changes it again.",
    class: Class::Probeable,
    examples: &[Example {
        title: "no writers while the data is moved",
        text: "kube.scale \"deployment/portal\" replicas=0 namespace=\"lumen\"",
    }],
    ..ACTION
};

impl Kind for KubeScale {
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

impl Noun for KubeScale {
    fn action(&self) -> Option<&dyn Action> {
        Some(&Patching(KubeScale))
    }
}

impl Patches for KubeScale {
    fn patch(&self, call: &Call, _scene: &Scene<'_>) -> Result<Patch, Fault> {
        let replicas = call.values.get("replicas").and_then(Value::as_u64);
        let replicas = replicas.ok_or_else(|| Fault::new("the plan does not say how many"))?;
        Ok(Patch::Merge(json!({ "spec": { "replicas": replicas } })))
    }
}
