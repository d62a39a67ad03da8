//! `switchback run`: runs a plan, or a bundle.

use super::again::{about, again};
use super::asking::{Given, Terminal, shut};
use super::beforehand::{Said, said, word};
use super::bundling::{Fresh, NoBundle, bundle, by, refuse};
use super::diff::Asked;
use super::following::{end, readers, view, with_signals};
use super::typing::until;
use super::{Globals, Progress, parts::pair};
use crate::action::noun;
use crate::bundle::Bundle;
use crate::exit::{Error, Exit};
use crate::preview::{Blocked, Changed, Outcome as TriedOutcome, preview};
use crate::project::Project;
use crate::report::run::{View, Zone};
use crate::run::{Signals, too_far};
use crate::schedule::Aim;
use crate::screen::{count, list, quoted, safe};
use crate::session::{Execute, Refused, cluster, execute, in_the_way, looking, secrets};
use crate::site::{Fault, Site};
use std::path::{Path, PathBuf};
use switchback_compiler::plan::{Block, Plan, Stage, Window};

const WHAT: &str = "\
PLAN    NAME.plan.kdl: compiled and observed now, shown as by diff, then asked
BUNDLE  NAME.swb, from diff -o: runs as reviewed, or not at all";

/// Run a plan, or exactly the bundle that was approved
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// NAME.plan.kdl, or NAME.swb from diff -o
    #[arg(value_name = "PLAN|BUNDLE", value_hint = clap::ValueHint::FilePath, long_help = WHAT)]
    pub what: PathBuf,
    /// where; may be left out when the project names only one
    #[arg(short, long, value_name = "NAME")]
    pub target: Option<String>,
    /// an input of the plan; a secret comes from where the plan says
    #[arg(short, long = "input", value_name = "NAME=TEXT", value_parser = pair)]
    pub inputs: Vec<(String, String)>,
    /// steps at a time in a layer
    #[arg(short, long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: u16,
    /// stop after prepare, or after a layer; resume goes on
    #[arg(long, value_name = "STAGE")]
    pub until: Option<String>,
    /// answer the question of `run PLAN` beforehand
    #[arg(short, long)]
    pub yes: bool,
    /// what a gate wants typed, where nobody can type
    #[arg(long = "confirm", value_name = "GATE=TEXT", value_parser = pair)]
    pub confirms: Vec<(String, String)>,
    /// the number of deletions, where policy asks for it
    #[arg(long, value_name = "N")]
    pub deletes: Option<u64>,
    /// How it is followed.
    #[command(flatten)]
    pub progress: Progress,
}

const HELP: &str = "\
Ctrl-C stops after what runs now; again, it stops waiting. Nothing done is lost:
switchback resume goes on. What fails is taken back, unless the plan says
otherwise.

  switchback run upgrade.plan.kdl              shows the dry run, then asks
  switchback run upgrade.swb                   what was reviewed, by diff -o
  switchback run upgrade.swb --until prepare   only what is harmless";

/// Runs the command.
pub fn run(args: &Args, globals: &Globals) -> Result<Exit, Error> {
    let done = with_signals(async |signals| execute_one(args, globals, signals).await);
    done.map_err(|error| Error::new(Exit::Error, format!("signals can't be heard: {error}")))?
}

async fn execute_one(args: &Args, globals: &Globals, signals: &mut Signals) -> Result<Exit, Error> {
    let project = Project::around(&args.what)?;
    Globals::work_on(&project);
    let looked = async {
        if is_bundle(&args.what) {
            reviewed(&project, args, globals).await
        } else {
            made(&project, args, globals).await
        }
    };
    let fresh = tokio::select! {
        fresh = looked => fresh,
        name = signals.next() => {
            let why = format!("{name} was received while the target was looked at; nothing was touched");
            return Ok(refuse(&Refused::with(Exit::Interrupted, why), globals));
        }
    };
    let (bundle, secrets, made) = match fresh {
        Ok(fresh) => (fresh.bundle, fresh.secrets, fresh.made),
        Err(none) => return none.end(globals),
    };
    if bundle.preview.is_nothing() {
        globals.say(&super::diff::shown(&bundle, &made, &Asked::HUMAN, globals.err())?);
        return Ok(Exit::Done);
    }
    let (view, plan) = (view(globals, &bundle), bundle.plan.clone());
    let given = Given::confirms(&args.confirms);
    let mut refused = closed(&project, &bundle, args).or_else(|| shut(&plan, &given, false));
    if refused.is_none() {
        refused = unasked(&bundle, args, &view, signals).await;
    }
    if let Some(refused) = refused {
        return Ok(refuse(&refused, globals));
    }
    let asker = Terminal { given, project: project.root(), plan: &plan, view: &view };
    let options = Execute {
        project: project.root(),
        made: &made,
        secrets,
        aim: args.until.clone().map_or(Aim::Change, Aim::Until),
        jobs: args.jobs.into(),
        by: by(),
        readers: &mut || readers(args.progress, &view, &plan, &[], globals),
        asker: &asker,
    };
    match execute(&bundle, options, signals).await {
        Ok(executed) => Ok(end(&executed, project.root(), &bundle, false, globals)),
        Err(refused) => Ok(refuse(&refused, globals)),
    }
}

