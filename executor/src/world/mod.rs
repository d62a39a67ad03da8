//! The machine that actions touch: files, programs, services, the network.
//!
//! Nothing here knows plans, journals or screens. Errors say what was tried with what, and why it could not be done.

mod beneath;
pub mod cluster;
mod copy;
mod digest;
pub mod helm;
pub mod http;
mod list;
mod net;
mod part;
mod path;
pub mod process;
mod remove;
mod restore;
pub mod service;
mod sources;
mod state;
pub mod tcp;
mod temporary;
pub mod tls;
mod tree;
mod wording;
mod write;

pub use copy::{Difference, Snapshot};
pub use digest::{Digest, NotADigest};
pub use list::{Bounds, OWN_FOLDER};
pub use net::NetError;
pub use path::{PathError, RelPath};
pub use state::State;
pub use tree::{Tree, TreeError, Why};
pub use write::{Batch, Written};
