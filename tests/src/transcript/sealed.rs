//! A folder of its own for a page, and an environment in which nothing of this machine is seen.

use super::place::Place;
use crate::{binary, files_below, folder};
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// No command of a page waits for long; one that hangs is ended and told.
pub(super) const LIMIT: Duration = Duration::from_mins(2);
/// How often it is looked at.
pub(super) const LOOK: Duration = Duration::from_millis(5);

/// Where a page runs.
#[derive(Debug)]
pub struct Sealed {
    /// Removed with all that is in it.
    root: tempfile::TempDir,
    /// Nobody listened there when the page began.
    port: u16,
    /// What its commands need to reach a test cluster: environment, and the folder of the programs.
    cluster: Option<(Vec<(&'static str, OsString)>, PathBuf)>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// What stdout had.
    pub stdout: String,
    /// What stderr had.
    pub stderr: String,
    /// Its exit status; none when a signal ended it.
    pub exit: Option<i32>,
}

impl Sealed {
    /// An empty folder, or one with a copy of a project in it.
    pub fn new(project: Option<&str>) -> Result<Self, String> {
        let failed = |error: io::Error| error.to_string();
        let root = tempfile::tempdir().map_err(failed)?;
        let sealed = Self { root, port: free_port().map_err(failed)?, cluster: None };
        for folder in ["work", "home", "bin"] {
            fs::create_dir(sealed.root.path().join(folder)).map_err(failed)?;
        }
        let binary = binary::path()?;
        std::os::unix::fs::symlink(binary, sealed.root.path().join("bin/switchback")).map_err(failed)?;
        if let Some(project) = project {
            let from =
                if project.contains('/') { folder("..").join(project) } else { folder("projects").join(project) };
            copy(&from, &sealed.work()).map_err(|error| format!("{}: {error}", from.display()))?;
        }
        Ok(sealed)
    }

    /// With a place on a cluster.
    pub(super) fn at(mut self, place: &Place) -> Result<Self, String> {
        place.settle(&self.work(), self.root())?;
        self.cluster = Some((place.environment(self.root()), place.programs()));
        Ok(self)
    }

    /// Where commands run.
    pub fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// The folder around it.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// A port for the page's services.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs a line as a shell reads it, to its end.
    pub fn run(&self, line: &str, surroundings: &[String]) -> Result<Ended, String> {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", line]).current_dir(self.work()).env_clear().process_group(0);
        let mut path = format!("{}:/usr/local/bin:/usr/bin:/bin", self.root.path().join("bin").display());
        if let Some((environment, programs)) = &self.cluster {
            shell.envs(environment.iter().cloned());
            path = format!("{}:{path}", programs.display());
        }
        shell.env("PATH", path).env("HOME", self.root.path().join("home")).env("USER", "ada");
        shell.envs([("TZ", "UTC"), ("LANG", "C.UTF-8"), ("COLUMNS", "80"), ("TERM", "xterm")]);
        let (mut columns, mut terminal, mut answers) = ("80", false, Vec::new());
        for word in surroundings {
            match word.split_once('=').unwrap_or((word, "")) {
                ("columns", wanted) => {
                    columns = wanted;
                    shell.env("COLUMNS", wanted)
                }
                ("terminal", "") => {
                    terminal = true;
                    shell.env_remove("COLUMNS")
                }
                ("types", answer) => {
                    answers.push(answer);
                    &mut shell
                }
                ("port", "") => shell.env("QUICKSTART_PORT", self.port.to_string()),
                ("ascii", "") => shell.env("LANG", "C"),
                ("dumb", "") => shell.env("TERM", "dumb"),
                ("color", "") => shell.env("CLICOLOR_FORCE", "1"),
                _ => return Err(format!("no surroundings are called `{word}`")),
            };
        }
        if terminal {
            let columns = columns.parse().map_err(|_| format!("`columns={columns}` is no number"))?;
            return super::terminal::run(shell, columns, answers, &self.work());
        }
        shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        end(shell.spawn().map_err(|error| format!("a shell can't be started: {error}"))?, line)
    }
}

/// A port that is free now.
fn free_port() -> io::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn end(mut child: Child, line: &str) -> Result<Ended, String> {
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let began = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if began.elapsed() > LIMIT => {
                child.kill().map_err(|error| error.to_string())?;
                return Err(format!("`{line}` did not end within {LIMIT:?}"));
            }
            None => thread::sleep(LOOK),
        }
    };
    let text = |drained: JoinHandle<String>| drained.join().map_err(|_| "a stream could not be read".to_owned());
    Ok(Ended { stdout: text(stdout)?, stderr: text(stderr)?, exit: status.code() })
}

fn drain(stream: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            // What was read until an error is what there is to compare.
            let _ = stream.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Copies a folder; permissions are part of a project.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for path in files_below(from)? {
        let inner = path.strip_prefix(from).map_err(io::Error::other)?;
        let place = to.join(inner);
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::copy(&path, place)?;
    }
    Ok(())
}
