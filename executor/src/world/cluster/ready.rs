//! Whether an object is ready: it, and all that it stands for, in the state that was asked for last (R20).

use super::object::Object;
use serde_json::Value;

/// What a look at an object tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It is; what is seen.
    Ready(String),
    /// Not yet: what is missing, `2 of 3 ready`.
    Waits(String),
    /// It never will be by itself: why.
    Failed(String),
}

impl Object {
    /// Whether it is ready. What has nothing to get ready for is.
    pub fn readiness(&self) -> Readiness {
        if self.is_ending() {
            return Readiness::Waits("is being deleted".to_owned());
        }
        match (self.group(), self.kind()) {
            ("apps", "Deployment") => self.seen_by_its_controller().unwrap_or_else(|| deployment(self)),
            ("apps", "StatefulSet") => self.seen_by_its_controller().unwrap_or_else(|| stateful_set(self)),
            ("apps", "DaemonSet") => self.seen_by_its_controller().unwrap_or_else(|| daemon_set(self)),
            ("apps", "ReplicaSet") | ("", "ReplicationController") => {
                self.seen_by_its_controller().unwrap_or_else(|| replicas(self, "/status/readyReplicas"))
            }
            ("batch", "Job") => job(self),
            ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(self),
            ("", "Namespace") => word(self, "/status/phase", "Active"),
            ("", "PersistentVolumeClaim") => claim(self),
            ("", "Pod") => pod(self),
            _ => Readiness::Ready("there".to_owned()),
        }
    }

    /// What is told of a change that the controller has not looked at yet: all of the status is of the one before.
    fn seen_by_its_controller(&self) -> Option<Readiness> {
        let asked = self.number("/metadata/generation", 0);
        let seen = self.number("/status/observedGeneration", 0);
        (seen < asked).then(|| Readiness::Waits("its controller has not seen the change yet".to_owned()))
    }

    fn number(&self, pointer: &str, default: u64) -> u64 {
        self.get(pointer).and_then(Value::as_u64).unwrap_or(default)
    }

    /// A condition: its status, reason and message.
    pub fn condition(&self, kind: &str) -> Option<(&str, &str, &str)> {
        let all = self.get("/status/conditions")?.as_array()?;
        let of = |condition: &&Value| condition.get("type").and_then(Value::as_str) == Some(kind);
        let found = all.iter().find(of)?;
        let part = |key: &str| found.get(key).and_then(Value::as_str).unwrap_or_default();
        Some((part("status"), part("reason"), part("message")))
    }
}

fn of(ready: u64, wanted: u64) -> Readiness {
    let says = format!("{ready} of {wanted} ready");
    if ready >= wanted { Readiness::Ready(says) } else { Readiness::Waits(says) }
}

/// What is told where more pods are there than wanted: those of before a scale-down end last.
fn surplus(object: &Object, wanted: u64) -> Option<Readiness> {
    let all = object.number("/status/replicas", 0);
    (all > wanted).then(|| Readiness::Waits(format!("{all} there, {wanted} wanted")))
}

fn deployment(object: &Object) -> Readiness {
    if let Some(("False", "ProgressDeadlineExceeded", message)) = object.condition("Progressing")
        && !is_of_before(object, "Progressing")
    {
        return Readiness::Failed(message.to_owned());
    }
    let wanted = object.number("/spec/replicas", 1);
    let updated = object.number("/status/updatedReplicas", 0);
    let available = object.number("/status/availableReplicas", 0);
    let all = object.number("/status/replicas", 0);
    if updated < wanted {
        return Readiness::Waits(format!("{updated} of {wanted} updated"));
    }
    if all > updated {
        return Readiness::Waits(format!("{} of before still there", all - updated));
    }
    surplus(object, wanted).unwrap_or_else(|| of(available.min(updated), wanted))
}

/// Whether a condition is older than the last change of what is wanted. The controller of Deployments says that it has seen
/// a change before it looks at its deadline again, so a failure of the rollout before may still stand there.
///
/// A deadline is a second at least, so a condition of the same second can't be of this change.
fn is_of_before(object: &Object, condition: &str) -> bool {
    let told = object.get("/status/conditions").and_then(Value::as_array).into_iter().flatten();
    let mut told = told.filter(|one| one.get("type").and_then(Value::as_str) == Some(condition));
    let since = told.find_map(|one| one.get("lastUpdateTime").and_then(Value::as_str));
    let entries = object.get("/metadata/managedFields").and_then(Value::as_array).into_iter().flatten();
    let wilful = entries
        .filter(|entry| entry.get("subresource").and_then(Value::as_str) != Some("status"))
        .filter(|entry| entry.pointer("/fieldsV1/f:spec").is_some());
    let changed = wilful.filter_map(|entry| entry.get("time").and_then(Value::as_str)).max();
    // Both are written alike (RFC 3339, to the second, in UTC), so that they compare as texts.
    since.zip(changed).is_some_and(|(since, changed)| since <= changed)
}

