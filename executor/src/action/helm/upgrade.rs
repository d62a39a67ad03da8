//! `helm.upgrade`: a release is what a chart of the project makes of it.

use super::act::{Act, Verb};
use super::{ACTION, DEFINITIONS, FORCE, NAME, NAMESPACE, READY, VERSION_BY};
use crate::action::values::stray;
use crate::action::{Action, Noun};
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Block, Example, Form, Param, Place, Ty};

/// The kind.
pub struct HelmUpgrade;

static ACT: Act = Act(Verb::Upgrade);

static FORM: Form = Form {
    name: "helm.upgrade",
    args: &[NAME],
    props: &[
        Param::one("chart", Ty::Chart, "the chart: a folder of the project, or a .tgz with all that it depends on"),
        NAMESPACE,
        VERSION_BY,
        Param::optional(
            "former",
            Ty::OneOf(&["forget", "keep"]),
            "what becomes of values that the release was given before; left out, they are forgotten",
        ),
        FORCE,
        Param::optional("adopt", Ty::Truth, "whether objects that are there already become the release's"),
        DEFINITIONS,
        READY,
    ],
    block: Block::Optional(Place::Act),
    summary: "upgrades a release to a chart, or installs it",
    text: "Helm itself (3 from 3.14 on, or 4) makes the new revision, in a session of its own: neither ctrl-c nor the \
           death of Switchback ends it, and what became of it is read from the release's records. Values are the \
           chart's own, those of `values` files, and single ones of `set`, which may be secrets. Where the step moves \
           something, the chart must be of that version. The dry run lets Helm render the chart and the server try \
           each patch that Helm would send: what is made, changed, deleted, kept, taken over, refused, and where \
           others drifted; hooks are told by name. A release on which somebody works, or worked and was killed, is \
           refused, and so is one of which a definition would go with all its objects, unless that is written. All \
           revisions are kept. Where nothing would change there is no new revision. It ends when what it changed is \
           ready. Of its limit Helm has nine tenths, for each hook and each wait; a Helm that works on after it is let \
           finish, and what it did is looked at. Undoing rolls back to the revision that stood before, or uninstalls where there was none, and \
           puts objects back that were otherwise than their revision. It is not begun where Helm would go over what \
           somebody else changed since, or delete what was there before; and what somebody else made of the release \
           since is told, and left.",
    examples: &[
        Example {
            title: "a chart of the project with its values",
            text: "helm.upgrade \"catalog\" chart=\"charts/catalog\" namespace=\"lumen\" within=\"10m\" {\n    values \"values/catalog.yaml\"\n    set \"oauth.clientSecret\" \"{{oauth-secret}}\"\n    set \"replicas\" 3\n}",
        },
        Example { title: "an archive", text: "helm.upgrade \"portal\" chart=\"charts/portal-4.0.0.tgz\"" },
    ],
    ..ACTION
};

impl Kind for HelmUpgrade {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, _sources: &Sources<'_>) -> Vec<Touch> {
        super::touches(call)
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        let strays = ["env", "header"].into_iter();
        let strays = strays.filter_map(|child| stray(call, child, "a chart has `values` and `set` children"));
        super::objections(call).into_iter().chain(strays).chain(no_chart(call)).collect()
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

/// A folder without the file that makes it a chart.
fn no_chart(call: &Call) -> Option<Objection> {
    let files = call.values.get("chart")?.get("files")?.as_array()?;
    let has = files.iter().any(|file| file.get("path").and_then(serde_json::Value::as_str) == Some("Chart.yaml"));
    (!has).then(|| Objection {
        about: "chart",
        text: "there is no `Chart.yaml` in it".to_owned(),
        help: "name the folder of a chart, or its .tgz".to_owned(),
    })
}

impl Noun for HelmUpgrade {
    fn action(&self) -> Option<&dyn Action> {
        Some(&ACT)
    }
}
