//! A copy of a scenario in a folder of its own, and commands that run there.

use super::binary;
use super::copying::copy_all;
use super::disk;
use super::picture::Picture;
use super::scenario::{Counted, PLAN, Scenario};
use super::server::Server;
use super::service;
use std::fs::{self, File};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// No command of a scenario takes as long, also on a machine under load.
const LIMIT: Duration = Duration::from_secs(90);
/// What no run may write down; the scenario `secret` has it.
pub(super) const SECRET: &str = "sweep-hides-this";
const LOOK: Duration = Duration::from_millis(2);

/// The folder; it goes with all that runs in it.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) scenario: &'static Scenario,
    pub(super) port: u16,
    pub(super) server: Option<Server>,
    plant: Option<&'static str>,
    root: tempfile::TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// Its exit status; none when it was killed.
    pub(super) exit: Option<i32>,
    /// The last boundary that it passed, with its name.
    pub(super) at: String,
    /// What it said.
    pub(super) said: String,
}

impl Ended {
    pub(super) fn killed(&self) -> bool {
        self.exit.is_none()
    }

    /// How many boundaries it passed.
    pub(super) fn boundaries(&self) -> Result<u64, String> {
        let count = self.at.split(' ').next().and_then(|count| count.parse().ok());
        count.ok_or_else(|| format!("no boundaries were counted: {}", self.last()))
    }

    /// The end of what it said.
    pub(super) fn last(&self) -> String {
        let lines: Vec<&str> = self.said.lines().filter(|line| !line.is_empty()).collect();
        lines.get(lines.len().saturating_sub(8)..).unwrap_or_default().join(" | ")
    }
}

