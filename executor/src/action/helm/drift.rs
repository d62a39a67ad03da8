//! What a release's objects were before is not always what a revision says: somebody, or an earlier step, may have changed
//! them. Helm comes back to the revision; what was otherwise then is put back here.

use super::attempt::Purpose;
use super::kept::{Kept, Was};
use crate::action::kube::Store;
use crate::durable;
use crate::fault_point::boundary;
use crate::site::{Fault, Scene};
use crate::world::cluster::{Mode, Normal, NotRestored, Object, ObjectName, Readiness};
use crate::world::helm::{ObjectChange, Settled};
use std::collections::BTreeMap;
use std::path::Path;

/// Tells that of a start all is noted.
const NOTED: &str = "noted";

/// Notes, durably and once, right after Helm ended, what it left of each object: where that still stands later, nobody else
/// did anything to it. However it ended: what has to be taken back is most often what failed.
pub(super) async fn note(
    purpose: Purpose,
    settled: &Settled,
    kept: &Kept,
    scene: &Scene<'_>,
    start: &Path,
) -> Result<(), Fault> {
    let by_us = match settled {
        Settled::Done { .. } | Settled::Failed { .. } | Settled::Pending { .. } | Settled::Gone => true,
        Settled::NotBegun | Settled::Foreign { .. } | Settled::NotKnown { .. } => false,
    };
    if !by_us || purpose == Purpose::Back || start.join(NOTED).exists() {
        return Ok(());
    }
    note_left(kept, scene).await?;
    let noted = durable::write(&start.join(NOTED), b"", 0o600);
    noted.map_err(|error| Fault::new(format!("can't write in `{}`: {error}", start.display())))
}

async fn note_left(kept: &Kept, scene: &Scene<'_>) -> Result<(), Fault> {
    let store = Store::of(scene)?;
    for (was, live) in looked(kept, scene).await? {
        if let Some(live) = live {
            store.note_left(&was.object, &live)?;
        }
    }
    // Helm leaves these as they are: what is otherwise by now somebody else wrote, while Helm was at work.
    let names: Vec<_> = kept.same.iter().map(|same| same.object.clone()).collect();
    let live = scene.site.cluster()?.get_all(&names).await;
    for (same, live) in kept.same.iter().zip(live) {
        let before = store.kept(&same.before)?;
        let only_owned = |live: &Object| kept.merged && Normal::of(live) == Normal::of(&before);
        let left = live?.filter(only_owned).unwrap_or(before);
        store.note_left(&same.object, &left)?;
    }
    Ok(())
}

/// Notes, durably, before Helm comes back, which objects are as the action left them, and what Helm will make of each: those
/// may be put back afterwards. Noted once, since afterwards none of them is.
pub(super) async fn note_expected(kept: &Kept, changes: &[ObjectChange], scene: &Scene<'_>) -> Result<(), Fault> {
    let store = Store::of(scene)?;
    if store.expected()?.is_some() {
        return Ok(());
    }
    let mut expected = BTreeMap::new();
    for (was, live) in looked(kept, scene).await? {
        if is_own(was, live.as_ref(), &store)? {
            let change = changes.iter().find(|change| change.name == was.object);
            let after = change.map_or(live, |change| change.after.clone());
            expected.insert(was.object.clone(), after);
        }
    }
    store.note_expected(&expected)
}

fn is_own(was: &Was, live: Option<&Object>, store: &Store) -> Result<bool, Fault> {
    Ok(match (live, store.left(&was.object)?) {
        (Some(live), Some(left)) => Normal::of(live) == Normal::of(&left),
        (None, None) => was.gone,
        _ => false,
    })
}

/// Notes what Helm made of them indeed, right after it came back. Where a crash came first, what it was expected to make of
/// them has to do: what is there later may be somebody else's.
pub(super) async fn note_found(kept: &Kept, scene: &Scene<'_>) -> Result<(), Fault> {
    let store = Store::of(scene)?;
    let mut expected = store.expected()?.unwrap_or_default();
    for (was, live) in looked(kept, scene).await? {
        if let Some(found) = expected.get_mut(&was.object) {
            *found = live;
        }
    }
    store.note_expected(&expected)
}

/// Puts back what was otherwise than its revision, once Helm came back to that; how many, and what is left.
pub(super) async fn put_back(kept: &Kept, scene: &Scene<'_>) -> Result<(usize, Vec<String>), Fault> {
    let store = Store::of(scene)?;
    let expected = store.expected()?.unwrap_or_default();
    let (mut done, mut left) = (0, Vec::new());
    for (was, live) in looked(kept, scene).await? {
        let Some(before) = was.before.as_ref().map(|name| store.kept(name)).transpose()? else { continue };
        let same = live.as_ref().is_some_and(|live| Normal::of(live) == Normal::of(&before));
        // What somebody else changed is told by the comparison, which looks at all of them.
        let Some(found) = expected.get(&was.object).filter(|_| !same) else { continue };
        boundary("object");
        let cluster = scene.site.cluster()?;
        match cluster.restore(&was.object, Some(&before), found.as_ref(), Mode::Real).await {
            Ok(_) => done += 1,
            Err(NotRestored::Fault(fault)) => return Err(Fault::from(fault).about(&spoken(was, scene))),
            Err(theirs) => left.push(format!("`{}` is left: {theirs}", spoken(was, scene))),
        }
        boundary("object-restored");
    }
    Ok((done, left))
}

/// The objects that were ready before, and so are waited for again.
pub(super) fn were_ready(kept: &Kept, scene: &Scene<'_>) -> Result<Vec<ObjectName>, Fault> {
    let store = Store::of(scene)?;
    let mut ready = Vec::new();
    for was in &kept.objects {
        let before = was.before.as_ref().map(|name| store.kept(name)).transpose()?;
        if before.is_some_and(|before| matches!(before.readiness(), Readiness::Ready(_))) {
            ready.push(was.object.clone());
        }
    }
    Ok(ready)
}

fn spoken(was: &Was, scene: &Scene<'_>) -> String {
    was.object.spoken(&scene.site.namespace)
}

async fn looked<'k>(kept: &'k Kept, scene: &Scene<'_>) -> Result<Vec<(&'k Was, Option<Object>)>, Fault> {
    let names: Vec<_> = kept.objects.iter().map(|was| was.object.clone()).collect();
    let live = scene.site.cluster()?.get_all(&names).await;
    kept.objects.iter().zip(live).map(|(was, live)| Ok((was, live?))).collect()
}
