//! `switchback status`: what runs now, and what is possible next.

use super::Globals;
use super::bundling::refuse;
use super::following::view;
use super::further::{named, waiting};
use crate::action::{Seen, noun, words};
use crate::event::Standing;
use crate::exit::{Error, Exit};
use crate::project::Project;
use crate::report::run::{Looked, Story, View, status};
use crate::run::{going_on, look};
use crate::schedule::away;
use crate::session::{Loaded, cluster, found_secrets, looking, works_on};
use crate::site::{Fault, Scene, Secrets, Site};
use std::path::Path;
use std::time::Duration;
use switchback_compiler::plan::Hold;

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
    let told: Vec<String> = loaded.iter().map(|loaded| one(&project, loaded, globals)).collect();
    globals.print(&told.join("\n"))?;
    Ok(Exit::Done)
}

fn one(project: &Project, loaded: &Loaded, globals: &Globals) -> String {
    let view = View { look: globals.out(), ..view(globals, &loaded.bundle) };
    let story = Story::of(&loaded.bundle.plan, &loaded.run.entries);
    let alive = works_on(project.root(), loaded);
    let away = away(&loaded.bundle.plan, &loaded.state()).into_iter().map(|(_, _, act)| words(&act.call)).collect();
    let still = if alive { Vec::new() } else { still(project, loaded) };
    let looked = Looked { alive, now: crate::clock::now(), still, away, hold: held(project, loaded) };
    status(&story, &loaded.bundle.plan, &looked, &view)
}

/// What goes on by itself: whoever thinks that all has ended would start it twice.
fn still(project: &Project, loaded: &Loaded) -> Vec<String> {
    let (plan, folder) = (&loaded.bundle.plan, loaded.run.folder.clone());
    let site = looking(project.root(), plan, loaded.bundle.blobs.clone(), Secrets::default());
    // Where nothing can be looked at, nothing is known of it, and the rest is told.
    let Ok(site) = site else { return Vec::new() };
    going_on(plan, &loaded.state(), &Site { folder: Some(folder), ..site })
}

/// The checks of a hold, looked at once: a text each, and whether it holds. What can't be looked at is told, and the rest of
/// the screen with it: who wants to know where a run stands may be just the one whose cluster is away.
fn held(project: &Project, loaded: &Loaded) -> Vec<(String, bool)> {
    let is_held = loaded.state().standing == Standing::Holds;
    let Some(hold) = loaded.bundle.plan.hold.as_ref().filter(|_| is_held) else { return Vec::new() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let lines = match runtime {
        Ok(runtime) => runtime.block_on(looked_at(hold, project, loaded)),
        Err(error) => Err(Fault::new(error.to_string())),
    };
    lines.unwrap_or_else(|fault| vec![(format!("its checks can't be looked at: {}", fault.why), false)])
}

async fn looked_at(hold: &Hold, project: &Project, loaded: &Loaded) -> Result<Vec<(String, bool)>, Fault> {
    let plan = &loaded.bundle.plan;
    let secrets = found_secrets(plan, project.root(), &|name: &str| std::env::var(name).ok()).await;
    let site = looking(project.root(), plan, loaded.bundle.blobs.clone(), secrets)?;
    let site = Site { cluster: cluster(plan.target.as_ref(), hold).await?, ..site };
    let progress = |_: String, _: bool| {};
    let scene = Scene { site: &site, step: "hold", act: "hold", within: Duration::from_secs(30), progress: &progress };
    let mut lines = Vec::new();
    for check in &hold.checks {
        let (holds, word, says) = match look(&check.call, &scene).await {
            Ok(Seen { holds: true, says, .. }) => (true, "holds", says),
            Ok(seen) => (false, "does not hold", seen.says),
            Err(fault) => (false, "can't be looked at", fault.why),
        };
        let words = noun(&check.call.kind).and_then(|noun| noun.check()).map(|noun| noun.words(&check.call));
        let what = words.unwrap_or_else(|| check.call.kind.clone());
        lines.push((format!("{what}: {word}, {}", site.secrets.mask(&says)), holds));
    }
    Ok(lines)
}
