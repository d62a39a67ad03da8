//! What the executor adds to a step, beside what the disk takes for it.

use super::floor::Floor;
use super::goal::{self, Goal};
use super::measure::{self, ONCE, SELDOM, Times, Took};
use super::plan::{self, Shape};
use super::table::{self, Row};
use crate::binary::Binary;
use crate::outcome::Fault;
use crate::workspace::Workspace;
use std::path::Path;
use std::time::Duration;

/// For the reader of the table.
pub const ABOUT: &str = "`switchback run PLAN --yes` of steps that write a file each, the whole process: it compiles, \
                         previews, runs and journals. Over 3 runs; that of 10,000 steps is run once.\n`row`: each \
                         step needs the one before. `wide`: no step needs another, 4 at a time; they share syncs, so \
                         what is beyond the disk may be below nothing.\n`two syncs` and `file` are what the place alone \
                         takes in the same folder, before and after: two appends of 400 bytes, each synced; a file \
                         synced and renamed, its folder synced.\n`executor` is what a step takes beyond the two syncs \
                         and the file, which is its effect; `with effect` what it takes beyond the two syncs alone.\n\
                         `memory` is a file system in memory, whose syncs take nothing, so there the executor is alone: \
                         the goal is for that. On a disk the same calls also wait for each other in the kernel, and \
                         making a file is slow for minutes after many were removed.";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Disk,
    Memory,
}

const SIZES: &[(Place, &str, Shape, usize, Times)] = &[
    (Place::Disk, "row", Shape::Row, 1, SELDOM),
    (Place::Disk, "row", Shape::Row, 100, SELDOM),
    (Place::Disk, "row", Shape::Row, 1_000, SELDOM),
    (Place::Disk, "row", Shape::Row, 10_000, ONCE),
    (Place::Disk, "wide", Shape::Wide, 100, SELDOM),
    (Place::Disk, "wide", Shape::Wide, 1_000, SELDOM),
    (Place::Disk, "wide", Shape::Wide, 10_000, ONCE),
    (Place::Memory, "row", Shape::Row, 1_000, SELDOM),
    (Place::Memory, "row", Shape::Row, 10_000, ONCE),
    (Place::Memory, "wide", Shape::Wide, 1_000, SELDOM),
    (Place::Memory, "wide", Shape::Wide, 10_000, ONCE),
];

/// Where Linux has a file system in memory.
const MEMORY: &str = "/dev/shm";

struct Size {
    place: Place,
    name: &'static str,
    steps: usize,
    took: Took,
    floor: Floor,
}

impl Size {
    fn of_step(&self) -> Duration {
        self.took.median / self.steps as u32
    }

    /// What a step takes beyond this, in milliseconds.
    fn beyond(&self, disk: Duration) -> f64 {
        1000.0 * (self.of_step().as_secs_f64() - disk.as_secs_f64())
    }

    /// What a step takes beyond its records and its effect, in milliseconds.
    fn executor(&self) -> f64 {
        self.beyond(self.floor.syncs + self.floor.file)
    }
}

/// Generates and measures, in memory and on the disk that the binary lies on.
pub fn run(_workspace: &Workspace, binary: &Binary) -> Result<String, Fault> {
    let beside = binary.path.parent().ok_or("the binary has no folder")?;
    let sizes = SIZES.iter().map(|size| measured(binary, beside, *size));
    let sizes = sizes.collect::<Result<Vec<Size>, Fault>>()?;
    Ok(table(&sizes) + "\n" + &goal::lines(&goals(&sizes)))
}

fn measured(
    binary: &Binary,
    beside: &Path,
    (place, name, shape, steps, often): (Place, &'static str, Shape, usize, Times),
) -> Result<Size, Fault> {
    let folder = tempfile::tempdir_in(if place == Place::Disk { beside } else { Path::new(MEMORY) })?;
    let before = Floor::of(folder.path())?;
    let took = measure::process(often, || {
        // Each time from the beginning.
        let project = folder.path().join("project");
        if project.exists() {
            std::fs::remove_dir_all(&project)?;
        }
        std::fs::create_dir(&project)?;
        plan::write(&project, shape, steps)?;
        Ok(binary.command(&project, &["run", plan::NAME, "--yes"]))
    })?;
    let floor = before.between(Floor::of(folder.path())?);
    Ok(Size { place, name, steps, took, floor })
}

fn table(sizes: &[Size]) -> String {
    let head =
        ["steps", "", "on", "min", "median", "max", "memory", "a step", "two syncs", "file", "executor", "with effect"];
    let mut rows: Vec<Row> = vec![head.iter().map(|&word| word.to_owned()).collect()];
    rows.extend(sizes.iter().map(row));
    table::right(&rows)
}

fn row(size: &Size) -> Row {
    let Size { place, name, steps, took, floor } = size;
    vec![
        steps.to_string(),
        (*name).to_owned(),
        if *place == Place::Disk { "disk" } else { "memory" }.to_owned(),
        table::time(took.min),
        table::time(took.median),
        table::time(took.max),
        table::memory(took.peak),
        table::fine(size.of_step()),
        table::fine(floor.syncs),
        table::fine(floor.file),
        format!("{:.3} ms", size.executor()),
        format!("{:.3} ms", size.beyond(floor.syncs)),
    ]
}

fn goals(sizes: &[Size]) -> Vec<Goal> {
    let large = sizes.iter().filter(|size| size.place == Place::Memory);
    let goal = |size: &Size| {
        let what = format!("the executor's part of a step, {} steps, {}", size.steps, size.name);
        Goal::milliseconds(what, size.executor(), 1.0)
    };
    large.map(goal).collect()
}
