//! How `switchback check` grows with a plan, beside the KDL crate that parses the same text.

use super::measure::{self, Took};
use super::plan;
use super::table::{self, Row};
use crate::binary::Binary;
use crate::outcome::Fault;
use crate::workspace::Workspace;
use std::path::Path;
use std::process::{Command, Stdio};

/// For the reader of the table.
pub const ABOUT: &str = "whole processes of the release build; wall time over 11 runs; memory is VmHWM, looked at every \
                         millisecond in 3 further runs.\n`kdl` is a process that only parses the same file.";

const STEPS: &[usize] = &[1, 100, 1_000, 10_000];

/// What one size took.
struct Size {
    steps: usize,
    bytes: usize,
    check: Took,
    kdl: Took,
}

/// Builds, generates, measures.
pub fn run(workspace: &Workspace) -> Result<String, Fault> {
    let binary = Binary::release(workspace)?;
    let parser = workspace.build(&["--release", "-p", "xtask"])?;
    let mut sizes = Vec::new();
    for steps in STEPS.iter().copied() {
        let folder = tempfile::tempdir()?;
        let bytes = plan::write(folder.path(), steps)?;
        let check = measure::process(|| binary.checking(folder.path(), plan::NAME))?;
        let kdl = measure::process(|| parsing(&parser, folder.path()))?;
        sizes.push(Size { steps, bytes, check, kdl });
    }
    Ok(table(&sizes))
}

fn parsing(parser: &Path, folder: &Path) -> Command {
    let mut command = Command::new(parser);
    command.arg("parse-kdl").arg(folder.join(plan::NAME)).stdin(Stdio::null());
    command
}

fn table(sizes: &[Size]) -> String {
    let head =
        ["steps", "KiB", "check min", "median", "max", "memory", "kdl median", "memory", "check : kdl", "growth"];
    let mut rows: Vec<Row> = vec![head.iter().map(|&word| word.to_owned()).collect()];
    let before = std::iter::once(None).chain(sizes.iter().map(Some));
    rows.extend(sizes.iter().zip(before).map(|(size, before)| row(size, before)));
    format!("{}growth: median time for so many times the bytes of the row above\n", table::right(&rows))
}

fn row(size: &Size, before: Option<&Size>) -> Row {
    let Size { steps, bytes, check, kdl } = size;
    let growth = before.map_or_else(String::new, |before| {
        let time = check.median.as_secs_f64() / before.check.median.as_secs_f64();
        format!("{time:.1} for {:.1}", *bytes as f64 / before.bytes as f64)
    });
    vec![
        steps.to_string(),
        format!("{:.1}", *bytes as f64 / 1024.0),
        table::time(check.min),
        table::time(check.median),
        table::time(check.max),
        table::memory(check.peak),
        table::time(kdl.median),
        table::memory(kdl.peak),
        format!("{:.1}", check.median.as_secs_f64() / kdl.median.as_secs_f64()),
        growth,
    ]
}
