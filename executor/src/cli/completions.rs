//! `switchback completions`: what a shell needs to complete commands, options, files and codes.

use super::Globals;
use super::explain::topics;
use crate::exit::{Error, Exit};
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;

/// Print what a shell needs to complete commands
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// bash, elvish, fish, powershell or zsh
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: Shell,
}

const HELP: &str = "\
The text goes to stdout, and to where the shell looks for it:

  switchback completions bash > ~/.bash_completion.d/switchback
  switchback completions zsh > ~/.zfunc/_switchback
  switchback completions fish > ~/.config/fish/completions/switchback.fish";

/// Runs the command.
pub fn run(args: &Args, globals: &Globals) -> Result<Exit, Error> {
    // While typing, all that `explain` knows is proposed; when run it also takes a wrong name, to say the nearest.
    let topics = PossibleValuesParser::new(topics());
    let mut command = super::command()
        .mut_subcommand("explain", |explain| explain.mut_arg("topic", |topic| topic.value_parser(topics)));
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "switchback", &mut script);
    globals.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
