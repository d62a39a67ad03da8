//! `switchback abort`: ends a run as it is.

use super::asking::Given;
use super::further::{Ask, go};
use super::{Globals, Progress};
use crate::exit::{Error, Exit};
use crate::schedule::Aim;

/// End a run and leave the target as it is
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// the run, or an unambiguous beginning of its letters; the last one when left out
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
    /// answer the question beforehand
    #[arg(short, long)]
    pub yes: bool,
    /// also where what was taken for a while can't be given back: its cluster is gone for good
    #[arg(long)]
    pub partly: bool,
    /// How it is followed.
    #[command(flatten)]
    pub progress: Progress,
}

const HELP: &str = "\
Nothing is undone; what was taken for a while is given back, and the target is
free for other runs. `undo` stays possible while nothing newer touched it.

  switchback abort qzvmkt";

/// Runs the command.
pub fn run(args: &Args, globals: &Globals) -> Result<Exit, Error> {
    let ask = Ask {
        run: args.run.as_deref(),
        to: "abort",
        aim: Aim::Change,
        yes: args.yes,
        partly: args.partly,
        question: Some("leave the target as it is?"),
        progress: args.progress,
        outcomes: &[],
        given: Given::default(),
    };
    go(&ask, globals)
}