impl Place {
    pub(super) fn new(scenario: &'static Scenario, plant: Option<&'static str>) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("the scenario can't be copied: {error}");
        let root = disk::folder().map_err(failed)?;
        fs::create_dir(root.path().join("project")).map_err(failed)?;
        let server = match scenario.counted {
            Counted::ByServer => Some(Server::start()?),
            _ => None,
        };
        let port = server.as_ref().map_or_else(service::port, |server| Ok(server.port()))?;
        let place = Self { scenario, port, server, plant, root };
        scenario.write(&place.project()).map_err(failed)?;
        for (file, from, to) in scenario.patches {
            let file = place.project().join(file);
            let text = fs::read_to_string(&file).map_err(failed)?;
            if !text.contains(from) {
                return Err(format!("`{}` has no `{from}`", file.display()));
            }
            fs::write(&file, text.replace(from, to)).map_err(failed)?;
        }
        Ok(place)
    }

    pub(super) fn project(&self) -> PathBuf {
        self.root.path().join("project")
    }

    pub(super) fn platform(&self) -> PathBuf {
        self.project().join("platform")
    }

    /// What stands on the platform; one that is not there counts as its seed.
    pub(super) fn picture(&self) -> Result<Picture, String> {
        let platform = self.platform();
        let folder = if platform.is_dir() { platform } else { self.project().join(self.scenario.seed) };
        Picture::of(&folder, self.port).map_err(|error| format!("`{}` can't be looked at: {error}", folder.display()))
    }

    pub(super) fn seed(&self) -> Result<Picture, String> {
        Picture::of(&self.project().join(self.scenario.seed), self.port).map_err(|error| format!("the seed: {error}"))
    }

    /// Runs the plan; killed at a boundary, when one is given.
    pub(super) fn run(&self, kill: Option<u64>) -> Result<Ended, String> {
        self.command(&[&["run", PLAN, "--yes"], self.scenario.arguments, self.scenario.confirms].concat(), kill)
    }

    /// Puts aside all that stands here, so that it can be gone on with more than once. Nothing may run here.
    pub(super) fn save(&self, name: &str) -> Result<PathBuf, String> {
        let image = self.root.path().join(name);
        let replaced = if image.exists() { fs::remove_dir_all(&image) } else { Ok(()) };
        let saved = replaced.and_then(|()| fs::create_dir(&image)).and_then(|()| copy_all(&self.project(), &image));
        saved.map(|()| image).map_err(|error| format!("an image can't be saved: {error}"))
    }

    /// Makes all here as it was put aside, in the same place, since a run knows its paths.
    pub(super) fn restore(&self, image: &Path) -> Result<(), String> {
        let project = self.project();
        let fresh = fs::remove_dir_all(&project).and_then(|()| fs::create_dir(&project));
        fresh.and_then(|()| copy_all(image, &project)).map_err(|error| format!("an image can't be restored: {error}"))
    }

    /// Runs a command to its end, or to the boundary where it is killed.
    pub(super) fn command(&self, args: &[&str], kill: Option<u64>) -> Result<Ended, String> {
        let child = self.start(args, kill)?;
        self.wait(child)
    }

    /// Runs the plan, which is sent signals at boundaries: `12:INT,13:INT`.
    pub(super) fn signalled(&self, signals: &str) -> Result<Ended, String> {
        let mut command = self.prepared(&[&["run", PLAN, "--yes"], self.scenario.arguments].concat())?;
        command.env("SWITCHBACK_SIGNAL_AT", signals);
        let child = command.spawn().map_err(|error| format!("the binary can't be started: {error}"))?;
        self.wait(child)
    }

    pub(super) fn start(&self, args: &[&str], kill: Option<u64>) -> Result<Child, String> {
        let mut command = self.prepared(args)?;
        command.envs(kill.map(|at| ("SWITCHBACK_KILL_AT", at.to_string())));
        command.spawn().map_err(|error| format!("the binary can't be started: {error}"))
    }

    /// Runs a command that may take no more than 256 MiB of memory.
    pub(super) fn limited(&self, args: &[&str]) -> Result<Ended, String> {
        let plain = self.prepared(args)?;
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -d 262144 && exec \"$0\" \"$@\""]).arg(plain.get_program()).args(plain.get_args());
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(self.project());
        let out = File::create(self.root.path().join("said")).map_err(|error| error.to_string())?;
        let err = out.try_clone().map_err(|error| error.to_string())?;
        command.process_group(0).stdin(Stdio::null()).stdout(out).stderr(err);
        let child = command.spawn().map_err(|error| format!("the binary can't be started: {error}"))?;
        self.wait(child)
    }

    fn prepared(&self, args: &[&str]) -> Result<Command, String> {
        // Services keep what they got as output; a file does not keep us waiting for them.
        let out = File::create(self.root.path().join("said")).map_err(|error| error.to_string())?;
        let err = out.try_clone().map_err(|error| error.to_string())?;
        let mut command = Command::new(binary::path()?);
        command.args(args).current_dir(self.project()).process_group(0);
        command.stdin(Stdio::null()).stdout(out).stderr(err);
        let port = self.port.to_string();
        command.env("QUICKSTART_PORT", &port).env("SWEEP_PORT", &port).env("USER", "ada");
        command
            .env("SWEEP_SECRET", SECRET)
            .env_remove("SWITCHBACK_KILL_AT")
            .env_remove("SWITCHBACK_PLANT")
            .env_remove("SWITCHBACK_SIGNAL_AT");
        let count = self.root.path().join("count");
        fs::write(&count, "").map_err(|error| error.to_string())?;
        command.env("SWITCHBACK_COUNT_TO", count);
        command.envs(self.plant.map(|bug| ("SWITCHBACK_PLANT", bug)));
        Ok(command)
    }

    pub(super) fn wait(&self, mut child: Child) -> Result<Ended, String> {
        let began = Instant::now();
        let status = loop {
            match child.try_wait().map_err(|error| error.to_string())? {
                Some(status) => break status,
                None if began.elapsed() > LIMIT => {
                    child.kill().and_then(|()| child.wait()).map_err(|error| error.to_string())?;
                    return Err(format!("a command hung: {}", self.said()));
                }
                None => sleep(LOOK),
            }
        };
        let at = fs::read_to_string(self.root.path().join("count")).unwrap_or_default().trim().to_owned();
        match status.signal() {
            None | Some(9) => Ok(Ended { exit: status.code(), at, said: self.said() }),
            Some(signal) => Err(format!("signal {signal} ended it: {}", self.said())),
        }
    }

    pub(super) fn said(&self) -> String {
        let said = fs::read(self.root.path().join("said")).unwrap_or_default();
        String::from_utf8_lossy(&said).into_owned()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        service::end(&self.platform());
    }
}
