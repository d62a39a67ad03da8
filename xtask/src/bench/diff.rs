//! How a dry run grows with a plan of which nothing is left to do: all of it is looked at, and nothing is shown.

use super::measure::{self, OFTEN, Took};
use super::plan::{self, Shape};
use super::table::{self, Row};
use crate::binary::Binary;
use crate::outcome::Fault;
use crate::workspace::Workspace;

/// For the reader of the table.
pub const ABOUT: &str = "`switchback diff` where the target is as the plan says, as `check` is measured.\n`check` is that \
                         of the same plan; what `diff` takes beyond it is looking at each file and saying so.";

const STEPS: &[usize] = &[1, 100, 1_000, 10_000];

struct Size {
    steps: usize,
    diff: Took,
    check: Took,
}

/// Generates and measures.
pub fn run(_workspace: &Workspace, binary: &Binary) -> Result<String, Fault> {
    let mut sizes = Vec::new();
    for steps in STEPS.iter().copied() {
        let folder = tempfile::tempdir()?;
        plan::write(folder.path(), Shape::Usual, steps)?;
        plan::settle(folder.path(), steps)?;
        // With this option it succeeds only where nothing is to do.
        let arguments = ["diff", plan::NAME, "--detailed-exitcode"];
        let diff = measure::process(OFTEN, || Ok(binary.command(folder.path(), &arguments)))?;
        let check = measure::process(OFTEN, || Ok(binary.checking(folder.path(), plan::NAME)))?;
        sizes.push(Size { steps, diff, check });
    }
    Ok(table(&sizes))
}

fn table(sizes: &[Size]) -> String {
    let head = ["steps", "min", "median", "max", "memory", "check", "diff : check", "growth"];
    let mut rows: Vec<Row> = vec![head.iter().map(|&word| word.to_owned()).collect()];
    let before = std::iter::once(None).chain(sizes.iter().map(Some));
    rows.extend(sizes.iter().zip(before).map(|(size, before)| row(size, before)));
    format!("{}growth: median time for so many times the steps of the row above\n", table::right(&rows))
}

fn row(size: &Size, before: Option<&Size>) -> Row {
    let Size { steps, diff, check } = size;
    vec![
        steps.to_string(),
        table::time(diff.min),
        table::time(diff.median),
        table::time(diff.max),
        table::memory(diff.peak),
        table::time(check.median),
        format!("{:.2}", diff.median.as_secs_f64() / check.median.as_secs_f64()),
        before.map_or_else(String::new, |before| {
            table::growth(before.diff.median, diff.median, *steps as f64 / before.steps as f64)
        }),
    ]
}
