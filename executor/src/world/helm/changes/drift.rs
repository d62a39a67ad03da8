//! Where an object is not as the last manifest of its release says.

pub(super) use super::change::Drift;
use super::change::Refusal;
use super::course::Course;
use super::patch::{Sides, again, author, is_of_the_way};
use crate::world::cluster::{Change, Cluster, Fault, Kind, Normal, Object, ObjectName, compare, owner};

/// Of an object that is gone.
pub(super) fn gone() -> Vec<Drift> {
    vec![Drift { field: String::new(), manager: None, stays: false }]
}

/// Asks the server what it would make of the object if the last manifest were applied once more; `old` has the release's
/// marks, `after` is what the change itself would make of it.
pub(super) async fn found(
    cluster: &Cluster,
    course: &Course<'_>,
    (kind, name): (&Kind, &ObjectName),
    old: &Object,
    live: &Object,
    after: Option<&Object>,
) -> Result<Vec<Drift>, Fault> {
    let sides = Sides { old, new: old, live };
    let attempt = match again(cluster, course, kind, &sides).await {
        Ok(Some(attempt)) => attempt,
        Err(Refusal::Server(fault)) if is_of_the_way(&fault) => return Err(fault),
        // What can't be said again can't be compared.
        Ok(None) | Err(_) => return Ok(Vec::new()),
    };
    match cluster.try_as(author(course), kind, name, &attempt).await {
        Ok(said) => Ok(places(live, &said, after)),
        Err(fault) if is_of_the_way(&fault) => Err(fault),
        Err(_) => Ok(Vec::new()),
    }
}

/// The places in which a live object is not as its manifest says.
pub(super) fn places(live: &Object, said: &Object, after: Option<&Object>) -> Vec<Drift> {
    let differing = |other: &Object| compare(Normal::of(live).value(), Normal::of(other).value());
    let changed: Vec<Change> = after.map(differing).unwrap_or_default();
    let each = differing(said).into_iter().map(|drifted| {
        let steps = drifted.place.steps();
        let touched = changed.iter().any(|change| {
            let other = change.place.steps();
            steps.starts_with(other) || other.starts_with(steps)
        });
        let manager = drifted.old.is_some().then(|| owner(live, &drifted.place)).flatten();
        Drift { field: drifted.place.to_string(), manager, stays: !touched }
    });
    each.collect()
}
