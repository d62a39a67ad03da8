//! `cargo xtask deny`: licenses, sources and bans of the dependencies, by cargo-deny and deny.toml.
//!
//! Building cargo-deny takes minutes, so `.ci/run` leaves it out and this task installs it once for the machine.
//! Advisories are left out too: their database comes from the network, and a run must not depend on it.

use crate::outcome::{Fault, Outcome};
use crate::workspace::Workspace;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Installs cargo-deny when it is not there, and runs it.
pub fn run(workspace: &Workspace) -> Outcome {
    let program = match on_path() {
        Some(program) => program,
        None => installed(workspace)?,
    };
    let mut deny = Command::new(program);
    deny.args(["--offline", "check", "bans", "licenses", "sources"]).current_dir(&workspace.root);
    Ok(deny.status()?.success())
}

fn on_path() -> Option<PathBuf> {
    let mut version = Command::new("cargo-deny");
    version.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    version.status().ok()?.success().then(|| PathBuf::from("cargo-deny"))
}

/// Outside the repository, so that `cargo clean` leaves it.
fn installed(workspace: &Workspace) -> Result<PathBuf, Fault> {
    let home = std::env::var_os("HOME").ok_or("HOME is not set")?;
    let tools = PathBuf::from(home).join(".cache/switchback/tools");
    let program = tools.join("bin/cargo-deny");
    if !program.is_file() {
        eprintln!("installing cargo-deny into {}", tools.display());
        let mut cargo = workspace.cargo();
        if !cargo.args(["install", "cargo-deny", "--locked", "--root"]).arg(&tools).status()?.success() {
            return Err("cargo-deny could not be installed".into());
        }
    }
    Ok(program)
}
