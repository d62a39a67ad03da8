//! `kube.restart`: pods of an object are made anew.

use super::patching::{Patches, Patching};
use super::stall::STALLED;
use super::{ACTION, NAMESPACE, READY, reference};
use crate::action::{Action, Noun};
use crate::site::{Fault, Scene};
use crate::world::cluster::Patch;
use serde_json::json;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Class, Example, Form};

/// The annotation of pods by which a restart is known again.
const RESTARTED: &str = "switchback/restarted";

/// The kind.
pub struct KubeRestart;

static FORM: Form = Form {
    name: "kube.restart",
    args: &[reference::OBJECT],
    props: &[NAMESPACE, READY, STALLED],
    summary: "makes the pods of an object anew",
    text: "A Deployment, StatefulSet or DaemonSet replaces its pods as its strategy says, because an annotation of \
           their template (`switchback/restarted`) is another: it names the run, step and action, so that after a \
           crash it is known whether this very restart happened; one that did is not repeated. It waits until the new \
           ones are ready. Undoing takes the annotation back, which makes the pods anew once more.",
    class: Class::Probeable,
    examples: &[Example {
        title: "only when its configuration changed",
        text: "kube.apply \"manifests/site.yaml\"\nafter-change { kube.restart \"deployment/portal\" }",
    }],
    ..ACTION
};

impl Kind for KubeRestart {
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

impl Noun for KubeRestart {
    fn action(&self) -> Option<&dyn Action> {
        Some(&Patching(KubeRestart))
    }
}

impl Patches for KubeRestart {
    fn patch(&self, _call: &Call, scene: &Scene<'_>) -> Result<Patch, Fault> {
        let run = if scene.site.run.is_empty() { "‹run›" } else { &scene.site.run };
        let token = format!("{run}/{}/{}", scene.step, scene.act);
        let annotations = json!({ RESTARTED: token });
        Ok(Patch::Merge(json!({ "spec": { "template": { "metadata": { "annotations": annotations } } } })))
    }
}
