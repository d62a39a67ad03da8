//! Helm: its program, the records of its releases, what it would do to each object, its commands. Nothing here knows plans
//! or runs.
//!
//! Helm itself does all that changes a release; we only read its records and ask the cluster. What is said here about its
//! behaviour is from the sources of 3.22.0 and 4.2.3.

mod changes;
mod choose;
mod command;
mod fault;
mod merge;
mod program;
mod release;
mod render;

pub use changes::{
    Course, Definition, DefinitionState, Drift, Effect, Learnt, MANAGER, ObjectChange, Owner, Refusal, base, changes,
    definitions, upgrade_or_install,
};
pub use choose::{
    Attempted, Before, By, NoTarget, Pending, Settled, State, Target, Wanted, WayOut, last_good, settle, state, target,
};
pub use command::{End, Former, Rollback, Shared, Single, Uninstall, Upgrade, Values, end, shown};
pub use fault::{HelmFault, HelmFaultKind};
pub use program::{Generation, Helm, Home, Version};
pub use release::{
    Apply, Chart, Damaged, History, Hook, LastRun, Operation, Release, Status, When, check_name, running,
};
pub use render::{Rendered, is_kept};
