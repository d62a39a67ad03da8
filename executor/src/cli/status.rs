//! `switchback status`: what runs now, and what is possible next.

use super::Globals;
use super::bundling::refuse;
use super::following::view;
use super::further::{named, waiting};
use crate::action::noun;
use crate::exit::{Error, Exit};
use crate::project::Project;
use crate::report::run::{Looked, Story, View, status};
use crate::run::look;
use crate::schedule::away;
use crate::session::{Loaded, cluster, found_secrets, looking, works_on};
use crate::site::{Scene, Site};
use std::path::Path;
use std::time::Duration;
use switchback_compiler::plan::Call;

/// What runs now, and what is possible next
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// the run, or an unambiguous beginning of its letters; all that wait or hold when left out
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
}

const HELP: &str = "\
Only looks, and may look while the run goes on: every run that waits for somebody
or holds, else the last one. Exit 0 whatever it says; its last line is the
command to go on with.";

/// Runs the command.
pub fn run(args: &Args, globals: &Globals) -> Result<Exit, Error> {
    let project = Project::around(Path::new("."))?;
    let runs = match &args.run {
        Some(given) => named(&project, Some(given)).map(|run| vec![run]),
        None => waiting(&project),
    };
    let loaded = runs.and_then(|runs| runs.into_iter().map(Loaded::of).collect::<Result<Vec<_>, _>>());
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(refused) => return Ok(refuse(&refused, globals)),
    };
    if loaded.is_empty() {
        globals.print("nothing runs, and nothing waits: this project has no runs\n")?;
    }
    let told = loaded.iter().map(|loaded| one(&project, loaded, globals)).collect::<Result<Vec<_>, _>>()?;
    globals.print(&told.join("\n"))?;
    Ok(Exit::Done)
}

fn one(project: &Project, loaded: &Loaded, globals: &Globals) -> Result<String, Error> {
    let view = View { look: globals.out(), ..view(globals, &loaded.bundle) };
    let story = Story::of(&loaded.bundle.plan, &loaded.run.entries);
    let alive = works_on(project.root(), loaded);
    let away = away(&loaded.bundle.plan, &loaded.state()).into_iter().map(|(_, _, act)| words(&act.call)).collect();
    let looked = Looked { alive, now: crate::clock::now(), away, hold: held(project, loaded)? };
    Ok(status(&story, &loaded.bundle.plan, &looked, &view))
}

/// What an action works on, in a few words.
fn words(call: &Call) -> String {
    let action = noun(&call.kind).and_then(|noun| noun.action());
    action.map_or_else(|| call.kind.clone(), |action| action.words(call))
}

/// The checks of a hold, looked at once: a text each, and whether it holds.
fn held(project: &Project, loaded: &Loaded) -> Result<Vec<(String, bool)>, Error> {
    let plan = &loaded.bundle.plan;
    let Some(hold) = plan.hold.as_ref().filter(|_| loaded.state().standing == crate::event::Standing::Holds) else {
        return Ok(Vec::new());
    };
    let failed = |error: String| Error::new(Exit::Error, error);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| failed(error.to_string()))?;
    let env = |name: &str| std::env::var(name).ok();
    let secrets = runtime.block_on(found_secrets(plan, project.root(), &env));
    let site = looking(project.root(), plan, loaded.bundle.blobs.clone(), secrets);
    let site = site.map_err(|fault| failed(fault.why))?;
    let cluster = runtime.block_on(cluster(plan.target.as_ref(), hold)).map_err(|fault| failed(fault.why))?;
    let site = Site { cluster, ..site };
    let progress = |_: String, _: bool| {};
    let scene = Scene { site: &site, step: "hold", act: "hold", within: Duration::from_secs(30), progress: &progress };
    let mut lines = Vec::new();
    for check in &hold.checks {
        let seen = runtime.block_on(look(&check.call, &scene));
        let (holds, says) = seen.map_or_else(|fault| (false, fault.why), |seen| (seen.holds, seen.says));
        let says = site.secrets.mask(&says);
        let word = if holds { "holds" } else { "does not hold" };
        let words = noun(&check.call.kind).and_then(|noun| noun.check()).map(|noun| noun.words(&check.call));
        let what = words.unwrap_or_else(|| check.call.kind.clone());
        lines.push((format!("{what}: {word}, {says}"), holds));
    }
    Ok(lines)
}
