//! How objects look when an action has ended.

use super::store::Store;
use crate::resource::{Observed, Resource, seen};
use crate::site::{Fault, Scene};
use crate::world::cluster::{ObjectName, taken_along};
use std::collections::BTreeMap;

/// What is seen of objects at the end of an action that waited. Controllers wrote into them meanwhile (a finalizer, the volume
/// of a claim), and a later step must not take that for somebody's interference; whoever changed what the action set did
/// interfere, and is not seen. What `manager` owns of them is the action's.
pub(in crate::action) async fn settled(
    manager: &str,
    names: &[ObjectName],
    seen_then: &mut BTreeMap<Resource, Observed>,
    scene: &Scene<'_>,
) -> Result<(), Fault> {
    let (cluster, store) = (scene.site.cluster()?, Store::of(scene)?);
    for (name, live) in names.iter().zip(cluster.get_all(names).await) {
        let (Some(left), Ok(Some(live))) = (store.left(name)?, live) else { continue };
        let same_version = left.api_version() == live.api_version();
        let resource = Resource::object(name);
        if same_version && taken_along(manager, &left, &live).is_ok() && seen_then.contains_key(&resource) {
            seen_then.insert(resource, seen(scene.site, name, Some(&live)));
        }
    }
    Ok(())
}
