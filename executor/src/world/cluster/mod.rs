//! Kubernetes: what its objects are called, how they are read and changed, what of them may be shown, how they are put
//! back. Nothing here knows plans or runs; differences are told in the lines that every diff has.

mod answer;
mod attempt;
mod builtin;
mod client;
mod diff;
mod discover;
mod fault;
mod kinds;
mod limits;
mod manifest;
mod mask;
mod name;
mod normal;
mod object;
mod openapi;
mod owners;
mod place;
mod read;
mod reference;
mod restore;
mod secret;
mod send;
mod shown;
mod source;
mod write;

pub use attempt::{Attempt, Author};
pub use builtin::{BUILTINS, Builtin};
pub use client::Cluster;
pub use diff::{Change, compare, difference};
pub use fault::{Fault, FaultKind, FieldConflict, FieldError};
pub use kinds::{Kind, Kinds};
pub use limits::Limits;
pub use manifest::{Doubtful, Manifest, ManifestError, read as read_manifests};
pub use mask::MaskKey;
pub use name::{NotAName, ObjectName};
pub use normal::Normal;
pub use object::Object;
pub use owners::owner;
pub use place::{Place, Step};
pub use read::Selection;
pub use reference::{NotAReference, Reference};
pub use restore::{Interference, NotRestored, Restored};
pub use shown::Shown;
pub use source::Source;
pub use write::{Conflicts, Delete, FIELD_MANAGER, Mode, Patch, Propagation};
