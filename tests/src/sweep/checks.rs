//! What must be true when a case is over.

use super::effects::Effects;
use super::picture::Picture;
use super::place::Place;
use super::report::Report;
use super::scenario::End;
use super::service;
use std::fs;
use std::path::Path;

/// The platform before and after the run.
#[derive(Debug)]
pub(super) struct Pictures {
    pub(super) old: Picture,
    pub(super) new: Picture,
}

/// Everything that is promised of a run that is over.
pub(super) fn settled(place: &Place, end: End, pictures: &Pictures, report: &mut Report) -> Result<(), String> {
    let wanted = if end == End::New { &pictures.new } else { &pictures.old };
    report.promise(place.picture()?.unlike(wanted));
    let effects = Effects::of(place);
    report.promise(match end {
        End::New => effects.not_new(place.scenario.counted),
        End::Old => effects.not_old(),
    });
    report.promise(serves(place, end));
    report.promise(kept(place, end)?);
    Ok(())
}

/// What is wrong with the scenario's service.
fn serves(place: &Place, end: End) -> Option<String> {
    let (name, release) = place.scenario.service?;
    match (end, service::health(place.port)) {
        (End::New, Some(health)) if health.contains(release) => None,
        (End::Old, None) => None,
        (_, health) => Some(format!("{name} says {health:?} when the platform is {end:?}")),
    }
}

/// A target is free after a run, but for one that holds.
fn kept(place: &Place, end: End) -> Result<Option<String>, String> {
    let marks = fs::read_dir(place.platform().join(".switchback/keeps")).into_iter().flatten().flatten();
    let marks = marks.filter(|mark| mark.path().extension().is_some_and(|extension| extension == "json"));
    let mut held = Vec::new();
    for mark in marks {
        let text = fs::read(mark.path()).map_err(|error| error.to_string())?;
        let mark: serde_json::Value = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
        let folder = mark.get("folder").and_then(serde_json::Value::as_str).unwrap_or_default();
        // One that never began is forgotten by the next run, which is tried by itself.
        if Path::new(folder).join("journal").exists() {
            held.push(mark.get("holds") == Some(&serde_json::Value::Bool(true)));
        }
    }
    let wanted = if end == End::New && place.scenario.holds { vec![true] } else { Vec::new() };
    Ok((held != wanted).then(|| format!("the target is kept by {held:?} (whether each holds), wanted {wanted:?}")))
}
