//! What is written of a detached cluster, so that another process can end it.

use super::process::Processes;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use switchback::world::process::ProcessId;

const FILE: &str = "processes.json";
/// etcd and the API server end within a second when asked.
const GRACE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(50);

/// The processes of a cluster, by name, in the order of their start.
pub(super) struct Record(Vec<(String, ProcessId)>);

impl Record {
    pub(super) fn of(processes: &Processes) -> Self {
        Self(processes.ids())
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), String> {
        let text = serde_json::to_vec_pretty(&self.0).map_err(|error| error.to_string())?;
        fs::write(folder.join(FILE), text).map_err(|error| error.to_string())
    }

    /// What a folder has; none when no cluster was started there.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, String> {
        match fs::read(folder.join(FILE)) {
            Ok(text) => serde_json::from_slice(&text).map(|all| Some(Self(all))).map_err(|error| error.to_string()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    pub(super) fn running(&self) -> Vec<(String, bool)> {
        self.0.iter().map(|(name, process)| (name.clone(), process.is_alive())).collect()
    }

    /// Ends all: asks, and kills what does not end.
    pub(super) fn end(&self) -> Result<(), String> {
        self.signal(Signal::TERM)?;
        let deadline = Instant::now() + GRACE;
        while self.running().iter().any(|(_, runs)| *runs) {
            if Instant::now() > deadline {
                return self.signal(Signal::KILL);
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    fn signal(&self, signal: Signal) -> Result<(), String> {
        // A number whose process is gone may be another's by now.
        for (name, process) in self.0.iter().rev().filter(|(_, process)| process.is_alive()) {
            let pid = i32::try_from(process.pid).ok().and_then(Pid::from_raw);
            pid.map_or(Ok(()), |pid| kill_process(pid, signal)).map_err(|error| format!("`{name}`: {error}"))?;
        }
        Ok(())
    }
}
