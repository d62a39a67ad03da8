//! The repository: where it is, its files, and cargo in it.

use crate::outcome::Fault;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What `cargo run` sets for this process and a child of it must not inherit: build scripts (ring's) ask to be run again
/// when one of these changes, so every task would rebuild what `cargo build` built.
const OF_CARGO_RUN: &[&str] = &["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];

/// The repository.
pub struct Workspace {
    /// Its folder.
    pub root: PathBuf,
}

impl Workspace {
    /// The one that the current folder lies in.
    pub fn find() -> Result<Self, Fault> {
        let manifest = output(cargo_command().args(["locate-project", "--workspace", "--message-format", "plain"]))?;
        let root = Path::new(manifest.trim()).parent().ok_or("the workspace has no folder")?;
        Ok(Self { root: root.to_owned() })
    }

    /// Cargo, in the repository's folder.
    pub fn cargo(&self) -> Command {
        let mut command = cargo_command();
        command.current_dir(&self.root);
        command
    }

    /// All files that git tracks or would track, relative to the folder, in order.
    pub fn files(&self) -> Result<Vec<String>, Fault> {
        let mut git = Command::new("git");
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(&self.root);
        let listed = output(&mut git)?;
        let mut files: Vec<String> = listed.split_terminator('\0').map(str::to_owned).collect();
        files.retain(|file| self.root.join(file).is_file());
        files.sort();
        files.dedup();
        Ok(files)
    }

    /// The text of a file; `None` when it is no text.
    pub fn text(&self, file: &str) -> Result<Option<String>, Fault> {
        let bytes = std::fs::read(self.root.join(file)).map_err(|error| format!("`{file}` can't be read: {error}"))?;
        Ok(String::from_utf8(bytes).ok())
    }

    /// The names of all packages that one is built from, itself among them; those of its tests left out.
    pub fn built_from(&self, package: &str) -> Result<BTreeSet<String>, Fault> {
        let mut cargo = self.cargo();
        cargo.args(["tree", "--quiet", "--package", package, "--edges", "normal", "--prefix", "none"]);
        let listed = output(&mut cargo)?;
        Ok(listed.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
    }

    /// Builds one binary and says where it lies, wherever cargo puts it.
    pub fn build(&self, arguments: &[&str]) -> Result<PathBuf, Fault> {
        let mut cargo = self.cargo();
        cargo.arg("build").args(arguments).arg("--message-format=json-render-diagnostics");
        let messages = output(&mut cargo)?;
        let executable = |line: &str| -> Option<PathBuf> {
            let message: Json = serde_json::from_str(line).ok()?;
            message.get("executable")?.as_str().map(PathBuf::from)
        };
        let built = messages.lines().filter_map(executable).next_back();
        built.ok_or_else(|| format!("`cargo build {}` built no binary", arguments.join(" ")).into())
    }
}

fn cargo_command() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let inherited = name.to_str().is_some_and(|name| OF_CARGO_RUN.iter().any(|prefix| name.starts_with(prefix)));
        if inherited {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// The standard output of a command that must succeed; what it says on stderr goes to ours.
pub fn output(command: &mut Command) -> Result<String, Fault> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|error| format!("`{program}` can't be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("`{program}` failed: {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
