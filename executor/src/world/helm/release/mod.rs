//! Releases: their records in the cluster, their revisions, charts and hooks.

mod body;
mod chart;
mod decode;
mod forget;
mod history;
mod hook;
mod name;
mod records;
mod status;
mod tolerant;

pub use body::{Apply, Release};
pub use chart::{Chart, is_definition};
pub use history::{Damaged, History};
pub use hook::{Hook, LastRun, Operation, When, running};
pub use name::check as check_name;
pub use status::Status;
