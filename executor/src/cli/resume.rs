//! `switchback resume`: goes on with a run that was cut short.

use super::Settled;
use super::asking::Given;
use super::further::{Ask, go};
use super::{
    Answer, Globals, Outcome, Progress,
    parts::{answer, outcome, pair},
};
use crate::exit::{Error, Exit};
use crate::schedule::Aim;

/// Go on with a run that was cut short
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// the run, or an unambiguous beginning of its letters; the last one when left out
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
    /// done, not-done or undo: what became of a step whose end is unknown
    #[arg(long = "outcome", value_name = "STEP=WORD", value_parser = outcome)]
    pub outcomes: Vec<Outcome>,
    /// go-on or fail, where a check does not hold and asks
    #[arg(long = "answer", value_name = "STEP=WORD", value_parser = answer)]
    pub answers: Vec<Answer>,
    /// also where taking it back throws data away, as the plan says
    #[arg(long)]
    pub accept_losses: bool,
    /// what a gate wants typed, where nobody can type
    #[arg(long = "confirm", value_name = "GATE=TEXT", value_parser = pair)]
    pub confirms: Vec<(String, String)>,
    /// answer other questions with yes
    #[arg(short, long)]
    pub yes: bool,
    /// How it is followed.
    #[command(flatten)]
    pub progress: Progress,
}

const HELP: &str = "\
First it looks, and changes nothing: what was started and has no recorded end is
settled by what is there. Only a step that runs at most once is asked about:
  done       it did its work; goes on behind it
  not-done   it did nothing; is started again, from its beginning
  undo       nobody knows; takes the run back
and a check that asks (`else=\"ask\"`), when it still does not hold:
  go-on      goes on all the same
  fail       fails, and what the plan says of a failure follows

  switchback resume qzvmkt --outcome postgres=done";

/// Runs the command.
pub fn run(args: &Args, globals: &Globals) -> Result<Exit, Error> {
    let undo = args.outcomes.iter().any(|outcome| outcome.settled == Settled::Undo);
    let ask = Ask {
        run: args.run.as_deref(),
        to: if undo { "undo" } else { "resume" },
        aim: if undo { Aim::Undo } else { Aim::Change },
        yes: args.yes,
        partly: false,
        question: None,
        progress: args.progress,
        outcomes: &args.outcomes,
        given: Given::confirms(&args.confirms).with(&args.answers, args.accept_losses),
    };
    go(&ask, globals)
}
