//! The observer of services: whether one runs.

use super::observed::Observed;
use crate::site::{Fault, Site};
use crate::world::process::Launcher;
use crate::world::service::{ServiceState, Services};

const RUNNING: &str = "running";
const STOPPED: &str = "stopped";

/// What is seen of a service that runs, or does not.
pub fn running(runs: bool) -> Observed {
    Observed::state(if runs { RUNNING } else { STOPPED })
}

/// Looks at one; a directory that its seed still stands for has no processes.
pub(super) fn observe(site: &Site, name: &str) -> Result<Observed, Fault> {
    let Some(directory) = site.directory.as_deref().filter(|directory| directory.is_dir()) else {
        return Ok(running(false));
    };
    let services = Services::open(directory, Launcher::current())?;
    let state = services.state(name).map_err(|error| Fault::new(error.to_string()))?;
    Ok(running(matches!(state, ServiceState::Running { .. })))
}

pub(super) fn unlike(name: &str, was: &Observed) -> String {
    let words = if *was == running(true) { "ran and is stopped" } else { "was stopped and runs" };
    format!("service {name} {words}")
}
