//! A small project for commands that ask: run by a person at a terminal, or by nobody.

use crate::binary;
use crate::terminal::Terminal;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const PROJECT: &str = "language 1\ntarget \"local\" { directory \"./platform\" }\n";

/// A project in a folder of its own, which goes with it.
#[derive(Debug)]
pub struct Project {
    root: tempfile::TempDir,
    binary: PathBuf,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status.
    pub exit: Option<i32>,
    /// All that it said.
    pub said: String,
}

impl Ended {
    /// The commands behind `next:` and `or:`, as they would be pasted.
    pub fn told(&self) -> Vec<&str> {
        let told = |line: &'_ str| line.starts_with("next: ") || line.starts_with("or:   ");
        self.said.lines().filter(|line| told(line)).filter_map(|line| line.get(6..)).collect()
    }

    /// The command behind `next:`, as words without the program's name.
    pub fn next(&self) -> Vec<&str> {
        let next = self.said.lines().rev().find_map(|line| line.strip_prefix("next: switchback "));
        next.map(|next| next.split_whitespace().collect()).unwrap_or_default()
    }
}

impl Project {
    /// With this plan, `go.plan.kdl`, and these files on its target.
    pub fn new(plan: &str, files: &[(&str, &str)]) -> Result<Self, String> {
        let failed = |error: std::io::Error| error.to_string();
        let root = tempfile::Builder::new().prefix("asks-").tempdir().map_err(failed)?;
        let project = Self { root, binary: binary::path()? };
        fs::create_dir(project.path("platform")).map_err(failed)?;
        project.write("switchback.kdl", PROJECT)?;
        project.write("go.plan.kdl", &format!("plan \"go\"\n{plan}\n"))?;
        for (path, content) in files {
            project.write(&format!("platform/{path}"), content)?;
        }
        Ok(project)
    }

    /// A path in it.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    /// Writes a file of it.
    pub fn write(&self, path: &str, content: &str) -> Result<(), String> {
        fs::write(self.path(path), content).map_err(|error| format!("{path}: {error}"))
    }

    /// What a file of the target holds; none where it is not there.
    pub fn holds(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.path("platform").join(path)).ok()
    }

    /// All runs, by their folders' names.
    pub fn runs(&self) -> Vec<String> {
        let runs = fs::read_dir(self.path(".switchback/runs")).into_iter().flatten().flatten();
        runs.map(|run| run.file_name().to_string_lossy().into_owned()).collect()
    }

    /// Runs a command where nobody can be asked.
    pub fn alone(&self, arguments: &[&str]) -> Result<Ended, String> {
        let mut command = Command::new(&self.binary);
        sealed(&mut command, self.root.path());
        let ended = command.args(arguments).stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
        let said = [ended.stdout.as_slice(), ended.stderr.as_slice()].concat();
        Ok(Ended { exit: ended.status.code(), said: String::from_utf8_lossy(&said).into_owned() })
    }

    /// Starts a command whose streams are pipes, where nobody can be asked.
    pub fn piped(&self, arguments: &[&str]) -> Result<Child, String> {
        let mut command = Command::new(&self.binary);
        sealed(&mut command, self.root.path());
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().map_err(|error| error.to_string())
    }

    /// Pastes a line into a shell that stands in the folder above the project, where nobody can be asked.
    pub fn pasted_above(&self, line: &str) -> Result<Ended, String> {
        let above = self.root.path().parent().ok_or("the project has no folder above it")?;
        let mut shell = Command::new("/bin/sh");
        sealed(&mut shell, self.root.path());
        shell.current_dir(above).env("BINARY", &self.binary);
        shell.arg("-c").arg(format!("switchback() {{ \"$BINARY\" \"$@\"; }}; {line}"));
        let ended = shell.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
        let said = [ended.stdout.as_slice(), ended.stderr.as_slice()].concat();
        Ok(Ended { exit: ended.status.code(), said: String::from_utf8_lossy(&said).into_owned() })
    }

    /// Its folder's name.
    pub fn name(&self) -> String {
        self.root.path().file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Runs a command with a person at its terminal.
    pub fn asked(&self, arguments: &[&str]) -> Result<Terminal, String> {
        Terminal::start(&self.binary, arguments, |command| sealed(command, self.root.path()))
    }

    /// A command at a terminal at which nobody does anything.
    pub fn watched(&self, arguments: &[&str]) -> Result<Ended, String> {
        let (exit, said) = self.asked(arguments)?.ends()?;
        Ok(Ended { exit, said })
    }

    /// The report of the only run.
    pub fn report(&self) -> Result<String, String> {
        Ok(self.alone(&["report", "--format", "json"])?.said)
    }
}

/// Nothing of this machine is seen.
fn sealed(command: &mut Command, work: &Path) {
    command.env_clear().current_dir(work).env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", work);
    command.envs([("USER", "ada"), ("TZ", "UTC"), ("LANG", "C.UTF-8"), ("COLUMNS", "80"), ("TERM", "xterm")]);
}
