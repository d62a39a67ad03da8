//! `cargo xtask test`: all tests, with everything they need, by one command.

mod part;
mod tally;

use crate::outcome::{Fault, Outcome};
use crate::workspace::Workspace;
use part::{Part, Parts};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use switchback_tests::cluster::Programs;
pub use tally::Tally;

/// The binary that black-box tests start.
pub const BIN: &str = "SWITCHBACK_BIN";
/// The parts that were found, by name, with commas; tests that need one look here and leave when it is missing.
const PARTS: &str = "SWITCHBACK_PARTS";
/// What the property tests draw from. The same each time, so that a change is refused only for what it broke; `cargo
/// test` alone draws anew.
const SEED: (&str, &str) = ("PROPTEST_RNG_SEED", "20261121");

/// Runs the tests whose names hold one of the filters; all when there is none.
pub fn run(workspace: &Workspace, filters: &[String]) -> Outcome {
    let parts = Parts::look(part::ALL, workspace);
    print!("{}", parts.table());
    if let Some(complaint) = parts.complaint(in_ci()) {
        return Err(complaint.into());
    }
    let binary = binary(workspace)?;
    let (status, mut tally) = tests(workspace, filters, &binary, &parts)?;
    if !status.success() && tally.failed == 0 {
        println!("cargo test ended without a failed test ({status}); this counts as one");
        tally.failed = 1;
    }
    print!("{}", summary(&tally, &parts));
    Ok(tally.failed == 0)
}

/// On a machine of its own nobody reads that something was skipped, so there everything must be there.
fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true" || value == "1")
}

/// Builds the binary with fault injection, and copies it: `cargo test` builds it again without, in the same place.
pub fn binary(workspace: &Workspace) -> Result<PathBuf, Fault> {
    let built = workspace.build(&["-p", "switchback", "--features", "faults"])?;
    let folder = built.parent().ok_or("the binary has no folder")?.join("xtask-test");
    std::fs::create_dir_all(&folder)?;
    let (copy, beside) = (folder.join("switchback"), folder.join("switchback.new"));
    std::fs::copy(&built, &beside)?;
    // A file that runs, in another test or in the torture, can't be written, but can be replaced.
    std::fs::rename(&beside, &copy)?;
    Ok(copy)
}

fn tests(
    workspace: &Workspace,
    filters: &[String],
    binary: &PathBuf,
    parts: &Parts,
) -> Result<(ExitStatus, Tally), Fault> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--workspace", "--no-fail-fast", "--"]).args(filters);
    cargo.env(BIN, binary).env(PARTS, parts.found().join(","));
    if std::env::var_os(SEED.0).is_none() {
        cargo.env(SEED.0, SEED.1);
    }
    if let Some((name, folder)) = told_by(parts) {
        cargo.env(name, folder);
    }
    told(cargo)
}

/// How a test is told where the programs of the test cluster are, which are built where they are missing.
pub fn cluster(workspace: &Workspace) -> Option<(&'static str, PathBuf)> {
    told_by(&Parts::look(part::ALL, workspace))
}

fn told_by(parts: &Parts) -> Option<(&'static str, PathBuf)> {
    let programs = Programs::at(Path::new(parts.get(part::CLUSTER)?));
    let (name, folder) = programs.telling();
    Some((name, folder.into()))
}

/// Runs cargo's tests, passes on what they say, and counts.
pub fn told(mut cargo: Command) -> Result<(ExitStatus, Tally), Fault> {
    let mut child = cargo.stdout(Stdio::piped()).spawn()?;
    let mut tally = Tally::default();
    if let Some(stdout) = child.stdout.take() {
        stream(BufReader::new(stdout), &mut tally)?;
    }
    Ok((child.wait()?, tally))
}

/// Passes every line on as it comes, and counts. Tests may print bytes that are no text.
fn stream(mut lines: impl BufRead, tally: &mut Tally) -> std::io::Result<()> {
    let mut line = Vec::new();
    let mut out = std::io::stdout().lock();
    while lines.read_until(b'\n', &mut line)? > 0 {
        out.write_all(&line)?;
        tally.read(&String::from_utf8_lossy(&line));
        line.clear();
    }
    out.flush()
}

fn summary(tally: &Tally, parts: &Parts) -> String {
    let skipped = parts.missing().map(|part: &Part| format!("skipped without {}: {}\n", part.name, part.needed_by));
    let ignored = if tally.ignored > 0 { format!("{} ignored\n", tally.ignored) } else { String::new() };
    format!("\n{}{ignored}{tally}\n", skipped.collect::<String>())
}
