//! Marks that a killed process left behind: what a run's journal says is newer.

use super::execute::{run_keeps, take};
use super::further::Loaded;
use super::give_up;
use super::open::touches;
use super::refused::Refused;
use crate::bundle::Bundle;
use crate::event::Standing;
use crate::exit::Exit;
use crate::runs::Run;
use crate::screen::{command_in, run_command};
use crate::target::{self, Home, Kept};
use std::io;
use std::path::Path;
use switchback_compiler::plan::Plan;

/// The runs that keep a target; marks of which their run's journal says other things are brought in line with it.
///
/// Only for one who holds the target's lock: then no process of another run is between the two.
pub(super) fn kept(home: &Home) -> Result<Vec<Kept>, Refused> {
    let told = |error: io::Error| Refused::error(format!("the marks of runs on this target: {error}"));
    let mut found = Vec::new();
    for kept in target::marks(home).map_err(told)? {
        found.extend(in_line(home, kept).map_err(told)?);
    }
    Ok(found)
}

/// Brings a target's marks in line for a run that is over already; a process that holds the target does so itself.
pub fn tidy(project: &Path, loaded: &Loaded, by: &str) -> Result<(), Refused> {
    let target = loaded.bundle.plan.target.as_ref();
    let Some(home) = target.map(|target| Home::of(project, target)).filter(Home::is_there) else { return Ok(()) };
    let Ok(_keep) = take(&home, by) else { return Ok(()) };
    if loaded.state().standing == Standing::Finalized {
        give_up::of_run(project, &loaded.bundle.plan, &loaded.run.folder, &loaded.run.id)?;
    }
    kept(&home).map(drop)
}

/// Who keeps the target, and how it lets go.
pub(super) fn keeping(project: &Path, own: &Home, kept: &Kept) -> Refused {
    let refused = Refused::with(Exit::Kept, format!("run {} keeps this target; nothing was touched", kept.run));
    let what = if kept.holds { "holds; it can still be undone" } else { "is not settled" };
    let refused =
        refused.fact(format!("{} by {} {what}; its journal is in {}", kept.plan, kept.by, kept.folder.display()));
    if !kept.folder.is_dir() {
        // Perhaps it is on a disk that is not mounted, so only a person can say that it is lost.
        let mark = target::mark_of(own, &kept.run);
        let refused =
            refused.fact("that folder is not there: bring it back to go on with the run; only if it is lost:");
        return refused.next(format!("rm {}", mark.display()));
    }
    // PROJECT/.switchback/runs/RUN
    let home = kept.folder.ancestors().nth(3).filter(|home| home.canonicalize().ok() != project.canonicalize().ok());
    let about = |verb: &str| {
        let words = format!("{verb} {}", kept.run);
        home.map_or_else(|| run_command(&words), |home| command_in(home, &words))
    };
    if kept.holds { refused.next(about("finalize")).next(about("undo")) } else { refused.next(about("status")) }
}

/// The run that keeps a plan's target, as far as looking tells: without the lock a run may begin or end right after.
pub fn in_the_way(project: &Path, plan: &Plan) -> Option<Refused> {
    let home = Home::of(project, plan.target.as_ref()?);
    let touches = touches(plan);
    let forbids = |kept: Kept| {
        let holds = match journal(&kept) {
            Journal::Away => kept.holds,
            Journal::Says(run) => run_keeps(&run)?,
            Journal::NotBegun => return None,
        };
        Some(Kept { holds, ..kept }).filter(|kept| kept.forbids(&touches))
    };
    let kept = target::marks(&home).ok()?.into_iter().find_map(forbids)?;
    if target::is_taken(&home) {
        let why = format!("run {} of {} works on this target now; nothing was touched", kept.run, kept.by);
        let refused = Refused::with(Exit::Kept, why).fact(format!("it runs {}", kept.plan));
        return Some(refused.next(run_command(format_args!("status {}", kept.run))));
    }
    Some(keeping(project, &home, &kept))
}

/// What the journal of a run that is marked says, which is newer than the mark.
enum Journal {
    /// It can't be read, perhaps because it is on another disk: so the run may keep the target.
    Away,
    /// It was marked and killed before it began.
    NotBegun,
    Says(Box<Run>),
}

fn journal(kept: &Kept) -> Journal {
    if !kept.folder.join("bundle.swb").exists() {
        return Journal::Away;
    }
    match Run::read_in(kept.folder.clone(), &kept.run) {
        Ok(run) => Journal::Says(Box::new(run)),
        Err(_) if kept.folder.join("journal").exists() => Journal::Away,
        Err(_) => Journal::NotBegun,
    }
}

fn in_line(home: &Home, kept: Kept) -> io::Result<Option<Kept>> {
    let holds = match journal(&kept) {
        Journal::Away => return Ok(Some(kept)),
        Journal::NotBegun => None,
        Journal::Says(run) => {
            if run.standing() == Standing::Finalized {
                given_up(&kept)?;
            }
            run_keeps(&run)
        }
    };
    match holds {
        None => target::unmark(home, &kept.run).map(|()| None),
        Some(holds) if holds == kept.holds => Ok(Some(kept)),
        Some(holds) => {
            let kept = Kept { holds, ..kept };
            target::mark(home, &kept).map(|()| Some(kept))
        }
    }
}

/// A run that was killed right after it was finalized: what only its undo would have needed goes now.
fn given_up(kept: &Kept) -> io::Result<()> {
    // PROJECT/.switchback/runs/RUN
    let Some(project) = kept.folder.ancestors().nth(3) else { return Ok(()) };
    match Bundle::read(&kept.folder.join("bundle.swb")) {
        Ok((bundle, _)) => give_up::of_run(project, &bundle.plan, &kept.folder, &kept.run),
        // Without its plan nobody knows where its copies lie.
        Err(_) => Ok(()),
    }
}
