//! Putting objects back as they were.

use super::carry::is_applied;
use super::kept::Kept;
use super::manifests::Wanted;
use super::patching::is_patched;
use super::store::Store;
use super::wait::until_gone;
use crate::action::Undone;
use crate::fault_point::boundary;
use crate::site::{Fault, Scene};
use crate::world::cluster::{Cluster, Interference, Mode, Normal, NotRestored, Object, ObjectName, Patch, Restored};
use switchback_compiler::words::count;
use tokio::time::Instant;

/// Puts all back, the last one first. What somebody else changed since is told by field and owner, and left.
///
/// `deed` is what was done, as far as it can still be said: only of what a crash cut off it is asked.
pub(super) async fn put_back(kept: &[Kept], deed: &Deed<'_>, scene: &Scene<'_>) -> Result<Undone, Fault> {
    let until = Instant::now() + scene.within;
    let (cluster, store) = (scene.site.cluster()?, Store::of(scene)?);
    let mut back = Back::default();
    for one in kept.iter().rev() {
        let before = one.before.as_ref().map(|name| store.kept(name)).transpose()?;
        let spoken = one.object.spoken(&scene.site.namespace);
        let left = match store.left(&one.object)? {
            _ if one.gone => None,
            Some(left) => Some(left),
            None => match unnoted(cluster, one, before.as_ref(), deed).await? {
                Unnoted::Ours(live) => Some(*live),
                Unnoted::Untouched => continue,
                Unnoted::Gone => None,
                Unnoted::Theirs => {
                    back.left.push(format!("`{spoken}` was changed by somebody else since, and is left"));
                    continue;
                }
            },
        };
        let left = match left {
            Some(left) if store.is_anew(&one.object) => Some(of_now(left, cluster.get(&one.object).await?.as_ref())),
            None if before.is_some() => {
                store.note_anew(&one.object)?;
                None
            }
            left => left,
        };
        boundary("object");
        match cluster.restore(&one.object, before.as_ref(), left.as_ref(), Mode::Real).await {
            Ok(done) => {
                back.count(done);
                // One that goes already, because an undo was cut off, is waited for as well.
                back.goes.extend(before.is_none().then(|| one.object.clone()));
            }
            Err(NotRestored::Interference(found)) => back.left.extend(told(&spoken, &found)),
            Err(NotRestored::Fault(fault)) => return Err(Fault::from(fault).about(&spoken)),
        }
        boundary("object-restored");
    }
    // A namespace is gone when all in it is; until then it is not as it was.
    if let Err(fault) = until_gone(scene, std::mem::take(&mut back.goes), until).await {
        back.left.push(fault.why);
    }
    Ok(Undone { what: back.words(), left: back.left })
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

/// What became of an object whose answer was not noted.
enum Unnoted {
    /// It was applied; as it is now.
    Ours(Box<Object>),
    /// It is as it was.
    Untouched,
    /// It was deleted, to be made anew.
    Gone,
    /// It is another, and not by us.
    Theirs,
}

async fn unnoted(cluster: &Cluster, kept: &Kept, before: Option<&Object>, deed: &Deed<'_>) -> Result<Unnoted, Fault> {
    let live = match before.or_else(|| deed.object(kept)) {
        Some(object) => match cluster.kind_of(object, std::time::Duration::ZERO).await {
            Ok(kind) => cluster.get_as(&kind, &kept.object).await?,
            Err(fault) if fault.is_absent() => None,
            Err(fault) => return Err(fault.into()),
        },
        None => cluster.get(&kept.object).await?,
    };
    Ok(match (before, live) {
        (None, None) => Unnoted::Untouched,
        // One that only made us an owner is taken back too.
        (Some(before), Some(live)) if Normal::of(before) == Normal::of(&live) => Unnoted::Ours(Box::new(live)),
        (Some(_), None) if matches!(deed, Deed::Restore { recreates: true, .. }) => Unnoted::Gone,
        (_, Some(live)) if deed.is_done(cluster, kept, &live).await? => Unnoted::Ours(Box::new(live)),
        _ => Unnoted::Theirs,
    })
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
}

impl Deed<'_> {
    /// The manifest of an object.
    fn object(&self, kept: &Kept) -> Option<&Object> {
        let all = match self {
            Self::Apply(all) => *all,
            Self::Patch(_) => return None,
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

    /// Whether doing it again would change nothing.
    async fn is_done(&self, cluster: &Cluster, kept: &Kept, live: &Object) -> Result<bool, Fault> {
        match self {
            Self::Patch(patch) => is_patched(cluster, &kept.object, patch, live).await,
            Self::Restore { .. } => Ok(self.object(kept).is_some_and(|copy| Normal::of(copy) == Normal::of(live))),
            Self::Apply(_) => match self.object(kept) {
                Some(wanted) => is_applied(cluster, &kept.object, wanted, live).await,
                None => Ok(false),
            },
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
    /// What is to be gone.
    goes: Vec<ObjectName>,
    left: Vec<String>,
}

impl Back {
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
        if said.is_empty() { "nothing to put back".into() } else { said.join(", ") }
    }
}
