//! What is written of a cluster, so that any process can tell of it and end it.

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use switchback::world::process::ProcessId;

const FILE: &str = "cluster.json";
/// Asked to, each ends within a second.
const GRACE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(20);

/// A cluster's processes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    /// Who starts it or uses it, and takes it along; none when it goes on until somebody ends it.
    pub(super) owner: Option<ProcessId>,
    /// By name, in the order of their start.
    pub(super) processes: Vec<(String, ProcessId)>,
}

impl Record {
    /// Of a cluster that this process begins.
    pub(super) fn begun() -> Result<Self, String> {
        let owner = ProcessId::current().map_err(|error| error.to_string())?;
        Ok(Self { owner: Some(owner), processes: Vec::new() })
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), String> {
        let text = serde_json::to_vec_pretty(self).map_err(|error| error.to_string())?;
        let fresh = folder.join("cluster.new");
        fs::write(&fresh, text).and_then(|()| fs::rename(&fresh, folder.join(FILE))).map_err(|error| error.to_string())
    }

    /// What a folder has; none when no cluster was begun there.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, String> {
        let path = folder.join(FILE);
        match fs::read(&path) {
            Ok(text) => {
                serde_json::from_slice(&text).map(Some).map_err(|error| format!("`{}`: {error}", path.display()))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("`{}`: {error}", path.display())),
        }
    }

    /// Whether nobody will end it who should have.
    pub(super) fn is_orphaned(&self) -> bool {
        self.owner.as_ref().is_some_and(|owner| !owner.is_alive())
    }

    /// Whether anything of it runs.
    pub(super) fn is_alive(&self) -> bool {
        let owned = self.owner.as_ref().is_some_and(ProcessId::is_alive);
        owned || self.processes.iter().any(|(_, process)| process.is_alive())
    }

    /// Ends all, the last one first, so that none misses those below it.
    pub(super) fn end(&self) -> Result<(), String> {
        self.processes
            .iter()
            .rev()
            .try_for_each(|(name, process)| end(process).map_err(|why| format!("`{name}`: {why}")))
    }
}

/// Asks a process to end, and kills it when it does not.
fn end(process: &ProcessId) -> Result<(), String> {
    signal(process, Signal::TERM)?;
    // One that is stopped hears nothing else.
    signal(process, Signal::CONT)?;
    let deadline = Instant::now() + GRACE;
    while process.is_alive() {
        if Instant::now() > deadline {
            return signal(process, Signal::KILL);
        }
        std::thread::sleep(LOOK);
    }
    Ok(())
}

/// A number whose process is gone may be another's by now.
fn signal(process: &ProcessId, signal: Signal) -> Result<(), String> {
    let pid = i32::try_from(process.pid).ok().and_then(Pid::from_raw).filter(|_| process.is_alive());
    match pid.map_or(Ok(()), |pid| kill_process(pid, signal)) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;
    use std::process::Command;

    fn of(process: ProcessId) -> Record {
        Record { owner: None, processes: vec![("sleep".to_owned(), process)] }
    }

    #[test]
    fn only_the_very_process_is_ended_also_when_it_is_stopped() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        let id = ProcessId::of(child.id()).unwrap();
        of(ProcessId { started: id.started + 1, ..id.clone() }).end().unwrap();
        assert!(id.is_alive());
        signal(&id, Signal::STOP).unwrap();
        of(id.clone()).end().unwrap();
        assert!(!id.is_alive());
        assert_eq!(child.wait().unwrap().signal(), Some(Signal::TERM.as_raw()));
    }

    #[test]
    fn a_cluster_whose_owner_is_gone_is_orphaned_and_one_without_owner_is_not() {
        let owner = |change| ProcessId::current().map(|us| ProcessId { started: us.started + change, ..us }).ok();
        let record = |owner| Record { owner, processes: Vec::new() };
        assert!(record(owner(1)).is_orphaned());
        assert!(!record(owner(0)).is_orphaned());
        assert!(!record(None).is_orphaned());
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Record::read(folder.path()).unwrap().is_none());
        let record = of(ProcessId::current().unwrap());
        record.write(folder.path()).unwrap();
        assert_eq!(Record::read(folder.path()).unwrap().unwrap().processes, record.processes);
    }
}