/// Whether a file's name says that it is a bundle.
pub(super) fn is_bundle(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "swb")
}

/// A plan becomes a bundle now, and is shown.
async fn made(project: &Project, args: &Args, globals: &Globals) -> Result<Fresh, NoBundle> {
    let fresh = bundle(project, &args.what, args.target.as_deref(), &args.inputs, globals).await?;
    if !fresh.bundle.preview.is_nothing() {
        let shown = super::diff::shown(&fresh.bundle, &fresh.made, &Asked::HUMAN, globals.err())?;
        globals.remark(&shown);
        globals.remark("\n");
    }
    Ok(fresh)
}

/// A bundle is run as it was reviewed: what it would change now must be what it said.
async fn reviewed(project: &Project, args: &Args, globals: &Globals) -> Result<Fresh, NoBundle> {
    let refused = |why: String| NoBundle::Refused(Refused::error(why));
    let (bundle, made) =
        Bundle::read(&args.what).map_err(|error| refused(format!("`{}`: {error}", args.what.display())))?;
    let env = |name: &str| std::env::var(name).ok();
    let secrets = secrets(&bundle.plan, project.root(), &env).await.map_err(NoBundle::Refused)?;
    let site = looking(project.root(), &bundle.plan, bundle.blobs.clone(), secrets.clone());
    let fault = |fault: Fault| NoBundle::Refused(Refused::from(fault));
    let cluster = cluster(bundle.plan.target.as_ref(), &bundle.plan).await.map_err(fault)?;
    let site = Site { cluster, ..site.map_err(fault)? };
    let because = |fault: Fault| in_the_way(project.root(), &bundle.plan).unwrap_or_else(|| Refused::from(fault));
    let now = preview(&bundle.plan, &site, noun).await.map_err(|fault| NoBundle::Refused(because(fault)))?;
    let mut changed = bundle.changed(&now);
    if !changed.is_empty()
        && bundle.is_of(&now)
        && let Ok(again) = preview(&bundle.plan, &site, noun).await
    {
        let varying = bundle.varying(&now, &again);
        changed.retain(|one| !varying.contains(&one.resource));
        if changed.is_empty() {
            let what = list(&varying.iter().map(String::as_str).collect::<Vec<_>>());
            globals.remark(&format!(
                "note: rendered another way each time, and as reviewed in all that stays the same: {what}\n"
            ));
        }
    }
    if changed.is_empty()
        && let Some(refused) = not_safe(project, &bundle.plan, &now.blocked)
    {
        // What is in the way may have come since, where nothing that was reviewed is another for it.
        return Err(NoBundle::Refused(refused));
    }
    if now.is_nothing() || changed.is_empty() {
        let here = now.here.clone();
        let bundle = if now.is_nothing() { Bundle::new(bundle.plan, now, bundle.blobs) } else { Ok(bundle) };
        let mut bundle = bundle.map_err(|error| refused(error.to_string()))?;
        bundle.preview.here = here;
        return Ok(Fresh { bundle, secrets, made });
    }
    // Where another run is at work, it is what changes the target.
    let keeps = in_the_way(project.root(), &bundle.plan);
    Err(NoBundle::Refused(keeps.unwrap_or_else(|| not_as_reviewed(&bundle, &changed, &now.blocked))))
}

/// What is other than when it was reviewed.
fn not_as_reviewed(bundle: &Bundle, changed: &[Changed], blocked: &[Blocked]) -> Refused {
    let target = bundle.plan.target.as_ref().map_or("the target", |target| target.name.as_str());
    let mut refused = Refused::with(
        Exit::Changed,
        format!("{target} changed since {} was made; nothing was touched", bundle.plan.name),
    );
    for Changed { resource, was, is } in changed.iter().take(10) {
        refused = refused.fact(format!("~ {resource}"));
        refused = refused.fact(format!("  when reviewed: {was}")).fact(format!("  now: {is}"));
    }
    for Blocked { why, .. } in blocked {
        refused = refused.fact(format!("now it is not safe to start: {why}"));
    }
    let file = bundle.plan.units.iter().map(|unit| &unit.at.path).find(|path| path.ends_with(".plan.kdl"));
    let file = file.map_or("PLAN", |path| path);
    let target = bundle.plan.target.as_ref().map(|target| target.name.as_str());
    refused.next(about("diff", Path::new(file), target, &[]) + " -o NEW.swb")
}

