//! `helm.rollback`: a release is what an earlier revision of it was.

use super::act::{Act, Verb};
use super::{ACTION, DEFINITIONS, FORCE, NAME, NAMESPACE, READY, VERSION_BY};
use crate::action::{Action, Noun};
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Example, Form, Param, Ty};

/// The kind.
pub struct HelmRollback;

static ACT: Act = Act(Verb::Rollback);

static FORM: Form = Form {
    name: "helm.rollback",
    args: &[NAME],
    props: &[
        Param::optional("to", Ty::OneOf(&["last-good"]), "the newest good revision before the last one"),
        Param::optional("revision", Ty::Count, "the revision"),
        NAMESPACE,
        VERSION_BY,
        FORCE,
        DEFINITIONS,
        READY,
    ],
    summary: "rolls a release back to an earlier revision",
    text: "Where it goes is chosen by what a revision is: the newest that is deployed or superseded and of the version \
           to which the step moves, or `to=\"last-good\"`, or a `revision`; never blindly the one before. One that is \
           failed, pending or no longer kept is refused. Helm does it in a session of its own, as it does upgrades, \
           and hooks for rollbacks run. The dry run tries each patch on the server: what an older manifest lacks is \
           deleted, and what others changed since is told. It ends when what it changed is ready; Helm alone would \
           not wait. Undoing rolls back to the revision that stood before, as an undo of `helm.upgrade` does, and \
           begins where that would. Its limit is shared out as that of an upgrade is.",
    examples: &[
        Example {
            title: "to the version that the step moves to",
            text: "moves \"occm\" from=\"24.3.0\" to=\"24.2.1\"\nhelm.rollback \"occm\" version-by=\"app\" namespace=\"kube-system\"",
        },
        Example { title: "to what was good last", text: "helm.rollback \"portal\" to=\"last-good\"" },
    ],
    ..ACTION
};

impl Kind for HelmRollback {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        super::touches(call)
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        let both = call.values.contains_key("to") && call.values.contains_key("revision");
        let both = both.then(|| Objection::new("both `to` and `revision`", "keep one of them"));
        super::objections(call).into_iter().chain(both).collect()
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

impl Noun for HelmRollback {
    fn action(&self) -> Option<&dyn Action> {
        Some(&ACT)
    }
}
