//! Waiting until objects are gone.

use crate::site::{Fault, Scene};
use crate::world::cluster::{Object, ObjectName};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Between two looks. A rollout takes seconds, and a look at one object costs a server next to nothing.
const LOOK: Duration = Duration::from_millis(500);

/// Waits until all are gone, and says meanwhile which are not: somebody may hold them with a finalizer. Each is told by its
/// name and its uid, where that is known: another one of its name is another object.
pub(in crate::action) async fn until_gone(
    scene: &Scene<'_>,
    objects: Vec<(ObjectName, Option<String>)>,
    until: Instant,
) -> Result<(), Fault> {
    let cluster = scene.site.cluster()?;
    let names: Vec<ObjectName> = objects.iter().map(|(name, _)| name.clone()).collect();
    loop {
        let there: Result<Vec<Option<Object>>, _> = cluster.get_all(&names).await.into_iter().collect();
        let there = match there {
            // A server that is away for longer than a read is tried again is waited for as well.
            Err(fault) if fault.may_pass() && Instant::now() + LOOK <= until => {
                (scene.progress)(fault.what, true);
                sleep(LOOK).await;
                continue;
            }
            there => there?,
        };
        let there =
            objects.iter().zip(there).find_map(|((name, uid), live)| Some((name, is_still(uid.as_deref(), live?)?)));
        let Some((name, object)) = &there else { return Ok(()) };
        let holders = object.finalizers();
        let held = if holders.is_empty() { String::new() } else { format!(", held by {}", holders.join(", ")) };
        let spoken = name.spoken(&scene.site.namespace);
        if Instant::now() + LOOK > until {
            let after = crate::screen::limit(scene.within);
            return Err(Fault::new(format!("`{spoken}` is still being deleted after {after}{held}"))
                .details(lets_go(name, object)));
        }
        (scene.progress)(format!("`{spoken}` is being deleted{held}"), true);
        sleep(LOOK).await;
    }
}

/// How it comes to its end, where a finalizer holds it.
fn lets_go(name: &ObjectName, object: &Object) -> Option<String> {
    let ObjectName { group, kind, namespace, name } = name;
    let dot = if group.is_empty() { "" } else { "." };
    let namespace = namespace.as_ref().map(|namespace| format!(" --namespace {namespace}")).unwrap_or_default();
    let look = format!("kubectl get {}{dot}{group} {name}{namespace} -o yaml", kind.to_lowercase());
    let is_held = !object.finalizers().is_empty();
    is_held.then(|| format!("it is gone when whoever set that finalizer takes it away; look at it: `{look}`"))
}

fn is_still(uid: Option<&str>, live: Object) -> Option<Object> {
    uid.is_none_or(|uid| live.uid() == Some(uid)).then_some(live)
}
