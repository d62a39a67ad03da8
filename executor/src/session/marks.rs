//! Marks that a killed process left behind: what a run's journal says is newer.

use super::execute::{keeps, take};
use super::further::Loaded;
use super::open::directory;
use super::refused::Refused;
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
    match (take(place.as_deref(), by), &place) {
        (Ok(_keep), Some(place)) => kept(place).map(drop),
        _ => Ok(()),
    }
}

fn in_line(place: &Path, kept: Kept) -> io::Result<Option<Kept>> {
    if !kept.folder.join("bundle.swb").exists() {
        // Its project is not here: perhaps it is on another disk, so it may keep the target.
        return Ok(Some(kept));
    }
    let began = kept.folder.join("journal").exists();
    let holds = match Run::read_in(kept.folder.clone(), &kept.run) {
        Ok(run) => keeps(run.standing()),
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
