//! Putting objects back as they were.

use super::carry::is_applied;
use super::contents::holds;
use super::kept::Kept;
use super::look::seen_as;
use super::manifests::Wanted;
use super::patching::is_ours;
use super::room::missing_room;
use super::store::Store;
use super::wait::until_gone;
use crate::action::Undone;
use crate::fault_point::boundary;
use crate::resource::{Resource, note_back};
use crate::site::{Fault, Scene};
use crate::world::cluster::{
    Cluster, Interference, Mode, Normal, NotRestored, Object, ObjectName, Patch, Restored, is_by_us, same_owners,
};
use std::time::Duration;
use switchback_compiler::words::count;
use tokio::time::Instant;

/// Puts all back, the last one first. What somebody else changed since is told by field and owner, and left.
///
/// `deed` is what was done, as far as it can still be said: only of what a crash cut off it is asked.
pub(super) async fn put_back(kept: &[Kept], deed: &Deed<'_>, scene: &Scene<'_>) -> Result<Undone, Fault> {
    let until = Instant::now() + scene.within;
    let way = Way { scene, cluster: scene.site.cluster()?, store: Store::of(scene)?, deed, until };
    let mut back = Back::default();
    for one in kept.iter().rev() {
        way.one(one, &mut back).await?;
    }
    // A namespace is gone when all in it is; until then it is not as it was.
    if let Err(fault) = until_gone(scene, std::mem::take(&mut back.ending), until).await {
        back.left.push(fault.why);
    }
    back.ended()
}

struct Way<'s> {
    scene: &'s Scene<'s>,
    cluster: &'s Cluster,
    store: Store,
    deed: &'s Deed<'s>,
    until: Instant,
}

