//! `switchback graph`: the steps and what each one needs, drawn.

use super::Globals;
use super::bundling::only_target;
use crate::action::registry;
use crate::exit::{Error, Exit};
use crate::project::Project;
use crate::report::{diagnostics, graph};
use std::path::PathBuf;
use switchback_compiler::{Request, compile};

/// How the graph is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Text,
    /// For Graphviz.
    Dot,
    /// For pages of Markdown.
    Mermaid,
    /// A picture.
    Svg,
    /// For programs.
    Json,
}

/// Draw the steps and what each one needs
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// the plan, NAME.plan.kdl
    #[arg(value_name = "PLAN", value_hint = clap::ValueHint::FilePath)]
    pub plan: PathBuf,
    /// where; may be left out when the project names only one
    #[arg(short, long, value_name = "NAME")]
    pub target: Option<String>,
    /// text, dot, mermaid, svg or json
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: Format,
}

const HELP: &str = "\
Layers run in the order in which they stand, each complete before the next. In a
layer what is drawn side by side may run at the same time. Reads only the plan.

  switchback graph upgrade.plan.kdl --format svg > upgrade.svg";

/// Runs the command.
pub fn run(args: &Args, globals: &Globals) -> Result<Exit, Error> {
    let project = Project::around(&args.plan)?;
    let root = project.inner(&args.plan)?;
    let request = Request { root, target: args.target.clone().or_else(|| only_target(&project)), ..Request::default() };
    let compiled = compile(project.files(), &request, &registry());
    let Some(plan) = compiled.plan else {
        globals.say(&diagnostics::human(&compiled.sources, &compiled.diagnostics, globals.err()));
        return Ok(Exit::Invalid);
    };
    let text = match args.format {
        Format::Text => graph::text(&plan, globals.out()),
        Format::Dot => graph::dot(&plan),
        Format::Mermaid => graph::mermaid(&plan),
        Format::Svg => graph::svg(&plan, &|_| None, "graph"),
        Format::Json => graph::json(&plan),
    };
    globals.print(&text)?;
    if !text.ends_with('\n') {
        globals.print("\n")?;
    }
    Ok(Exit::Done)
}
