//! What a change of a release would do, object by object, as the server sees it.

use super::change::{Effect, Learnt, ObjectChange, Refusal};
use super::course::Course;
use super::drift;
use super::foreseen::foreseen;
use super::ownership::{Owner, marked};
use super::patch::{Sides, author, creation, is_of_the_way, update};
use crate::world::cluster::{Attempt, Cluster, Conflicts, Fault, FaultKind, Kind, Normal, Object, ObjectName};
use crate::world::helm::fault::HelmFault;
use crate::world::helm::release::Operation;
use crate::world::helm::render::is_kept;
use futures_util::future::{join_all, try_join_all};
use std::time::Duration;

/// What a course does to each object: first those of the new manifest, in its order, then what goes. Nothing is changed by
/// asking: all that is sent are reads and dry runs.
pub async fn changes(cluster: &Cluster, course: &Course<'_>) -> Result<Vec<ObjectChange>, HelmFault> {
    let look = Look { cluster, course };
    let old = look.found(Course::objects(course.old)).await;
    let new = look.found(Course::objects(course.new)).await;
    let wanted = try_join_all(new.iter().map(|found| look.wanted(found, &old)));
    let gone = old.iter().filter(|found| !new.iter().any(|other| other.name == found.name));
    let gone = try_join_all(gone.map(|found| look.unwanted(found)));
    let (mut changes, gone) = futures_util::future::try_join(wanted, gone).await?;
    changes.extend(gone);
    Ok(changes)
}

#[derive(Clone, Copy)]
pub(super) struct Look<'l> {
    pub(super) cluster: &'l Cluster,
    course: &'l Course<'l>,
}

/// An object of a manifest, with what it is called and what the cluster knows of its kind.
struct Found<'o> {
    object: &'o Object,
    name: ObjectName,
    kind: Result<Kind, Fault>,
}

