//! `switchback report`: what a run did.

use super::Globals;
use super::bundling::refuse;
use super::following::view;
use super::further::named;
use crate::exit::{Error, Exit};
use crate::journal::Ending;
use crate::project::Project;
use crate::report::graph::{Row, svg, timeline};
use crate::report::run::{Beside, JournalFacts, Pictures, Report, html, human, json, markdown, spans};
use crate::session::Loaded;
use std::path::Path;

/// How the report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Human,
    /// For a ticket.
    Markdown,
    /// For programs.
    Json,
    /// One file to keep.
    Html,
}

/// What a run did, step by step
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// the run, or an unambiguous beginning of its letters; the last one when left out
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
    /// human, markdown, json or html
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: Format,
}

const HELP: &str = "\
Made from the run's journal alone. `html` is one file without scripts, to be kept
with the ticket.

  switchback report qzvmkt --format html > qzvmkt.html";

/// Runs the command.
pub fn run(args: &Args, globals: &Globals) -> Result<Exit, Error> {
    let project = Project::around(Path::new("."))?;
    let loaded = named(&project, args.run.as_deref()).and_then(Loaded::of);
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(refused) => return Ok(refuse(&refused, globals)),
    };
    let view = crate::report::run::View { look: globals.out(), ..view(globals, &loaded.bundle) };
    let beside = Beside { journal: Some(journal(&loaded, project.root())), ..Beside::default() };
    let report = Report::new(&loaded.bundle.plan, &loaded.run.entries, &beside, &view);
    let text = match args.format {
        Format::Human => human(&report),
        Format::Markdown => markdown(&report),
        Format::Json => json(&report).map_err(|error| Error::new(Exit::Error, error.to_string()))? + "\n",
        Format::Html => html(&report, &pictures(&report)),
    };
    globals.print(&text)?;
    Ok(Exit::Done)
}

fn pictures(report: &Report<'_>) -> Pictures {
    let rows = spans(&report.story, report.plan, report.view).into_iter();
    let rows: Vec<Row> = rows
        .map(|span| Row {
            label: span.label,
            begin_ms: span.begin_ms,
            end_ms: span.end_ms,
            sign: span.sign,
            note: span.note,
        })
        .collect();
    Pictures { order: svg(report.plan, &|id| report.story.sign(report.plan, id), "order"), time: timeline(&rows) }
}

fn journal(loaded: &Loaded, project: &Path) -> JournalFacts {
    let path = loaded.run.folder.join("journal");
    JournalFacts {
        path: path.strip_prefix(project).unwrap_or(&path).display().to_string(),
        records: loaded.run.entries.len(),
        ending: match &loaded.run.ending {
            Ending::Whole => "whole".to_owned(),
            Ending::Torn { bytes } => format!("a torn end of {bytes} bytes is left out"),
            Ending::Damaged(damage) => damage.to_string(),
        },
        digest: format!(
            "b3:{}",
            loaded.run.digest.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
        ),
    }
}
