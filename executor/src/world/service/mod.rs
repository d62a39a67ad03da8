//! Services on this machine: programs that outlive the run that started them.

mod error;
mod home;

pub use error::ServiceError;

use super::digest::Digest;
use super::process::{Launcher, Limits, Outcome, ProcessId, Program};
use super::tree::{Tree, TreeError};
use crate::fault_point::boundary;
use home::{Home, LOG, Record};
use rustix::process::Signal;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the kernel needs after KILL.
const AFTER_KILL: Duration = Duration::from_secs(10);

/// A program that is to run for long.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name in the target.
    pub name: String,
    /// What runs.
    pub program: Program,
}

impl Service {
    /// Tells one command from another; the names of the environment are in it, their values (perhaps secret) are not.
    pub fn command(&self) -> Digest {
        let Program { program, args, cwd, env } = &self.program;
        let names = env.values.keys().collect::<Vec<_>>();
        let cwd = cwd.display().to_string();
        Digest::of(format!("{program:?} {args:?} {cwd:?} {} {names:?}", env.cleared).as_bytes())
    }
}

/// Whether a service runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceState {
    /// It runs.
    Running {
        /// What its starter called this start.
        token: String,
        /// Of what was started, see [`Service::command`].
        command: Digest,
        /// Its process.
        process: ProcessId,
    },
    /// It does not run.
    Stopped,
}

/// The services of one directory.
#[derive(Debug)]
pub struct Services {
    tree: Tree,
    launcher: Launcher,
}

impl Services {
    /// The services of a target's directory.
    pub fn open(directory: &Path, launcher: Launcher) -> Result<Self, TreeError> {
        Ok(Self { tree: Tree::open(directory)?, launcher })
    }

    /// Whether a service runs.
    pub fn state(&self, name: &str) -> Result<ServiceState, ServiceError> {
        let home = Home::of(self, name)?;
        let Some(record) = home.record()? else { return Ok(ServiceState::Stopped) };
        Ok(match home.outcome(&record)? {
            Outcome::Running(process) if !home.program_is_gone(&record)? => {
                ServiceState::Running { token: record.token, command: record.command, process }
            }
            _ => ServiceState::Stopped,
        })
    }

    /// Where a service writes what it says.
    pub fn log(&self, name: &str) -> Result<PathBuf, ServiceError> {
        Ok(Home::of(self, name)?.place(LOG))
    }

    /// Starts a service and looks whether it stays; `token` names this start, so that it is known after a crash.
    ///
    /// One that runs with the same token is left alone; one that runs with another is an error.
    pub async fn start(&self, service: &Service, token: &str) -> Result<ProcessId, ServiceError> {
        let home = Home::of(self, &service.name)?;
        let previous = home.record()?;
        if let Some(record) = &previous
            && home.present(record).await?.is_some()
        {
            return if record.token == token {
                home.came_up(record, home.said()).await
            } else {
                Err(home.runs(record))
            };
        }
        let start = previous.as_ref().map_or(1, |record| record.start + 1);
        let record = Record { start, token: token.to_owned(), command: service.command() };
        home.set_record(&record)?;
        boundary("service-record");
        if let Some(previous) = previous {
            self.tree.remove_tree(&home.start(&previous))?;
        }
        let said_before = home.said();
        let folder = home.place_of(&record);
        // Nobody waits for this child: the runtime takes its exit status when it ends, and it outlives us.
        drop(self.launcher.launch(&service.program, Limits::default(), &folder, &home.place(LOG))?);
        boundary("service-launched");
        home.came_up(&record, said_before).await
    }

    /// Stops a service: TERM to all its processes, and KILL after the limit; says whether it ran.
    pub async fn stop(&self, name: &str, limit: Duration) -> Result<bool, ServiceError> {
        let home = Home::of(self, name)?;
        let Some(record) = home.record()? else { return Ok(false) };
        let Some(process) = home.process_to_stop(&record).await? else { return Ok(false) };
        for (signal, patience) in [(Signal::TERM, limit), (Signal::KILL, AFTER_KILL)] {
            process.signal_group(signal).map_err(home.system("stop"))?;
            if home.gone(process.pid, patience).await? {
                boundary("service-stopped");
                home.present(&record).await?;
                return Ok(true);
            }
        }
        Err(ServiceError::WillNotStop { name: name.to_owned() })
    }

    /// Stops a service if it runs, and starts it.
    pub async fn restart(&self, service: &Service, token: &str, limit: Duration) -> Result<ProcessId, ServiceError> {
        self.stop(&service.name, limit).await?;
        self.start(service, token).await
    }
}
