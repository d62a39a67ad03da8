//! How `switchback check` grows with a plan, beside the KDL crate that parses the same text.

use super::goal::{self, Goal};
use super::measure::{self, OFTEN, Took};
use super::plan::{self, Shape};
use super::table::{self, Row};
use crate::binary::Binary;
use crate::outcome::Fault;
use crate::workspace::Workspace;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// For the reader of the table.
pub const ABOUT: &str = "whole processes of the release build; wall time over 11 runs; memory is VmHWM, looked at every \
                         millisecond in 3 further runs.\n`kdl` is a process that only parses the same file, on \
                         one core as it always is. `one core`: `check` with no more than that (long files are parsed \
                         on several), and `ours` is what it takes there beyond `kdl`.";

const STEPS: &[usize] = &[1, 100, 1_000, 10_000];

/// What one size took.
struct Size {
    steps: usize,
    bytes: usize,
    check: Took,
    /// On one core alone.
    alone: Took,
    kdl: Took,
}

impl Size {
    fn ours(&self) -> Duration {
        self.alone.median.saturating_sub(self.kdl.median)
    }

    /// How many times the KDL crate's time ours is.
    fn share(&self) -> f64 {
        self.ours().as_secs_f64() / self.kdl.median.as_secs_f64()
    }
}

/// Generates and measures.
pub fn run(workspace: &Workspace, binary: &Binary) -> Result<String, Fault> {
    let parser = workspace.build(&["--release", "-p", "xtask"])?;
    let mut sizes = Vec::new();
    for steps in STEPS.iter().copied() {
        let folder = tempfile::tempdir()?;
        let bytes = plan::write(folder.path(), Shape::Usual, steps)?;
        let check = measure::process(OFTEN, || Ok(binary.checking(folder.path(), plan::NAME)))?;
        let alone = measure::process(OFTEN, || Ok(on_one_core(&binary.checking(folder.path(), plan::NAME))))?;
        let kdl = measure::process(OFTEN, || Ok(parsing(&parser, folder.path())))?;
        sizes.push(Size { steps, bytes, check, alone, kdl });
    }
    Ok(table(&sizes) + "\n" + &goal::lines(&goals(&sizes)))
}

/// The same command, kept to one core.
fn on_one_core(command: &Command) -> Command {
    let mut bound = Command::new("taskset");
    bound.args(["-c", "0"]).arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        bound.current_dir(folder);
    }
    bound.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?)))).stdin(Stdio::null());
    bound
}

fn parsing(parser: &Path, folder: &Path) -> Command {
    let mut command = Command::new(parser);
    command.arg("parse-kdl").arg(folder.join(plan::NAME)).stdin(Stdio::null());
    command
}

fn table(sizes: &[Size]) -> String {
    let head =
        ["steps", "KiB", "min", "median", "max", "memory", "one core", "kdl", "memory", "ours", "ours : kdl", "growth"];
    let mut rows: Vec<Row> = vec![head.iter().map(|&word| word.to_owned()).collect()];
    let before = std::iter::once(None).chain(sizes.iter().map(Some));
    rows.extend(sizes.iter().zip(before).map(|(size, before)| row(size, before)));
    format!("{}growth: median time for so many times the bytes of the row above\n", table::right(&rows))
}

fn row(size: &Size, before: Option<&Size>) -> Row {
    let Size { steps, bytes, check, alone, kdl } = size;
    vec![
        steps.to_string(),
        format!("{:.1}", *bytes as f64 / 1024.0),
        table::time(check.min),
        table::time(check.median),
        table::time(check.max),
        table::memory(check.peak),
        table::time(alone.median),
        table::time(kdl.median),
        table::memory(kdl.peak),
        table::time(size.ours()),
        format!("{:.2}", size.share()),
        before.map_or_else(String::new, |before| {
            table::growth(before.check.median, check.median, *bytes as f64 / before.bytes as f64)
        }),
    ]
}

fn goals(sizes: &[Size]) -> Vec<Goal> {
    let size = |steps: usize| sizes.iter().find(|size| size.steps == steps);
    let mut goals = Vec::new();
    if let (Some(thousand), Some(ten)) = (size(1_000), size(10_000)) {
        goals.push(Goal::time("check of 1,000 steps", thousand.check.median, Duration::from_millis(150)));
        goals.push(Goal::time("check of 10,000 steps", ten.check.median, Duration::from_millis(1_500)));
        goals.push(Goal::ratio("ours : kdl, 1,000 steps", thousand.share(), 0.5));
        goals.push(Goal::ratio("ours : kdl, 10,000 steps", ten.share(), 0.5));
        let linear = ten.bytes as f64 / thousand.bytes as f64;
        let grown = ten.check.median.as_secs_f64() / thousand.check.median.as_secs_f64();
        goals.push(Goal::ratio("growth from 1,000 to 10,000 steps over that of the bytes", grown / linear, 1.0));
    }
    goals
}
