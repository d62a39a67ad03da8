//! Waiting until objects are ready.

use crate::site::{Fault, Scene};
use crate::world::cluster::{Cluster, Object, ObjectName, Readiness};
use futures_util::future::join_all;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Between two looks. A rollout takes seconds, and a look at one object costs a server next to nothing.
const LOOK: Duration = Duration::from_millis(500);

/// Waits until all are ready, and says meanwhile what is missing. One that never will be ends it at once.
pub(in crate::action) async fn until_ready(
    scene: &Scene<'_>,
    names: Vec<ObjectName>,
    until: Instant,
) -> Result<(), Fault> {
    let cluster = scene.site.cluster()?;
    let mut names = names;
    loop {
        let mut missing = Vec::new();
        for (name, looked) in join_all(names.into_iter().map(|name| look(cluster, name))).await {
            let spoken = name.spoken(&scene.site.namespace);
            match looked? {
                Some(Readiness::Ready(_)) => {}
                Some(Readiness::Waits(says)) => missing.push((name, format!("{spoken}: {says}"))),
                Some(Readiness::Failed(why)) => return Err(Fault::new(format!("{spoken}: {why}"))),
                None => return Err(Fault::new(format!("{spoken} is gone: somebody else deleted it"))),
            }
        }
        let Some((_, first)) = missing.first() else { return Ok(()) };
        let more = missing.len() - 1;
        let says = if more == 0 { first.clone() } else { format!("{first}, and {more} more") };
        if Instant::now() + LOOK > until {
            return Err(Fault::new(format!("{first} after {}", crate::screen::limit(scene.within)))
                .details(missing.iter().skip(1).map(|(_, says)| says.clone())));
        }
        (scene.progress)(says, true);
        names = missing.into_iter().map(|(name, _)| name).collect();
        sleep(LOOK).await;
    }
}

/// Waits until all are gone, and says meanwhile which are not: somebody may hold them with a finalizer. Each is told by its
/// name and its uid, where that is known: another one of its name is another object.
pub(super) async fn until_gone(
    scene: &Scene<'_>,
    objects: Vec<(ObjectName, Option<String>)>,
    until: Instant,
) -> Result<(), Fault> {
    let cluster = scene.site.cluster()?;
    let names: Vec<ObjectName> = objects.iter().map(|(name, _)| name.clone()).collect();
    loop {
        let there: Vec<Option<Object>> = cluster.get_all(&names).await.into_iter().collect::<Result<_, _>>()?;
        let there =
            objects.iter().zip(there).find_map(|((name, uid), live)| Some((name, is_still(uid.as_deref(), live?)?)));
        let Some((name, object)) = there else { return Ok(()) };
        let holders = object.finalizers();
        let held = if holders.is_empty() { String::new() } else { format!(", held by {}", holders.join(", ")) };
        let says = format!("`{}` is being deleted{held}", name.spoken(&scene.site.namespace));
        if Instant::now() + LOOK > until {
            return Err(Fault::new(format!("{says} after {}", crate::screen::limit(scene.within))));
        }
        (scene.progress)(says, true);
        sleep(LOOK).await;
    }
}

fn is_still(uid: Option<&str>, live: Object) -> Option<Object> {
    uid.is_none_or(|uid| live.uid() == Some(uid)).then_some(live)
}

async fn look(cluster: &Cluster, name: ObjectName) -> (ObjectName, Result<Option<Readiness>, Fault>) {
    let readiness = async {
        let Some(live) = cluster.get(&name).await? else { return Ok(None) };
        Ok(Some(cluster.readiness(&live).await?))
    };
    let readiness = readiness.await;
    (name, readiness)
}
