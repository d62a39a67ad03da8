//! `program` as an action: started once, looked for after a crash, never started again by itself.

use super::starts::Starts;
use super::{Program, command};
use crate::action::{Action, Applied, Body, Change, Learnt, Predicted, Probe, Recipe, Undone, What, evidence};
use crate::fault_point::boundary;
use crate::site::{Fault, Scene, Site};
use crate::world::process::{Ended, Exit, Launcher, Limits, Outcome, ProcessError, last_words, log_of, wait};
use async_trait::async_trait;
use std::path::Path;
use std::time::Duration;
use switchback_compiler::plan::Call;

/// From TERM to KILL.
const GRACE: Duration = Duration::from_secs(10);
/// A supervisor needs this to write down the end, also on a machine under load.
const MARGIN: Duration = Duration::from_secs(20);

#[async_trait]
impl Action for Program {
    async fn preview(&self, call: &Call, scene: &Scene<'_>, _world: &mut Predicted) -> Result<Vec<Change>, Fault> {
        let resource = format!("program {}", called(call, scene));
        let described = command::described(call, scene)?.map(|said| format!("{said}; ")).unwrap_or_default();
        let limit = crate::screen::limit(scene.within);
        let words = format!("{}\n{described}limit {limit}", command::line(call)?);
        let body = Body::Words(scene.site.secrets.mask(&words));
        Ok(vec![Change { resource, what: What::Unknown, learnt: Learnt::NotKnowable, body, after: None }])
    }

    async fn prepare(&self, _call: &Call, scene: &Scene<'_>) -> Result<Recipe, Fault> {
        Recipe::of(&Starts::prepare(scene)?)
    }

    async fn apply(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Applied, Fault> {
        let starts: Starts = recipe.read()?;
        let folder = starts.fresh(scene.folder()?)?;
        let program = command::program(call, scene, &folder)?;
        let limits = Limits { within: Some(scene.within), grace: GRACE, capture: false };
        boundary("program");
        let ended = Launcher::current().run(&program, limits, &folder).await;
        // What can't be concealed now is tried again, and told, when the run's process ends.
        let _later = scene.site.secrets.conceal(&log_of(&folder));
        match ended {
            Ok(ended) if ended.status.is_success() => Ok(Applied::changed(1)),
            Ok(ended) => Err(failed(call, &ended, scene)),
            Err(error) => Err(unsettled(call, &folder, &error, scene)),
        }
    }

    async fn probe(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Probe, Fault> {
        let starts: Starts = recipe.read()?;
        let Some(folder) = starts.last(scene.folder()?)? else { return Ok(Probe::NotDone(never(call))) };
        let mut outcome = settled(&folder)?;
        if let Outcome::Running(_) = outcome {
            (scene.progress)(format!("program {} is let finish", command::name(call)), true);
            // The supervisor ends it at its limit; one whose supervisor was killed may go on longer.
            let patience = starts.within().saturating_add(GRACE).saturating_add(MARGIN);
            let _ended = tokio::time::timeout(patience, wait(&folder)).await;
            outcome = settled(&folder)?;
        }
        Ok(match outcome {
            Outcome::Ended(Exit { status, took, .. }) if status.is_success() => {
                Probe::Done(format!("program {}: {status} after {}", command::name(call), crate::screen::elapsed(took)))
            }
            Outcome::Ended(exit) => Probe::Failed(format!("program {}: {}", command::name(call), exit.status)),
            Outcome::NotStarted => Probe::NotDone(never(call)),
            Outcome::Running(process) => Probe::Unknown(seen(
                format!("process    number {} still runs, past its limit of {}", process.pid, limit(&starts)),
                &folder,
                scene,
            )),
            Outcome::Unknown => Probe::Unknown(seen(gone(&folder), &folder, scene)),
        })
    }

    fn goes_on(&self, recipe: &Recipe, site: &Site) -> Option<String> {
        let starts: Starts = recipe.read().ok()?;
        let folder = starts.last(site.folder.as_ref()?).ok()??;
        let Ok(Outcome::Running(process)) = Outcome::read(&folder) else { return None };
        let log = log_of(&folder);
        let log = log.strip_prefix(&site.project).unwrap_or(&log).display();
        Some(format!("process    number {} still runs; what it says is in {log}", process.pid))
    }

    async fn undo(&self, _call: &Call, _recipe: &Recipe, _scene: &Scene<'_>) -> Result<Undone, Fault> {
        Err(Fault::new("a program has no way back of its own"))
    }

    fn words(&self, call: &Call) -> String {
        format!("program {}", command::name(call))
    }
}

/// Its `as=`, which is the action's id; a number is no name.
fn called(call: &Call, scene: &Scene<'_>) -> String {
    let id = scene.act.strip_prefix("undo-").unwrap_or(scene.act);
    if id.starts_with(|first: char| first.is_ascii_lowercase()) { id.to_owned() } else { command::name(call) }
}

fn failed(call: &Call, ended: &Ended, scene: &Scene<'_>) -> Fault {
    let why = format!("program {}: {}", command::name(call), ended.status);
    Fault::new(why).details(evidence::last(&ended.last_lines, scene))
}

/// Nobody saw it end; only a program that surely was not started has surely failed.
fn unsettled(call: &Call, folder: &Path, error: &ProcessError, scene: &Scene<'_>) -> Fault {
    let why = format!("program {}: {error}", command::name(call));
    match Outcome::settle(folder) {
        Ok(Outcome::NotStarted) => Fault::new(why),
        _ => Fault::unknown(why).details(last_line(folder, scene)),
    }
}

fn settled(folder: &Path) -> Result<Outcome, Fault> {
    Outcome::settle(folder).map_err(|error| Fault::unknown(error.to_string()))
}

fn never(call: &Call) -> String {
    format!("program {} was not started", command::name(call))
}

fn limit(starts: &Starts) -> String {
    crate::screen::limit(starts.within())
}

/// What a person who must decide can see.
fn seen(process: String, folder: &Path, scene: &Scene<'_>) -> Vec<String> {
    std::iter::once(process).chain(last_line(folder, scene)).collect()
}

fn last_line(folder: &Path, scene: &Scene<'_>) -> Option<String> {
    let lines = last_words(folder).ok()?;
    let line = lines.iter().rev().find(|line| !line.trim().is_empty())?;
    Some(format!("its output  last line: \"{}\"", evidence::one(line, scene)))
}

/// Why nobody saw the end: most often the machine itself went down.
fn gone(folder: &Path) -> String {
    match started_since(folder) {
        Some(boot) => format!("process    gone: this machine started at {}", boot.strftime("%Y-%m-%d %H:%M:%S")),
        None => "process    gone: nobody saw how it ended, since what watched it was killed too".into(),
    }
}

/// When this machine started, if that was after the program did. Format: `btime` in `proc_stat(5)`.
fn started_since(folder: &Path) -> Option<jiff::Zoned> {
    let stat = std::fs::read_to_string("/proc/stat").ok()?;
    let boot: i64 = stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    let boot = jiff::Timestamp::from_second(boot).ok()?;
    let made = jiff::Timestamp::try_from(std::fs::metadata(folder).ok()?.modified().ok()?).ok()?;
    (made < boot).then(|| boot.to_zoned(jiff::tz::TimeZone::system()))
}
