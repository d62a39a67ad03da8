//! Whether Helm would fail half way on its way back, or go over what others have: then it is not started.

use super::kept::{Kept, Was};
use super::material::Material;
use crate::action::kube::Store;
use crate::action::program::passing;
use crate::fault_point::boundary;
use crate::site::{Fault, Scene};
use crate::world::cluster::{
    Conflicts, Interference, Mode, Normal, NotRestored, Object, ObjectName, Patch, gone_over, replaced, taken_along,
};
use crate::world::helm::{Course, Effect, History, ObjectChange, Operation, Rendered, Schemas, base, changes, is_kept};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use switchback_compiler::words::count;

/// What the way back does to each object, as the server says after trying it: to a revision, or away. An error where it
/// refuses one, for then a release that stands would end as a failed one; or where somebody else's would be lost.
pub(super) async fn check(
    kept: &Kept,
    to: Option<u32>,
    now: &History,
    scene: &Scene<'_>,
) -> Result<Vec<ObjectChange>, Fault> {
    let folder = passing(scene)?;
    let mut new = to.and_then(|to| now.get(to)).map(Rendered::of).transpose()?;
    if let Some(new) = &mut new {
        new.apply = Material::at(folder.path(), scene).await?.helm.apply(new.apply);
    }
    let operation = if new.is_some() { Operation::Rollback } else { Operation::Uninstall };
    let old = base(now, operation).map(Rendered::of).transpose()?;
    let course = Course {
        operation,
        release: &kept.release,
        namespace: &kept.namespace,
        old: old.as_ref(),
        new: new.as_ref(),
        conflicts: Conflicts::Force,
        takes_ownership: false,
        coming: &[],
    };
    let all = changes(scene.site.cluster()?, &Schemas::default(), &course).await?;
    let store = Store::of(scene)?;
    let way = Way { kept, operation, expected: store.expected()?.unwrap_or_default(), store };
    let mut hindering = Vec::new();
    for change in &all {
        let name = change.name.spoken(&scene.site.namespace);
        hindering.extend(way.hindered(change)?.into_iter().map(|why| format!("{name}: {why}")));
    }
    if hindering.is_empty() {
        let spares = operation == Operation::Rollback;
        return Ok(all.into_iter().map(|change| if spares { sparing(change, kept) } else { change }).collect());
    }
    let goes = to.map_or_else(|| "be uninstalled".to_owned(), |to| format!("go back to revision {to}"));
    let why = format!("{} can't {goes}, and is left as it is", kept.spoken(scene));
    Err(Fault::new(why).details(hindering))
}

struct Way<'w> {
    kept: &'w Kept,
    operation: Operation,
    /// What an earlier try of the undo noted.
    expected: BTreeMap<ObjectName, Option<Object>>,
    store: Store,
}

impl Way<'_> {
    /// Why an object is in the way.
    fn hindered(&self, change: &ObjectChange) -> Result<Option<String>, Fault> {
        let was = self.kept.objects.iter().find(|was| was.object == change.name);
        Ok(match &change.effect {
            Effect::Refused(refusal) => Some(refusal.to_string()),
            Effect::Delete { takes_along: Some(objects @ 1..) } => {
                let with = count(*objects, "object");
                Some(format!("the definition of a kind would be deleted, and {with} of that kind with it"))
            }
            Effect::Delete { .. } => match was {
                Some(Was { before: None, .. }) => self.lost(change, was)?,
                Some(_) if self.operation == Operation::Rollback => None,
                _ => Some("it was there before this run, and helm would delete it".to_owned()),
            },
            Effect::Update | Effect::Adopt => self.lost(change, was)?,
            Effect::Create | Effect::Equal | Effect::Keep | Effect::Gone => None,
        })
    }

    /// What others wrote into it since, and would be lost.
    fn lost(&self, change: &ObjectChange, was: Option<&Was>) -> Result<Option<String>, Fault> {
        let Some(live) = &change.before else { return Ok(None) };
        let Some(was) = was else {
            if let (Some(left), Some(after)) = (self.store.left(&change.name)?, &change.after) {
                return Ok(gone_over(None, &left, live, after).err().map(written));
            }
            // The action left it as it was. So it was changed since where it is not as its manifest says.
            let goes = change.drift.iter().filter(|drift| !drift.stays);
            let found = goes.map(|drift| Interference { field: drift.field.clone(), manager: drift.manager.clone() });
            return Ok(Some(found.collect::<Vec<_>>()).filter(|found| !found.is_empty()).map(written));
        };
        // Helm has been there already, before it was cut off.
        let same = |object: &Object| Normal::of(object) == Normal::of(live);
        if self.expected.get(&change.name).and_then(Option::as_ref).is_some_and(same) {
            return Ok(None);
        }
        let before = was.before.as_ref().map(|name| self.store.kept(name)).transpose()?;
        let untouched = match (self.store.left(&change.name)?, &change.after) {
            (None, _) => Err(Vec::new()),
            (Some(left), Some(after)) => gone_over(before.as_ref(), &left, live, after),
            (Some(left), None) => taken_along(&left, live),
        };
        Ok(untouched.err().map(written))
    }
}

fn written(found: Vec<Interference>) -> String {
    if found.is_empty() {
        return "somebody else made it since".to_owned();
    }
    format!("{}, and helm would go over it", NotRestored::Interference(found))
}

/// What the change of an object comes to: one that was there before this run is marked so that Helm does not delete it, and
/// put back afterwards. Only a rollback looks at that mark.
fn sparing(change: ObjectChange, kept: &Kept) -> ObjectChange {
    let was_there = kept.objects.iter().any(|was| was.object == change.name && was.before.is_some());
    match (&change.effect, &change.before) {
        (Effect::Delete { .. }, Some(live)) if was_there => {
            let after = replaced(live.value(), &spare());
            ObjectChange { effect: Effect::Keep, after: Object::new(after), ..change }
        }
        _ => change,
    }
}

fn spare() -> Value {
    json!({ "metadata": { "annotations": { "helm.sh/resource-policy": "keep" } } })
}

/// Marks what [`check`] found to be spared.
pub(super) async fn spare_all(changes: &[ObjectChange], scene: &Scene<'_>) -> Result<(), Fault> {
    for change in changes.iter().filter(|change| change.effect == Effect::Keep) {
        if change.before.as_ref().is_some_and(|live| !is_kept(live)) {
            boundary("object");
            scene.site.cluster()?.patch(&change.name, &Patch::Merge(spare()), Mode::Real).await?;
            boundary("object-spared");
        }
    }
    Ok(())
}
