//! What somebody else does to an object while an action works on it.

use crate::site::{Fault, Scene};
use crate::world::cluster::{Normal, Object, ObjectName};

/// A status that is written more often than this in a row is no status.
pub(super) const MOST_TRIES: usize = 20;

/// Whether an object is still as it was kept: the very same, with the same content.
pub(super) fn is_same(before: Option<&Object>, live: Option<&Object>) -> bool {
    match (before, live) {
        (Some(before), Some(live)) => before.uid() == live.uid() && Normal::of(before) == Normal::of(live),
        (None, None) => true,
        _ => false,
    }
}

/// It is not as it was kept, so that an undo could not put it back.
pub(super) fn changed(name: &ObjectName, scene: &Scene<'_>) -> Fault {
    let spoken = name.spoken(&scene.site.namespace);
    Fault::new(format!("{spoken} was changed by somebody else after it was kept"))
        .details(["it is left, because an undo would put an older state back".to_owned()])
}

/// It was looked at again and again, and was another each time.
pub(super) fn too_fast(name: &ObjectName, scene: &Scene<'_>) -> Fault {
    let spoken = name.spoken(&scene.site.namespace);
    Fault::new(format!("{spoken} is changed faster than it can be changed here"))
        .details(["look who changes it".to_owned()])
}
