//! The `switchback` binary as the tasks use it.

use crate::outcome::Fault;
use crate::workspace::Workspace;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The exit code of a plan that is invalid.
const INVALID: i32 = 10;
/// A plan that no version of the language allows.
const WRONG: &str = "plan \"wrong\"\nstep \"a\" { no.such-thing \"x\" }\n";

/// A built binary.
pub struct Binary {
    /// Where it lies.
    pub path: PathBuf,
}

impl Binary {
    /// The one for development.
    pub fn debug(workspace: &Workspace) -> Result<Self, Fault> {
        Self::built(workspace, &["-p", "switchback"])
    }

    /// The one that people use.
    pub fn release(workspace: &Workspace) -> Result<Self, Fault> {
        Self::built(workspace, &["--release", "-p", "switchback"])
    }

    /// Builds it, and has it refuse a wrong plan: a binary that accepts anything would make every answer worthless.
    fn built(workspace: &Workspace, arguments: &[&str]) -> Result<Self, Fault> {
        let binary = Self { path: workspace.build(arguments)? };
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("wrong.plan.kdl"), WRONG)?;
        let answer = binary.check(folder.path(), "wrong.plan.kdl")?;
        if answer.status.code() != Some(INVALID) {
            return Err(format!("`switchback check` on a wrong plan: {}, not {INVALID}", answer.status).into());
        }
        Ok(binary)
    }

    /// `switchback check PATH` in a folder, to its end.
    pub fn check(&self, folder: &Path, path: &str) -> Result<Output, Fault> {
        Ok(self.checking(folder, path).output()?)
    }

    /// `switchback check PATH` in a folder, to be started.
    pub fn checking(&self, folder: &Path, path: &str) -> Command {
        self.command(folder, &["check", path])
    }

    /// Any command in a folder, to be started.
    pub fn command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(arguments).current_dir(folder).stdin(Stdio::null()).env("NO_COLOR", "1");
        command
    }
}
