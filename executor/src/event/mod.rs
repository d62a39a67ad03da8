//! The contract: everything that happens in a run, as one stream of events.
//!
//! The terminal, `--events json`, the journal and the report are its readers; no reader changes a run. Those that are
//! [durable](Event::is_durable) are written to the journal, and a run's state is nothing but what they fold to, so
//! that `resume`, `undo` and `status` need nothing else.

mod asks;
mod compared;
mod copied;
mod entry;
mod happened;
mod standing;
mod told;

pub use asks::Asks;
pub use compared::{Compared, about, stays_words};
pub use copied::Copied;
pub use entry::{ActRef, Entry};
pub use happened::{ASKED, Event};
pub use standing::Standing;
pub use told::{Told, kind_and_fields};