impl Way<'_> {
    async fn one(&self, one: &Kept, back: &mut Back) -> Result<(), Fault> {
        let before = one.before.as_ref().map(|name| self.store.kept(name)).transpose()?;
        let spoken = one.object.spoken(&self.scene.site.namespace);
        let made = match self.found(one, before.as_ref()).await? {
            Found::Made(made) => Some(*made),
            Found::Gone => None,
            Found::Untouched => return Ok(()),
            Found::Theirs => {
                back.left.push(self.deed.not_ours(&spoken));
                return Ok(());
            }
        };
        if before.is_none()
            && let Some(why) = holds(&one.object, &[], self.scene).await?
        {
            back.left.push(format!("`{spoken}` is left: {why}"));
            return Ok(());
        }
        let made = match made {
            Some(made) if self.store.is_anew(&one.object) => {
                Some(of_now(made, self.cluster.get(&one.object).await?.as_ref()))
            }
            None if before.is_some() => {
                if let Err(fault) = self.until_free(one).await {
                    // The others come back all the same; this one comes back when the undo is tried again.
                    back.stuck.push(fault);
                    return Ok(());
                }
                self.store.note_anew(&one.object)?;
                None
            }
            made => made,
        };
        boundary("object");
        match self.cluster.restored(&one.object, before.as_ref(), made.as_ref(), Mode::Real).await {
            Ok((done, now)) => {
                self.note(one, before.as_ref(), now.as_ref(), back).await?;
                back.count(done);
                // One that goes already, because an undo was cut off, is waited for as well.
                let uid = made.as_ref().and_then(|made| made.uid().map(str::to_owned));
                back.ending.extend(before.is_none().then(|| (one.object.clone(), uid)));
            }
            Err(NotRestored::Interference(found)) => {
                let gone = self.deleted(&one.object).await?;
                back.left.extend(gone.map_or_else(|| told(&spoken, &found), |gone| vec![gone]));
            }
            Err(NotRestored::Fault(fault)) => return Err(Fault::from(fault).about(&spoken)),
        }
        boundary("object-restored");
        Ok(())
    }

    /// What is said of an object that somebody else deletes or deleted: it is not made again.
    async fn deleted(&self, object: &ObjectName) -> Result<Option<String>, Fault> {
        let spoken = object.spoken(&self.scene.site.namespace);
        match self.cluster.get(object).await? {
            Some(live) if live.is_ending() => {
                return Ok(Some(format!("`{spoken}` is being deleted by somebody else, and is left")));
            }
            Some(_) => return Ok(None),
            None => {}
        }
        let why = missing_room(self.cluster, object.namespace.as_deref())
            .await
            .map(|why| format!(": {why}"))
            .unwrap_or_default();
        Ok(Some(format!("`{spoken}` was deleted by somebody else since, and is not made again{why}")))
    }

    /// A name is free when all who hold the object of before let go.
    async fn until_free(&self, one: &Kept) -> Result<(), Fault> {
        let Some(live) = self.cluster.get(&one.object).await?.filter(Object::is_ending) else { return Ok(()) };
        until_gone(self.scene, vec![(one.object.clone(), live.uid().map(str::to_owned))], self.until).await
    }

    /// Notes how an object is put back where others changed something else in it since: that stays, and is no difference.
    async fn note(
        &self,
        one: &Kept,
        before: Option<&Object>,
        now: Option<&Object>,
        back: &mut Back,
    ) -> Result<(), Fault> {
        let (Some(before), Some(now)) = (before, now) else { return Ok(()) };
        // One that is being deleted does not stay as it is.
        if Normal::of(before) == Normal::of(now) || now.is_ending() {
            return Ok(());
        }
        back.partly += 1;
        let kind = self.cluster.kind_of(now, Duration::ZERO).await?;
        let seen = seen_as(self.scene, self.cluster, &kind, &one.object, Some(now)).await?;
        let resource = Resource::object(&one.object);
        let seen = match seen {
            Some(seen) => seen,
            None => crate::resource::observe(self.scene.site, &resource).await?,
        };
        note_back(self.scene.site, &resource, &seen)
    }

    /// What the action made of an object.
    async fn found(&self, one: &Kept, before: Option<&Object>) -> Result<Found, Fault> {
        if one.gone {
            return Ok(Found::Gone);
        }
        match self.store.left(&one.object)? {
            Some(made) => Ok(Found::Made(Box::new(made))),
            None => self.looked(one, before).await,
        }
    }

    /// The same of one whose answer was not noted: a crash came in between, or it was never asked for.
    async fn looked(&self, one: &Kept, before: Option<&Object>) -> Result<Found, Fault> {
        let live = match before.or_else(|| self.deed.object(one)) {
            Some(object) => match self.cluster.kind_of(object, Duration::ZERO).await {
                Ok(kind) => self.cluster.get_as(&kind, &one.object).await?,
                Err(fault) if fault.is_absent() => None,
                Err(fault) => return Err(fault.into()),
            },
            None => self.cluster.get(&one.object).await?,
        };
        let recreates = matches!(self.deed, Deed::Restore { recreates: true, .. });
        Ok(match (before, live) {
            (None, None) => Found::Untouched,
            (Some(_), None) if recreates => Found::Gone,
            (Some(before), Some(live)) if recreates && live.is_ending() && live.uid() == before.uid() => Found::Gone,
            // One that only made us an owner is taken back too.
            (Some(before), Some(live)) if Normal::of(before) == Normal::of(&live) => {
                if is_by_us(Some(before), &live) {
                    Found::Made(Box::new(live))
                } else {
                    Found::Untouched
                }
            }
            (_, Some(live)) if self.deed.is_done(self.cluster, one, before, &live).await? => {
                Found::Made(Box::new(live))
            }
            _ => Found::Theirs,
        })
    }
}

/// What was left, as the object that is there now: this run itself made that one anew, in its place.
fn of_now(left: Object, live: Option<&Object>) -> Object {
    let mut value = left.value().clone();
    if let (Some(metadata), Some(uid)) =
        (value.get_mut("metadata").and_then(|of| of.as_object_mut()), live.and_then(Object::uid))
    {
        metadata.insert("uid".to_owned(), uid.into());
    }
    // It was an object and still is.
    Object::new(value).unwrap_or(left)
}

/// What is found of an object that is to be put back.
enum Found {
    /// The action made this of it.
    Made(Box<Object>),
    /// The action deleted it.
    Gone,
    /// It is as it was.
    Untouched,
    /// It is another, and nothing says that it is so by us.
    Theirs,
}

