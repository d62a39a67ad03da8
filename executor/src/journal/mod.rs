//! The append-only journal of a run: framed, checksummed, chained, and durable where it says so.
//!
//! A body is bytes: the journal knows nothing about runs. One folder holds one journal:
//!
//! | file | what it is |
//! | --- | --- |
//! | `journal` | a header, then frames |
//! | `journal.new` | a journal on its way in; of no meaning until it is renamed |
//! | `journal.head` | the newest place known to be on disk, so that a cut-off end is noticed |
//! | `journal.reserve` | space that is given back when the disk is full, so that an undo can still be recorded |
//!
//! Whoever writes holds a [`Lock`] first; the journal itself doesn't take one. The trials are in `executor/tests/journal_*`.

mod append;
mod error;
mod frame;
mod head;
mod header;
mod layout;
mod lock;
mod read;
mod recover;
mod scan;
mod storage;
mod tail;
mod window;
mod writer;

pub use append::Appender;
pub use error::{Damage, Fault, JournalError};
pub use frame::MAX_BODY;
pub use lock::{Lock, LockError};
pub use read::{Reading, read, visit};
pub use recover::{RecoveryReport, recover_on};
pub use scan::{Ending, Record};
pub use storage::{Disk, Opened, Storage, StorageFile};
pub use tail::Tail;
pub use writer::Journal;
