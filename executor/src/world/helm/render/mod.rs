//! What a revision consists of: a recorded one, and one that a chart would make.

mod dry_run;
mod here;
mod rendered;

pub use rendered::{Rendered, is_kept};
