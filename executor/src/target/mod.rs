//! Where a plan runs: who works on it, and which runs keep it.
//!
//! All of it lies in the target's home: `.switchback/` below its directory, outside of every digest. A target without
//! a directory has its home in the project's `.switchback/targets/`.
//!
//! | file | what it is |
//! | --- | --- |
//! | `lock` | the kernel's lock of the process that runs now; it dies with it |
//! | `keeps/RUN.json` | a run that is not settled, or that holds |
//! | `id` | which home it is, made before its first Lease |
//! | `key` | the key with which digests of hidden values are made |
//! | `services/` | local processes that outlive runs |

mod found;
mod id;
mod keep;
mod key;
mod lease;
mod seed;
mod store;

pub use found::{Found, keep_things, newest, reviewed};
pub use keep::{Keep, Kept, is_taken, mark, mark_of, marks, unmark};
pub use key::{key, make_key};
pub use lease::{Held, Holder, NotHeld, hold, lease_name};
pub use seed::{SeedError, place};
pub use store::{Note, expire, give_up};

use crate::world::OWN_FOLDER;
use std::path::{Path, PathBuf};
use switchback_compiler::plan::Target;

/// The folder of Switchback's own for a target; on the disk only once a run began there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home(PathBuf);

impl Home {
    /// That of a target of a project.
    pub fn of(project: &Path, target: &Target) -> Self {
        match &target.directory {
            Some(directory) => Self::below(&project.join(directory)),
            None => Self(project.join(OWN_FOLDER).join("targets").join(&target.name)),
        }
    }

    /// That of a target with this directory.
    pub fn below(directory: &Path) -> Self {
        Self(directory.join(OWN_FOLDER))
    }

    /// Whether a run began there once.
    pub fn is_there(&self) -> bool {
        self.0.is_dir()
    }

    fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}
