//! The processes of a cluster: started in its folder, each with a log, and ended with it.

use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
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

/// The processes of a cluster.
pub(super) struct Processes {
    folder: PathBuf,
    lifetime: Lifetime,
    running: Vec<(String, Child)>,
    kept: bool,
}

impl Processes {
    pub(super) fn new(folder: &Path, lifetime: Lifetime) -> Self {
        Self { folder: folder.to_owned(), lifetime, running: Vec::new(), kept: false }
    }

    /// Starts one in the cluster's folder; its log is `NAME.log`.
    pub(super) fn start(&mut self, name: &str, program: &Path, arguments: &[String]) -> Result<(), String> {
        let log = File::options().create(true).append(true).open(self.log(name)).map_err(|error| error.to_string())?;
        let second = log.try_clone().map_err(|error| error.to_string())?;
        let mut command = self.command(program);
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null()).stdout(log).stderr(second);
        // A Ctrl-C in the terminal is for who waits there; processes of the cluster are ended in order.
        let child = command.process_group(0).spawn().map_err(|error| format!("`{name}` can't be started: {error}"))?;
        self.running.push((name.to_owned(), child));
        Ok(())
    }

    /// `setpriv` sets what std can't without unsafe code: that the kernel kills the child when its parent dies.
    fn command(&self, program: &Path) -> Command {
        if self.lifetime == Lifetime::Detached || !Path::new("/usr/bin/setpriv").exists() {
            return Command::new(program);
        }
        let mut command = Command::new("/usr/bin/setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).arg(program);
        command
    }

    fn log(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.log"))
    }

    /// One that ended though nobody ended it.
    pub(super) fn ended(&self) -> Option<String> {
        let dead = |child: &Child| !ProcessId::of(child.id()).is_ok_and(|process| process.is_alive());
        self.running.iter().find(|(_, child)| dead(child)).map(|(name, _)| name.clone())
    }

    /// The last lines of a log.
    pub(super) fn last_words(&self, name: &str) -> String {
        let text = std::fs::read(self.log(name)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default().join("\n")
    }

    /// Kills one and waits until it is gone.
    pub(super) fn kill(&mut self, name: &str) -> Result<(), String> {
        let at = self.running.iter().position(|(other, _)| other == name).ok_or_else(|| no(name))?;
        let (_, mut child) = self.running.remove(at);
        child.kill().and_then(|()| child.wait()).map(|_| ()).map_err(|error| error.to_string())
    }

    /// Sends one a signal.
    pub(super) fn signal(&self, name: &str, signal: Signal) -> Result<(), String> {
        let (_, child) = self.running.iter().find(|(other, _)| other == name).ok_or_else(|| no(name))?;
        kill_process(Pid::from_child(child), signal).map_err(|error| error.to_string())
    }

    /// Lets them go on when this value is dropped.
    pub(super) fn keep(&mut self) {
        self.kept = true;
    }

    /// Name and identity of each.
    pub(super) fn ids(&self) -> Vec<(String, ProcessId)> {
        self.running.iter().filter_map(|(name, child)| Some((name.clone(), ProcessId::of(child.id()).ok()?))).collect()
    }
}

fn no(name: &str) -> String {
    format!("`{name}` does not run")
}

impl Drop for Processes {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        // The last one first, so that none logs that those below it are gone.
        for (_, child) in self.running.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
