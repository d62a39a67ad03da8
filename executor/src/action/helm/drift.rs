//! What a release's objects were before is not always what a revision says: somebody, or an earlier step, may have changed
//! them. Helm comes back to the revision; what was otherwise then is put back here.

use super::attempt::Purpose;
use super::kept::{Kept, Was};
use super::material::found;
use crate::action::kube::Store;
use crate::durable;
use crate::fault_point::boundary;
use crate::site::{Fault, Scene};
use crate::world::cluster::{
    Interference, Mode, Normal, NotRestored, Object, ObjectName, Readiness, is_controller, is_made_by, left_by, unlike,
};
use crate::world::helm::{Effect, MANAGER, ObjectChange, Settled};
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
        let before = was.before.as_ref().map(|name| store.kept(name)).transpose()?;
        let by_helm = |live: &Object| match &before {
            Some(before) => before.uid() == live.uid(),
            None => is_made_by(MANAGER, live),
        };
        let Some(live) = live.filter(by_helm) else { continue };
        let left = match &was.after {
            Some(after) => left_by(MANAGER, before.as_ref(), &store.kept(after)?, &live),
            None => live,
        };
        store.note_left(&was.object, &left)?;
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
/// may be put back afterwards. An earlier try of the way back may have been at some of them.
pub(super) async fn note_expected(kept: &Kept, changes: &[ObjectChange], scene: &Scene<'_>) -> Result<(), Fault> {
    let store = Store::of(scene)?;
    let tried = store.expected()?.unwrap_or_default();
    let mut expected = BTreeMap::new();
    for (was, live) in looked(kept, scene).await? {
        let as_tried = tried.get(&was.object).is_some_and(|other| same(other.as_ref(), live.as_ref()));
        let before = was.before.as_ref().map(|name| store.kept(name)).transpose()?;
        if as_tried || same(before.as_ref(), live.as_ref()) || is_own(was, live.as_ref(), &store)? {
            let change = changes.iter().find(|change| change.name == was.object);
            let after = change.map_or(live, |change| change.after.clone());
            expected.insert(was.object.clone(), after);
        }
    }
    store.note_expected(&expected)
}

fn same(one: Option<&Object>, other: Option<&Object>) -> bool {
    match (one, other) {
        // What is being deleted is as good as gone.
        (Some(one), Some(other)) => !other.is_ending() && Normal::of(one) == Normal::of(other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

fn is_own(was: &Was, live: Option<&Object>, store: &Store) -> Result<bool, Fault> {
    Ok(match (live, store.left(&was.object)?) {
        (Some(live), Some(left)) => Normal::of(live) == Normal::of(&left),
        (None, None) => was.gone,
        _ => false,
    })
}

/// Makes Services again, as they were, that the action took away and Helm would make anew: the server would give them other
/// addresses, which it lets nobody change afterwards. All else Helm makes, in its order and after its hooks.
pub(super) async fn make_again(kept: &Kept, changes: &[ObjectChange], scene: &Scene<'_>) -> Result<(), Fault> {
    if !found().await?.version.takes_what_is_there() {
        return Ok(());
    }
    let (store, cluster) = (Store::of(scene)?, scene.site.cluster()?);
    let is_service = |name: &ObjectName| (name.group.as_str(), name.kind.as_str()) == ("", "Service");
    let made = |change: &&ObjectChange| change.effect == Effect::Create && is_service(&change.name);
    for change in changes.iter().filter(made) {
        let was = kept.objects.iter().find(|was| was.gone && was.object == change.name);
        let Some(before) = was.and_then(|was| was.before.as_ref()) else { continue };
        boundary("object");
        match cluster.restore(&change.name, Some(&store.kept(before)?), None, Mode::Real).await {
            // What it can't be made as, Helm makes.
            Ok(_) | Err(NotRestored::Interference(_)) => {}
            Err(NotRestored::Fault(fault)) if !fault.may_pass() => {}
            Err(NotRestored::Fault(fault)) => return Err(fault.into()),
        }
        boundary("object-restored");
    }
    Ok(())
}

/// Notes what Helm made of them indeed, right after it came back. Where a crash came first, what it was expected to make of
/// them has to do: what is there later may be somebody else's.
pub(super) async fn note_found(kept: &Kept, scene: &Scene<'_>) -> Result<(), Fault> {
    let store = Store::of(scene)?;
    let mut expected = store.expected()?.unwrap_or_default();
    for (was, live) in looked(kept, scene).await? {
        if let Some(found) = expected.get_mut(&was.object) {
            *found = match (&found, live) {
                (Some(shall), Some(live)) => Some(left_by(MANAGER, None, shall, &live)),
                // Somebody deleted it while Helm was at work.
                (Some(shall), None) => Some((*shall).clone()),
                (None, live) => live,
            };
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
        if same {
            continue;
        }
        let Some(found) = expected.get(&was.object) else {
            let theirs = theirs(&before, live.as_ref());
            left.extend(theirs.map(|theirs| format!("`{}` is left: {theirs}", spoken(was, scene))));
            continue;
        };
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

/// What somebody else made of an object, but for the controllers of Kubernetes.
fn theirs(before: &Object, live: Option<&Object>) -> Option<NotRestored> {
    let mut found = match live {
        Some(live) => unlike(before, live),
        None => vec![Interference { field: String::new(), manager: None }],
    };
    found.retain(|one| !one.manager.as_deref().is_some_and(is_controller));
    (!found.is_empty()).then_some(NotRestored::Interference(found))
}

/// Objects that are being deleted, each with its uid.
pub(super) type Ending = Vec<(ObjectName, Option<String>)>;

/// What goes by now, and was to go: for who finalizes it that may take its time.
pub(super) async fn ending(goes: fn(&Was) -> bool, kept: &Kept, scene: &Scene<'_>) -> Result<Ending, Fault> {
    let ends = |(was, live): (&Was, Option<Object>)| {
        let live = live.filter(|live| goes(was) && live.is_ending())?;
        Some((was.object.clone(), live.uid().map(str::to_owned)))
    };
    Ok(looked(kept, scene).await?.into_iter().filter_map(ends).collect())
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
