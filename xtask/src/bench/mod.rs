//! `cargo xtask bench`: the release binary measured as a whole process, beside a floor that says what is possible.

mod check;
mod cluster;
mod diff;
mod floor;
mod goal;
mod measure;
mod plan;
mod resume;
mod run;
mod table;

use crate::binary::Binary;
use crate::outcome::{Fault, Outcome};
use crate::workspace::Workspace;

/// A measurement.
struct Bench {
    name: &'static str,
    /// What is measured and how, in a line or two.
    about: &'static str,
    run: fn(&Workspace, &Binary) -> Result<String, Fault>,
}

const BENCHES: &[Bench] = &[
    Bench { name: "check", about: check::ABOUT, run: check::run },
    Bench { name: "diff", about: diff::ABOUT, run: diff::run },
    Bench { name: "run", about: run::ABOUT, run: run::run },
    Bench { name: "resume", about: resume::ABOUT, run: resume::run },
    Bench { name: "cluster", about: cluster::ABOUT, run: cluster::run },
];

/// Runs the measurement of that name; all without one.
pub fn run(workspace: &Workspace, name: Option<&str>) -> Outcome {
    let chosen: Vec<&Bench> = BENCHES.iter().filter(|bench| name.is_none_or(|name| name == bench.name)).collect();
    if chosen.is_empty() {
        let known: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
        return Err(format!("no measurement of that name; there are: {}", known.join(", ")).into());
    }
    let binary = Binary::release(workspace)?;
    println!("{}", measure::machine());
    for bench in chosen {
        println!("\n{}: {}\n\n{}", bench.name, bench.about, (bench.run)(workspace, &binary)?);
    }
    Ok(true)
}
