//! Putting an object back exactly as it was, unless somebody else changed it since.
//!
//! Fields, labels and annotations come back by replacing the object whole (`PUT`): an apply would leave what others added,
//! and can't take away what it does not own. Replacing makes us the owner of all that changes, so the owners are put back by
//! a second `PUT` of the same content with the `managedFields` of before, which the server takes as they are. Both are
//! bound to the `resourceVersion` and the `uid` that were compared, so nothing is overwritten that was not looked at.

use super::client::Cluster;
use super::diff::compare;
use super::fault::{Fault, FaultKind};
use super::name::ObjectName;
use super::normal::Normal;
use super::object::Object;
use super::owners::owner;
use super::place::Place;
use super::write::{Delete, Mode, Propagation};
use serde_json::{Map, Value};

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
const MOST_TRIES: usize = 20;

/// What somebody else did since.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Interference {
    /// Where in the object; empty for the object itself.
    pub field: String,
    /// Who, as far as the server tells: of what was taken away it does not.
    pub manager: Option<String>,
}

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

/// What is to be done.
#[derive(Debug, PartialEq)]
enum Way {
    Nothing,
    Replace,
    Owners,
    Create,
    Delete,
}

impl Cluster {
    /// Puts an object back as it was `before` our change, where `left` is what our change made of it, as the server
    /// answered; each is none where there was no object.
    ///
    /// It may be called again after it was interrupted anywhere.
    pub async fn restore(
        &self,
        name: &ObjectName,
        before: Option<&Object>,
        left: Option<&Object>,
        mode: Mode,
    ) -> Result<Restored, NotRestored> {
        let mut done = Restored::Already;
        for _ in 0..MOST_TRIES {
            match self.restore_once(name, before, left, mode).await {
                // A controller wrote the status in between. What was looked at is looked at again.
                Err(NotRestored::Fault(fault)) if fault.kind == FaultKind::Changed => {}
                Ok((step, whole)) => {
                    done = done.and(step);
                    if whole || mode == Mode::DryRun {
                        return Ok(done);
                    }
                }
                Err(other) => return Err(other),
            }
        }
        let what = format!("`{name}` is changed faster than it can be put back");
        Err(Fault::new(FaultKind::Changed, what).with_help("look who changes it").into())
    }

    /// One step on the way, and whether it was the last.
    async fn restore_once(
        &self,
        name: &ObjectName,
        before: Option<&Object>,
        left: Option<&Object>,
        mode: Mode,
    ) -> Result<(Restored, bool), NotRestored> {
        let live = self.live(name, before.or(left)).await?;
        if let (Some(_), Some(live)) = (before, &live)
            && live.is_ending()
        {
            return Err(ending(name, live).into());
        }
        match (way(before, left, live.as_ref()).map_err(NotRestored::Interference)?, before, live) {
            (Way::Replace, Some(before), Some(live)) => {
                self.replace(name, &rebased(before, &live), mode).await?;
                Ok((Restored::Replaced, false))
            }
            (Way::Owners, Some(before), Some(live)) => {
                self.replace(name, &owned(&live, before), mode).await?;
                Ok((Restored::Replaced, true))
            }
            (Way::Create, Some(before), _) => {
                self.create(name, &fresh(before), mode).await?;
                Ok((Restored::Created, false))
            }
            (Way::Delete, _, Some(live)) => self.take_away(name, &live, mode).await,
            _ => Ok((Restored::Already, true)),
        }
    }