fn stateful_set(object: &Object) -> Readiness {
    let wanted = object.number("/spec/replicas", 1);
    let ready = object.number("/status/readyReplicas", 0);
    let on_delete = object.text("/spec/updateStrategy/type") == Some("OnDelete");
    let partition = object.number("/spec/updateStrategy/rollingUpdate/partition", 0);
    let updated = object.number("/status/updatedReplicas", 0);
    let to_update = wanted.saturating_sub(partition);
    let whole = object.text("/status/currentRevision") == object.text("/status/updateRevision");
    let rolls = !(on_delete || (partition == 0 && whole));
    if rolls && updated < to_update {
        return Readiness::Waits(format!("{updated} of {to_update} updated"));
    }
    surplus(object, wanted).unwrap_or_else(|| of(ready, wanted))
}

fn daemon_set(object: &Object) -> Readiness {
    let wanted = object.number("/status/desiredNumberScheduled", 0);
    let updated = object.number("/status/updatedNumberScheduled", 0);
    let on_delete = object.text("/spec/updateStrategy/type") == Some("OnDelete");
    if !on_delete && updated < wanted {
        return Readiness::Waits(format!("{updated} of {wanted} updated"));
    }
    of(object.number("/status/numberAvailable", 0), wanted)
}

fn replicas(object: &Object, ready: &str) -> Readiness {
    let wanted = object.number("/spec/replicas", 1);
    surplus(object, wanted).unwrap_or_else(|| of(object.number(ready, 0), wanted))
}

fn job(object: &Object) -> Readiness {
    if let Some(("True", reason, message)) = object.condition("Failed") {
        return Readiness::Failed(format!("{reason}: {message}"));
    }
    if let Some(("True", ..)) = object.condition("Complete") {
        return Readiness::Ready("complete".to_owned());
    }
    if object.get("/spec/suspend") == Some(&Value::Bool(true)) {
        return Readiness::Waits("is suspended".to_owned());
    }
    let (done, wanted) = (object.number("/status/succeeded", 0), object.number("/spec/completions", 1));
    Readiness::Waits(format!("{done} of {wanted} complete"))
}

fn definition(object: &Object) -> Readiness {
    if let Some(("False", _, message)) = object.condition("NamesAccepted") {
        return Readiness::Failed(message.to_owned());
    }
    match object.condition("Established") {
        Some(("True", ..)) => Readiness::Ready("established".to_owned()),
        _ => Readiness::Waits("is not established yet".to_owned()),
    }
}

fn claim(object: &Object) -> Readiness {
    match object.text("/status/phase") {
        Some("Bound") => Readiness::Ready("Bound".to_owned()),
        Some("Lost") => Readiness::Failed("its volume is lost".to_owned()),
        // A class that binds when the first pod comes leaves it so, and that pod may be of a later step.
        _ => Readiness::Ready("there".to_owned()),
    }
}

fn pod(object: &Object) -> Readiness {
    match (object.text("/status/phase"), object.condition("Ready")) {
        (Some("Failed"), _) => {
            Readiness::Failed(object.text("/status/reason").unwrap_or("its containers failed").to_owned())
        }
        (Some("Succeeded"), _) => Readiness::Ready("has ended well".to_owned()),
        (_, Some(("True", ..))) => Readiness::Ready("ready".to_owned()),
        (phase, _) => Readiness::Waits(waiting(object).unwrap_or(phase.unwrap_or("not seen yet")).to_owned()),
    }
}

/// Why a container of a pod does not run: `ImagePullBackOff`.
fn waiting(object: &Object) -> Option<&str> {
    let all = object.get("/status/containerStatuses")?.as_array()?;
    all.iter().find_map(|one| one.pointer("/state/waiting/reason").and_then(Value::as_str))
}

