//! Jobs: made once, waited for to their end, known again after a crash.

mod act;
mod complete;
mod create;
mod made;
mod notes;
mod wanted;

pub use complete::KubeJobsComplete;
pub use create::KubeCreateJob;
