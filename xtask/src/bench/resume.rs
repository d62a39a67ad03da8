//! How long a run's journal may be until going on with it is slow.

use super::goal::{self, Goal};
use super::measure::{self, OFTEN, Took};
use super::plan::{self, Shape};
use super::table::{self, Row};
use crate::binary::Binary;
use crate::outcome::{Fault, Outcome};
use crate::workspace::Workspace;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use switchback::{journal, runs};

/// For the reader of the table.
pub const ABOUT: &str = "a run of which one step is left, each time from the same state.\n`decision`: from the start of \
                         `switchback resume` to the first event behind the one that says that it resumed: the first \
                         step that it starts.\n`status`: the whole process, which reads the same bundle and journal.";

/// Steps; each leaves 5 records.
const STEPS: &[usize] = &[20, 200, 2_000];
/// Of the journal that the goal is for.
const RECORDS: usize = 10_000;

struct Size {
    records: usize,
    decision: Took,
    status: Took,
}

/// Runs a plan up to its last step, and measures.
pub fn run(_workspace: &Workspace, binary: &Binary) -> Result<String, Fault> {
    let beside = binary.path.parent().ok_or("the binary has no folder")?;
    let sizes = STEPS.iter().map(|steps| measured(binary, beside, *steps)).collect::<Result<Vec<Size>, Fault>>()?;
    Ok(table(&sizes) + "\n" + &goal::lines(&[goal(&sizes)?]))
}

fn measured(binary: &Binary, beside: &Path, steps: usize) -> Result<Size, Fault> {
    let folder = tempfile::tempdir_in(beside)?;
    let project = folder.path().join("project");
    let paused = folder.path().join("paused");
    std::fs::create_dir(&project)?;
    plan::write(&project, Shape::Last, steps + 1)?;
    must(binary.command(&project, &["run", plan::NAME, "--yes", "--quiet", "--until", plan::FIRST]))?;
    let records = journal::read(&run_folder(&project)?)?.records.len();
    copy(&project, &paused)?;
    let again = |arguments: &[&str]| {
        std::fs::remove_dir_all(&project)?;
        copy(&paused, &project)?;
        Ok(binary.command(&project, arguments))
    };
    let started = |line: &str| !line.contains("\"resumed\"");
    let decision = measure::line(OFTEN, || again(&["resume", "--events", "json"]), started)?;
    let status = measure::process(OFTEN, || again(&["status"]))?;
    Ok(Size { records, decision, status })
}

fn run_folder(project: &Path) -> Result<PathBuf, Fault> {
    let ids = runs::ids(project)?;
    let run = ids.first().ok_or("the run left no folder")?;
    Ok(runs::folder(project).join(run))
}

/// With times and modes: the newest run is known by its time.
fn copy(from: &Path, to: &Path) -> Outcome {
    let mut cp = Command::new("cp");
    cp.arg("-a").arg(from).arg(to);
    must(cp)
}

fn must(mut command: Command) -> Outcome {
    let output = command.output()?;
    if output.status.success() {
        return Ok(true);
    }
    Err(format!("{command:?} failed: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)).into())
}

fn table(sizes: &[Size]) -> String {
    let head = ["records", "decision min", "median", "max", "status", "memory", "a record", "growth"];
    let mut rows: Vec<Row> = vec![head.iter().map(|&word| word.to_owned()).collect()];
    let before = std::iter::once(None).chain(sizes.iter().map(Some));
    rows.extend(sizes.iter().zip(before).map(|(size, before)| row(size, before)));
    format!("{}growth: median time for so many times the records of the row above\n", table::right(&rows))
}

fn row(size: &Size, before: Option<&Size>) -> Row {
    let Size { records, decision, status } = size;
    vec![
        records.to_string(),
        table::time(decision.min),
        table::time(decision.median),
        table::time(decision.max),
        table::time(status.median),
        table::memory(status.peak),
        table::fine(decision.median / *records as u32),
        before.map_or_else(String::new, |before| {
            table::growth(before.decision.median, decision.median, *records as f64 / before.records as f64)
        }),
    ]
}

/// For the longest journal, which must be as long as the goal says.
fn goal(sizes: &[Size]) -> Result<Goal, Fault> {
    let longest = sizes.iter().find(|size| size.records >= RECORDS);
    let size = longest.ok_or_else(|| format!("no run left {RECORDS} records, of which the goal speaks"))?;
    let what = format!("resume of {} records to its first decision", size.records);
    Ok(Goal::time(what, size.decision.median, Duration::from_millis(100)))
}
