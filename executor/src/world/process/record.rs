//! What is on the disk about a program that was started.

use super::identity::ProcessId;
use crate::world::path::RelPath;
use crate::world::tree::{Tree, TreeError};
use crate::world::wording::span;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What to run; the environment is not in it, because it may be secret.
pub(super) const SPEC: &str = "spec.json";
/// Who may start the program; there from the moment when it may have been started, or may never be.
const CLAIM: &str = "claim.json";
/// The program's process.
const PROCESS: &str = "process.json";
/// How it ended.
const EXIT: &str = "exit.json";
/// No record is as large.
const LIMIT: u64 = 1024 * 1024;

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// By itself, with this exit status.
    Exited(i32),
    /// By a signal that did not come from its limit.
    Signalled(i32),
    /// It was told to end when this time was over.
    TimedOut(Duration),
    /// It did not begin: there is no such program, or no such directory.
    NotStarted(String),
}

impl Status {
    /// Whether it ended by itself with exit status 0.
    pub fn is_success(&self) -> bool {
        *self == Self::Exited(0)
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exited(code) => write!(f, "exit status {code}"),
            Self::Signalled(signal) => write!(f, "ended by signal {signal}"),
            Self::TimedOut(limit) => write!(f, "not done within {}, and ended", span(*limit)),
            Self::NotStarted(why) => write!(f, "not started: {why}"),
        }
    }
}

/// The end of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// How.
    pub status: Status,
    /// How long it ran.
    pub took: Duration,
    /// When it ended.
    pub at: jiff::Timestamp,
}

/// What is known about a program from its folder alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was not started. Its supervisor may still be about to, unless this comes from [`Outcome::settle`].
    NotStarted,
    /// It runs, or is being started; this is the program's process, or its supervisor's.
    Running(ProcessId),
    /// It ended, and how is on the disk.
    Ended(Exit),
    /// It was or may have been started, nothing of it runs, and nobody saw how it ended.
    Unknown,
}

/// What kept a program from being run or looked at.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// A file or folder.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// A file or folder, outside a tree.
    #[error("can't {tried} `{}`: {}", path.display(), crate::world::wording::fault(error))]
    File {
        /// The verb.
        tried: &'static str,
        /// The whole path.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A record that is not what it should be.
    #[error("the record `{}` can't be understood: {why}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        why: String,
    },
    /// The folder is another start's; nothing was started.
    #[error("`{}` holds the records of a program that was started before", .0.display())]
    Used(PathBuf),
    /// The program surely did not run.
    #[error("the program was not started: its supervisor ended first; see `{}`", .0.display())]
    NotStarted(PathBuf),
    /// The program may have run, whole or in part.
    #[error("how the program ended is not known: its supervisor was killed; see `{}`", .0.display())]
    Unknown(PathBuf),
    /// The kernel doesn't let go of it, most likely because of a disk that does not answer.
    #[error("the program was told to end and killed, and still runs; see `{}`", .0.display())]
    WillNotEnd(PathBuf),
}

impl ProcessError {
    pub(super) fn file<'p>(tried: &'static str, path: &'p Path) -> impl FnOnce(io::Error) -> Self + 'p {
        move |error| Self::File { tried, path: path.to_owned(), error }
    }
}

/// What the supervisor is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Spec {
    pub program: String,
    pub args: Vec<String>,
    pub cwd: PathBuf,
    pub within: Option<Duration>,
    pub grace: Duration,
}

/// The one supervisor that may start the program; none once a later look has forbidden the start.
#[derive(Debug, Serialize, Deserialize)]
struct Claim {
    by: Option<ProcessId>,
}

impl Outcome {
    /// Reads what is on the disk and looks which processes run; changes nothing.
    pub fn read(folder: &Path) -> Result<Self, ProcessError> {
        let records = Records::open(folder)?;
        if let Some(exit) = records.get(EXIT)? {
            return Ok(Self::Ended(exit));
        }
        let Some(Claim { by: Some(supervisor) }) = records.get(CLAIM)? else { return Ok(Self::NotStarted) };
        let program: Option<ProcessId> = records.get(PROCESS)?;
        let supervised = supervisor.is_alive();
        match program.filter(ProcessId::is_alive) {
            Some(program) => Ok(Self::Running(program)),
            None if supervised => Ok(Self::Running(supervisor)),
            // It may have ended between the first look and now.
            None => Ok(records.get(EXIT)?.map_or(Self::Unknown, Self::Ended)),
        }
    }

