//! What becomes of what a deleted object made.

use crate::stage::{RUN, Stage, UNDO, deployment, has};

/// The uids of objects of a kind, in order.
fn uids(stage: &Stage, kind: &str) -> Vec<String> {
    let path = "jsonpath={range .items[*]}{.metadata.uid}\n{end}";
    let told = stage.kubectl(&["get", kind, "--selector=app=web", "-o", path], "");
    let mut uids: Vec<String> = told.lines().map(str::to_owned).collect();
    uids.sort();
    uids
}

/// A project that deletes a Deployment, whose pods are ready.
fn deletes(begin: &str, more: &str) -> Option<Stage> {
    let cluster = switchback_tests::cluster::Cluster::shared(begin).unwrap()?;
    let step = format!("step \"a\" {{ kube.delete \"deployment/web\" {more} }}");
    let stage = Stage::new(cluster, begin, &step, &[]);
    stage.given(&deployment("web", "example.test/web:1", ""));
    stage.kubectl(&["rollout", "status", "deployment/web"], "");
    Some(stage)
}

#[test]
fn what_an_orphaning_delete_leaves_goes_on_and_is_found_again() {
    let Some(stage) = deletes("orphan", "propagation=\"orphan\"") else { return };
    let (before, sets, pods) = (stage.picture(), uids(&stage, "replicasets"), uids(&stage, "pods"));
    assert_eq!((sets.len(), pods.len()), (1, 2));
    has(&stage.ends(0, "switchback diff p.plan.kdl"), &["- deployment/web", "[validated]"]);
    assert_eq!(stage.picture(), before);
    stage.ends(0, RUN);
    assert_eq!(stage.get("deployment/web", ".kind"), "");
    let owner = "jsonpath={.items[*].metadata.ownerReferences}";
    assert_eq!(stage.kubectl(&["get", "replicasets", "-o", owner], ""), "", "nobody's now");
    assert_eq!((uids(&stage, "replicasets"), uids(&stage, "pods")), (sets.clone(), pods.clone()));
    has(&stage.ends(0, UNDO), &["1 object created again", "1 of 1 resource is as before the run"]);
    assert_eq!(stage.picture(), before);
    // It finds its pods again by their labels, and makes none anew.
    stage.kubectl(&["rollout", "status", "deployment/web"], "");
    assert_eq!((uids(&stage, "replicasets"), uids(&stage, "pods")), (sets, pods));
}

#[test]
fn a_foreground_delete_ends_when_what_the_object_made_is_gone() {
    let Some(stage) = deletes("foreground", "propagation=\"foreground\" within=\"2m\"") else { return };
    let before = stage.picture();
    // Somebody holds a pod: in the background the Deployment would be gone all the same.
    let pods = stage.kubectl(&["get", "pods", "-o", "name"], "");
    let pod = pods.lines().next().unwrap();
    let holds = |finalizers: &str| {
        let patch = format!(r#"{{"metadata":{{"finalizers":{finalizers}}}}}"#);
        stage.kubectl(&["patch", pod, "-p", &patch], "");
    };
    holds(r#"["a.test/hold"]"#);
    let ended = std::thread::scope(|scope| {
        let running = scope.spawn(|| stage.run(&format!("{RUN} > out 2>&1; code=$?; cat out; exit $code")));
        let held = "`deployment/web` is being deleted, held by foregroundDeletion";
        while !stage.read("out").contains(held) {
            assert!(!running.is_finished(), "{}", stage.read("out"));
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        assert!(!stage.get("deployment/web", ".metadata.deletionTimestamp").is_empty());
        holds("null");
        running.join().unwrap()
    });
    assert_eq!(ended.exit, Some(0), "{}", ended.said);
    assert_eq!((stage.get("deployment/web", ".kind"), uids(&stage, "pods")), (String::new(), Vec::new()));
    has(&stage.ends(0, UNDO), &["1 object created again", "1 of 1 resource is as before the run"]);
    assert_eq!(stage.picture(), before);
}
