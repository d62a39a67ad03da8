//! `kube.…`: objects of the target's cluster.

mod annotate;
mod apply;
mod back;
mod carry;
mod condition;
mod contents;
mod copy;
mod delete;
mod equal;
mod exists;
mod field;
mod frozen;
mod interference;
mod job;
mod kept;
mod logs;
mod look;
mod manifests;
mod object;
mod patch;
mod patching;
mod pause;
mod preview;
mod ready;
mod reference;
mod restart;
mod restore;
mod rewritten;
mod room;
mod scale;
mod settled;
mod stall;
mod store;
mod until_ready;
mod wait;

pub use annotate::KubeAnnotate;
pub use apply::KubeApply;
pub use condition::KubeCondition;
pub use delete::KubeDelete;
pub use equal::KubeEqual;
pub use exists::{KubeAbsent, KubeExists};
pub use field::KubeField;
pub use frozen::written_by_others;
pub use job::{KubeCreateJob, KubeJobsComplete};
pub use object::KubeObject;
pub use patch::KubePatch;
pub use pause::{ArgocdPause, FluxSuspend};
pub use ready::KubeReady;
pub use restart::KubeRestart;
pub use restore::KubeRestore;
pub use rewritten::changed_by_others;
pub use scale::KubeScale;

pub(super) use contents::{WAY_OUT, deletions, holds};
pub(super) use copy::of_copy;
pub(super) use logs::words_of_crashed;
pub(super) use preview::{lines, owned_lines};
pub(super) use room::missing_room;
pub(super) use settled::settled;
pub(super) use store::Store;
pub(super) use until_ready::until_ready;
pub(super) use wait::until_gone;

use switchback_compiler::plan::{Call, Kube};
use switchback_compiler::schema::{Class, Form, OwnWayBack, Param, Ty};

/// What all actions on objects have in common. Pods that have to be pulled and started take minutes.
const ACTION: Form =
    Form { class: Class::Idempotent, way_back: OwnWayBack::Restores("the old objects"), within: 300, ..Form::ACTION };

const NAMESPACE: Param =
    Param::optional("namespace", Ty::Known, "where what names no namespace is; left out, that of the target");

const READY: Param =
    Param::optional("ready", Ty::Truth, "whether what it changed is waited for until it is ready; left out, it is");

/// The namespace of what names none.
fn namespace(call: &Call) -> &str {
    call.known("namespace").unwrap_or(Kube::NAMESPACE)
}

/// Whether a truth that can be left out is said.
fn truth(call: &Call, name: &str, default: bool) -> bool {
    call.values.get(name).and_then(serde_json::Value::as_bool).unwrap_or(default)
}
