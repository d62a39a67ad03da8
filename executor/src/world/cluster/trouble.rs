//! Why the pods of an object don't get ready, in the words of the server.

use super::client::Cluster;
use super::fault::Fault;
use super::object::Object;
use super::pods::labels;
use super::read::Selection;
use serde_json::Value;
use switchback_compiler::words::count;

/// Of the server's message so much is told.
const LONGEST: usize = 160;

/// How bad it is with a pod; the worst is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// It is on its way.
    Begins,
    /// It runs, and does not say that it is ready.
    Runs,
    /// It does not get further without help, or only after pauses.
    Stuck,
}

impl Cluster {
    /// The pods of an object that makes some; none of any other.
    pub async fn pods_of(&self, object: &Object) -> Result<Vec<Object>, Fault> {
        if (object.group(), object.kind()) == ("", "Pod") {
            return Ok(vec![object.clone()]);
        }
        let makes = matches!(
            (object.group(), object.kind()),
            ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
                | ("batch", "Job")
                | ("", "ReplicationController")
        );
        let Some(labels) = object.get("/spec/selector").filter(|_| makes).and_then(labels) else {
            return Ok(Vec::new());
        };
        let namespace = object.namespace().map(str::to_owned);
        let selection = Selection { namespace, labels: Some(labels), fields: None };
        self.list(&self.kind("", "Pod").await?, &selection).await
    }

    /// The worst that is seen of an object's pods: `pod web-1: ImagePullBackOff: Back-off pulling image`. None where
    /// nothing is wrong with any, or nobody may ask.
    pub async fn trouble(&self, object: &Object) -> Option<String> {
        if let Some(("True", _, message)) = object.condition("ReplicaFailure") {
            return Some(format!("its pods can't be made: {}", short(message)));
        }
        let pods = self.pods_of(object).await.ok()?;
        let troubled = pods.iter().filter_map(|pod| Some((trouble(pod)?, pod.name())));
        let mut troubled: Vec<_> = troubled.collect();
        // The worst first; of those that are as bad, the same one each time.
        troubled.sort_by(|((one, _), a), ((other, _), b)| other.cmp(one).then_with(|| a.cmp(b)));
        let ((_, says), name) = troubled.first()?;
        let more = troubled.len() - 1;
        let more = if more == 0 { String::new() } else { format!(", and {more} more") };
        Some(format!("pod {name}: {says}{more}"))
    }
}

/// What is wrong with a pod, if anything; one that is being deleted is nobody's trouble.
fn trouble(pod: &Object) -> Option<(Rank, String)> {
    let phase = pod.text("/status/phase").unwrap_or("Pending");
    let ready = matches!(pod.condition("Ready"), Some(("True", ..)));
    if pod.is_ending() || ready || phase == "Succeeded" {
        return None;
    }
    if let Some(("False", reason, message)) = pod.condition("PodScheduled") {
        return Some((Rank::Stuck, said(reason, message)));
    }
    let of = |part: &str| pod.get(part).and_then(Value::as_array).map_or(&[][..], Vec::as_slice).iter();
    let containers = of("/status/initContainerStatuses").chain(of("/status/containerStatuses"));
    let worst = containers.filter_map(container).max_by_key(|(rank, _)| *rank);
    Some(match (worst, phase) {
        (Some(worst), _) => worst,
        (None, "Failed") => {
            let reason = pod.text("/status/reason").unwrap_or("failed");
            (Rank::Stuck, said(reason, pod.text("/status/message").unwrap_or_default()))
        }
        (None, "Running") => (Rank::Runs, "runs, and is not ready".to_owned()),
        (None, phase) => (Rank::Begins, phase.to_owned()),
    })
}

fn container(status: &Value) -> Option<(Rank, String)> {
    let text = |pointer: &str| status.pointer(pointer).and_then(Value::as_str);
    if let Some(reason) = text("/state/waiting/reason") {
        let begins = matches!(reason, "ContainerCreating" | "PodInitializing");
        let restarts = status.get("restartCount").and_then(Value::as_u64).unwrap_or_default();
        let last = ended(status, "/lastState/terminated");
        let says = match last {
            Some(last) => format!("{reason}, {} so far, {last}", count(usize::try_from(restarts).ok()?, "restart")),
            None => said(reason, text("/state/waiting/message").unwrap_or_default()),
        };
        return Some((if begins { Rank::Begins } else { Rank::Stuck }, says));
    }
    ended(status, "/state/terminated").map(|ended| (Rank::Stuck, ended))
}

/// How a container ended, when it did not end well: `the last ended with exit status 1`.
fn ended(status: &Value, at: &str) -> Option<String> {
    let code = status.pointer(&format!("{at}/exitCode"))?.as_u64().filter(|code| *code != 0)?;
    let reason = status.pointer(&format!("{at}/reason")).and_then(Value::as_str);
    // `Error` says no more than the number.
    let reason = reason.filter(|reason| *reason != "Error").map(|reason| format!(" ({reason})")).unwrap_or_default();
    let name = status.get("name").and_then(Value::as_str).unwrap_or("a container");
    Some(format!("{name} ended with exit status {code}{reason}"))
}

fn said(reason: &str, message: &str) -> String {
    if message.is_empty() { reason.to_owned() } else { format!("{reason}: {}", short(message)) }
}

/// The first line, and not all of a long one.
fn short(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim();
    let cut: String = line.chars().take(LONGEST).collect();
    if cut.len() < line.len() { format!("{cut}…") } else { cut }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(status: &Value) -> Option<(Rank, String)> {
        let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "a" }, "status": status });
        trouble(&Object::new(pod).unwrap())
    }

    fn says(status: &Value) -> String {
        of(status).unwrap().1
    }

    #[test]
    fn what_holds_a_pod_up_is_told_in_the_servers_words() {
        let waiting = |reason: &str, message: &str| json!({ "phase": "Pending", "containerStatuses": [{ "name": "main", "state": { "waiting": { "reason": reason, "message": message } } }] });
        assert_eq!(says(&waiting("ImagePullBackOff", "Back-off\nmore")), "ImagePullBackOff: Back-off");
        assert_eq!(of(&waiting("ContainerCreating", "")).unwrap(), (Rank::Begins, "ContainerCreating".to_owned()));
        let unscheduled = json!({ "phase": "Pending", "conditions": [{ "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes are available" }] });
        assert_eq!(says(&unscheduled), "Unschedulable: 0/1 nodes are available");
        let crashing = json!({ "phase": "Running", "containerStatuses": [
            { "name": "side", "state": { "running": {} } },
            { "name": "main", "restartCount": 5, "state": { "waiting": { "reason": "CrashLoopBackOff" } },
              "lastState": { "terminated": { "exitCode": 137, "reason": "OOMKilled" } } },
        ] });
        let told = "CrashLoopBackOff, 5 restarts so far, main ended with exit status 137 (OOMKilled)";
        assert_eq!(says(&crashing), told);
        let failed = json!({ "phase": "Failed", "containerStatuses": [{ "name": "main", "state": { "terminated": { "exitCode": 1, "reason": "Error" } } }] });
        assert_eq!(says(&failed), "main ended with exit status 1");
        assert_eq!(says(&json!({ "phase": "Failed", "reason": "Evicted" })), "Evicted");
        assert_eq!(says(&json!({ "phase": "Running" })), "runs, and is not ready");
    }

    #[test]
    fn a_pod_that_is_well_is_no_trouble() {
        let ready = json!({ "phase": "Running", "conditions": [{ "type": "Ready", "status": "True" }] });
        assert_eq!((of(&ready), of(&json!({ "phase": "Succeeded" }))), (None, None));
    }
}
