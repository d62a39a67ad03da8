//! The Jobs that a call wants.

use super::super::manifests::{Wanted, name_of, wanted};
use super::super::namespace;
use super::create::job_called;
use crate::site::{Fault, Scene};
use crate::world::cluster::{Object, ObjectName, Reference};
use serde_json::{Value, json};
use switchback_compiler::plan::Call;

/// What kubectl writes on a Job that it makes of a `CronJob`; controllers count such a one by it.
const BY_HAND: &str = "cronjob.kubernetes.io/instantiate";

/// All Jobs of a call, in written order, each with its full name; `early` where a run has not begun.
pub(super) async fn jobs(call: &Call, scene: &Scene<'_>, early: bool) -> Result<Vec<(ObjectName, Wanted)>, Fault> {
    if let Some(from) = call.known("from") {
        return of_cron_job(call, from, scene).await.map(|job| vec![job]);
    }
    let all = wanted(call, scene, early)?;
    Ok(all.into_iter().map(|one| (name_of(&one.object, namespace(call), []), one)).collect())
}

async fn of_cron_job(call: &Call, from: &str, scene: &Scene<'_>) -> Result<(ObjectName, Wanted), Fault> {
    let known = Reference::parse(from).ok().and_then(|reference| reference.known(namespace(call)));
    let source = known.ok_or_else(|| Fault::new(format!("`{from}` names no CronJob")))?;
    let spoken = source.spoken(&scene.site.namespace);
    let live = scene.site.cluster()?.get(&source).await?;
    let live = live.ok_or_else(|| Fault::new(format!("{spoken} is not there")))?;
    let name = job_called(call.known("name").unwrap_or_default(), namespace(call));
    let object = made_of(&live, &name).ok_or_else(|| Fault::new(format!("{spoken} has no template of a Job")))?;
    Ok((name, Wanted { object, at: spoken, later: false }))
}

/// The Job that a `CronJob` would make, under another name.
fn made_of(source: &Object, name: &ObjectName) -> Option<Object> {
    let spec = source.get("/spec/jobTemplate/spec")?;
    let part = |part: &str| source.get(&format!("/spec/jobTemplate/metadata/{part}")).cloned();
    let mut annotations = part("annotations").filter(Value::is_object).unwrap_or_else(|| json!({}));
    annotations.as_object_mut()?.insert(BY_HAND.to_owned(), "manual".into());
    let labels = part("labels").filter(Value::is_object).unwrap_or_else(|| json!({}));
    let metadata =
        json!({ "name": name.name, "namespace": name.namespace, "labels": labels, "annotations": annotations });
    Object::new(json!({ "apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec }))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_cron_jobs_job_is_made_under_another_name() {
        let template = json!({ "metadata": { "labels": { "a": "b" } }, "spec": { "backoffLimit": 3 } });
        let source = json!({ "apiVersion": "batch/v1", "kind": "CronJob", "metadata": { "name": "r" }, "spec": { "jobTemplate": template } });
        let made = made_of(&Object::new(source).unwrap(), &job_called("now", "n")).unwrap();
        let wanted = json!({
            "apiVersion": "batch/v1", "kind": "Job", "spec": { "backoffLimit": 3 }, "metadata": { "name": "now",
                "namespace": "n", "labels": { "a": "b" }, "annotations": { "cronjob.kubernetes.io/instantiate": "manual" } },
        });
        assert_eq!(made.value(), &wanted);
        assert!(made_of(&Object::new(json!({ "kind": "CronJob" })).unwrap(), &job_called("now", "n")).is_none());
    }
}
