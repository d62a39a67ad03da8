//! `switchback diff`: the dry run.

use super::again::about;
use super::bundling::bundle;
use super::run::is_bundle;
use super::{Globals, parts::pair};
use crate::bundle::{Bundle, BundleError, Made};
use crate::exit::{Error, Exit};
use crate::preview::{Changed, Outcome as TriedOutcome};
use crate::project::Project;
use crate::report::diff::{Comment, Shown, human, json, markdown, step};
use crate::report::graph::mermaid;
use crate::report::run::Zone;
use crate::screen::{Look, command};
use crate::session::in_the_way;
use std::path::{Path, PathBuf};

/// How the diff is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Human,
    /// For a pull request.
    Markdown,
    /// For programs.
    Json,
}

/// Dry run: show what would change on a target
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// the plan, NAME.plan.kdl
    #[arg(value_name = "PLAN", value_hint = clap::ValueHint::FilePath)]
    pub plan: PathBuf,
    /// where; may be left out when the project names only one
    #[arg(short, long, value_name = "NAME")]
    pub target: Option<String>,
    /// an input of the plan; a secret comes from where the plan says
    #[arg(short, long = "input", value_name = "NAME=TEXT", value_parser = pair)]
    pub inputs: Vec<(String, String)>,
    /// write the bundle: what is reviewed and run
    #[arg(short, long, value_name = "FILE.swb", value_hint = clap::ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// human, markdown or json
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: Format,
    /// say first what is other than in this older bundle
    #[arg(long, value_name = "OLD.swb", value_hint = clap::ValueHint::FilePath)]
    pub against: Option<PathBuf>,
    /// markdown: the most characters; what does not fit is counted and named
    #[arg(long, value_name = "CHARS", default_value_t = BUDGET, value_parser = budget)]
    pub budget: usize,
    /// show this step only
    #[arg(long, value_name = "NAME")]
    pub step: Option<String>,
    /// show every diff, also those that are like another
    #[arg(long)]
    pub full: bool,
    /// exit 2 when something would change
    #[arg(long)]
    pub detailed_exitcode: bool,
}

const HELP: &str = "\
Reads the target and writes nothing to it. What is shown says how it was learnt:
validated (the server accepted it as a dry run), simulated (computed here), or
not knowable before it is done. Exit 15 when it could not begin: what is not
safe to start stands first.

  switchback diff upgrade.plan.kdl -t prod-eu -o upgrade.swb";

/// Characters of a comment: GitHub takes 65,536.
pub(super) const BUDGET: usize = 65_000;

/// With fewer there is no room for what a comment always says.
const LEAST: usize = 8_000;

/// Reads a budget.
pub(super) fn budget(text: &str) -> Result<usize, String> {
    let number = text.parse().map_err(|_| "it is a number of characters".to_owned())?;
    if number < LEAST { Err(format!("it is at least {LEAST}")) } else { Ok(number) }
}

/// Runs the command.
pub fn run(args: &Args, globals: &Globals) -> Result<Exit, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::new(Exit::Error, error.to_string()))?;
    runtime.block_on(dry_run(args, globals))
}

