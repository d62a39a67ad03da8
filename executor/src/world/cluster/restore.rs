//! Putting an object back exactly as it was, unless somebody else changed it since.
//!
//! Fields, labels and annotations come back by replacing the object whole (`PUT`): an apply would leave what others added,
//! and can't take away what it does not own. Replacing makes us the owner of all that changes, so the owners are put back by
//! a second `PUT` of the same content with the `managedFields` of before, which the server takes as they are. Both are
//! bound to the `resourceVersion` and the `uid` that were compared, so nothing is overwritten that was not looked at.

use super::client::Cluster;
use super::fault::{Fault, FaultKind};
use super::name::ObjectName;
use super::object::Object;
use super::send;
use super::way::{Interference, Way, fresh, way};
use super::write::{Delete, Mode};
use std::time::Instant;

/// What was done to put an object back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restored {
    /// Nothing: it was so already.
    Already,
    /// It was replaced, or only its owners were.
    Replaced,
    /// It was gone, and was made again.
    Created,
    /// It was not there before, and was deleted.
    Deleted,
}

impl Restored {
    /// What a step and a later one come to: that one was made again says more than that it got its owners.
    fn and(self, later: Self) -> Self {
        if self == Self::Already { later } else { self }
    }
}

/// A status that is written more often than this in a row is no status.
pub const MOST_TRIES: usize = 20;

/// Why an object was not put back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRestored {
    /// It is not as we left it.
    #[error("{}", told(.0))]
    Interference(Vec<Interference>),
    /// The server did not take it.
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn told(found: &[Interference]) -> String {
    let each: Vec<_> = found
        .iter()
        .map(|Interference { field, manager }| {
            let field = if field.is_empty() { "the object itself" } else { field };
            format!("{field} (by {})", manager.as_deref().unwrap_or("somebody"))
        })
        .collect();
    format!("somebody else changed it since: {}", each.join(", "))
}

/// One step on the way.
struct Step {
    done: Restored,
    /// What the server answered, or what it has where there was nothing to do.
    object: Option<Object>,
    is_last: bool,
}

impl Cluster {
    /// Puts an object back as it was `before` our change, where `left` is what our change made of it, as the server
    /// answered; each is none where there was no object. What others changed elsewhere in it since stays.
    ///
    /// It may be called again after it was interrupted anywhere.
    pub async fn restore(
        &self,
        name: &ObjectName,
        before: Option<&Object>,
        left: Option<&Object>,
        mode: Mode,
    ) -> Result<Restored, NotRestored> {
        Ok(self.restored(name, before, left, mode).await?.0)
    }

    /// The same; also the object as the server answered that it is now.
    pub async fn restored(
        &self,
        name: &ObjectName,
        before: Option<&Object>,
        left: Option<&Object>,
        mode: Mode,
    ) -> Result<(Restored, Option<Object>), NotRestored> {
        let mut done = Restored::Already;
        let (mut tries, mut pause, began) = (0, send::FIRST_PAUSE, Instant::now());
        while tries < MOST_TRIES {
            match self.restore_once(name, before, left, mode).await {
                // A controller wrote the status in between. What was looked at is looked at again.
                Err(NotRestored::Fault(fault)) if fault.kind == FaultKind::Changed => tries += 1,
                // Nothing was done. What was looked at is looked at again.
                Err(NotRestored::Fault(fault)) if fault.may_pass() => {
                    let wait = send::wait(&fault, pause);
                    if began.elapsed().saturating_add(wait) > self.patience() {
                        return Err(fault.into());
                    }
                    tokio::time::sleep(wait).await;
                    pause = (pause * 2).min(send::LONGEST_PAUSE);
                }
                Ok(step) => {
                    tries += 1;
                    done = done.and(step.done);
                    if step.is_last || mode == Mode::DryRun {
                        return Ok((done, step.object));
                    }
                }
                Err(other) => return Err(other),
            }
        }
        let what = format!("`{name}` is changed faster than it can be put back");
        Err(Fault::new(FaultKind::Changed, what).with_help("look who changes it").into())
    }

    async fn restore_once(
        &self,
        name: &ObjectName,
        before: Option<&Object>,
        left: Option<&Object>,
        mode: Mode,
    ) -> Result<Step, NotRestored> {
        let live = self.live(name, before.or(left)).await?;
        if let (Some(_), None, Some(live)) = (before, left, &live)
            && live.is_ending()
        {
            return Err(ending(name, live).into());
        }
        let way = way(before, left, live.as_ref()).map_err(NotRestored::Interference)?;
        let step = |done, object, is_last| Ok(Step { done, object: Some(object), is_last });
        match (way, before, live) {
            (Way::Content(target), ..) => step(Restored::Replaced, self.replace(name, &target, mode).await?, false),
            (Way::Owners(target), ..) => step(Restored::Replaced, self.replace(name, &target, mode).await?, true),
            (Way::Create, Some(before), _) => {
                step(Restored::Created, self.create(name, &fresh(before), mode).await?, false)
            }
            (Way::Delete, _, Some(live)) => self.take_away(name, &live, mode).await,
            (_, _, object) => Ok(Step { done: Restored::Already, object, is_last: true }),
        }
    }

    /// The object as it is, in the version in which it was kept: another one may have other fields.
    async fn live(&self, name: &ObjectName, kept: Option<&Object>) -> Result<Option<Object>, Fault> {
        let Some(kept) = kept else { return Ok(None) };
        match self.kind_of(kept, std::time::Duration::ZERO).await {
            Ok(kind) => self.get_as(&kind, name).await,
            Err(fault) if fault.is_absent() => match self.kind(&name.group, &name.kind).await {
                Ok(kind) => Err(unserved(name, kept, &kind.api_version())),
                // With its definition all objects of a kind are gone.
                Err(fault) if fault.is_absent() => Ok(None),
                Err(fault) => Err(fault),
            },
            Err(fault) => Err(fault),
        }
    }

    async fn take_away(&self, name: &ObjectName, live: &Object, mode: Mode) -> Result<Step, NotRestored> {
        match self.delete(name, &Delete::exactly(live), mode).await {
            Err(fault) if !fault.is_absent() => Err(fault.into()),
            _ => Ok(Step { done: Restored::Deleted, object: None, is_last: true }),
        }
    }
}

/// The object may well be there, but can't be compared with its copy.
fn unserved(name: &ObjectName, kept: &Object, now: &str) -> Fault {
    let what = format!("`{name}` was kept in version {}, which the cluster serves no more", kept.api_version());
    let help = format!("it serves {now}: let the definition serve both until this run is settled");
    Fault::new(FaultKind::Setup, what).with_help(help)
}

/// Its name is free when all who hold it let go; then it can be made again.
fn ending(name: &ObjectName, live: &Object) -> Fault {
    let what = format!("`{name}` is still being deleted; its finalizers: {}", live.finalizers().join(", "));
    Fault::new(FaultKind::Refused, what).with_help("look at who serves them; then it can be put back")
}
