//! What a release's objects were before is not always what a revision says: somebody, or an earlier step, may have changed
//! them. Helm comes back to the revision; what was otherwise then is put back here.

use super::kept::{Kept, Was};
use crate::action::kube::Store;
use crate::fault_point::boundary;
use crate::site::{Fault, Scene};
use crate::world::cluster::{Mode, Normal, NotRestored, Object, ObjectName};

/// Notes, durably, what the action made of each object: where that still stands when it is taken back, nobody else did
/// anything to it.
pub(super) async fn note_left(kept: &Kept, scene: &Scene<'_>) -> Result<(), Fault> {
    let store = Store::of(scene)?;
    for (was, live) in looked(kept, scene).await? {
        if let Some(live) = live {
            store.note_left(&was.object, &live)?;
        }
    }
    // A freeze is of these, too.
    let live = scene.site.cluster()?.get_all(&kept.same).await;
    for (name, live) in kept.same.iter().zip(live) {
        if let Some(live) = live? {
            store.note_left(name, &live)?;
        }
    }
    Ok(())
}

/// Notes, durably, before Helm comes back: which objects are as the action left them, and so may be put back afterwards.
/// Noted once, since afterwards none of them is.
pub(super) async fn note_own(kept: &Kept, scene: &Scene<'_>) -> Result<(), Fault> {
    let store = Store::of(scene)?;
    if store.list()?.is_some() {
        return Ok(());
    }
    let mut own: Vec<ObjectName> = Vec::new();
    for (was, live) in looked(kept, scene).await? {
        let is_own = match (&live, store.left(&was.object)?) {
            (Some(live), Some(left)) => Normal::of(live) == Normal::of(&left),
            (None, None) => was.gone,
            _ => false,
        };
        if is_own {
            own.push(was.object.clone());
        }
    }
    store.note_list(&own)
}

/// Puts back what was otherwise than its revision, once Helm came back to that; how many, and what is left.
pub(super) async fn put_back(kept: &Kept, scene: &Scene<'_>) -> Result<(usize, Vec<String>), Fault> {
    let store = Store::of(scene)?;
    let own = store.list()?.unwrap_or_default();
    let (mut done, mut left) = (0, Vec::new());
    for (was, live) in looked(kept, scene).await? {
        let Some(before) = was.before.as_ref().map(|name| store.kept(name)).transpose()? else { continue };
        let same = live.as_ref().is_some_and(|live| Normal::of(live) == Normal::of(&before));
        // What somebody else changed is told by the comparison, which looks at all of them.
        if same || !own.contains(&was.object) {
            continue;
        }
        boundary("object");
        let cluster = scene.site.cluster()?;
        match cluster.restore(&was.object, Some(&before), live.as_ref(), Mode::Real).await {
            Ok(_) => done += 1,
            Err(NotRestored::Fault(fault)) => return Err(Fault::from(fault).about(&spoken(was, scene))),
            Err(NotRestored::Interference(_)) => left.push(format!("{} was changed meanwhile", spoken(was, scene))),
        }
        boundary("object-restored");
    }
    Ok((done, left))
}

fn spoken(was: &Was, scene: &Scene<'_>) -> String {
    was.object.spoken(&scene.site.namespace)
}

async fn looked<'k>(kept: &'k Kept, scene: &Scene<'_>) -> Result<Vec<(&'k Was, Option<Object>)>, Fault> {
    let names: Vec<_> = kept.objects.iter().map(|was| was.object.clone()).collect();
    let live = scene.site.cluster()?.get_all(&names).await;
    kept.objects.iter().zip(live).map(|(was, live)| Ok((was, live?))).collect()
}
