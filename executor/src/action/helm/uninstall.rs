//! `helm.uninstall`: a release is gone, and its records are kept.

use super::act::{Act, Verb};
use super::{ACTION, DEFINITIONS, NAME, NAMESPACE};
use crate::action::{Action, Noun};
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Example, Form};

/// The kind.
pub struct HelmUninstall;

static ACT: Act = Act(Verb::Uninstall);

static FORM: Form = Form {
    name: "helm.uninstall",
    args: &[NAME],
    props: &[NAMESPACE, DEFINITIONS],
    summary: "takes a release away",
    text: "All its objects are deleted, but those that a policy of their own keeps, and waited for until they are \
           gone; hooks for deletions run. Its \
           records stay, so that undoing can roll back to the revision that stood before, and its name stays taken for `helm install`. A release that is not there \
           is no error. Definitions in the chart's `crds/` stay; where one among its objects would go, with all \
           objects of its kind, that must be written.",
    examples: &[Example { title: "a release that nobody needs", text: "helm.uninstall \"portal-legacy\"" }],
    ..ACTION
};

impl Kind for HelmUninstall {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        super::touches(call)
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        super::objections(call)
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

impl Noun for HelmUninstall {
    fn action(&self) -> Option<&dyn Action> {
        Some(&ACT)
    }
}
