//! Signals that ask a run to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGINT, SIGTERM and SIGHUP, held for as long as this lives.
pub struct Signals {
    int: Signal,
    term: Signal,
    hup: Signal,
}

impl Signals {
    /// What a closed terminal is told by.
    pub const HANG_UP: &'static str = "SIGHUP";

    /// Takes them over from their default, which would end the process at once.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            int: signal(SignalKind::interrupt())?,
            term: signal(SignalKind::terminate())?,
            hup: signal(SignalKind::hangup())?,
        })
    }

    /// The next one.
    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.int.recv() => "ctrl-c",
            _ = self.term.recv() => "SIGTERM",
            _ = self.hup.recv() => Self::HANG_UP,
        }
    }
}