async fn dry_run(args: &Args, globals: &Globals) -> Result<Exit, Error> {
    if let Some(file) = args.output.as_ref().filter(|file| !is_bundle(file)) {
        let why = format!("`{}` does not end in .swb, by which `run` and `show` know a bundle", file.display());
        return Err(Error::usage(why).help(format!("-o {}.swb", file.display())));
    }
    let project = Project::around(&args.plan)?;
    Globals::work_on(&project);
    let fresh = match bundle(&project, &args.plan, args.target.as_deref(), &args.inputs, globals).await {
        Ok(fresh) => fresh,
        Err(none) => return none.end(globals),
    };
    if let Some(old) = &args.against {
        let (old, _) = Bundle::read(old).map_err(|error| unreadable(old, &error))?;
        globals.print(&against(&old, &fresh.bundle))?;
    }
    let text = if let Some(step) = &args.step {
        of_step(&fresh.bundle, &fresh.made, step, globals.out())?
    } else {
        let Args { format, full, budget, .. } = *args;
        let asked = Asked { format, full, budget, file: args.output.as_deref() };
        shown(&fresh.bundle, &fresh.made, &asked, globals.out())?
    };
    globals.print(&text)?;
    if let Some(output) = &args.output {
        let written = fresh.bundle.write(output, &fresh.made);
        written
            .map_err(|error| Error::new(Exit::Error, format!("`{}` can't be written: {error}", output.display())))?;
        let file = output.display();
        globals.remark(&format!("wrote {file}  {}\n", fresh.bundle.short()));
    }
    let differs = !fresh.bundle.preview.is_nothing();
    if let Some(next) = next(args).filter(|_| differs) {
        match in_the_way(project.root(), &fresh.bundle.plan) {
            Some(refused) => globals.remark(&format!("now it could not run:\n{}", refused.text(globals.err()))),
            None if !fresh.bundle.preview.blocked.is_empty() => {
                globals.remark("now it could not run: what is not safe to start stands above\n");
            }
            // Credentials are each one's own: somebody else may be able to run it.
            None if fresh.bundle.preview.here.iter().any(|tried| tried.outcome == TriedOutcome::Fails) => {
                globals.remark("now it could not run from here: what does not hold stands above\n");
            }
            None => globals.remark(&format!("next: {next}\n")),
        }
    }
    Ok(match fresh.bundle.preview.blocked.is_empty() {
        // A check of every change must not call one good that could not begin.
        false => Exit::NotSafe,
        true if args.detailed_exitcode && differs => Exit::Differences,
        true => Exit::Done,
    })
}

/// What to run next: what was written, else the plan, for a person who read all of it.
fn next(args: &Args) -> Option<String> {
    if let Some(file) = &args.output {
        return Some(about("run", file, None, &[]));
    }
    let whole = args.format == Format::Human && args.step.is_none();
    whole.then(|| about("run", &args.plan, args.target.as_deref(), &args.inputs))
}

/// How a dry run is to be shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) format: Format,
    /// Every diff, also those that are like another.
    pub(super) full: bool,
    /// The most characters of a comment.
    pub(super) budget: usize,
    /// The bundle's file.
    pub(super) file: Option<&'a Path>,
}

impl Asked<'_> {
    /// For a person, before a run.
    pub(super) const HUMAN: Self = Self { format: Format::Human, full: false, budget: BUDGET, file: None };
}

/// The dry run of a bundle, in a format.
pub(super) fn shown(bundle: &Bundle, made: &Made, asked: &Asked<'_>, look: Look) -> Result<String, Error> {
    let shown = circumstances(made, asked.full);
    let comment = Comment {
        budget: asked.budget,
        digest: Some(bundle.digest().to_string()),
        file: asked.file.map(|file| file.display().to_string()),
        again: None,
        mermaid: Some(mermaid(&bundle.plan)),
    };
    match asked.format {
        Format::Human => Ok(human(&bundle.plan, &bundle.preview, &shown, look)),
        Format::Json => json(&bundle.plan, &bundle.preview, &shown, Some(&bundle.digest().to_string()))
            .map_err(|error| Error::new(Exit::Error, error.to_string())),
        Format::Markdown => Ok(markdown(&bundle.plan, &bundle.preview, &shown, &comment)),
    }
}

fn circumstances(made: &Made, full: bool) -> Shown {
    Shown { observed: made.at, took: made.took, zone: Zone::here(), full }
}

fn of_step(bundle: &Bundle, made: &Made, name: &str, look: Look) -> Result<String, Error> {
    step(&bundle.plan, &bundle.preview, name, &circumstances(made, true), look)
        .ok_or_else(|| Error::usage(format!("there is no step `{name}` in {}", bundle.plan.name)))
}

/// What is other than in an older bundle.
fn against(old: &Bundle, new: &Bundle) -> String {
    let changed = old.changed(&new.preview);
    if changed.is_empty() {
        return format!("the same as {}: approvals carry over\n\n", old.short());
    }
    let mut text = format!("not the same as {}:\n", old.short());
    for Changed { resource, was, is } in &changed {
        text.extend(["  ~ ", resource, ": ", was, " then, ", is, " now\n"]);
    }
    text + "\n"
}

/// A file that is no bundle.
pub(super) fn unreadable(path: &Path, error: &BundleError) -> Error {
    Error::new(Exit::Error, format!("`{}`: {error}", path.display()))
        .help(format!("make it with {}", command("diff PLAN -o FILE.swb")))
}
