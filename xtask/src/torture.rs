//! `cargo xtask torture`: the crash trials with the figures of a long run. It is the tests' own code, told to go on.

use crate::outcome::{Fault, Outcome};
use crate::test;
use crate::workspace::Workspace;
use std::path::Path;
use std::process::Command;

/// How long it goes on.
#[derive(clap::Args)]
pub struct Args {
    /// Everything follows from it; a failure names the seed and the case.
    #[arg(long, default_value_t = 20_261_121)]
    seed: u64,
    /// Kills of the real binary, at random boundaries, to depth three.
    #[arg(long, default_value_t = 100_000)]
    kills: u64,
    /// This case of the seed alone, as a failure names it.
    #[arg(long)]
    case: Option<u64>,
    /// Random plans of which every prefix is run and undone.
    #[arg(long, default_value_t = 10_000)]
    plans: u64,
    /// Images of a journal after a power loss.
    #[arg(long, default_value_t = 100_000_000)]
    images: u64,
    /// Runs that change releases of Helm, cut off anywhere; on a test cluster.
    #[arg(long, default_value_t = 2_000)]
    cuts: u64,
    /// The kills end after so long.
    #[arg(long, default_value_t = 24 * 60)]
    minutes: u64,
}

/// A trial: its package, its test binary, its test.
type Trial = (&'static str, &'static str, &'static str);

const KILLS: Trial = ("switchback-tests", "sweep", "random_crashes_to_depth_three_end_as_promised");
const PREFIXES: Trial = ("switchback-tests", "sweep", "undo_equals_never_having_run");
const POWER: Trial = ("switchback", "journal_trials", "power::what_was_reported_durable_survives_a_power_loss");
const CUTS: Trial = ("switchback-tests", "releases", "cut_off::a_release_that_is_cut_off_anywhere_never_stays_pending");

/// Runs the trials that are not told to do nothing, one after the other; all are run also when one finds something.
pub fn run(workspace: &Workspace, args: &Args) -> Outcome {
    let binary = test::binary(workspace)?;
    let trials = [(KILLS, args.kills), (PREFIXES, args.plans), (POWER, args.images), (CUTS, args.cuts)];
    let mut held = true;
    for (trial, count) in trials {
        let alone = args.case.is_some() && trial != KILLS;
        if count > 0 && !alone {
            held &= one(workspace, args, &binary, trial)?;
        }
    }
    Ok(held)
}

fn one(workspace: &Workspace, args: &Args, binary: &Path, (package, target, name): Trial) -> Result<bool, Fault> {
    let mut cargo: Command = workspace.cargo();
    cargo.args(["test", "-p", package, "--test", target, "--", "--exact", name, "--nocapture"]);
    cargo.env(test::BIN, binary).env("SWITCHBACK_SEED", args.seed.to_string());
    cargo.env("SWITCHBACK_KILLS", args.kills.to_string()).env("SWITCHBACK_MINUTES", args.minutes.to_string());
    cargo.env("SWITCHBACK_CASE", args.case.unwrap_or_default().to_string());
    cargo.env("SWITCHBACK_PLANS_COUNT", args.plans.to_string()).env("SWITCHBACK_IMAGES", args.images.to_string());
    cargo.env("SWITCHBACK_CUTS", args.cuts.to_string());
    if (package, target, name) == CUTS {
        let (variable, programs) =
            test::cluster(workspace).ok_or("there is no test cluster: `cargo xtask cluster programs`")?;
        cargo.env(variable, programs);
    }
    let (status, tally) = test::told(cargo)?;
    if tally.passed == 0 {
        println!("{name}: no test of that name passed");
    }
    Ok(status.success() && tally.passed > 0)
}
