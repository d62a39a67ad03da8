//! The last words of pods that failed.

use crate::world::cluster::{Cluster, Object, ObjectName};
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;

/// Of so many pods the words are told; a Job that tries again and again fails for the same reason.
const MOST_PODS: usize = 2;
/// What lasts longer is not told: the action has failed already.
const PATIENCE: Duration = Duration::from_secs(8);

/// What the newest pod of a workload wrote that ended itself; nothing where none did, or the cluster gives no logs: the
/// pod's own state is told all the same.
pub(in crate::action) async fn words_of_crashed(cluster: &Cluster, workload: &Object) -> Vec<String> {
    if workload.kind() == "Job" {
        return Vec::new();
    }
    timeout(PATIENCE, of_crashed(cluster, workload)).await.unwrap_or_default()
}

async fn of_crashed(cluster: &Cluster, workload: &Object) -> Vec<String> {
    let pods = cluster.pods_of(workload).await.unwrap_or_default();
    let crashed = pods.iter().filter(|pod| !pod.is_ending() && !failed(pod).1.is_empty());
    let Some(pod) = crashed.max_by(|one, other| created(one).cmp(created(other))) else { return Vec::new() };
    let (container, _) = failed(pod);
    let lines = words(cluster, &pod.full_name(), &container).await.unwrap_or_default();
    if lines.is_empty() { lines } else { told(&format!("pod {}, container {container}", pod.name()), lines) }
}

/// What the pods of a Job that failed wrote last; where the cluster gives no logs, that is said.
pub(super) async fn last_words(cluster: &Cluster, job: &Object) -> Vec<String> {
    let mut pods = match cluster.pods_of(job).await {
        Ok(pods) if pods.is_empty() => return vec!["it has no pods any more, so there are no logs".to_owned()],
        Ok(pods) => pods,
        Err(fault) => return vec![format!("its pods can't be looked at: {fault}")],
    };
    pods.retain(|pod| pod.text("/status/phase") != Some("Succeeded"));
    // The newest first: it says why there is none after it.
    pods.sort_by(|one, other| created(other).cmp(created(one)).then_with(|| one.name().cmp(other.name())));
    let mut lines = Vec::new();
    for pod in pods.iter().take(MOST_PODS) {
        lines.extend(of_pod(cluster, pod).await);
    }
    lines
}

fn created(pod: &Object) -> &str {
    pod.text("/metadata/creationTimestamp").unwrap_or_default()
}

async fn of_pod(cluster: &Cluster, pod: &Object) -> Vec<String> {
    let (container, how) = failed(pod);
    let (pod, spoken) = (pod.full_name(), format!("pod {}, container {container}", pod.name()));
    match words(cluster, &pod, &container).await {
        Ok(lines) if lines.is_empty() => vec![format!("{spoken}{how}; it wrote nothing")],
        Ok(lines) => told(&format!("{spoken}{how}"), lines),
        Err(why) => vec![format!("{spoken}{how}; the cluster gives no logs: {why}")],
    }
}

fn told(of: &str, lines: Vec<String>) -> Vec<String> {
    let lines = lines.into_iter().map(|line| format!("| {line}"));
    std::iter::once(format!("{of}; its last lines:")).chain(lines).collect()
}

async fn words(cluster: &Cluster, pod: &ObjectName, container: &str) -> Result<Vec<String>, String> {
    let lines = cluster.last_lines(pod, container).await.map_err(|fault| fault.what)?;
    Ok(lines.into_iter().filter(|line| !line.trim().is_empty()).collect())
}

/// The container that failed, or the first; and how it ended.
fn failed(pod: &Object) -> (String, String) {
    let of = |part: &str| pod.get(part).and_then(Value::as_array).map_or(&[][..], Vec::as_slice).iter();
    let mut all = of("/status/initContainerStatuses").chain(of("/status/containerStatuses"));
    let code = |status: &Value| {
        let ended = ["/state/terminated/exitCode", "/lastState/terminated/exitCode"];
        ended.iter().find_map(|at| status.pointer(at)?.as_u64()).filter(|code| *code != 0)
    };
    let name = |of: &Value| of.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let first = of("/spec/containers").next().map(name).unwrap_or_default();
    let found = all.find_map(|status| Some((name(status), code(status)?)));
    found.map_or((first, String::new()), |(name, code)| (name, format!(" ended with exit status {code}")))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_container_that_failed_is_asked() {
        let ended = |name: &str, code: u64| json!({ "name": name, "state": { "terminated": { "exitCode": code } } });
        let pod = |statuses: Value| {
            let spec = json!({ "containers": [{ "name": "main" }, { "name": "side" }] });
            Object::new(json!({ "spec": spec, "status": { "containerStatuses": statuses } })).unwrap()
        };
        let (main, side) = (ended("main", 0), ended("side", 3));
        assert_eq!(failed(&pod(json!([main, side]))), ("side".to_owned(), " ended with exit status 3".to_owned()));
        assert_eq!(failed(&pod(json!([]))), ("main".to_owned(), String::new()));
    }
}
