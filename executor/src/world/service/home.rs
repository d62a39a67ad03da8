//! Where a service has its records, and what they say.

use super::{ServiceError, Services};
use crate::world::digest::Digest;
use crate::world::path::{PathError, RelPath};
use crate::world::process::{Outcome, ProcessError, ProcessId, Status, group_lives, last_lines, process_of};
use crate::world::tree::Tree;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Where the services of a directory target have their records.
const FOLDER: &str = ".switchback/services";
/// Which start is the present one.
const RECORD: &str = "record.json";
/// What all starts wrote.
pub(super) const LOG: &str = "log";
/// A program with a mistake in its configuration ends within this time; a sound one is still there.
const SETTLE: Duration = Duration::from_millis(300);
/// A supervisor that has not started the program by then never will; a machine under load needs seconds.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often processes are looked at.
const LOOK: Duration = Duration::from_millis(20);

/// The present start of a service.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub start: u64,
    pub token: String,
    pub command: Digest,
}

/// The folder of one service.
pub(super) struct Home<'s> {
    tree: &'s Tree,
    name: &'s str,
    folder: RelPath,
}

impl<'s> Home<'s> {
    pub fn of(services: &'s Services, name: &'s str) -> Result<Self, ServiceError> {
        let refused = |_: PathError| ServiceError::Name(name.to_owned());
        let one = RelPath::parse(name).map_err(refused)?;
        if one.as_str() != name || one.name() != Some(name) {
            return Err(ServiceError::Name(name.to_owned()));
        }
        let folder = RelPath::parse(FOLDER).map_err(refused)?.join(&one);
        Ok(Self { tree: &services.tree, name, folder })
    }

    pub fn record(&self) -> Result<Option<Record>, ServiceError> {
        let path = self.folder.child(RECORD);
        if self.tree.state(&path)?.is_absent() {
            return Ok(None);
        }
        let read = serde_json::from_slice(&self.tree.read(&path, 64 * 1024)?);
        read.map(Some).map_err(|error| self.misread(&error))
    }

    /// On the disk before the start it tells of, so that no start is ever forgotten.
    pub fn set_record(&self, record: &Record) -> Result<(), ServiceError> {
        let bytes = serde_json::to_vec(record).map_err(|error| self.misread(&error))?;
        self.tree.write_file(&self.folder.child(RECORD), bytes.as_slice(), 0o600)?;
        Ok(())
    }

    pub fn start(&self, record: &Record) -> RelPath {
        self.folder.child(&format!("start-{}", record.start))
    }

    pub fn place(&self, name: &str) -> PathBuf {
        self.tree.place().join(self.folder.child(name).as_str())
    }

    /// How much the log holds, so that what comes later can be told from it.
    pub fn said(&self) -> u64 {
        std::fs::metadata(self.place(LOG)).map_or(0, |log| log.len())
    }

    pub fn place_of(&self, record: &Record) -> PathBuf {
        self.tree.place().join(self.start(record).as_str())
    }

    pub fn outcome(&self, record: &Record) -> Result<Outcome, ServiceError> {
        self.unless_removed(record, Outcome::read)
    }

    fn settle(&self, record: &Record) -> Result<Outcome, ServiceError> {
        self.unless_removed(record, Outcome::settle)
    }

    /// A start whose folder is not there was never made: its record is written before its folder.
    fn unless_removed(
        &self,
        record: &Record,
        look: impl Fn(&Path) -> Result<Outcome, ProcessError>,
    ) -> Result<Outcome, ServiceError> {
        if self.tree.state(&self.start(record))?.is_absent() {
            return Ok(Outcome::NotStarted);
        }
        Ok(look(&self.place_of(record))?)
    }

    /// The process that runs now. A supervisor that only has to write how its program ended is waited for.
    pub async fn present(&self, record: &Record) -> Result<Option<ProcessId>, ServiceError> {
        let deadline = Instant::now() + PATIENCE;
        while let Outcome::Running(process) = self.settle(record)? {
            if !self.program_is_gone(record)? {
                return Ok(Some(process));
            }
            if Instant::now() > deadline {
                return Err(ServiceError::WillNotStop { name: self.name.to_owned() });
            }
            sleep(LOOK).await;
        }
        Ok(None)
    }

    pub fn program_is_gone(&self, record: &Record) -> Result<bool, ServiceError> {
        Ok(process_of(&self.place_of(record))?.is_some_and(|program| !program.is_alive()))
    }

    /// Waits until the program has a process of its own and has stayed for a moment.
    pub async fn came_up(&self, record: &Record, said_before: u64) -> Result<ProcessId, ServiceError> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let folder = self.place_of(record);
            match (self.outcome(record)?, process_of(&folder)?) {
                (Outcome::Ended(exit), _) => return Err(self.ended(exit.status, said_before)),
                (Outcome::Running(_), Some(process)) => return self.stays(record, process, said_before).await,
                (Outcome::Unknown, _) => break,
                _ => sleep(LOOK).await,
            }
        }
        Err(ServiceError::NotStarted { name: self.name.to_owned(), within: PATIENCE })
    }

    async fn stays(&self, record: &Record, process: ProcessId, from: u64) -> Result<ProcessId, ServiceError> {
        let deadline = Instant::now() + SETTLE;
        while Instant::now() < deadline {
            if let Outcome::Ended(exit) = self.outcome(record)? {
                return Err(self.ended(exit.status, from));
            }
            sleep(LOOK).await;
        }
        Ok(process)
    }

    /// The process to signal; a start that is under way is waited for, one that did not begin never will.
    pub async fn process_to_stop(&self, record: &Record) -> Result<Option<ProcessId>, ServiceError> {
        let deadline = Instant::now() + PATIENCE;
        while let Outcome::Running(_) = self.settle(record)? {
            if let Some(process) = process_of(&self.place_of(record))? {
                return Ok(Some(process));
            }
            if Instant::now() > deadline {
                return Err(ServiceError::WillNotStop { name: self.name.to_owned() });
            }
            sleep(LOOK).await;
        }
        Ok(None)
    }

    pub async fn gone(&self, group: u32, patience: Duration) -> Result<bool, ServiceError> {
        let deadline = Instant::now() + patience;
        loop {
            if !group_lives(group).map_err(self.system("look at"))? {
                return Ok(true);
            }
            if Instant::now() >= deadline {
                return Ok(false);
            }
            sleep(LOOK).await;
        }
    }

    fn ended(&self, status: Status, from: u64) -> ServiceError {
        match last_lines(&self.place(LOG), from) {
            Ok(last_lines) => ServiceError::Ended { name: self.name.to_owned(), status, last_lines },
            Err(error) => self.system("read the log of")(error),
        }
    }

    pub fn runs(&self, record: &Record) -> ServiceError {
        ServiceError::Runs { name: self.name.to_owned(), token: record.token.clone() }
    }

    fn misread(&self, error: &serde_json::Error) -> ServiceError {
        ServiceError::Record { name: self.name.to_owned(), why: error.to_string() }
    }

    pub fn system(&self, tried: &'static str) -> impl FnOnce(io::Error) -> ServiceError + use<> {
        let name = self.name.to_owned();
        move |error| ServiceError::System { tried, name, error }
    }
}
