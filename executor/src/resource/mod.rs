//! What of a target is no file: its services, the objects of its cluster, and the releases of Helm there.
//!
//! Each has a space and a name, and each space an observer that looks at one of it. What is seen has words for people and
//! a mark that is compared; where several looks are held against each other (the facts of a preview, drift, what a run
//! knows by its own doing, the comparison after an undo), only these count, whatever the space.

mod name;
mod object;
mod observe;
mod observed;
mod release;
mod service;

pub use name::{Resource, Space};
pub use object::{holds_secret, is_given_secret, note_back, noted_back, seen};
pub use observe::{is_known, observe, observe_all, unlike};
pub use observed::{Mark, Observed};
pub use release::recorded;
pub use service::running;
