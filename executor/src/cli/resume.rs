//! `switchback resume`: goes on with a run that was cut short.

use super::Settled;
use super::further::{Ask, go};
use super::{
    Globals, Outcome, Progress,
    parts::{outcome, pair},
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

  switchback resume qzvmkt --outcome postgres=done";

/// Runs the command.
pub fn run(args: &Args, globals: &Globals) -> Result<Exit, Error> {
    let undo = args.outcomes.iter().any(|outcome| outcome.settled == Settled::Undo);
    let ask = Ask {
        run: args.run.as_deref(),
        to: if undo { "undo" } else { "resume" },
        aim: if undo { Aim::Undo } else { Aim::Change },
        accept_losses: false,
        yes: args.yes,
        question: None,
        progress: args.progress,
        outcomes: &args.outcomes,
        confirms: &args.confirms,
    };
    go(&ask, globals)
}
