//! `switchback show`: a bundle, as diff showed it.

use super::Globals;
use super::diff::{Asked, BUDGET, Format, budget, shown, unreadable};
use crate::bundle::Bundle;
use crate::exit::{Error, Exit};
use std::path::PathBuf;

/// Show a bundle as diff showed it
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// the bundle, from diff -o
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub file: PathBuf,
    /// show every diff, also those that are like another
    #[arg(long)]
    pub full: bool,
    /// human, markdown or json
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: Format,
    /// markdown: the most characters; what does not fit is counted and named
    #[arg(long, value_name = "CHARS", default_value_t = BUDGET, value_parser = budget)]
    pub budget: usize,
}

const HELP: &str = "\
Reads FILE alone: neither the project nor the target. The digest in the first
line is what approvals are for.

  switchback show upgrade.swb --full | less";

/// Runs the command.
pub fn run(args: &Args, globals: &Globals) -> Result<Exit, Error> {
    if !args.file.exists() {
        let missing = Error::usage(format!("there is no `{}`", args.file.display()));
        return Err(missing.help("look at its path; `-C DIR` goes to DIR first"));
    }
    let (bundle, made) = Bundle::read(&args.file).map_err(|error| unreadable(&args.file, &error))?;
    if args.format == Format::Human {
        let by = format!("{} by {} on {}", bundle.digest(), made.by, made.host);
        globals.print(&format!("{by}\n\n"))?;
    }
    let asked = Asked { format: args.format, full: args.full, budget: args.budget, file: Some(&args.file) };
    globals.print(&shown(&bundle, &made, &asked, globals.out())?)?;
    Ok(Exit::Done)
}
