//! Applying objects, one after the other in written order.

use super::interference::{Tries, changed, is_same};
use super::kept::Kept;
use super::look::{seen_as, tries};
use super::manifests::Wanted;
use super::store::Store;
use crate::fault_point::boundary;
use crate::resource::{Observed, Resource};
use crate::site::{Fault, Scene};
use crate::world::cluster::{
    Cluster, Conflicts, Fault as ClusterFault, FaultKind, Kind, Mode, Normal, Object, ObjectName, is_by_us,
};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// A definition that was just made is served a moment later.
const KIND_APPEARS: Duration = Duration::from_secs(30);

/// How objects of one action are applied.
pub(super) struct Carry<'s> {
    scene: &'s Scene<'s>,
    cluster: &'s Cluster,
    store: Store,
    namespace: &'s str,
    conflicts: Conflicts,
    until: Instant,
}

impl<'s> Carry<'s> {
    pub fn new(scene: &'s Scene<'s>, namespace: &'s str, force: bool, until: Instant) -> Result<Self, Fault> {
        let conflicts = if force { Conflicts::Force } else { Conflicts::Refuse };
        Ok(Self { scene, cluster: scene.site.cluster()?, store: Store::of(scene)?, namespace, conflicts, until })
    }

    /// Applies what the recipe has; what is seen of each afterwards.
    pub async fn all(&self, kept: &[Kept], wanted: &[Wanted]) -> Result<BTreeMap<Resource, Observed>, Fault> {
        let (mut seen, mut open) = (BTreeMap::new(), kept.iter().map(|kept| &kept.object).collect::<Vec<_>>());
        for one in wanted {
            // A definition that this very action made may not be served yet.
            let within = if kept.iter().any(|kept| is_of(kept, &one.object)) { KIND_APPEARS } else { Duration::ZERO };
            let kind = self.cluster.kind_of(&one.object, within).await.map_err(|fault| about(fault, one))?;
            let name = kind.object(one.object.namespace().unwrap_or(self.namespace), one.object.name());
            // What was so already is not in the recipe.
            let Some(kept) = kept.iter().find(|kept| kept.object == name) else { continue };
            open.retain(|other| **other != name);
            let left = self.one(kept, &kind, one).await?;
            if let Some(observed) = seen_as(self.scene, self.cluster, &kind, &name, Some(&left)).await? {
                seen.insert(Resource::object(&name), observed);
            }
        }
        match open.first() {
            None => Ok(seen),
            Some(name) => Err(Fault::new(format!("{} was kept, and no manifest makes it", self.spoken(name)))),
        }
    }

    fn spoken(&self, name: &ObjectName) -> String {
        name.spoken(&self.scene.site.namespace)
    }

    /// Applies one, unless a first try did, and notes what the server made of it. Whoever changed it since it was kept is
    /// not overwritten.
    async fn one(&self, kept: &Kept, kind: &Kind, wanted: &Wanted) -> Result<Object, Fault> {
        let before = kept.before.as_ref().map(|name| self.store.kept(name)).transpose()?;
        let mut tries = Tries::until(self.until);
        loop {
            let live = self.cluster.get_as(kind, &kept.object).await.map_err(|fault| about(fault, wanted))?;
            if let Some(live) = &live
                && self.is_done(&kept.object, wanted, before.as_ref(), live).await?
            {
                self.store.note_left(&kept.object, live)?;
                return Ok(live.clone());
            }
            if !is_same(before.as_ref(), live.as_ref()) {
                return Err(changed(&kept.object, self.scene));
            }
            boundary("object");
            match self.apply(&kept.object, wanted, live.as_ref()).await {
                Err(fault) if fault.kind == FaultKind::Exists => {
                    let details = fault.help.into_iter().collect::<Vec<_>>();
                    return Err(changed(&kept.object, self.scene).details(details));
                }
                Err(fault) if fault.kind == FaultKind::Changed || fault.may_pass() => {
                    tries.again(fault, &kept.object, self.scene).await?;
                }
                Err(fault) => return Err(about(fault, wanted)),
                Ok(left) => {
                    boundary("object-applied");
                    self.store.note_left(&kept.object, &left)?;
                    return Ok(left);
                }
            }
        }
    }

    /// The wanted object, bound to the live one that was looked at, or to there being none.
    async fn apply(&self, name: &ObjectName, wanted: &Wanted, live: Option<&Object>) -> Result<Object, ClusterFault> {
        let Some(live) = live else { return self.cluster.apply_new(name, &wanted.object).await };
        self.cluster.apply(name, &versioned(&wanted.object, live), self.conflicts, Mode::Real).await
    }

    /// Whether a first try, which was cut off, did it: it is as that one left it, or the same apply changes nothing.
    async fn is_done(
        &self,
        name: &ObjectName,
        wanted: &Wanted,
        before: Option<&Object>,
        live: &Object,
    ) -> Result<bool, Fault> {
        if let Some(left) = self.store.left(name)? {
            return Ok(left.uid() == live.uid() && Normal::of(&left) == Normal::of(live));
        }
        if before.is_some_and(|before| Normal::of(before) == Normal::of(live)) {
            return Ok(false);
        }
        is_applied(self.cluster, name, &wanted.object, before, live).await
    }
}

fn is_of(kept: &Kept, object: &Object) -> bool {
    kept.object.kind == object.kind() && kept.object.group == object.group() && kept.object.name == object.name()
}

/// Whether it was we who made an object what it is: the same apply changes nothing, and nobody else touched it since.
pub(super) async fn is_applied(
    cluster: &Cluster,
    name: &ObjectName,
    wanted: &Object,
    before: Option<&Object>,
    live: &Object,
) -> Result<bool, Fault> {
    if !is_by_us(before, live) {
        return Ok(false);
    }
    let tried = tries(cluster, name, wanted).await?;
    Ok(tried.owners.is_empty() && Normal::of(&tried.object) == Normal::of(live))
}

fn versioned(wanted: &Object, live: &Object) -> Object {
    let mut value = wanted.value().clone();
    let version = live.resource_version();
    if let (Some(metadata), Some(version)) = (value.get_mut("metadata").and_then(|of| of.as_object_mut()), version) {
        metadata.insert("resourceVersion".to_owned(), version.into());
    }
    // It was an object and still is.
    Object::new(value).unwrap_or_else(|| wanted.clone())
}

fn about(fault: ClusterFault, wanted: &Wanted) -> Fault {
    Fault::from(fault).about(&wanted.at)
}
