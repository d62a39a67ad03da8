//! Whether Helm would fail half way where no step sends it, or go over what others have: then it is not started.

use super::attempt::Purpose;
use super::command::Deed;
use super::kept::{Kept, Was};
use super::material::Material;
use super::{ours, spared};
use crate::action::kube::{Store, holds, lines};
use crate::action::program::passing;
use crate::resource::is_given_secret;
use crate::screen::diff::Kind;
use crate::site::{Fault, Scene, Site};
use crate::world::cluster::{
    Conflicts, Interference, Normal, NotRestored, Object, ObjectName, gone_over, is_controller, taken_along,
};
use crate::world::helm::{Course, Effect, History, MANAGER, ObjectChange, Operation, Rendered, base, changes};
use std::collections::BTreeMap;
use switchback_compiler::words::count;

/// Of an object that is in the way so many lines are told, old and new ones.
const VALUES: usize = 8;

/// What it does to each object, as the server says after trying it. An error where the server refuses one, for then a release
/// that stands would end as a failed one; or where somebody else's would be lost.
pub(super) async fn check(
    deed: &Deed<'_>,
    purpose: Purpose,
    now: &History,
    kept: &Kept,
    scene: &Scene<'_>,
) -> Result<Vec<ObjectChange>, Fault> {
    let to = deed.to();
    let folder = passing(scene)?;
    let mut new = to.and_then(|to| now.get(to)).map(Rendered::of).transpose()?;
    if let Some(new) = &mut new {
        new.apply = Material::at(folder.path(), scene).await?.helm.apply(new.apply);
    }
    let operation = if new.is_some() { Operation::Rollback } else { Operation::Uninstall };
    let there = found_there(to, now, kept, scene)?;
    let old = base(&there, operation).map(Rendered::of).transpose()?;
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
    let all = changes(scene.site.cluster()?, &course).await?;
    // Where a rollback that a step asked for broke off, it goes on: what that deletes is meant.
    let onward = purpose == Purpose::Mend && to.is_some() && to == kept.to;
    let store = Store::of(scene)?;
    let way = Way { kept, operation, onward, expected: store.expected()?.unwrap_or_default(), store };
    let goes = |change: &&ObjectChange| matches!(change.effect, Effect::Delete { .. } | Effect::Gone);
    let going: Vec<&ObjectName> = all.iter().filter(goes).map(|change| &change.name).collect();
    let mut hindering = Vec::new();
    for change in &all {
        let why = match way.hindered(change)? {
            None if way.is_made(change) => holds(&change.name, &going, scene).await?,
            why => why,
        };
        if let Some(why) = why {
            let name = change.name.spoken(&scene.site.namespace);
            hindering.push(format!("{name}: {why}"));
            let left = way.store.left(&change.name)?;
            hindering.extend(values(change, left.as_ref(), &name, scene.site));
        }
    }
    if !hindering.is_empty() {
        return Err(way.left(to, hindering, scene));
    }
    let spares = operation == Operation::Rollback && !onward;
    Ok(all.into_iter().map(|change| if spares { spared::sparing(change, kept) } else { change }).collect())
}

/// What stands in an object, and what stood there when it was left, so that whoever mends it knows both; where nothing was
/// noted of it, what it would get instead.
fn values(change: &ObjectChange, left: Option<&Object>, name: &str, site: &Site) -> Vec<String> {
    let (other, word) = match (left, &change.after) {
        (Some(left), _) => (left, "was left with"),
        (None, Some(after)) => (after, "would get"),
        (None, None) => return Vec::new(),
    };
    // An undo may know no secrets of the plan, so it can't hide them by what they are.
    if [change.before.as_ref(), Some(other)].into_iter().flatten().any(|object| is_given_secret(site, object)) {
        return Vec::new();
    }
    let told = lines(change.before.as_ref(), Some(other), site).into_iter().filter_map(|line| match line.kind {
        Kind::Removed => Some(format!("{name} has {}", line.text.trim())),
        Kind::Added => Some(format!("{name} {word} {}", line.text.trim())),
        Kind::Hunk | Kind::Same | Kind::Note => None,
    });
    told.take(VALUES).collect()
}

/// An error where somebody changed what a first start, or one that did nothing, would go over: it was looked at before, perhaps
/// days ago.
pub(super) async fn since_looked_at(kept: &Kept, scene: &Scene<'_>) -> Result<(), Fault> {
    let store = Store::of(scene)?;
    let same = kept.same.iter().map(|same| (&same.object, Some(&same.before), Some(&same.before)));
    let changing = kept.objects.iter().map(|was| (&was.object, was.before.as_ref(), was.after.as_ref()));
    let all: Vec<_> = changing.chain(same).collect();
    let names: Vec<_> = all.iter().map(|(name, ..)| (*name).clone()).collect();
    let mut found = Vec::new();
    for ((name, before, after), live) in all.into_iter().zip(scene.site.cluster()?.get_all(&names).await) {
        let kept = |name: Option<&String>| name.map(|name| store.kept(name)).transpose();
        let why = match (kept(before)?, live?, kept(after)?) {
            (Some(before), Some(live), Some(after)) => gone_over(None, &before, &live, &after).err().and_then(written),
            (Some(before), Some(live), None) => taken_along(MANAGER, &before, &live).err().and_then(written),
            (None, Some(_), _) => Some("somebody else made it since".to_owned()),
            // What is gone Helm makes, or has not to delete.
            (_, None, _) => None,
        };
        found.extend(why.map(|why| format!("{}: {why}", name.spoken(&scene.site.namespace))));
    }
    if found.is_empty() {
        return Ok(());
    }
    let why = format!(
        "{} was changed by somebody else since it was looked at; nothing of it was touched",
        kept.spoken(scene)
    );
    Err(Fault::new(why).details(found))
}

