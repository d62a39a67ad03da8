//! Where a plan runs: a directory of this machine, its lock, and the marks of runs that keep it.
//!
//! All of it lies in `.switchback/` below the directory, outside of every digest:
//!
//! | file | what it is |
//! | --- | --- |
//! | `lock` | the kernel's lock of the process that runs now; it dies with it |
//! | `keeps/RUN.json` | a run that is not settled, or that holds |
//! | `key` | the key with which digests of hidden values are made |
//! | `services/` | local processes that outlive runs |

mod found;
mod keep;
mod key;
mod seed;
mod store;

pub use found::{Found, keep_things, newest, reviewed};
pub use keep::{Keep, Kept, is_taken, mark, mark_of, marks, unmark};
pub use key::{key, make_key};
pub use seed::{SeedError, place};
pub use store::{Note, expire, give_up};

use std::path::{Path, PathBuf};

/// The folder of Switchback's own below a target's directory.
pub fn own(directory: &Path) -> PathBuf {
    directory.join(crate::world::OWN_FOLDER)
}