/// Which door is shut before a run may begin.
fn closed(project: &Project, bundle: &Bundle, args: &Args) -> Option<Refused> {
    if let Some(refused) = not_safe(project, &bundle.plan, &bundle.preview.blocked) {
        return Some(refused);
    }
    let failed = bundle.preview.here.iter().find(|tried| tried.outcome == TriedOutcome::Fails);
    if let Some(failed) = failed {
        let refused = Refused::with(Exit::NotSafe, "it is not safe to start; nothing was touched");
        return Some(refused.fact(failed.says.clone()));
    }
    if let Some(until) = &args.until {
        let names: Vec<&str> = bundle.plan.blocks.iter().filter_map(stop_at).collect();
        if !names.contains(&until.as_str()) {
            let refused = Refused::with(Exit::Usage, format!("there is no stage or layer `{until}` to stop after"));
            let there =
                if names.is_empty() { "the plan has none".to_owned() } else { format!("there is {}", list(&names)) };
            return Some(refused.fact(there));
        }
    }
    let window = bundle.plan.window.as_ref().and_then(|window| far(window, args));
    window.or_else(|| in_the_way(project.root(), &bundle.plan))
}

/// What is in the way of starting.
fn not_safe(project: &Project, plan: &Plan, blocked: &[Blocked]) -> Option<Refused> {
    if blocked.is_empty() {
        return None;
    }
    // Whoever keeps the target may be why: what to do is said of that run, not of what it left half done.
    if let Some(keeps) = in_the_way(project.root(), plan) {
        return Some(keeps);
    }
    let refused = Refused::with(Exit::NotSafe, "it is not safe to start; nothing was touched");
    Some(blocked.iter().fold(refused, |refused, one| refused.fact(one.why.clone())))
}

/// The name by which a run can be told to stop after a block.
fn stop_at(block: &Block) -> Option<&str> {
    match (block.stage, block.layer.as_deref()) {
        (Stage::Prepare, None) => Some("prepare"),
        (Stage::Change, layer) => layer.filter(|name| !name.is_empty()),
        _ => None,
    }
}

/// What a person must say before a run begins, and did not.
async fn unasked(bundle: &Bundle, args: &Args, view: &View, signals: &mut Signals) -> Option<Refused> {
    let deletions = bundle.preview.deleted().len() as u64;
    if let Some(most) = bundle.plan.deletions_at_most.filter(|most| deletions > *most)
        && args.deletes != Some(deletions)
    {
        let what = format!("deletes {deletions} of {}: over policy's limit of {most}", bundle.preview.observed);
        let asked = if args.deletes.is_none() { said(number(&what, deletions, view), signals).await } else { Said::No };
        let refused = Refused::with(Exit::Closed, format!("it {what}; nothing was touched"));
        let refused = refused.next(again(&["--deletes"], &["--deletes".into(), deletions.to_string()]));
        // Who has typed how much goes away has said yes.
        return asked.refused(Exit::Closed, || refused.clone(), || refused.clone());
    }
    if args.yes || is_bundle(&args.what) {
        return None;
    }
    let target = bundle.plan.target.as_ref().map_or("", |target| target.name.as_str());
    let steps = count(bundle.plan.steps().count(), "step");
    let diff = about("diff", &args.what, args.target.as_deref(), &args.inputs);
    let question = format!("run {steps} on {}? [y/N] ", safe(target, view.look));
    said(word(&question, &["y", "yes"]), signals).await.refused(
        Exit::Closed,
        || Refused::with(Exit::Closed, "the answer was not yes; nothing was touched"),
        || {
            Refused::with(Exit::Closed, "nobody can be asked here; nothing was touched")
                .next(again(&[], &["--yes".into()]))
                .next(format!("{diff} -o {}", quoted(&beside(&args.what))))
        },
    )
}

async fn number(what: &str, deletions: u64, view: &View) -> Said {
    let question = format!("{what}\ntype the number of deletions to go on: ");
    let right = |answer: &str| (answer == deletions.to_string()).then_some(Said::Yes);
    until(&question, "the number", view.look, right).await.unwrap_or(Said::No)
}

/// The bundle that is called like a plan.
fn beside(plan: &Path) -> String {
    let name = plan.display().to_string();
    format!("{}.swb", name.strip_suffix(".plan.kdl").unwrap_or(&name))
}

/// A window that is too far away to be waited for.
fn far(window: &Window, args: &Args) -> Option<Refused> {
    match too_far(window, crate::clock::now()) {
        Ok(Some(at)) if args.until.as_deref() != Some("prepare") => {
            let refused = Refused::with(Exit::Closed, "the window is shut; nothing was touched");
            Some(refused.fact(format!("it opens at {}", Zone::here().date_time(at))))
        }
        Ok(_) => None,
        Err(fault) => Some(Refused::with(Exit::NotSafe, format!("{}; nothing was touched", fault.why))),
    }
}
