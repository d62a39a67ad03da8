//! `switchback undo`: takes back what a run did.

use super::asking::Given;
use super::further::{Ask, go};
use super::{
    Answer, Globals, Outcome, Progress,
    parts::{answer, outcome},
};
use crate::exit::{Error, Exit};
use crate::schedule::Aim;

/// Take back what a run did
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// the run, or an unambiguous beginning of its letters; the last one when left out
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
    /// answer the question beforehand
    #[arg(short, long)]
    pub yes: bool,
    /// also where undoing throws data away, as the plan says
    #[arg(long)]
    pub accept_losses: bool,
    /// where a step is irreversible: takes back what can be, and the rest stays
    #[arg(long)]
    pub partly: bool,
    /// done, not-done or undo: what became of a step whose end is unknown
    #[arg(long = "outcome", value_name = "STEP=WORD", value_parser = outcome)]
    pub outcomes: Vec<Outcome>,
    /// go-on or fail, where a check of the way back does not hold and asks
    #[arg(long = "answer", value_name = "STEP=WORD", value_parser = answer)]
    pub answers: Vec<Answer>,
    /// How it is followed.
    #[command(flatten)]
    pub progress: Progress,
}

const HELP: &str = "\
Works from the journal alone, the last step first, and compares at the end. An
undo that failed is tried again by the same command: what is undone is left out.
One that found something not as before compares again. Exit 0 when all is as
before; 23 when something is not, with what differs.

  switchback undo
  switchback undo qzvmkt --yes";

/// Runs the command.
pub fn run(args: &Args, globals: &Globals) -> Result<Exit, Error> {
    let ask = Ask {
        run: args.run.as_deref(),
        to: "undo",
        aim: Aim::Undo,
        yes: args.yes,
        partly: args.partly,
        question: Some("take the run back?"),
        progress: args.progress,
        outcomes: &args.outcomes,
        given: Given::default().with(&args.answers, args.accept_losses),
    };
    go(&ask, globals)
}