/// What was done to objects.
pub(super) enum Deed<'d> {
    /// These were applied.
    Apply(&'d [Wanted]),
    /// The one was changed by this.
    Patch(&'d Patch),
    /// They were made what these copies are.
    Restore {
        /// What each was to be.
        copies: &'d [(ObjectName, Object)],
        /// Whether it was deleted first.
        recreates: bool,
    },
    /// They were deleted.
    Delete,
    /// It can't be said any more: why.
    Unknown(&'d str),
}

impl Deed<'_> {
    /// What is told of an object that is left because nothing says that the action made it what it is.
    fn not_ours(&self, spoken: &str) -> String {
        match self {
            Self::Unknown(why) => format!("`{spoken}` is left: whether this run changed it can't be told: {why}"),
            _ => format!("`{spoken}` was changed by somebody else since, and is left"),
        }
    }

    /// The manifest of an object.
    fn object(&self, kept: &Kept) -> Option<&Object> {
        let all = match self {
            Self::Apply(all) => *all,
            Self::Patch(_) | Self::Delete | Self::Unknown(_) => return None,
            Self::Restore { copies, .. } => {
                return copies.iter().find(|(name, _)| *name == kept.object).map(|(_, copy)| copy);
            }
        };
        let ObjectName { group, kind, namespace, name } = &kept.object;
        let is_it = |object: &&Object| {
            let at = object.namespace().is_none_or(|at| namespace.as_deref() == Some(at));
            at && object.kind() == kind && object.group() == group && object.name() == name
        };
        all.iter().map(|wanted| &wanted.object).find(is_it)
    }

    /// Whether it was this that made an object what it is: doing it again would change nothing, and nobody else did anything.
    async fn is_done(
        &self,
        cluster: &Cluster,
        kept: &Kept,
        before: Option<&Object>,
        live: &Object,
    ) -> Result<bool, Fault> {
        match (self, self.object(kept)) {
            (Self::Patch(patch), _) => is_ours(cluster, &kept.object, patch, before, live).await,
            (Self::Restore { .. }, Some(copy)) => {
                let same = Normal::of(copy) == Normal::of(live);
                // At its end it has the owners of the copy.
                Ok(same && (same_owners(copy, live) || is_by_us(before, live)))
            }
            (Self::Apply(_), Some(wanted)) => is_applied(cluster, &kept.object, wanted, before, live).await,
            _ => Ok(false),
        }
    }
}

fn told(spoken: &str, found: &[Interference]) -> Vec<String> {
    let line = |Interference { field, manager }: &Interference| {
        let by = manager.as_deref().unwrap_or("somebody else");
        match field.as_str() {
            "" => format!("`{spoken}` was changed by {by} since, and is left"),
            field => format!("`{spoken}` was changed by {by} since, and is left: {field}"),
        }
    };
    found.iter().map(line).collect()
}

/// What was done.
#[derive(Default)]
struct Back {
    replaced: usize,
    created: usize,
    removed: usize,
    /// In how many of them others changed something else since.
    partly: usize,
    /// What is to be gone, with its uid where that is known.
    ending: Vec<(ObjectName, Option<String>)>,
    /// What is not as it was, a line each.
    left: Vec<String>,
    /// What could not be put back yet, and why.
    stuck: Vec<Fault>,
}

impl Back {
    /// An undo that has not done its work yet is no undo with a remark: it has to be tried again.
    fn ended(mut self) -> Result<Undone, Fault> {
        let what = self.words();
        let did = self.replaced + self.created + self.removed > 0;
        let mut stuck = std::mem::take(&mut self.stuck).into_iter();
        let Some(first) = stuck.next() else { return Ok(Undone { what, left: self.left }) };
        let others = stuck.flat_map(|fault| std::iter::once(fault.why).chain(fault.details));
        Err(first.details(others.chain(self.left).chain(did.then_some(what))))
    }

    fn count(&mut self, done: Restored) {
        match done {
            Restored::Already => {}
            Restored::Replaced => self.replaced += 1,
            Restored::Created => self.created += 1,
            Restored::Deleted => self.removed += 1,
        }
    }

    /// `2 objects put back, 1 object removed`.
    fn words(&self) -> String {
        let said = [(self.replaced, "put back"), (self.created, "created again"), (self.removed, "removed")];
        let said = said.iter().filter(|(number, _)| *number > 0);
        let said: Vec<String> = said.map(|(number, done)| format!("{} {done}", count(*number, "object"))).collect();
        let kept = (self.partly > 0).then(|| format!("what others changed elsewhere in {} stays", self.partly));
        let said: Vec<String> = said.into_iter().chain(kept).collect();
        if said.is_empty() { "nothing to put back".into() } else { said.join(", ") }
    }
}
