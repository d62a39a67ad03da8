//! Other kinds that make pods: ready by their own counts, and made anew when they are restarted.

use crate::stage::{RUN, Stage, UNDO, cluster, deployment, has};

/// Of a kind with two pods, or one a node.
fn workload(kind: &str, name: &str, annotations: &str) -> String {
    let text =
        deployment(name, "example.test/web:1", annotations).replace("kind: Deployment", &format!("kind: {kind}"));
    match kind {
        "StatefulSet" => text.replace("spec:\n  replicas", &format!("spec:\n  serviceName: {name}\n  replicas")),
        "DaemonSet" => text.replace("  replicas: 2\n", ""),
        _ => text,
    }
}

const KINDS: [(&str, &str); 3] = [("StatefulSet", "state"), ("DaemonSet", "daemon"), ("ReplicaSet", "set")];

fn all(annotations: &str) -> String {
    KINDS.map(|(kind, name)| workload(kind, name, annotations)).join("---\n")
}

#[test]
fn each_kind_of_workload_is_waited_for_by_its_own_counts() {
    let cluster = cluster!("each_kind_of_workload_is_waited_for_by_its_own_counts");
    let steps = r#"
step "a" { kube.apply "all.yaml" }
verify { kube.ready "statefulset/state" "daemonset/daemon" "replicaset/set" within="1s" }"#;
    // One after the other in a StatefulSet, so that is the last one.
    let stage = Stage::new(cluster, "kinds", steps, &[("all.yaml", &all("switchback.test/ready-after: \"4s\""))]);
    let said = stage.ends(0, RUN);
    has(&said, &["a: waits", "statefulset/state: ", " of 2 ready"]);
    let ready = |object: &str, path: &str| stage.get(object, path);
    assert_eq!(ready("statefulset/state", ".status.readyReplicas"), "2");
    assert_eq!(ready("replicaset/set", ".status.readyReplicas"), "2");
    let nodes = stage.kubectl(&["get", "nodes", "-o", "name"], "").lines().count().to_string();
    assert_eq!(ready("daemonset/daemon", ".status.numberReady"), nodes);
    stage.ends(0, UNDO);
    let left = stage.kubectl(&["get", "statefulsets,daemonsets,replicasets", "-o", "name"], "");
    assert_eq!(left, "");
}

#[test]
fn a_workload_of_any_kind_that_never_gets_ready_fails_and_is_taken_back() {
    let cluster = cluster!("a_workload_of_any_kind_that_never_gets_ready_fails_and_is_taken_back");
    for (kind, name) in KINDS {
        let stage = Stage::new(cluster, "never", r#"step "a" { kube.apply "a.yaml" within="3s" }"#, &[]);
        stage.write("a.yaml", &workload(kind, name, "switchback.test/ready: never"));
        let said = stage.ends(20, RUN);
        let object = format!("{}/{name}", kind.to_lowercase());
        has(&said, &["a: failed", &format!("{object}: 0 of "), " ready after 3"]);
        assert_eq!(stage.get(&object, ".kind"), "");
        // A check says the same of one that somebody made.
        stage.given(&workload(kind, name, "switchback.test/ready: never"));
        stage.write(
            "p.plan.kdl",
            &format!("plan \"p\"\nstep \"b\" {{ file.write \"b\" content=\"1\"; verify {{ kube.ready \"{object}\" within=\"2s\" }} }}\n"),
        );
        has(&stage.ends(20, RUN), &["b: failed", "0 of ", " ready after 2"]);
    }
}

#[test]
fn a_stateful_set_and_a_daemon_set_are_restarted_and_once_more_by_the_undo() {
    let cluster = cluster!("a_stateful_set_and_a_daemon_set_are_restarted_and_once_more_by_the_undo");
    let steps = r#"step "a" { kube.restart "statefulset/state"; kube.restart "daemonset/daemon" }"#;
    let stage = Stage::new(cluster, "restarts", steps, &[]);
    stage.given(&all(""));
    stage.kubectl(&["rollout", "status", "statefulset/state"], "");
    stage.kubectl(&["rollout", "status", "daemonset/daemon"], "");
    let pods = |name: &str| -> Vec<String> {
        let path = "jsonpath={range .items[*]}{.metadata.uid}\n{end}";
        let told = stage.kubectl(&["get", "pods", "-l", &format!("app={name}"), "-o", path], "");
        told.lines().map(str::to_owned).collect()
    };
    let uids = || KINDS.map(|(_, name)| pods(name));
    let is_anew =
        |before: &[String], now: &[String]| before.len() == now.len() && before.iter().all(|uid| !now.contains(uid));
    let [state, daemon, set] = uids();
    has(
        &stage.ends(0, "switchback diff p.plan.kdl"),
        &["~ statefulset/state", "~ daemonset/daemon", "switchback/restarted"],
    );
    stage.ends(0, RUN);
    let [state_now, daemon_now, set_now] = uids();
    assert!(is_anew(&state, &state_now), "{state:?} {state_now:?}");
    assert!(is_anew(&daemon, &daemon_now), "{daemon:?} {daemon_now:?}");
    assert_eq!(set, set_now, "what is not restarted stays");
    let restarted = ".spec.template.metadata.annotations.switchback/restarted";
    assert_ne!(stage.get("statefulset/state", restarted), "");
    has(&stage.ends(0, UNDO), &["2 of 2 resources are as before the run"]);
    assert_eq!(stage.get("statefulset/state", restarted), "");
    stage.kubectl(&["rollout", "status", "statefulset/state"], "");
    assert!(is_anew(&state_now, &pods("state")), "its template is another one once more");
}
