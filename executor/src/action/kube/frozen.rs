//! `freeze`: what a plan writes is left alone by everybody else until it is done.

use super::store::Store;
use crate::resource::{Observed, Resource, noted_back as back, seen};
use crate::site::{Fault, Scene, Site};
use crate::world::cluster::{Object, ObjectName, is_controller, is_same_version, others_since, rewrote, took_along};
use std::collections::{BTreeMap, BTreeSet};

/// Who it was where the server does not tell.
const SOMEBODY: &str = "somebody";

/// What others did to objects of this run since it wrote them last, a line each.
///
/// `made` is what the run itself made of resources, as far as it knows: what it deleted may be gone, with all that goes along.
pub async fn written_by_others(
    scene: &Scene<'_>,
    except: &[String],
    made: &BTreeMap<Resource, Option<Observed>>,
) -> Result<Vec<String>, Fault> {
    let all = Store::all_left(scene)?;
    let names: Vec<_> = all.keys().cloned().collect();
    let live = scene.site.cluster()?.get_all(&names).await;
    let frozen = Frozen { site: scene.site, store: Store::of(scene)?, except, made, deleted: deleted(made) };
    let mut told = Vec::new();
    for ((name, left), live) in all.iter().zip(live) {
        let what = frozen.since(name, left, live?.as_ref());
        told.extend(what.map(|what| format!("{} {what}", name.spoken(&scene.site.namespace))));
    }
    Ok(told)
}

fn deleted(made: &BTreeMap<Resource, Option<Observed>>) -> BTreeSet<ObjectName> {
    let gone = made.iter().filter(|(_, made)| made.as_ref().is_some_and(|made| !made.exists()));
    gone.filter_map(|(resource, _)| resource.object_name()).collect()
}

struct Frozen<'a> {
    site: &'a Site,
    store: Store,
    except: &'a [String],
    made: &'a BTreeMap<Resource, Option<Observed>>,
    deleted: BTreeSet<ObjectName>,
}

impl Frozen<'_> {
    /// What others did to one since it was left so.
    fn since(&self, name: &ObjectName, left: &Object, live: Option<&Object>) -> Option<String> {
        if self.deleted.contains(name) {
            return None;
        }
        let Some(live) = live else {
            return (!took_along(&self.deleted, left)).then(|| "was deleted".to_owned());
        };
        if is_same_version(left, live) {
            return None;
        }
        let (may, others): (Vec<String>, Vec<String>) =
            others_since(left, live).into_iter().partition(|one| self.may(one));
        if !others.is_empty() {
            return Some(format!("was written by {}", others.join(", ")));
        }
        if left.uid() != live.uid() && !self.store.is_anew(name) {
            return Some("was deleted, and made anew".to_owned());
        }
        self.rewrote(name, left, live, may.is_empty()).map(|by| format!("was written by {by}"))
    }

    fn may(&self, manager: &str) -> bool {
        is_controller(manager) || self.except.iter().any(|one| one == manager)
    }

    /// Who changed its content, where nobody came or came again who may not. Of what was taken away the server tells no owner:
    /// where nobody else came at all, it was somebody.
    fn rewrote(&self, name: &ObjectName, left: &Object, live: &Object, nobody_came: bool) -> Option<String> {
        let resource = Resource::object(name);
        let now = seen(self.site, name, Some(live));
        let made = self.made.get(&resource).and_then(Option::as_ref);
        // What was given back is no longer as it was left, and is this run's own doing.
        if made
            .is_some_and(|made| made.agrees(&now) || back(self.site, &resource).is_some_and(|back| back.agrees(&now)))
        {
            return None;
        }
        let somebody = || nobody_came.then(|| SOMEBODY.to_owned());
        let by = rewrote(left, live).into_iter().filter_map(|by| by.or_else(somebody));
        let by: Vec<String> = by.filter(|by| !self.may(by)).collect();
        (!by.is_empty()).then(|| by.join(", "))
    }
}
