//! Waiting until objects are ready.

use crate::site::{Fault, Scene};
use crate::world::cluster::{Cluster, Object, ObjectName, Readiness};
use futures_util::future::join_all;
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Between two looks. A rollout takes seconds, and a look at one object costs a server next to nothing.
const LOOK: Duration = Duration::from_millis(500);

/// Waits until all are ready, and says meanwhile what is missing. One that never will be ends it at once.
pub(in crate::action) async fn until_ready(scene: &Scene<'_>, names: Vec<ObjectName>, until: Instant) -> Result<(), Fault> {
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

/// Waits until all are gone, and says meanwhile which are not: somebody may hold them with a finalizer.
pub(super) async fn until_gone(scene: &Scene<'_>, names: Vec<ObjectName>, until: Instant) -> Result<(), Fault> {
    let cluster = scene.site.cluster()?;
    loop {
        let there: Vec<Option<Object>> = cluster.get_all(&names).await.into_iter().collect::<Result<_, _>>()?;
        let there: Vec<(&ObjectName, Object)> =
            names.iter().zip(there).filter_map(|(name, of)| Some((name, of?))).collect();
        let Some((name, object)) = there.first() else { return Ok(()) };
        let holders = object.get("/metadata/finalizers").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let holders: Vec<&str> = holders.iter().filter_map(Value::as_str).collect();
        let held = if holders.is_empty() { String::new() } else { format!(", held by {}", holders.join(", ")) };
        let says = format!("`{}` is being deleted{held}", name.spoken(&scene.site.namespace));
        if Instant::now() + LOOK > until {
            return Err(Fault::new(format!("{says} after {}", crate::screen::limit(scene.within))));
        }
        (scene.progress)(says, true);
        sleep(LOOK).await;
    }
}

async fn look(cluster: &Cluster, name: ObjectName) -> (ObjectName, Result<Option<Readiness>, Fault>) {
    let readiness = async {
        let Some(live) = cluster.get(&name).await? else { return Ok(None) };
        Ok(Some(cluster.readiness(&live).await?))
    };
    let readiness = readiness.await;
    (name, readiness)
}
