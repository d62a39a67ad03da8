//! Kubernetes: what its objects are called, how they are read and changed, what of them may be shown, how they are put
//! back. Nothing here knows plans, runs or screens.

mod answer;
mod builtin;
mod client;
mod discover;
mod fault;
mod kinds;
mod limits;
mod manifest;
mod name;
mod object;
mod place;
mod read;
mod reference;
mod secret;
mod send;
mod source;
mod write;

pub use builtin::{BUILTINS, Builtin};
pub use client::Cluster;
pub use fault::{Fault, FaultKind, FieldConflict, FieldError};
pub use kinds::{Kind, Kinds};
pub use limits::Limits;
pub use manifest::{Doubtful, Manifest, ManifestError, read as read_manifests};
pub use name::{NotAName, ObjectName};
pub use object::Object;
pub use place::{Place, Step};
pub use read::Selection;
pub use reference::{NotAReference, Reference};
pub use source::Source;
pub use write::{Conflicts, Delete, FIELD_MANAGER, Mode, Patch, Propagation};
