//! A small project in a folder of its own, and commands that run in it by the binary with fault points.

use crate::sweep::binary;
use crate::terminal::Terminal;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a `switchback.kdl` says when nothing else is to be said.
pub const PROJECT: &str = "language 1\ntarget \"local\" { directory \"./site\" }\n";

/// The folder; a shell is run in it.
#[derive(Debug)]
pub struct Stand {
    place: PathBuf,
    /// Removed with all that is in it.
    root: tempfile::TempDir,
}

/// How a script ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status; none when it was killed.
    pub exit: Option<i32>,
    /// What it wrote, on both streams.
    pub said: String,
}

impl Stand {
    /// A project with one plan, `p.plan.kdl`, and these files.
    pub fn new(plan: &str, files: &[(&str, &str)]) -> Result<Self, String> {
        let root = tempfile::tempdir().map_err(|error| error.to_string())?;
        let stand = Self { place: root.path().join("project"), root };
        stand.fill(plan, files)?;
        Ok(stand)
    }

    /// The same, in the folder `project` of a place of the caller's.
    pub fn at(place: &Path, plan: &str, files: &[(&str, &str)]) -> Result<Self, String> {
        let root = tempfile::tempdir().map_err(|error| error.to_string())?;
        let stand = Self { place: place.join("project"), root };
        stand.fill(plan, files)?;
        Ok(stand)
    }

    fn fill(&self, plan: &str, files: &[(&str, &str)]) -> Result<(), String> {
        let failed = |error: io::Error| error.to_string();
        fs::create_dir_all(self.place.join("site")).map_err(failed)?;
        fs::create_dir_all(self.root.path().join("bin")).map_err(failed)?;
        std::os::unix::fs::symlink(binary::path()?, self.root.path().join("bin/switchback")).map_err(failed)?;
        let own = [("switchback.kdl", PROJECT), ("p.plan.kdl", plan)];
        own.iter().chain(files).try_for_each(|(path, text)| self.write(path, text))
    }

    /// The project's folder.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Writes a file of the project.
    pub fn write(&self, path: &str, text: &str) -> Result<(), String> {
        let path = self.place.join(path);
        let folder = path.parent().ok_or("it has no folder")?;
        fs::create_dir_all(folder).and_then(|()| fs::write(&path, text)).map_err(|error| error.to_string())
    }

    /// Reads a file of the project; empty when there is none.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.place.join(path)).unwrap_or_default()
    }

    /// Runs a script with a person at its terminal.
    pub fn asked(&self, script: &str) -> Result<Terminal, String> {
        Terminal::start(Path::new("/bin/sh"), &["-c", script], |command| {
            self.sealed(command);
            command.envs([("COLUMNS", "120"), ("TERM", "xterm")]);
        })
    }

    /// Nothing of this machine is seen.
    fn sealed(&self, command: &mut Command) {
        command.current_dir(&self.place).env_clear();
        command.env("PATH", format!("{}/bin:/usr/local/bin:/usr/bin:/bin", self.root.path().display()));
        command.envs([("HOME", "/nonexistent"), ("USER", "ada"), ("TZ", "UTC"), ("LANG", "C.UTF-8")]);
    }

    /// Runs a script to its end.
    pub fn run(&self, script: &str) -> Result<Ended, String> {
        let mut shell = Command::new("/bin/sh");
        self.sealed(&mut shell);
        shell.args(["-c", &format!("exec 2>&1\n{script}")]).stdin(Stdio::null());
        let ended = shell.output().map_err(|error| format!("a shell can't be started: {error}"))?;
        Ok(Ended { exit: ended.status.code(), said: String::from_utf8_lossy(&ended.stdout).into_owned() })
    }

    /// The same, and it must end so.
    pub fn ends(&self, exit: i32, script: &str) -> Result<String, String> {
        let Ended { exit: is, said } = self.run(script)?;
        if is == Some(exit) { Ok(said) } else { Err(format!("`{script}` ended with {is:?}, not {exit}:\n{said}")) }
    }
}