fn word(object: &Object, pointer: &str, wanted: &str) -> Readiness {
    match object.text(pointer) {
        Some(is) if is == wanted => Readiness::Ready(is.to_owned()),
        Some(is) => Readiness::Waits(format!("is {is}")),
        None => Readiness::Waits(format!("is not {wanted} yet")),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    fn readiness(kind: &str, generation: u64, spec: &Value, status: &Value) -> Readiness {
        let api = if kind == "Job" { "batch/v1" } else { "apps/v1" };
        let metadata = json!({ "name": "a", "generation": generation });
        let value = json!({ "apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec, "status": status });
        Object::new(value).unwrap().readiness()
    }

    fn waits(says: &str) -> Readiness {
        Readiness::Waits(says.to_owned())
    }

    #[test]
    fn a_status_of_the_generation_before_tells_nothing() {
        let old = json!({ "observedGeneration": 1, "replicas": 3, "updatedReplicas": 3, "availableReplicas": 3 });
        let spec = json!({ "replicas": 3 });
        let is = readiness("Deployment", 2, &spec, &old);
        assert_eq!(is, waits("its controller has not seen the change yet"));
        assert_eq!(readiness("Deployment", 1, &spec, &old), Readiness::Ready("3 of 3 ready".to_owned()));
    }

    #[test]
    fn a_deployment_is_ready_when_only_new_pods_are_there_and_all_are_available() {
        let of = |status: Value| readiness("Deployment", 0, &json!({ "replicas": 3 }), &status);
        assert_eq!(of(json!({ "replicas": 3, "updatedReplicas": 1, "availableReplicas": 3 })), waits("1 of 3 updated"));
        let beside = json!({ "replicas": 4, "updatedReplicas": 3, "availableReplicas": 3 });
        assert_eq!(of(beside), waits("1 of before still there"));
        let two = json!({ "replicas": 3, "updatedReplicas": 3, "availableReplicas": 2 });
        assert_eq!(of(two), waits("2 of 3 ready"));
        assert_eq!(of(json!({})), waits("0 of 3 updated"), "no pod is not all pods");
        let late = json!([{ "type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "no" }]);
        assert_eq!(of(json!({ "conditions": late })), Readiness::Failed("no".to_owned()));
    }

    #[test]
    fn what_is_scaled_down_is_ready_when_no_more_are_there_than_wanted() {
        let status = json!({ "replicas": 3, "updatedReplicas": 3, "availableReplicas": 3, "readyReplicas": 3 });
        for kind in ["Deployment", "StatefulSet", "ReplicaSet"] {
            for wanted in [0, 1] {
                let is = readiness(kind, 0, &json!({ "replicas": wanted }), &status);
                assert_eq!(is, waits(&format!("3 there, {wanted} wanted")), "{kind}");
            }
        }
        assert_eq!(
            readiness("Deployment", 0, &json!({ "replicas": 0 }), &json!({})),
            Readiness::Ready("0 of 0 ready".to_owned())
        );
    }

    #[test]
    fn a_deadline_that_the_rollout_before_missed_is_no_failure_of_this_one() {
        let of = |changed: &str, subresource: Option<&str>| {
            let mut entry = json!({ "manager": "a", "time": changed, "fieldsV1": { "f:spec": { "f:replicas": {} } } });
            if let Some(subresource) = subresource {
                entry.as_object_mut().unwrap().insert("subresource".to_owned(), subresource.into());
            }
            let late = json!({ "type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded",
                               "message": "late", "lastUpdateTime": "2026-11-21T10:00:30Z" });
            let value = json!({ "apiVersion": "apps/v1", "kind": "Deployment", "spec": { "replicas": 3 },
                                "metadata": { "name": "a", "managedFields": [entry] },
                                "status": { "updatedReplicas": 1, "conditions": [late] } });
            Object::new(value).unwrap().readiness()
        };
        let failed = Readiness::Failed("late".to_owned());
        assert_eq!(of("2026-11-21T10:00:20Z", None), failed);
        assert_eq!(of("2026-11-21T10:00:30Z", None), waits("1 of 3 updated"));
        assert_eq!(of("2026-11-21T10:00:40Z", Some("scale")), waits("1 of 3 updated"));
        assert_eq!(of("2026-11-21T10:00:40Z", Some("status")), failed, "who writes the status asks for nothing");
    }

    #[test]
    fn a_stateful_set_is_ready_by_its_partition() {
        let spec = |partition: u64| json!({ "replicas": 3, "updateStrategy": { "type": "RollingUpdate", "rollingUpdate": { "partition": partition } } });
        let status = json!({ "currentRevision": "a", "updateRevision": "b", "updatedReplicas": 1, "readyReplicas": 3 });
        assert_eq!(readiness("StatefulSet", 0, &spec(0), &status), waits("1 of 3 updated"));
        let whole = Readiness::Ready("3 of 3 ready".to_owned());
        assert_eq!(readiness("StatefulSet", 0, &spec(2), &status), whole);
        // A finished rollout counts none as updated in some versions.
        let done = json!({ "currentRevision": "b", "updateRevision": "b", "readyReplicas": 3 });
        assert_eq!(readiness("StatefulSet", 0, &spec(0), &done), whole);
    }

    #[test]
    fn a_daemon_set_wants_as_many_as_its_nodes() {
        let status = json!({ "desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 1 });
        assert_eq!(readiness("DaemonSet", 0, &json!({}), &status), waits("1 of 2 ready"));
    }

    #[test]
    fn a_job_is_ready_when_it_is_complete_and_fails_at_once() {
        let of =
            |kind: &str| json!({ "conditions": [{ "type": kind, "status": "True", "reason": "R", "message": "m" }] });
        assert_eq!(readiness("Job", 0, &json!({}), &of("Complete")), Readiness::Ready("complete".to_owned()));
        assert_eq!(readiness("Job", 0, &json!({}), &of("Failed")), Readiness::Failed("R: m".to_owned()));
        assert_eq!(
            readiness("Job", 0, &json!({ "completions": 3 }), &json!({ "succeeded": 1 })),
            waits("1 of 3 complete")
        );
    }

    #[test]
    fn what_has_nothing_to_get_ready_for_is_ready() {
        let map = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" } });
        assert_eq!(Object::new(map).unwrap().readiness(), Readiness::Ready("there".to_owned()));
        let ends =
            json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a", "deletionTimestamp": "now" } });
        assert_eq!(Object::new(ends).unwrap().readiness(), waits("is being deleted"));
    }
}
