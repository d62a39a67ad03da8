//! The way back, tried before the way there (R22): only what was really looked at counts as tried.

use super::way_back::deployed;
use super::{Fact, Preview, UnitPreview};
use crate::action::What;
use crate::resource::Space;
use crate::screen::{list, size};
use crate::site::Site;
use crate::world::State;
use serde::{Deserialize, Serialize};
use std::path::Path;
use switchback_compiler::plan::{Act, Plan, UndoWork, Unit, WayBack, Work};

/// One thing that the way back needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// What it is about: `disk`, `copies`, a step.
    pub about: String,
    /// What was found. No figure that is another at each look: it is signed.
    pub says: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of trying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is so.
    Holds,
    /// It is not so: the run must not begin.
    Fails,
    /// It can't be asked before.
    NotChecked,
}

impl Tried {
    pub(super) fn new(about: &str, says: String, outcome: Outcome) -> Self {
        Self { about: about.to_owned(), says, outcome }
    }

    pub(super) fn judged(about: &str, holds: bool, says: String) -> Self {
        Self::new(about, says, if holds { Outcome::Holds } else { Outcome::Fails })
    }
}

/// Tries all that can be tried; `copied` bytes are what backups take.
pub(super) fn all(plan: &Plan, site: &Site, preview: &Preview, copied: u64) -> Vec<Tried> {
    let active: Vec<(&Unit, &UnitPreview)> = preview
        .units
        .iter()
        .filter(|seen| !seen.is_unchanged())
        .filter_map(|seen| plan.unit(seen.unit).map(|unit| (unit, seen)))
        .collect();
    let mut tried = Vec::new();
    tried.extend(disk(site, preview, copied));
    tried.extend(copies(plan, &active));
    let found = preview.facts.copies.iter();
    tried.extend(found.map(|(name, fact)| Tried::judged("copies", true, format!("{name}: {fact}; read back"))));
    tried.extend(services(preview));
    tried.extend(releases(preview, site));
    tried.extend(active.iter().flat_map(|(unit, _)| programs(unit, site)));
    tried
}

/// Room for the old contents and the backups, where they are kept.
fn disk(site: &Site, preview: &Preview, copied: u64) -> Option<Tried> {
    let old = old_bytes(preview);
    if old + copied == 0 {
        return None;
    }
    let places = [(site.project.join(".switchback"), old), (site.backups.clone(), copied)];
    let needed = places.iter().filter(|(_, bytes)| *bytes > 0);
    let rooms: Option<Vec<(u64, u64)>> = needed.map(|(place, bytes)| Some((free(place)?, *bytes))).collect();
    let all = size(old + copied);
    Some(match rooms {
        None => Tried::new("disk", format!("room for copies of {all}: not checked"), Outcome::NotChecked),
        Some(rooms) => match rooms.iter().find(|(free, bytes)| free < bytes) {
            Some((free, bytes)) => {
                Tried::judged("disk", false, format!("copies need {}, and {} are free", size(*bytes), size(*free)))
            }
            None => Tried::judged("disk", true, format!("there is room for copies of {all}")),
        },
    })
}

/// Bytes of files that are changed or deleted. Those that hold a secret are left out: their size is nobody's business.
fn old_bytes(preview: &Preview) -> u64 {
    let gone = preview.resources(&[What::Changed, What::Deleted]);
    let old = preview.facts.files.iter().filter(|(path, _)| gone.contains(path.as_str()));
    old.map(|(_, fact)| if let Fact::Seen(State::File { size, .. }) = fact { *size } else { 0 }).sum()
}

/// Bytes that are free for us on the file system of a place that need not be there yet.
fn free(place: &Path) -> Option<u64> {
    let there = place.ancestors().find(|above| above.exists())?;
    let room = rustix::fs::statvfs(there).ok()?;
    room.f_bavail.checked_mul(room.f_frsize)
}

/// Backups outlive the time in which an undo may ask for them.
fn copies(plan: &Plan, active: &[(&Unit, &UnitPreview)]) -> Vec<Tried> {
    let hold = plan.hold.as_ref().map(|hold| hold.at_most);
    let needed = plan.deadline.limit.plus(hold.unwrap_or_default());
    let backups = active.iter().flat_map(|(unit, _)| &unit.work).filter_map(|work| match work {
        Work::Backup(backup) => Some(backup),
        _ => None,
    });
    let say = |keep| match hold {
        Some(hold) => format!("kept {keep}, the hold ends after {hold}"),
        None => format!("kept {keep}, the deadline is {}", plan.deadline.limit),
    };
    backups
        .map(|backup| {
            Tried::judged("copies", backup.keep >= needed, format!("{} is {}", backup.name, say(backup.keep)))
        })
        .collect()
}

/// Services that the facts hold are known to the target and told whether they run.
fn services(preview: &Preview) -> Option<Tried> {
    let services = preview.facts.resources.keys().filter(|resource| resource.space == Space::Service);
    let names: Vec<&str> = services.map(|service| service.name.as_str()).collect();
    let says = format!("{}: known to the target, and looked at", list(&names));
    (!names.is_empty()).then(|| Tried::judged("services", true, says))
}

/// Releases that are changed: the revision to which an undo goes back was read. One that is not deployed is none.
fn releases(preview: &Preview, site: &Site) -> Vec<Tried> {
    let changed = preview.resources(&[What::Changed, What::Deleted]);
    let releases = preview.facts.resources.iter().filter(|(resource, _)| resource.space == Space::Release);
    let changed = releases.filter(|(resource, _)| changed.contains(resource.spoken(&site.namespace).as_str()));
    changed
        .filter_map(|(resource, seen)| {
            let (_, name) = resource.release_name()?;
            let (revision, what) = deployed(seen)?;
            Some(Tried::judged(name, true, format!("{revision} is there: {what}")))
        })
        .collect()
}

/// What a written way back runs: its sources are in the bundle, and more can't be tried.
fn programs(unit: &Unit, site: &Site) -> Vec<Tried> {
    let WayBack::Undo(ways) = &unit.way_back else { return Vec::new() };
    let acts = ways.iter().flat_map(|way| &way.work).filter_map(|work| match work {
        UndoWork::Act(act) => Some(act),
        UndoWork::Own | UndoWork::Verify(_) => None,
    });
    acts.filter(|act| act.call.copy().is_none()).map(|act| program(unit, act, site)).collect()
}

fn program(unit: &Unit, act: &Act, site: &Site) -> Tried {
    let first = act.call.values.get("words").and_then(|words| words.get(0));
    let source = first.and_then(|word| word.get("source")).and_then(serde_json::Value::as_str);
    let held = |digest: &str| site.blobs.get(digest).is_some();
    let blob = first.and_then(|word| word.get("blob")).and_then(serde_json::Value::as_str);
    match source {
        Some(path) => Tried::judged(
            &unit.name,
            blob.is_none_or(held),
            format!("its `undo` runs {path}, of which the bundle has a copy"),
        ),
        None => Tried::new(
            &unit.name,
            format!("what its `undo` does ({}) can't be tried", act.call.kind),
            Outcome::NotChecked,
        ),
    }
}
