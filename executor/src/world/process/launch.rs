//! Starting programs, and waiting for them.

use super::identity::ProcessId;
use super::program::Program;
use super::record::{Exit, Outcome, ProcessError, Records, SPEC, Spec, Status};
use super::supervisor::CHILD_ARGUMENT;
use crate::fault_point::boundary;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

/// What the program wrote, standard output and error together.
const LOG: &str = "log";
/// What it wrote to its standard output, when that was asked for by itself.
const OUTPUT: &str = "output";
/// More of an output than any check compares.
const OUTPUT_LIMIT: u64 = 1024 * 1024;
/// What a message shows of a log.
const LAST_LINES: usize = 20;
/// Where the last lines are looked for.
const TAIL: u64 = 16 * 1024;
/// After the limit and the grace, the supervisor only has to write the record.
const MARGIN: Duration = Duration::from_secs(10);
/// How often a program of an earlier process is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Starts programs, each under a supervisor.
#[derive(Clone, Debug)]
pub struct Launcher {
    supervisor: PathBuf,
}

/// How long a program may take, and what is kept of it.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// After this it gets TERM; without, it has all the time.
    pub within: Option<Duration>,
    /// From TERM to KILL.
    pub grace: Duration,
    /// Whether standard output is kept apart from standard error, to be read as a value.
    pub capture: bool,
}

impl Default for Limits {
    /// No limit, ten seconds from TERM to KILL, one log.
    fn default() -> Self {
        Self { within: None, grace: Duration::from_secs(10), capture: false }
    }
}

/// A program that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub status: Status,
    /// How long it ran.
    pub took: Duration,
    /// The end of its log.
    pub last_lines: Vec<String>,
    /// Its standard output when that was captured, at most 1 MiB.
    pub output: Option<String>,
}

impl Launcher {
    /// Supervises with this very binary, also when its file was replaced since.
    pub fn current() -> Self {
        Self::with("/proc/self/exe")
    }

    /// Supervises with a binary that calls [`child_main`](super::child_main) when its first argument is
    /// [`CHILD_ARGUMENT`].
    pub fn with(supervisor: impl Into<PathBuf>) -> Self {
        Self { supervisor: supervisor.into() }
    }

    /// Runs a program to its end, with all records in `folder`, which is made and must not have served before.
    ///
    /// When the future is dropped the program goes on, and so does its limit; [`wait`] takes it up again.
    pub async fn run(&self, program: &Program, limits: Limits, folder: &Path) -> Result<Ended, ProcessError> {
        let mut supervisor = self.launch(program, limits, folder, &folder.join(LOG))?;
        boundary("launched");
        let end = async {
            supervisor.wait().await.map_err(ProcessError::file("wait for", &self.supervisor))?;
            // A supervisor that was killed leaves its program behind, and nothing is settled while that runs.
            wait(folder).await
        };
        let Some(within) = limits.within else { return end.await };
        let patience = within + limits.grace + MARGIN;
        tokio::time::timeout(patience, end).await.map_err(|_| ProcessError::WillNotEnd(folder.to_owned()))?
    }

    /// Starts the supervisor; the log may be elsewhere.
    pub(in crate::world) fn launch(
        &self,
        program: &Program,
        limits: Limits,
        folder: &Path,
        log: &Path,
    ) -> Result<Child, ProcessError> {
        let Program { program, args, cwd, env } = program;
        let records = new_folder(folder)?;
        let (program, args, cwd) = (program.clone(), args.clone(), cwd.clone());
        records.put(SPEC, &Spec { program, args, cwd, within: limits.within, grace: limits.grace })?;
        let errors = append(log)?;
        let output = if limits.capture { append(&folder.join(OUTPUT)) } else { append(log) }?;
        let mut command = Command::new(&self.supervisor);
        command.arg(CHILD_ARGUMENT).arg(folder).stdin(Stdio::null()).stdout(output).stderr(errors);
        if env.cleared {
            command.env_clear();
        }
        for name in &env.without {
            command.env_remove(name);
        }
        command.envs(&env.values);
        command.spawn().map_err(ProcessError::file("start the supervisor", &self.supervisor))
    }
}

/// How a program ended, when it has; a program that runs is an error here.
pub fn ended(folder: &Path) -> Result<Ended, ProcessError> {
    match Outcome::read(folder)? {
        Outcome::Ended(exit) => with_words(exit, folder),
        Outcome::NotStarted => Err(ProcessError::NotStarted(folder.to_owned())),
        Outcome::Running(_) => Err(ProcessError::WillNotEnd(folder.to_owned())),
        Outcome::Unknown => Err(ProcessError::Unknown(folder.to_owned())),
    }
}

/// The process of the program itself, once it has one.
pub(in crate::world) fn process_of(folder: &Path) -> Result<Option<ProcessId>, ProcessError> {
    Records::open(folder)?.process()
}

/// Waits for a program that an earlier process started, however long it takes.
///
/// A program that was not started yet never will be.
pub async fn wait(folder: &Path) -> Result<Ended, ProcessError> {
    while let Outcome::Running(_) = Outcome::settle(folder)? {
        tokio::time::sleep(LOOK).await;
    }
    ended(folder)
}

/// Where a program writes what it says.
pub fn log_of(folder: &Path) -> PathBuf {
    folder.join(LOG)
}

/// All files that hold what a program says, whether they are there or not.
pub fn said_in(folder: &Path) -> [PathBuf; 2] {
    [LOG, OUTPUT].map(|name| folder.join(name))
}

/// The end of what a program wrote so far, also of one that nobody saw end.
pub fn last_words(folder: &Path) -> Result<Vec<String>, ProcessError> {
    let log = folder.join(LOG);
    last_lines(&log, 0).map_err(ProcessError::file("read", &log))
}

fn with_words(exit: Exit, folder: &Path) -> Result<Ended, ProcessError> {
    let Exit { status, took, at: _ } = exit;
    let (log, output) = (folder.join(LOG), folder.join(OUTPUT));
    let last_lines = last_lines(&log, 0).map_err(ProcessError::file("read", &log))?;
    let output = read_output(&output).map_err(ProcessError::file("read", &output))?;
    Ok(Ended { status, took, last_lines, output })
}

fn read_output(path: &Path) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?.take(OUTPUT_LIMIT).read_to_end(&mut bytes)?,
    };
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// The last lines of a log, of what stands in it from a place on.
pub(in crate::world) fn last_lines(log: &Path, from: u64) -> io::Result<Vec<String>> {
    let mut file = File::open(log)?;
    let start = file.metadata()?.len().saturating_sub(TAIL).max(from);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    // A tail that begins in the middle of a line shows that line from its middle on; better than not at all.
    let lines: Vec<_> = text.lines().map(str::to_owned).collect();
    Ok(lines.into_iter().rev().take(LAST_LINES).rev().collect())
}

fn new_folder(folder: &Path) -> Result<Records, ProcessError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(ProcessError::file("make the directory", folder))?;
    if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        let synced = File::open(parent).and_then(|parent| parent.sync_all());
        synced.map_err(ProcessError::file("make durable", parent))?;
    }
    let records = Records::open(folder)?;
    match records.get::<Spec>(SPEC)? {
        Some(_) => Err(ProcessError::Used(folder.to_owned())),
        None => Ok(records),
    }
}

fn append(path: &Path) -> Result<File, ProcessError> {
    let opened = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
    opened.map_err(ProcessError::file("write", path))
}
