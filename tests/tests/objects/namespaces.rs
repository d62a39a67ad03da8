//! A namespace that is not there, or that somebody deletes under a run.

use crate::freezing::while_it_waits;
use crate::stage::{RUN, Stage, UNDO, cluster, deployment, has, map};
use switchback_tests::cluster::Cluster;

/// A project of which the Lease lies where it stays, whatever becomes of the namespace.
fn stage(cluster: &'static Cluster, begin: &str, steps: &str) -> Stage {
    let stage = Stage::new(cluster, begin, steps, &[("a.yaml", &map("a", "new")), ("b.yaml", &map("b", "new"))]);
    stage.write("web.yaml", &deployment("web", "example.test/web:1", "switchback.test/ready: \"never\""));
    targets(&stage, &stage.namespace);
    stage
}

fn targets(stage: &Stage, namespace: &str) {
    let project = format!(
        "language 1\ntarget \"{}\" {{ kube namespace=\"{namespace}\"; directory \"./site\" }}\n",
        stage.namespace
    );
    stage.write("switchback.kdl", &project);
}

#[test]
fn a_namespace_that_is_not_there_or_goes_is_told_before_anything_is_done() {
    let cluster = cluster!("a_namespace_that_is_not_there_or_goes_is_told_before_anything_is_done");
    let stage = stage(cluster, "before", r#"step "a" { kube.apply "a.yaml" }"#);
    targets(&stage, "no-such-place");
    for command in ["switchback diff p.plan.kdl", "switchback diff p.plan.kdl -o p.swb --detailed-exitcode", RUN] {
        let said = stage.ends(15, command);
        has(
            &said,
            &[
                "not safe to start",
                "namespaces \"no-such-place\" not found",
                "`kubectl create namespace no-such-place`",
            ],
        );
    }
    has(&stage.ends(0, "switchback status"), &["this project has no runs"]);
    // Somebody holds what is in it, so it stays on its way.
    targets(&stage, &stage.namespace);
    stage.given(&map("held", "1"));
    let hold = |finalizers: &str| {
        let patch = format!(r#"{{"metadata":{{"finalizers":{finalizers}}}}}"#);
        stage.kubectl(&["patch", "configmap", "held", "-p", &patch], "");
    };
    hold(r#"["a.test/hold"]"#);
    cluster.kubectl(&["delete", "namespace", &stage.namespace, "--wait=false"], "").unwrap();
    for command in ["switchback diff p.plan.kdl", RUN] {
        let said = stage.ends(15, command);
        let when = format!("`kubectl get namespace {}` says when it is gone", stage.namespace);
        has(&said, &["because it is being terminated", "somebody deletes that namespace", &when]);
    }
    hold("null");
}

#[test]
fn a_namespace_that_went_after_the_review_stops_the_bundle_before_it_begins() {
    let cluster = cluster!("a_namespace_that_went_after_the_review_stops_the_bundle_before_it_begins");
    let stage = stage(cluster, "reviewed", r#"step "a" { kube.apply "a.yaml" "b.yaml" }"#);
    stage.ends(0, "switchback diff p.plan.kdl -o p.swb");
    cluster.kubectl(&["delete", "namespace", &stage.namespace], "").unwrap();
    let said = stage.ends(11, "switchback run p.swb");
    let missing = format!("now it is not safe to start: namespaces \"{}\" not found", stage.namespace);
    has(&said, &["nothing was touched", &missing, &format!("kubectl create namespace {}", stage.namespace)]);
    assert_eq!(said.matches("not found").count(), 1, "{said}");
}

#[test]
fn a_namespace_that_is_deleted_under_a_run_is_told_at_once() {
    let cluster = cluster!("a_namespace_that_is_deleted_under_a_run_is_told_at_once");
    let steps = r#"step "a" { kube.apply "a.yaml" }
step "b" { needs "a"; kube.apply "web.yaml" within="20m" }"#;
    let stage = stage(cluster, "under", steps);
    let ended = stage.run(&while_it_waits(&format!("kubectl delete namespace {} --wait=false", stage.namespace)));
    assert_eq!(ended.exit, Some(20), "{}", ended.said);
    has(&ended.said, &["b: failed after", &format!("deployment/web is gone: namespace `{}`", stage.namespace)]);
    has(&ended.said, &["2 of 2 resources are as before the run"]);
    assert_eq!(stage.run("switchback status").exit, Some(0));
}

#[test]
fn what_went_with_its_namespace_is_told_by_an_undo() {
    let cluster = cluster!("what_went_with_its_namespace_is_told_by_an_undo");
    let steps = r#"step "a" { kube.apply "a.yaml" "b.yaml" force=#true }
hold at-most="7d" { kube.exists "configmap/a" }"#;
    let stage = stage(cluster, "held", steps);
    stage.given(&map("a", "old"));
    stage.ends(0, RUN);
    cluster.kubectl(&["delete", "namespace", &stage.namespace], "").unwrap();
    has(&stage.ends(0, "switchback status"), &["configmap/a: does not hold, configmap/a is not there"]);
    let gone = format!(
        "`configmap/a` was deleted by somebody else since, and is not made again: namespace `{}` is not there",
        stage.namespace
    );
    has(
        &stage.ends(23, UNDO),
        &[&gone, "1 thing is not as before the run", "next: switchback undo", "or: switchback abort"],
    );
    // Whoever mends it by hand is believed, and no other.
    cluster.kubectl(&["create", "namespace", &stage.namespace], "").unwrap();
    has(&stage.ends(23, UNDO), &["undone, but not equal: 1 thing is not as before"]);
    stage.ends(0, "switchback abort --yes");
}
