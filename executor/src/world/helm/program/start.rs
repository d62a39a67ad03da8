//! Starting a command of Helm that changes something.

use super::find::Helm;
use super::home::Home;
use crate::world::process::{Ended, Launcher, Limits, ProcessError, Program};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Helm has no limit from us, since one that is killed leaves its release pending; it has limits of its own for each thing
/// that it waits for. From TERM to KILL, should somebody else end it.
const GRACE: Duration = Duration::from_secs(30);

impl Helm {
    /// What is started: Helm with arguments, in a directory, from which relative paths in them go.
    pub fn program(&self, home: &Home, args: Vec<String>, cwd: PathBuf, without: &[String]) -> Program {
        let env = home.environment(without.iter().cloned());
        Program { program: self.path.to_string_lossy().into_owned(), args, cwd, env }
    }

    /// Runs a command to its end under a supervisor, with its records and what it says in `records`, which must not have
    /// served before.
    ///
    /// No signal to us reaches it, and it goes on when we die or the future is dropped: [`crate::world::process::wait`]
    /// takes it up again by the same folder, and [`crate::world::process::Outcome::settle`] tells whether it still runs.
    pub async fn run(launcher: &Launcher, program: &Program, records: &Path) -> Result<Ended, ProcessError> {
        launcher.run(program, Limits { within: None, grace: GRACE, capture: false }, records).await
    }
}
