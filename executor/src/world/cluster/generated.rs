//! What the server writes into each new Job by which its pods are known: a selector and labels that say the Job's uid.
//! Source: kubernetes, `pkg/registry/batch/job/strategy.go`, `generateSelector`.

use serde_json::{Map, Value};

/// The new name, and the one from before Kubernetes 1.27, which is still written.
const LABELS: [&str; 2] = ["batch.kubernetes.io/controller-uid", "controller-uid"];

/// Takes it away: nobody wants it, of a Job that is made again it is wrong, and the server refuses it there. A Job that
/// selects its pods by itself keeps all.
pub(super) fn forget(object: &mut Value) {
    let text = |path: &str| object.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let is_job = text("/kind") == "Job" && text("/apiVersion").starts_with("batch/");
    if !is_job || object.pointer("/spec/manualSelector") == Some(&Value::Bool(true)) {
        return;
    }
    if let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut) {
        spec.remove("selector");
    }
    for path in ["/metadata", "/spec/template/metadata"] {
        if let Some(metadata) = object.pointer_mut(path).and_then(Value::as_object_mut) {
            forget_labels(metadata);
        }
    }
}

fn forget_labels(metadata: &mut Map<String, Value>) {
    let Some(labels) = metadata.get_mut("labels").and_then(Value::as_object_mut) else { return };
    labels.retain(|key, _| !LABELS.contains(&key.as_str()));
    if labels.is_empty() {
        metadata.remove("labels");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn job(manual: bool) -> Value {
        let labels = json!({ "controller-uid": "1", "batch.kubernetes.io/controller-uid": "1", "job-name": "a" });
        json!({
            "apiVersion": "batch/v1", "kind": "Job", "metadata": { "name": "a", "labels": { "controller-uid": "1" } },
            "spec": {
                "manualSelector": manual, "selector": { "matchLabels": { "controller-uid": "1" } },
                "template": { "metadata": { "labels": labels } },
            },
        })
    }

    #[test]
    fn only_what_says_the_uid_of_the_job_goes() {
        let mut generated = job(false);
        forget(&mut generated);
        let left = json!({
            "apiVersion": "batch/v1", "kind": "Job", "metadata": { "name": "a" },
            "spec": { "manualSelector": false, "template": { "metadata": { "labels": { "job-name": "a" } } } },
        });
        assert_eq!(generated, left);
    }

    #[test]
    fn what_selects_by_itself_keeps_all() {
        let mut manual = job(true);
        forget(&mut manual);
        assert_eq!(manual, job(true));
        let mut cron = job(false);
        cron.as_object_mut().into_iter().for_each(|entries| drop(entries.insert("kind".to_owned(), "CronJob".into())));
        let before = cron.clone();
        forget(&mut cron);
        assert_eq!(cron, before);
    }
}
