//! A true diff of a release: for each object what Helm would make of it, tried on the server and never made.
//!
//! Helm 3 makes patches on its own side: strategic ones of three sides (last manifest, new manifest, live object) for
//! Kubernetes' own kinds, plain ones from manifest to manifest for all others. Helm 4 has the server merge (server-side
//! apply), but for releases that were not made so. Here the very same patch is made, and the server asked what comes of it.

mod change;
mod course;
mod definitions;
mod drift;
mod foreseen;
mod ownership;
mod patch;
mod tell;

pub use change::{Drift, Effect, Learnt, ObjectChange, Refusal};
pub use course::{Course, base, upgrade_or_install};
pub use definitions::{Definition, DefinitionState, definitions};
pub use ownership::Owner;
pub use patch::MANAGER;
pub use tell::changes;
