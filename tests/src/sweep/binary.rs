//! The binary under test, built with fault points.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The binary that `cargo xtask test` has built; without it one is built and put aside, since other tests build it without
/// fault points in the same place.
pub fn path() -> Result<PathBuf, String> {
    static PATH: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    PATH.get_or_init(|| std::env::var_os("SWITCHBACK_BIN").map_or_else(build, |path| Ok(PathBuf::from(path)))).clone()
}

fn build() -> Result<PathBuf, String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.args(["build", "--quiet", "-p", "switchback", "--bin", "switchback", "--features", "faults"]);
    let built =
        cargo.arg("--message-format=json").output().map_err(|error| format!("cargo can't be started: {error}"))?;
    if !built.status.success() {
        return Err(format!("the binary can't be built:\n{}", String::from_utf8_lossy(&built.stderr)));
    }
    let messages = String::from_utf8_lossy(&built.stdout);
    let executable = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message.get("executable")?.as_str().map(PathBuf::from)
    };
    let built = messages.lines().rev().find_map(executable).ok_or("cargo named no binary")?;
    aside(&built).map_err(|error| format!("`{}` can't be put aside: {error}", built.display()))
}

fn aside(built: &Path) -> std::io::Result<PathBuf> {
    let folder = built.with_file_name("sweep");
    fs::create_dir_all(&folder)?;
    // Renamed into its place, because a binary that runs can't be written over.
    let (fresh, copy) = (folder.join(format!("switchback-{}", std::process::id())), folder.join("switchback"));
    fs::copy(built, &fresh)?;
    fs::rename(&fresh, &copy)?;
    Ok(copy)
}