    /// The same, and a program that was not started never will be: for one who is about to start it again.
    pub fn settle(folder: &Path) -> Result<Self, ProcessError> {
        Records::open(folder)?.claim(None)?;
        Self::read(folder)
    }
}

/// The folder of one start.
pub(super) struct Records {
    tree: Tree,
    folder: PathBuf,
}

impl Records {
    pub fn open(folder: &Path) -> Result<Self, ProcessError> {
        Ok(Self { tree: Tree::open(folder)?, folder: folder.to_owned() })
    }

    /// A record, if it is there.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ProcessError> {
        let bytes = match self.tree.read(&RelPath::root().child(name), LIMIT) {
            Err(error) if error.why.is_absence() => return Ok(None),
            other => other?,
        };
        let read = serde_json::from_slice(&bytes);
        read.map(Some).map_err(|error| ProcessError::Record { path: self.folder.join(name), why: error.to_string() })
    }

    pub fn put(&self, name: &str, record: &impl Serialize) -> Result<(), ProcessError> {
        let bytes = self.bytes(name, record)?;
        self.tree.write_file(&RelPath::root().child(name), bytes.as_slice(), 0o600)?;
        Ok(())
    }

    pub fn put_process(&self, process: &ProcessId) -> Result<(), ProcessError> {
        self.put(PROCESS, process)
    }

    /// The process of the program itself, once it has one.
    pub fn process(&self) -> Result<Option<ProcessId>, ProcessError> {
        self.get(PROCESS)
    }

    /// Takes the right to start the program, or the right of all others; says whether it was free.
    pub fn claim(&self, by: Option<ProcessId>) -> Result<bool, ProcessError> {
        let (bytes, draft) = (self.bytes(CLAIM, &Claim { by })?, format!(".claim-{}", std::process::id()));
        let draft = self.folder.join(draft);
        let place = self.folder.join(CLAIM);
        if place.exists() {
            return Ok(false);
        }
        let claimed = write_new(&draft, &bytes).and_then(|_| match std::fs::hard_link(&draft, &place) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            other => other.map(|()| true),
        });
        // The draft has done its work, or never will.
        let _ = std::fs::remove_file(&draft);
        let claimed = claimed.map_err(ProcessError::file("write", &place))?;
        self.sync()?;
        Ok(claimed)
    }

    /// Takes the room for the record of the end before the program starts, so that a full disk can't lose it.
    pub fn reserve_exit(&self) -> Result<Reserved, ProcessError> {
        let path = self.folder.join(format!(".exit-{}", std::process::id()));
        let file = write_new(&path, &[b' '; 4096]).map_err(ProcessError::file("write", &path))?;
        Ok(Reserved { file, path })
    }

    pub fn put_exit(&self, reserved: &Reserved, exit: &Exit) -> Result<(), ProcessError> {
        let (bytes, place) = (self.bytes(EXIT, exit)?, self.folder.join(EXIT));
        let written = reserved.file.write_all_at(&bytes, 0).and_then(|()| reserved.file.sync_all());
        written.and_then(|()| std::fs::rename(&reserved.path, &place)).map_err(ProcessError::file("write", &place))?;
        self.sync()
    }

    fn bytes(&self, name: &str, record: &impl Serialize) -> Result<Vec<u8>, ProcessError> {
        let written = serde_json::to_vec(record);
        written.map_err(|error| ProcessError::Record { path: self.folder.join(name), why: error.to_string() })
    }

    fn sync(&self) -> Result<(), ProcessError> {
        let synced = File::open(&self.folder).and_then(|folder| folder.sync_all());
        synced.map_err(ProcessError::file("make durable", &self.folder))
    }
}

/// A file that has its blocks already; what it holds beyond the record is white space.
pub(super) struct Reserved {
    file: File,
    path: PathBuf,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        // Gone already when it has become the record.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<File> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(file)
}