impl Look<'_> {
    async fn found<'o>(&self, objects: &'o [Object]) -> Vec<Found<'o>> {
        let each = objects.iter().map(async |object| {
            let kind = self.cluster.kind_of(object, Duration::ZERO).await;
            let namespace = object.namespace().unwrap_or(self.course.namespace);
            let name = match &kind {
                Ok(kind) => kind.object(namespace, object.name()),
                Err(_) => ObjectName { namespace: Some(namespace.to_owned()), ..object.full_name() },
            };
            Found { object, name, kind }
        });
        join_all(each).await
    }

    /// An object that shall be there.
    async fn wanted(&self, found: &Found<'_>, old: &[Found<'_>]) -> Result<ObjectChange, Fault> {
        let new = marked(found.object, self.course.release, self.course.namespace);
        let kind = match &found.kind {
            Ok(kind) => kind,
            Err(fault) if is_of_the_way(fault) => return Err(fault.clone()),
            Err(fault) => return Ok(self.without_kind(found, new, fault)),
        };
        let last = old.iter().find(|other| other.name == found.name).map(|other| other.object);
        if let Some(coming) = self.course.coming.iter().find(|coming| coming.full_name() == found.name) {
            return Ok(foreseen(&found.name, last, &new, coming));
        }
        match self.cluster.get_as(kind, &found.name).await {
            Ok(None) => self.missing(kind, &found.name, new, last).await,
            Ok(Some(live)) => self.there(kind, &found.name, new, last, live).await,
            Err(fault) => refused(&found.name, None, fault),
        }
    }

    /// Before its first install a chart's definitions are not there, and Helm makes them first.
    fn without_kind(&self, found: &Found<'_>, new: Object, fault: &Fault) -> ObjectChange {
        let brought = self.course.operation == Operation::Install
            && self.course.new.is_some_and(|rendered| rendered.defines(&found.name.group, &found.name.kind));
        let change = ObjectChange {
            name: found.name.clone(),
            effect: Effect::Create,
            before: None,
            after: Some(new),
            drift: Vec::new(),
            learnt: Learnt::Simulated("the cluster does not know its kind yet"),
        };
        if brought {
            return change;
        }
        ObjectChange { effect: Effect::Refused(fault.clone().into()), after: None, learnt: Learnt::Validated, ..change }
    }

    async fn missing(
        &self,
        kind: &Kind,
        name: &ObjectName,
        new: Object,
        last: Option<&Object>,
    ) -> Result<ObjectChange, Fault> {
        let change = ObjectChange {
            name: name.clone(),
            effect: Effect::Create,
            before: None,
            after: None,
            drift: last.map(|_| drift::gone()).unwrap_or_default(),
            learnt: Learnt::Validated,
        };
        match self.tried(kind, name, &creation(self.course, &new)).await {
            Ok(after) => Ok(ObjectChange { after: Some(after), ..change }),
            Err(fault) if fault.is_absent() && self.makes_namespace(name) => {
                let learnt = Learnt::Simulated("its namespace is not there yet");
                Ok(ObjectChange { after: Some(new), learnt, ..change })
            }
            Err(fault) => refused(name, None, fault),
        }
    }

    async fn there(
        &self,
        kind: &Kind,
        name: &ObjectName,
        new: Object,
        last: Option<&Object>,
        live: Object,
    ) -> Result<ObjectChange, Fault> {
        let Course { release, namespace, operation, takes_ownership, .. } = *self.course;
        let foreign = Some(Owner::of(&live, release, namespace)).filter(|owner| *owner != Owner::This);
        let taken = takes_ownership || operation == Operation::Rollback;
        if let (None, Some(owner), false) = (last, foreign, taken) {
            let effect = Effect::Refused(Refusal::Owner(owner));
            return Ok(of(name, effect, Some(live), None));
        }
        // Of what is in no last manifest a rollback takes the live object itself for it, the others the new one.
        let base = last.unwrap_or(if operation == Operation::Rollback { &live } else { &new });
        let sides = Sides { old: base, new: &new, live: &live };
        let after = match update(self.cluster, self.course, kind, &sides).await {
            Ok(None) => live.clone(),
            Ok(Some(attempt)) => match self.tried(kind, name, &attempt).await {
                Ok(after) => after,
                Err(fault) => {
                    let forced = self.forced(kind, name, attempt, &fault).await;
                    return refused(name, Some(live), fault).map(|change| ObjectChange { after: forced, ..change });
                }
            },
            Err(Refusal::Server(fault)) => return refused(name, Some(live), fault),
            Err(refusal) => return Ok(of(name, Effect::Refused(refusal), Some(live), None)),
        };
        let equal = Normal::of(&after) == Normal::of(&live);
        let effect = match (last, equal) {
            (None, _) => Effect::Adopt,
            (Some(_), true) => Effect::Equal,
            (Some(_), false) => Effect::Update,
        };
        let drift = self.drift(kind, name, last, &live, &after).await?;
        Ok(ObjectChange { drift, ..of(name, effect, Some(live), Some(after)) })
    }

    /// What would come of it if fields that others own were taken from them: their value and the chart's can then be told.
    async fn forced(&self, kind: &Kind, name: &ObjectName, attempt: Attempt, fault: &Fault) -> Option<Object> {
        let Attempt::Apply(wanted, _) = attempt else { return None };
        if !matches!(fault.kind, FaultKind::Conflict(_)) {
            return None;
        }
        // It is shown and never made; where it can't be tried the owners are all that is told.
        self.tried(kind, name, &Attempt::Apply(wanted, Conflicts::Force)).await.ok()
    }

    async fn drift(
        &self,
        kind: &Kind,
        name: &ObjectName,
        last: Option<&Object>,
        live: &Object,
        after: &Object,
    ) -> Result<Vec<drift::Drift>, Fault> {
        let Some(last) = last else { return Ok(Vec::new()) };
        let old = marked(last, self.course.release, self.course.namespace);
        drift::found(self.cluster, self.course, (kind, name), &old, live, Some(after)).await
    }

    /// An object that shall no longer be there.
    async fn unwanted(&self, found: &Found<'_>) -> Result<ObjectChange, Fault> {
        let name = &found.name;
        let kind = match &found.kind {
            Ok(kind) => kind,
            // With its definition all objects of a kind are gone; but Helm fails over a manifest that it can't look up.
            Err(fault) => return refused(name, None, fault.clone()),
        };
        let live = match self.cluster.get_as(kind, name).await {
            Ok(Some(live)) => live,
            Ok(None) => return Ok(ObjectChange { drift: drift::gone(), ..of(name, Effect::Gone, None, None) }),
            Err(fault) => return refused(name, None, fault),
        };
        // An uninstall looks into the manifest, all else at what is there.
        let said = if self.course.operation == Operation::Uninstall { found.object } else { &live };
        if is_kept(said) {
            return Ok(of(name, Effect::Keep, Some(live.clone()), Some(live)));
        }
        let takes_along = self.objects_of(&live).await?;
        Ok(of(name, Effect::Delete { takes_along }, Some(live), None))
    }

    async fn tried(&self, kind: &Kind, name: &ObjectName, attempt: &Attempt) -> Result<Object, Fault> {
        self.cluster.try_as(author(self.course), kind, name, attempt).await
    }

    /// Whether the namespace of an object comes with the release, or before it.
    fn makes_namespace(&self, name: &ObjectName) -> bool {
        let Some(namespace) = name.namespace.as_deref() else { return false };
        let is = |object: &Object| object.kind() == "Namespace" && object.name() == namespace;
        Course::objects(self.course.new).iter().chain(self.course.coming).any(is)
    }
}

/// A change that was looked at.
fn of(name: &ObjectName, effect: Effect, before: Option<Object>, after: Option<Object>) -> ObjectChange {
    let (name, drift) = (name.clone(), Vec::new());
    ObjectChange { name, effect, before, after, drift, learnt: Learnt::Validated }
}

/// A change that Helm would fail at; a fault of the way to the server is one of the whole look.
fn refused(name: &ObjectName, before: Option<Object>, fault: Fault) -> Result<ObjectChange, Fault> {
    if is_of_the_way(&fault) { Err(fault) } else { Ok(of(name, Effect::Refused(fault.into()), before, None)) }
}
