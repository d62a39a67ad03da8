//! `switchback check`: compiles plans and reports every error.

mod look;
mod screen;
mod told;

pub use look::{Looked, LookedPlan, look};
pub use screen::result;
pub use told::Told;

use super::Globals;
use super::find::{Kind, files};
use crate::action::registry;
use crate::exit::{Error, Exit};
use crate::report::diagnostics::{github, human, json, sarif};
use crate::screen::command;
use std::path::PathBuf;
use std::time::Instant;

/// Compile plans and report every error
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// plans, libraries, or folders of them
    #[arg(value_name = "PATH", required = true, value_hint = clap::ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// human, json, sarif or github
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: Format,
}

const HELP: &str = "\
All errors at once, in source order, in all files; each with the line to change and
what to write there. Every plan is compiled for every target of its project, so
that policy is known before anybody runs it. Nothing but the files is read.

  switchback check .
  switchback check --format github plans       annotations in a pull request";

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people, to stderr.
    #[default]
    Human,
    /// One JSON object.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub's workflows.
    Github,
}

/// Runs the command.
pub fn run(args: &Args, globals: &Globals) -> Result<Exit, Error> {
    let began = Instant::now();
    let files = files(&args.paths, &[Kind::Plan, Kind::Library])?;
    if files.is_empty() {
        let paths: Vec<String> = args.paths.iter().map(|path| format!("`{}`", path.display())).collect();
        return Err(Error::usage(format!("no plan and no library in {}", crate::screen::list(&paths)))
            .help(format!("plans are called NAME.plan.kdl; `{}` makes one", command("new NAME"))));
    }
    let stand = std::env::current_dir()
        .map_err(|error| Error::new(Exit::Error, format!("where am I? {}", super::globals::why(&error))))?;
    let looked = look(&files, &stand, &registry())?;
    let told = &looked.told;
    match args.format {
        Format::Human => {
            globals.say(&human(&told.sources, &told.diagnostics, globals.err()));
            if !looked.has_errors() {
                globals.remark(&screen::plans(&looked, globals.err()));
            }
            globals.say(&screen::end(&looked, began.elapsed()));
        }
        Format::Json => globals.print(&json(&told.sources, &told.diagnostics).map_err(unwritten)?)?,
        Format::Sarif => globals.print(&sarif(&told.sources, &told.diagnostics).map_err(unwritten)?)?,
        Format::Github => globals.print(&github(&told.sources, &told.diagnostics))?,
    }
    Ok(match (looked.has_errors(), looked.only_denied()) {
        (false, _) => Exit::Done,
        (true, true) => Exit::Forbidden,
        (true, false) => Exit::Invalid,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn unwritten(error: serde_json::Error) -> Error {
    Error::new(Exit::Error, format!("this is a bug in switchback: {error}"))
}
