//! One Job of a recipe: making it, finding it again, taking it away.

use super::super::interference::Tries;
use super::super::store::Store;
use super::notes::Notes;
use crate::fault_point::boundary;
use crate::resource::Observed;
use crate::site::{Fault, Scene};
use crate::world::cluster::{Delete, FaultKind, Mode, Object, ObjectName, Propagation};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

/// The annotation by which a Job is known again.
const CREATED: &str = "switchback/created";

/// A Job that the action makes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Made {
    pub object: ObjectName,
    /// The file of the run's store that has what is asked for.
    pub wanted: String,
    /// Which run, step and action made it.
    pub mark: String,
    /// What was seen of it.
    pub seen: Observed,
    /// Whether it deletes itself some time after its end, as asked for or as the server adds by itself.
    pub passes: bool,
}

/// The mark of what an action makes.
pub(super) fn mark(scene: &Scene<'_>) -> String {
    format!("{}/{}/{}", scene.site.run, scene.step, scene.act)
}

/// Whether a Job deletes itself some time after its end.
pub(super) fn passes(job: &Object) -> bool {
    job.get("/spec/ttlSecondsAfterFinished").is_some_and(|ttl| !ttl.is_null())
}

/// A Job with its mark.
pub(super) fn marked(job: &Object, mark: &str) -> Object {
    let mut value = job.value().clone();
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
        if !annotations.is_object() {
            *annotations = json!({});
        }
        if let Some(annotations) = annotations.as_object_mut() {
            annotations.insert(CREATED.to_owned(), mark.into());
        }
    }
    // It was an object and still is.
    Object::new(value).unwrap_or_else(|| job.clone())
}

/// What became of a Job.
pub(super) enum State {
    /// It is there, and this action's.
    Ours(Box<Object>),
    /// One of that name is there, of somebody else.
    Theirs,
    /// It was not asked for yet, or what was asked did not arrive.
    NotYet,
    /// It was made, or may have been, and is gone.
    Gone,
}

impl Made {
    fn notes(&self, scene: &Scene<'_>) -> Result<Notes, Fault> {
        Notes::of(scene, &self.mark, &String::from(self.object.clone()))
    }

    pub fn spoken(&self, scene: &Scene<'_>) -> String {
        self.object.spoken(&scene.site.namespace)
    }

    fn is_ours(&self, live: &Object) -> bool {
        live.get("/metadata/annotations").and_then(|all| all.get(CREATED)).and_then(Value::as_str) == Some(&self.mark)
    }

    /// What became of it.
    pub async fn state(&self, scene: &Scene<'_>) -> Result<State, Fault> {
        let notes = self.notes(scene)?;
        Ok(match scene.site.cluster()?.get(&self.object).await? {
            Some(live) if self.is_ours(&live) => State::Ours(Box::new(live)),
            Some(_) => State::Theirs,
            None if notes.was_made() => State::Gone,
            // One that was asked for and deletes itself may have come and gone.
            None if notes.was_sent() && self.passes => State::Gone,
            None => State::NotYet,
        })
    }

    /// It is there when this returns: made now, or found again.
    pub async fn ensure(&self, scene: &Scene<'_>, until: Instant) -> Result<(), Fault> {
        match self.state(scene).await? {
            State::Ours(live) => self.notes(scene)?.note_made(live.uid().unwrap_or_default()),
            State::Theirs => Err(self.is_theirs(scene)),
            State::Gone => Err(self.is_gone(scene)),
            State::NotYet => self.create(scene, until).await,
        }
    }

    async fn create(&self, scene: &Scene<'_>, until: Instant) -> Result<(), Fault> {
        let (cluster, notes) = (scene.site.cluster()?, self.notes(scene)?);
        let wanted = Store::of(scene)?.kept(&self.wanted)?;
        notes.note_sent()?;
        let mut tries = Tries::until(until);
        loop {
            boundary("object");
            match cluster.create(&self.object, &wanted, Mode::Real).await {
                Err(fault) if fault.kind == FaultKind::Exists => return Err(self.is_theirs(scene)),
                // Only what was surely not made is asked for again.
                Err(fault) => tries.again(fault, &self.object, scene).await?,
                Ok(made) => {
                    boundary("object-applied");
                    return notes.note_made(made.uid().unwrap_or_default());
                }
            }
        }
    }

    pub fn is_theirs(&self, scene: &Scene<'_>) -> Fault {
        Fault::new(format!("{} is there already, and not of this run", self.spoken(scene)))
            .details(["delete it, or give this one another name".to_owned()])
    }

    /// It can't be told any more how it ended.
    pub fn is_gone(&self, scene: &Scene<'_>) -> Fault {
        Fault::unknown(format!("{} was made and is gone: how it ended is not known", self.spoken(scene)))
    }

    /// Has a Job of this action deleted, its pods first.
    pub async fn delete(&self, live: &Object, scene: &Scene<'_>, until: Instant) -> Result<(), Fault> {
        // What it still does must have ended before anything else is taken back.
        let uid = live.uid().map(str::to_owned);
        let delete = Delete { propagation: Propagation::Foreground, uid, resource_version: None };
        let mut tries = Tries::until(until);
        loop {
            boundary("object");
            match scene.site.cluster()?.delete(&self.object, &delete, Mode::Real).await {
                // One of another uid is somebody else's.
                Err(fault) if fault.is_absent() || fault.kind == FaultKind::Changed => break,
                Err(fault) => tries.again(fault, &self.object, scene).await?,
                Ok(()) => break,
            }
        }
        boundary("object-restored");
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_added_to_what_is_there() {
        for annotations in [json!({ "a": "b" }), Value::Null] {
            let job = Object::new(json!({ "metadata": { "name": "x", "annotations": annotations } })).unwrap();
            let job = marked(&job, "r/s/1");
            assert_eq!(job.get("/metadata/annotations").unwrap().get(CREATED).unwrap(), "r/s/1");
            assert_eq!(job.get("/metadata/annotations/a").is_some(), annotations.is_object());
        }
    }
}
