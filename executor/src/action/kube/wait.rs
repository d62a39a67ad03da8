//! Waiting until objects are gone.

use crate::site::{Fault, Scene};
use crate::world::cluster::{Object, ObjectName};
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Between two looks. A rollout takes seconds, and a look at one object costs a server next to nothing.
const LOOK: Duration = Duration::from_millis(500);

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
