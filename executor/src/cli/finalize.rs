//! `switchback finalize`: gives up the way back of a run.

use super::asking::Given;
use super::further::{Ask, go};
use super::{Globals, Progress, parts::pair};
use crate::exit::{Error, Exit};
use crate::schedule::Aim;

/// Give up the way back of a run
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// the run, or an unambiguous beginning of its letters; the last one when left out
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
    /// what a gate wants typed, where nobody can type
    #[arg(long = "confirm", value_name = "GATE=TEXT", value_parser = pair)]
    pub confirms: Vec<(String, String)>,
    /// answer the question beforehand
    #[arg(short, long)]
    pub yes: bool,
    /// How it is followed.
    #[command(flatten)]
    pub progress: Progress,
}

const HELP: &str = "\
Deletes what only an undo would need, and runs the plan's finalize stage. After
this there is no undo; a rollback plan is another matter.

  switchback finalize qzvmkt";

/// Runs the command.
pub fn run(args: &Args, globals: &Globals) -> Result<Exit, Error> {
    let ask = Ask {
        run: args.run.as_deref(),
        to: "finalize",
        aim: Aim::Finalize,
        yes: args.yes,
        partly: false,
        question: Some("give up the way back?"),
        progress: args.progress,
        outcomes: &[],
        given: Given::confirms(&args.confirms),
    };
    go(&ask, globals)
}
