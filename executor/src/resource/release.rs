//! The observer of releases of Helm: what the last revision is made of.

use super::name::Resource;
use super::observed::{Mark, Observed};
use crate::site::{Fault, Site};
use crate::world::Digest;
use crate::world::helm::{History, Release, Status};

/// What is seen of a release. Its number does not count: a revision that is an older one again is the same as that.
///
/// Manifests and values hold secrets, so only a digest keyed with the target's key tells them apart.
pub fn recorded(site: &Site, history: &History) -> Observed {
    if let Some(damaged) = history.damaged_last() {
        return Observed::new(damaged.to_string(), Mark::State("damaged".to_owned()));
    }
    let Some(last) = history.last().filter(|last| last.status != Status::Uninstalled) else {
        return Observed::absent();
    };
    let Release { revision, status, chart, .. } = last;
    let says = format!("revision {revision}, {} {}, {status}", chart.name, chart.version);
    let Some(key) = site.key else { return Observed::new(says, Mark::Hidden) };
    let mut hasher = blake3::Hasher::new_keyed(&key);
    let values = last.values().to_string();
    // Helm writes no values as nothing or as an empty map.
    let values = if values == "null" { "{}" } else { values.as_str() };
    for part in [chart.name.as_str(), &chart.version, status.word(), values, last.manifest()] {
        hasher.update(part.as_bytes()).update(&[0]);
    }
    Observed::new(says, Mark::Keyed(Digest::from(hasher.finalize())))
}

/// Looks at one.
pub(super) async fn observe(site: &Site, resource: &Resource) -> Result<Observed, Fault> {
    let (namespace, name) =
        resource.release_name().ok_or_else(|| Fault::new(format!("`{}` is no release", resource.name)))?;
    let history = History::read(site.cluster()?, namespace, name).await?;
    Ok(recorded(site, &history))
}
