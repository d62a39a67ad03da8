//! What tells a controller that deploys by itself to leave something alone for a while: one field of its object.
//!
//! Only that field is given back, since all else of the object is its controller's and its owner's, who go on meanwhile.

mod act;
mod argocd;
mod field;
mod flux;
mod makers;

pub use argocd::ArgocdPause;
pub use flux::FluxSuspend;
