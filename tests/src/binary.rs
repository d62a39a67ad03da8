//! The binary under test.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// Where `cargo xtask test` has put the binary that it built, with the features it wants.
const BUILT: &str = "SWITCHBACK_BIN";

/// The binary's path; without `SWITCHBACK_BIN` it is built, once a test process.
pub fn path() -> Result<PathBuf, String> {
    static PATH: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    PATH.get_or_init(|| std::env::var_os(BUILT).map_or_else(build, |path| Ok(PathBuf::from(path)))).clone()
}

/// Builds it like the tests themselves, and takes the path from what cargo says instead of guessing it.
fn build() -> Result<PathBuf, String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.args(["build", "--quiet", "--package", "switchback", "--bin", "switchback", "--message-format=json"]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    // cargo tells tests of their own package; a build script that reads this (ring's) would make all be built again.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&*name);
        }
    }
    let built = cargo.output().map_err(|error| format!("cargo can't be started: {error}"))?;
    if !built.status.success() {
        return Err(format!("the binary can't be built:\n{}", String::from_utf8_lossy(&built.stderr)));
    }
    let messages = String::from_utf8_lossy(&built.stdout);
    let executable = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message.get("executable")?.as_str().map(PathBuf::from)
    };
    messages.lines().rev().find_map(executable).ok_or_else(|| "cargo named no binary".to_owned())
}
