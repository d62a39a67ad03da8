//! What goes wrong with services.

use crate::world::process::{ProcessError, Status};
use crate::world::tree::TreeError;
use crate::world::wording::{fault, span};
use std::io;
use std::time::Duration;

/// What kept a service from being looked at, started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// A name that is not one part of a path.
    #[error("`{0}` is not a name of a service")]
    Name(String),
    /// A file or folder.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The start or its records.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// A record that is not what it should be.
    #[error("the record of service `{name}` can't be understood: {why}")]
    Record {
        /// The service.
        name: String,
        /// What the reader said.
        why: String,
    },
    /// Somebody else's start runs.
    #[error("service `{name}` runs already, started for {token}")]
    Runs {
        /// The service.
        name: String,
        /// What its starter called that start.
        token: String,
    },
    /// It ended right after its start.
    #[error("service `{name}` did not stay: {status}")]
    Ended {
        /// The service.
        name: String,
        /// How it ended.
        status: Status,
        /// What it said.
        last_lines: Vec<String>,
    },
    /// The supervisor was killed, or the machine is far too slow.
    #[error("service `{name}` did not come up within {}", span(*within))]
    NotStarted {
        /// The service.
        name: String,
        /// How long it was waited for.
        within: Duration,
    },
    /// A signal could not be sent, or its log not be read.
    #[error("can't {tried} service `{name}`: {}", fault(error))]
    System {
        /// The verb.
        tried: &'static str,
        /// The service.
        name: String,
        /// What the system said.
        error: io::Error,
    },
    /// The kernel doesn't let go of it.
    #[error("service `{name}` was told to stop and killed, and still runs")]
    WillNotStop {
        /// The service.
        name: String,
    },
}
