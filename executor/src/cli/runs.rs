//! `switchback runs`: past runs.

use super::Globals;
use crate::exit::{Error, Exit};
use crate::project::Project;
use crate::report::history::{Summary, history};
use crate::report::run::{Story, Zone};
use crate::runs::{self, Run};
use crate::schedule::{Phase, reach};
use crate::session::{Loaded, Refused, works_on};
use std::path::Path;

/// Past runs, and which can still be undone
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {}

const HELP: &str = "\
The newest first. A run that holds can be undone until its hold ends, by
`switchback undo RUN`, and given up by `switchback finalize RUN`.";

/// Runs the command.
pub fn run(_args: &Args, globals: &Globals) -> Result<Exit, Error> {
    let project = Project::around(Path::new("."))?;
    let now = crate::clock::now();
    let ids = runs::ids(project.root()).map_err(|error| Error::new(Exit::Error, error.to_string()))?;
    let mut summaries = Vec::new();
    for id in ids {
        match Run::read(project.root(), &id).map_err(Refused::from).and_then(Loaded::of) {
            Ok(loaded) => {
                let story = Story::of(&loaded.bundle.plan, &loaded.run.entries);
                let alive = works_on(project.root(), &loaded);
                let state = loaded.state();
                let reach = reach(&loaded.bundle.plan, &state);
                // Of what only stays the rest is back already.
                let is_back = |id: &u32| state.units.get(*id as usize).is_some_and(|unit| unit.phase == Phase::Undone);
                let gone = state.has_effects() && reach.back.iter().all(is_back);
                summaries.extend(Summary::of(&story, gone, alive, now));
            }
            // One run that can't be read must not hide the others.
            Err(refused) => globals.say(&refused.text(globals.err())),
        }
    }
    globals.print(&history(&summaries, now, &Zone::here(), globals.out()))?;
    Ok(Exit::Done)
}
