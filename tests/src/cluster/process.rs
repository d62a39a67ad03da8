//! The processes of a cluster: started in its folder, each with a log, and ended with it.

use super::record::Record;
use super::spawner::spawn;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use switchback::world::process::ProcessId;

/// How long processes run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lifetime {
    /// As long as this process; killed with it even when it is killed itself.
    Ours,
    /// Until somebody ends them.
    Detached,
}

/// What of a log is worth telling.
const LAST_LINES: usize = 15;

/// What sets, without unsafe code of ours, that the kernel kills a child when we die. Where it is not there, who starts
/// the next cluster ends what is left of this one.
static SETPRIV: LazyLock<bool> = LazyLock::new(|| {
    let mut asked = Command::new("setpriv");
    asked.args(["--pdeathsig", "KILL", "--", "true"]).stdout(Stdio::null()).stderr(Stdio::null());
    asked.status().is_ok_and(|status| status.success())
});

/// The processes of a cluster.
pub(super) struct Processes {
    folder: PathBuf,
    lifetime: Lifetime,
    record: Record,
    running: Vec<(String, Child)>,
    released: bool,
}

impl Processes {
    /// None yet, in a folder that was claimed with a record.
    pub(super) fn new(folder: &Path, record: Record, lifetime: Lifetime) -> Self {
        Self { folder: folder.to_owned(), lifetime, record, running: Vec::new(), released: false }
    }

    /// Starts one in the cluster's folder; its log is `NAME.log`.
    pub(super) fn start(&mut self, name: &str, program: &Path, arguments: &[String]) -> Result<(), String> {
        let told = |error: std::io::Error| format!("`{}` can't be started: {error}", program.display());
        let log = File::options().create(true).append(true).open(self.log(name)).map_err(told)?;
        let mut command = self.command(program);
        // What is set for the user, as `ETCD_…` or a proxy, is not for these.
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", &self.folder);
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        command.stdout(log.try_clone().map_err(told)?).stderr(log);
        // A Ctrl-C in the terminal is for who waits there; processes of the cluster are ended in order.
        command.process_group(0);
        let child = spawn(command).map_err(told)?;
        let id = ProcessId::of(child.id()).map_err(told);
        self.running.push((name.to_owned(), child));
        self.record.processes.push((name.to_owned(), id?));
        self.record.write(&self.folder)
    }

    fn command(&self, program: &Path) -> Command {
        if self.lifetime == Lifetime::Detached || !*SETPRIV {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).arg(program);
        command
    }

    fn log(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.log"))
    }

    /// Whether all run; else which ended though nobody ended it, and its last words.
    pub(super) fn all_run(&self) -> Result<(), String> {
        let dead = |child: &Child| !ProcessId::of(child.id()).is_ok_and(|process| process.is_alive());
        match self.running.iter().find(|(_, child)| dead(child)) {
            Some((name, _)) => Err(format!("`{name}` ended; its log ends with\n{}", self.last_words(name))),
            None => Ok(()),
        }
    }

    fn last_words(&self, name: &str) -> String {
        let text = std::fs::read(self.log(name)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default().join("\n")
    }

    /// Whether one was started and not killed.
    pub(super) fn has(&self, name: &str) -> bool {
        self.running.iter().any(|(other, _)| other == name)
    }

    /// Kills one and waits until it is gone.
    pub(super) fn kill(&mut self, name: &str) -> Result<(), String> {
        let at = self.running.iter().position(|(other, _)| other == name).ok_or_else(|| no(name))?;
        let (_, mut child) = self.running.remove(at);
        child.kill().and_then(|()| child.wait()).map_err(|error| format!("`{name}` can't be killed: {error}"))?;
        self.record.processes.retain(|(other, _)| other != name);
        self.record.write(&self.folder)
    }

    /// Sends one a signal.
    pub(super) fn signal(&self, name: &str, signal: Signal) -> Result<(), String> {
        let (_, child) = self.running.iter().find(|(other, _)| other == name).ok_or_else(|| no(name))?;
        kill_process(Pid::from_child(child), signal).map_err(|error| format!("`{name}`: {error}"))
    }

    /// Lets them go on when this value is dropped.
    pub(super) fn release(mut self) -> Result<(), String> {
        self.record.owner = None;
        self.record.write(&self.folder)?;
        self.released = true;
        Ok(())
    }
}

fn no(name: &str) -> String {
    format!("`{name}` does not run")
}

impl Drop for Processes {
    fn drop(&mut self) {
        if self.released {
            return;
        }
        // The last one first, so that none logs that those below it are gone.
        for (_, child) in self.running.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
        // The logs of a failed test are worth a look; they go when the next cluster starts.
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}
