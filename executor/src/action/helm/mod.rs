//! `helm.…`: releases of Helm in the target's cluster.

mod act;
mod attempt;
mod back;
mod checked;
mod command;
mod drift;
mod hindered;
mod kept;
mod look;
mod material;
mod ours;
mod preview;
mod ready;
mod release;
mod rollback;
mod settled;
mod spared;
mod uninstall;
mod unready;
mod upgrade;

pub use ready::HelmReady;
pub use release::HelmRelease;
pub use rollback::HelmRollback;
pub use uninstall::HelmUninstall;
pub use upgrade::HelmUpgrade;

use crate::world::helm::By;
use switchback_compiler::plan::{Call, Kube};
use switchback_compiler::registry::{Objection, Touch};
use switchback_compiler::schema::{Class, Form, OwnWayBack, Param, Ty};

/// What all actions on releases have in common. Hooks and pods take minutes.
const ACTION: Form =
    Form { class: Class::Probeable, way_back: OwnWayBack::Restores("the old revision"), within: 600, ..Form::ACTION };

const NAME: Param = Param::one("NAME", Ty::Known, "the release");

const NAMESPACE: Param =
    Param::optional("namespace", Ty::Known, "where the release is; left out, the namespace of the target");

const READY: Param =
    Param::optional("ready", Ty::Truth, "whether what it changed is waited for until it is ready; left out, it is");

const FORCE: Param = Param::optional(
    "force",
    Ty::Truth,
    "whether fields that others own are taken over, where the server merges (Helm 4)",
);

const DEFINITIONS: Param = Param::optional(
    "deletes-definitions",
    Ty::Truth,
    "whether definitions of kinds may go, and all objects of these kinds with them; where there are some, the step is \
     `irreversible`, or has an `undo` that `loses`",
);

const VERSION_BY: Param = Param::optional(
    "version-by",
    Ty::OneOf(&["chart", "app"]),
    "whose version counts: the chart's own, or that of what it installs; left out, the chart's",
);

/// The release's name.
fn name(call: &Call) -> &str {
    call.known("name").unwrap_or_default()
}

/// The release's namespace.
fn namespace(call: &Call) -> &str {
    call.known("namespace").unwrap_or(Kube::NAMESPACE)
}

/// Which version of a revision counts.
fn by(call: &Call) -> By {
    if call.known("version-by") == Some("app") { By::App } else { By::Chart }
}

/// Whether a truth that can be left out is said.
fn truth(call: &Call, name: &str, default: bool) -> bool {
    call.values.get(name).and_then(serde_json::Value::as_bool).unwrap_or(default)
}

fn touches(call: &Call) -> Vec<Touch> {
    vec![Touch::release(namespace(call), name(call))]
}

/// What is wrong with the name, as far as it is known.
fn objections(call: &Call) -> Vec<Objection> {
    let known = Some(name(call)).filter(|name| !name.contains('‹') && !name.is_empty());
    let wrong = known.and_then(|name| crate::world::helm::check_name(name).err());
    let told = wrong.map(|fault| Objection { about: "name", text: fault.what, help: fault.help.unwrap_or_default() });
    told.into_iter().collect()
}