/// The release as Helm will find it: a rollback of ours to the same revision, which did not end well, is forgotten first.
fn found_there(to: Option<u32>, now: &History, kept: &Kept, scene: &Scene<'_>) -> Result<History, Fault> {
    Ok(match to.and_then(|to| now.half_rolled_back(to)) {
        Some(half) if ours::is(kept, half, scene)? => now.before(half.revision),
        _ => now.clone(),
    })
}

struct Way<'w> {
    kept: &'w Kept,
    operation: Operation,
    /// Whether it goes on to where a step sent it.
    onward: bool,
    /// What an earlier try of the undo noted.
    expected: BTreeMap<ObjectName, Option<Object>>,
    store: Store,
}

impl Way<'_> {
    /// What is told when something is in the way, and what somebody can do who wants it gone.
    fn left(&self, to: Option<u32>, mut hindering: Vec<String>, scene: &Scene<'_>) -> Fault {
        let Kept { release, namespace, .. } = self.kept;
        let goes = match to {
            None => "be uninstalled".to_owned(),
            Some(to) if self.onward => format!("go on to revision {to}"),
            Some(to) => format!("go back to revision {to}"),
        };
        if to.is_none() {
            hindering.push(format!("if all that may go: helm uninstall {release} -n {namespace}, then undo again"));
        }
        let why = format!("{} can't {goes}, and is left as it is", self.kept.spoken(scene));
        Fault::new(why).details(hindering)
    }

    /// Why an object is in the way.
    fn hindered(&self, change: &ObjectChange) -> Result<Option<String>, Fault> {
        let was = self.kept.objects.iter().find(|was| was.object == change.name);
        Ok(match &change.effect {
            Effect::Refused(refusal) => Some(refusal.to_string()),
            Effect::Delete { .. } if self.onward => self.lost(change, was)?,
            Effect::Delete { takes_along: Some(objects @ 1..) } => {
                let with = count(*objects, "object");
                Some(format!("the definition of a kind would be deleted, and {with} of that kind with it"))
            }
            Effect::Delete { .. } => match was {
                Some(Was { before: None, .. }) => self.lost(change, was)?,
                _ if self.operation == Operation::Rollback => None,
                _ => Some("it was there before this run, and helm would delete it".to_owned()),
            },
            Effect::Update | Effect::Adopt => self.lost(change, was)?,
            Effect::Create | Effect::Equal | Effect::Keep | Effect::Gone => None,
        })
    }

    /// Whether it is deleted, and only there since the run.
    fn is_made(&self, change: &ObjectChange) -> bool {
        let was = self.kept.objects.iter().find(|was| was.object == change.name);
        matches!(change.effect, Effect::Delete { .. }) && was.is_some_and(|was| was.before.is_none())
    }

    /// What others wrote into it since, and would be lost.
    fn lost(&self, change: &ObjectChange, was: Option<&Was>) -> Result<Option<String>, Fault> {
        let Some(live) = &change.before else { return Ok(None) };
        let Some(was) = was else {
            if let (Some(left), Some(after)) = (self.store.left(&change.name)?, &change.after) {
                return Ok(gone_over(None, &left, live, after).err().and_then(written));
            }
            // The action left it as it was. So it was changed since where it is not as its manifest says.
            let goes = change.drift.iter().filter(|drift| !drift.stays);
            let found = goes.map(|drift| Interference { field: drift.field.clone(), manager: drift.manager.clone() });
            return Ok(written(found.collect()));
        };
        // Helm has been there already, before it was cut off.
        let same = |object: &Object| !live.is_ending() && Normal::of(object) == Normal::of(live);
        if self.expected.get(&change.name).and_then(Option::as_ref).is_some_and(same) {
            return Ok(None);
        }
        let before = was.before.as_ref().map(|name| self.store.kept(name)).transpose()?;
        // It is back already.
        if before.as_ref().is_some_and(same) {
            return Ok(None);
        }
        let Some(left) = self.store.left(&change.name)? else {
            return Ok(Some("somebody else made it since".to_owned()));
        };
        let untouched = match &change.after {
            Some(after) => gone_over(before.as_ref(), &left, live, after),
            None => taken_along(MANAGER, &left, live),
        };
        Ok(untouched.err().and_then(written))
    }
}

/// What people and their programs wrote; a controller of Kubernetes itself does it again.
fn written(mut found: Vec<Interference>) -> Option<String> {
    found.retain(|one| !one.manager.as_deref().is_some_and(is_controller));
    (!found.is_empty()).then(|| format!("{}, and helm would go over it", NotRestored::Interference(found)))
}
