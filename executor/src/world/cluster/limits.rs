//! How long a cluster is waited for, and how much is asked of it at once.

use std::time::Duration;

/// The limits of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For a connection, with its handshake.
    pub connect: Duration,
    /// For one request, to the last byte of its answer.
    pub request: Duration,
    /// For how long a read is tried again while the server is not there or says that it can't now.
    pub patience: Duration,
    /// Requests at once.
    pub at_once: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            // The API server itself gives up after a minute; a list of thousands takes seconds.
            request: Duration::from_secs(30),
            // An API server that is replaced is away for half a minute.
            patience: Duration::from_mins(1),
            // By its default an API server works on 600 at once, for all clients together; more than 64 of one client
            // make it no faster.
            at_once: 64,
        }
    }
}

impl Limits {
    /// The same, but no read is tried again.
    #[must_use]
    pub fn impatient(self) -> Self {
        Self { patience: Duration::ZERO, ..self }
    }
}