    /// The object as it is, in the version in which it was kept: another one may have other fields.
    async fn live(&self, name: &ObjectName, kept: Option<&Object>) -> Result<Option<Object>, Fault> {
        let Some(kept) = kept else { return Ok(None) };
        match self.kind_of(kept, std::time::Duration::ZERO).await {
            Ok(kind) => self.get_as(&kind, name).await,
            // With its definition all objects of a kind are gone.
            Err(fault) if fault.is_absent() => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    async fn take_away(&self, name: &ObjectName, live: &Object, mode: Mode) -> Result<(Restored, bool), NotRestored> {
        let delete = Delete {
            propagation: Propagation::Background,
            uid: live.uid().map(str::to_owned),
            resource_version: live.resource_version().map(str::to_owned),
        };
        match self.delete(name, &delete, mode).await {
            Err(fault) if fault.kind != FaultKind::Absent => Err(fault.into()),
            _ => Ok((Restored::Deleted, true)),
        }
    }
}

/// Its name is free when all who hold it let go; then it can be made again.
fn ending(name: &ObjectName, live: &Object) -> Fault {
    let holders = live.get("/metadata/finalizers").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let holders: Vec<_> = holders.iter().filter_map(Value::as_str).collect();
    let what = format!("`{name}` is still being deleted; its finalizers: {}", holders.join(", "));
    Fault::new(FaultKind::Transient(None), what).with_help("look at who serves them; then it can be put back")
}

fn way(before: Option<&Object>, left: Option<&Object>, live: Option<&Object>) -> Result<Way, Vec<Interference>> {
    let itself = |manager: Option<String>| Err(vec![Interference { field: String::new(), manager }]);
    match (before, left, live) {
        (None, _, None) => Ok(Way::Nothing),
        (None, Some(_), Some(live)) if live.is_ending() => Ok(Way::Nothing),
        (None, Some(left), Some(live)) => {
            as_left(left, live)?;
            Ok(Way::Delete)
        }
        (Some(before), _, Some(live)) if Normal::of(before) == Normal::of(live) => {
            Ok(if owners(before) == owners(live) { Way::Nothing } else { Way::Owners })
        }
        (Some(_), Some(left), Some(live)) => {
            as_left(left, live)?;
            Ok(Way::Replace)
        }
        (Some(_), None, None) => Ok(Way::Create),
        // We left it there, and somebody deleted it.
        (Some(_), Some(_), None) => itself(None),
        // We deleted it, and somebody made one.
        (_, None, Some(live)) => itself(owner(live, &Place::default())),
    }
}

/// Whether an object is as we left it: the very same one, with the same content.
fn as_left(left: &Object, live: &Object) -> Result<(), Vec<Interference>> {
    if left.uid() != live.uid() || live.is_ending() {
        return Err(vec![Interference { field: String::new(), manager: None }]);
    }
    let changes = compare(Normal::of(left).value(), Normal::of(live).value());
    let found = changes.into_iter().map(|change| {
        let manager = change.new.is_some().then(|| owner(live, &change.place)).flatten();
        Interference { field: change.place.to_string(), manager }
    });
    let found: Vec<_> = found.collect();
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// The object of before as a change of the one that is there now.
fn rebased(before: &Object, live: &Object) -> Object {
    with_metadata(before, |metadata| {
        // The server refuses another time of creation; of one that was made anew in between it is another.
        for key in ["resourceVersion", "uid", "creationTimestamp", "generation"] {
            match live.get("/metadata").and_then(|metadata| metadata.get(key)) {
                Some(value) => metadata.insert(key.to_owned(), value.clone()),
                None => metadata.remove(key),
            };
        }
    })
}

/// The object of before as one that was never there. What the server writes by itself is refused or wrong.
fn fresh(before: &Object) -> Object {
    with_metadata(before, |metadata| {
        for key in ["resourceVersion", "uid", "generation", "creationTimestamp", "selfLink", "managedFields"] {
            metadata.remove(key);
        }
    })
}

/// What is there now with the owners of before; those of the status are as they are now, since the status is too.
fn owned(live: &Object, before: &Object) -> Object {
    let of_status = |entry: &&Value| entry.get("subresource").and_then(Value::as_str) == Some("status");
    let mut entries: Vec<Value> = owners(before).into_iter().cloned().collect();
    entries.extend(managed(live).iter().filter(of_status).cloned());
    if entries.is_empty() {
        // No entry at all would mean: as they are. One that is empty takes them away.
        entries.push(Value::Object(Map::new()));
    }
    with_metadata(live, |metadata| {
        metadata.insert("managedFields".to_owned(), entries.into());
    })
}

fn with_metadata(object: &Object, change: impl FnOnce(&mut Map<String, Value>)) -> Object {
    let mut value = object.value().clone();
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        change(metadata);
    }
    // It was an object and still is.
    Object::new(value).unwrap_or_else(|| object.clone())
}

fn managed(object: &Object) -> &[Value] {
    object.get("/metadata/managedFields").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The entries of the owners of all but the status.
fn owners(object: &Object) -> Vec<&Value> {
    let of_status = |entry: &&Value| entry.get("subresource").and_then(Value::as_str) == Some("status");
    managed(object).iter().filter(|entry| !of_status(entry)).collect()
}
