//! Marks that a killed process left behind: what a run's journal says is newer.

use super::execute::{run_keeps, take};
use super::further::Loaded;
use super::give_up;
use super::open::directory;
use super::refused::Refused;
use crate::bundle::Bundle;
use crate::event::Standing;
use crate::runs::Run;
use crate::target::{self, Kept};
use std::io;
use std::path::Path;

/// The runs that keep a target; marks of which their run's journal says other things are brought in line with it.
///
/// Only for one who holds the target's lock: then no process of another run is between the two.
pub(super) fn kept(place: &Path) -> Result<Vec<Kept>, Refused> {
    let told = |error: io::Error| Refused::error(format!("the marks of runs on this target: {error}"));
    let mut found = Vec::new();
    for kept in target::marks(place).map_err(told)? {
        found.extend(in_line(place, kept).map_err(told)?);
    }
    Ok(found)
}

/// Brings a target's marks in line for a run that is over already; a process that holds the target does so itself.
pub fn tidy(project: &Path, loaded: &Loaded, by: &str) -> Result<(), Refused> {
    let target = loaded.bundle.plan.target.as_ref();
    let place = target.and_then(|target| directory(project, target)).filter(|place| place.is_dir());
    let Ok(_keep) = take(place.as_deref(), by) else { return Ok(()) };
    if loaded.state().standing == Standing::Finalized {
        give_up::of_run(project, &loaded.bundle.plan, &loaded.run.folder, &loaded.run.id)?;
    }
    place.map_or(Ok(()), |place| kept(&place).map(drop))
}

fn in_line(place: &Path, kept: Kept) -> io::Result<Option<Kept>> {
    if !kept.folder.join("bundle.swb").exists() {
        // Its project is not here: perhaps it is on another disk, so it may keep the target.
        return Ok(Some(kept));
    }
    let began = kept.folder.join("journal").exists();
    let holds = match Run::read_in(kept.folder.clone(), &kept.run) {
        Ok(run) => {
            if run.standing() == Standing::Finalized {
                given_up(&kept)?;
            }
            run_keeps(&run)
        }
        Err(_) if began => return Ok(Some(kept)),
        // It was marked and killed before it began.
        Err(_) => None,
    };
    match holds {
        None => target::unmark(place, &kept.run).map(|()| None),
        Some(holds) if holds == kept.holds => Ok(Some(kept)),
        Some(holds) => {
            let kept = Kept { holds, ..kept };
            target::mark(place, &kept).map(|()| Some(kept))
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
