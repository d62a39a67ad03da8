//! What must be true when a case is over.

use super::effects::Effects;
use super::picture::Picture;
use super::place::{Place, SECRET};
use super::report::Report;
use super::scenario::{End, Serves};
use super::service;
use std::fs;
use std::path::Path;

/// The platform before the run, after it, and after it was finalized.
#[derive(Debug)]
pub(super) struct Pictures {
    pub(super) old: Picture,
    pub(super) new: Picture,
    pub(super) last: Option<Picture>,
}

impl Pictures {
    /// What must stand there when a run has ended so.
    pub(super) fn at(&self, end: End) -> &Picture {
        match end {
            End::Old => &self.old,
            End::New | End::Left => &self.new,
            End::Finalized => self.last.as_ref().unwrap_or(&self.new),
        }
    }
}

/// Everything that is promised of a run that is over.
pub(super) fn settled(place: &Place, end: End, pictures: &Pictures, report: &mut Report) -> Result<(), String> {
    report.promise(place.picture()?.unlike(pictures.at(end)));
    let effects = Effects::of(place);
    report.promise(match end {
        End::Old => effects.not_old(),
        _ => effects.not_new(place.scenario.counted),
    });
    report.promise(serves(place, end));
    report.promise(told(place)?);
    report.promise(kept(place, end)?);
    Ok(())
}

/// What is wrong with the scenario's service. Of none more than one process runs.
fn serves(place: &Place, end: End) -> Option<String> {
    let new = end != End::Old;
    let (runs, health) = match place.scenario.service {
        Serves::Nothing => return None,
        Serves::Runs(runs) => (runs && new, None),
        Serves::Health(release) => (new, Some(release)),
    };
    let found = service::processes(&place.platform());
    if found != usize::from(runs) {
        return Some(format!("{found} processes of the service run when the platform is {end:?}"));
    }
    match health.map(|release| (release, service::health(place.port))) {
        Some((release, Some(health))) if new && health.contains(release) => None,
        None | Some((_, None)) if !new || health.is_none() => None,
        Some((_, health)) => Some(format!("the service says {health:?} when the platform is {end:?}")),
        None => None,
    }
}

/// A secret that was said or written down.
fn told(place: &Place) -> Result<Option<String>, String> {
    if !place.scenario.hides {
        return Ok(None);
    }
    let runs = crate::files_below(&place.project().join(".switchback")).unwrap_or_default();
    for path in runs {
        let bytes = fs::read(&path).map_err(|error| error.to_string())?;
        if bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()) {
            return Ok(Some(format!("`{}` holds the secret", path.display())));
        }
    }
    Ok(place.said().contains(SECRET).then(|| "the secret was said".to_owned()))
}

/// A target is free after a run, but for one that holds or was left where it failed.
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
    let wanted = match end {
        End::New if place.scenario.holds => vec![true],
        End::Left => vec![false],
        _ => Vec::new(),
    };
    Ok((held != wanted).then(|| format!("the target is kept by {held:?} (whether each holds), wanted {wanted:?}")))
}
