//! The command line: what can be typed, and a file a command.
//!
//! The modules stand in reading order: what all commands share, then the commands in the order of `--help`.

mod again;
mod asking;
mod beforehand;
mod bundling;
mod find;
mod following;
mod further;
mod globals;
mod goes_back;
mod groups;
mod help;
mod parts;
mod typing;
mod usage;

pub mod new;
mod no_return;
mod starter;

pub mod check;
pub mod completions;
pub mod explain;
pub mod fmt;
pub mod graph;

pub mod diff;
pub mod show;

pub mod abort;
pub mod finalize;
pub mod resume;
pub mod run;
pub mod undo;

pub mod report;
pub mod runs;
pub mod status;

pub use globals::Globals;
pub use parts::{Answer, EventsFormat, Outcome, Progress, Settled, WhenLive};

use crate::exit::{Error, Exit, report_bugs};
use crate::screen::Look;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;

/// Upgrade and rollback plans: proven before, shown before, undone when they fail
#[derive(Debug, Parser)]
#[command(name = "switchback", version, disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Chosen,
}

#[derive(Debug, Subcommand)]
enum Chosen {
    New(new::Args),
    Check(check::Args),
    Fmt(fmt::Args),
    Graph(graph::Args),
    Explain(explain::Args),
    Completions(completions::Args),
    Diff(diff::Args),
    Show(show::Args),
    Run(run::Args),
    Resume(resume::Args),
    Undo(undo::Args),
    Finalize(finalize::Args),
    Abort(abort::Args),
    Status(status::Args),
    Runs(runs::Args),
    Report(report::Args),
}

/// All that can be typed, with the texts of `--help`.
pub fn command() -> clap::Command {
    help::with_texts(Cli::command(), Look::plain())
}

/// Does what the arguments say; the first one is the program's own name.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    report_bugs();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let typed = help::with_texts(Cli::command(), Look::for_stdout(usage::flags(&arguments)));
    let matches = match typed.try_get_matches_from(&arguments) {
        Ok(matches) => matches,
        Err(error) => return usage::end(&error, &arguments),
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return usage::end(&error, &arguments),
    };
    let done = cli.globals.enter().and_then(|()| dispatch(&cli.command, &cli.globals));
    done.unwrap_or_else(|error| {
        cli.globals.complain(&error);
        error.exit
    })
}

fn dispatch(command: &Chosen, globals: &Globals) -> Result<Exit, Error> {
    match command {
        Chosen::New(args) => new::run(args, globals),
        Chosen::Check(args) => check::run(args, globals),
        Chosen::Fmt(args) => fmt::run(args, globals),
        Chosen::Graph(args) => graph::run(args, globals),
        Chosen::Explain(args) => explain::run(args, globals),
        Chosen::Completions(args) => completions::run(args, globals),
        Chosen::Diff(args) => diff::run(args, globals),
        Chosen::Show(args) => show::run(args, globals),
        Chosen::Run(args) => run::run(args, globals),
        Chosen::Resume(args) => resume::run(args, globals),
        Chosen::Undo(args) => undo::run(args, globals),
        Chosen::Finalize(args) => finalize::run(args, globals),
        Chosen::Abort(args) => abort::run(args, globals),
        Chosen::Status(args) => status::run(args, globals),
        Chosen::Runs(args) => runs::run(args, globals),
        Chosen::Report(args) => report::run(args, globals),
    }
}
