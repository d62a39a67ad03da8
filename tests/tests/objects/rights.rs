//! Whoever is let in no more, or may no longer what he began, is told at once what stands and how it goes on.

use crate::freezing::while_it_waits;
use crate::stage::{RUN, Stage, UNDO, cluster, deployment, has, map};
use switchback_tests::cluster::Cluster;

/// A script as a service account that may do all in the namespace; the administrator's way is in `ADMIN`. Its token is
/// bound to a Secret, and good as long as that is there.
fn as_runner(stage: &Stage, script: &str) -> String {
    let account = format!("--serviceaccount={}:runner", stage.namespace);
    stage.kubectl(&["create", "serviceaccount", "runner"], "");
    stage.kubectl(&["create", "secret", "generic", "pass"], "");
    stage.kubectl(&["create", "rolebinding", "all", "--clusterrole=admin", &account], "");
    stage.kubectl(&["create", "role", "leases", "--verb=*", "--resource=leases.coordination.k8s.io"], "");
    stage.kubectl(&["create", "rolebinding", "leases", "--role=leases", &account], "");
    let bound = ["--bound-object-kind=Secret", "--bound-object-name=pass"];
    let token = stage.kubectl(&[&["create", "token", "runner"], &bound[..]].concat(), "");
    let change = format!("s/client-certificate-data: .*}}}}/token: {}}}}}/", token.trim());
    format!("export ADMIN=$KUBECONFIG\nsed -e '{change}' $KUBECONFIG > account\n{}", later(script))
}

/// The same again.
fn later(script: &str) -> String {
    format!("export KUBECONFIG=$PWD/account\n{script}")
}

fn by_admin(stage: &Stage, does: &str) -> String {
    format!("KUBECONFIG=$ADMIN kubectl -n {} {does}", stage.namespace)
}

const WAITS: &str = r#"step "a" { kube.apply "a.yaml" }
step "b" { needs "a"; kube.apply "web.yaml" within="20m" }"#;

fn waiting(cluster: &'static Cluster, begin: &str) -> Stage {
    let web = deployment("web", "example.test/web:1", "switchback.test/ready: \"never\"");
    Stage::new(cluster, begin, WAITS, &[("a.yaml", &map("a", "new")), ("web.yaml", &web)])
}

#[test]
fn a_token_that_is_revoked_in_a_wait_ends_it_and_a_new_one_goes_on() {
    let cluster = cluster!("a_token_that_is_revoked_in_a_wait_ends_it_and_a_new_one_goes_on");
    let stage = waiting(cluster, "revoked");
    let revoked = while_it_waits(&by_admin(&stage, "delete secret pass"));
    let ended = stage.run(&as_runner(&stage, &revoked));
    assert_eq!(ended.exit, Some(23), "{}", ended.said);
    let who = "the server does not know who we are, or no longer";
    has(
        &ended.said,
        &["b: failed", who, "b: not undone", "log in again", "a: not tried: waits for b", "next: switchback undo"],
    );
    // As long as it is so, nothing else is said to be done, and what to type then is told.
    for command in ["undo --yes", "resume"] {
        let said = stage.ends(1, &later(&format!("switchback {command}")));
        has(&said, &[who, "nothing was touched", "log in again", "next: switchback"]);
    }
    stage.write("q.plan.kdl", "plan \"q\"\nstep \"a\" { kube.apply \"a.yaml\" }\n");
    for command in ["diff q.plan.kdl", "run q.plan.kdl --yes"] {
        has(
            &stage.ends(1, &later(&format!("switchback {command}"))),
            &["the cluster of target `test`", who, "log in again"],
        );
    }
    has(&stage.ends(0, UNDO), &["2 of 2 resources are as before the run"]);
    assert_eq!(
        (stage.get("configmap/a", ".kind"), stage.get("deployment/web", ".kind")),
        (String::new(), String::new())
    );
}

#[test]
fn a_right_that_is_taken_away_in_a_wait_ends_it_and_is_named() {
    let cluster = cluster!("a_right_that_is_taken_away_in_a_wait_ends_it_and_is_named");
    let stage = waiting(cluster, "taken");
    let taken = while_it_waits(&by_admin(&stage, "delete rolebinding all"));
    let ended = stage.run(&as_runner(&stage, &taken));
    assert_eq!(ended.exit, Some(23), "{}", ended.said);
    let asks =
        format!("ask for this right, until `kubectl auth can-i get deployments.apps --namespace {}`", stage.namespace);
    has(&ended.said, &["b: failed", "\"web\" is forbidden", &asks, "b: not undone", "next: switchback undo"]);
    has(&stage.ends(23, &later(UNDO)), &["b: not undone", &asks]);
    has(&stage.ends(0, UNDO), &["2 of 2 resources are as before the run"]);
}

/// Two objects that are deleted, one of which somebody holds.
fn held(cluster: &'static Cluster, begin: &str, within: &str) -> Stage {
    let step = format!("step \"a\" {{ kube.delete \"configmap/a\" \"configmap/b\" within=\"{within}\" }}");
    let stage = Stage::new(cluster, begin, &step, &[]);
    stage.given(&format!("{}---\n{}", map("a", "old"), map("b", "old")));
    holds(&stage, r#"["a.test/hold"]"#);
    stage
}

fn holds(stage: &Stage, finalizers: &str) {
    let patch = format!(r#"{{"metadata":{{"finalizers":{finalizers}}}}}"#);
    stage.kubectl(&["patch", "configmap", "a", "-p", &patch], "");
}

#[test]
fn what_somebody_holds_is_waited_for_so_long_and_comes_back_when_it_is_let_go() {
    let cluster = cluster!("what_somebody_holds_is_waited_for_so_long_and_comes_back_when_it_is_let_go");
    let stage = held(cluster, "held", "3s");
    let said = stage.ends(23, RUN);
    let still = "`configmap/a` is still being deleted after 3s, held by a.test/hold";
    let look = format!("`kubectl get configmap a --namespace {} -o yaml`", stage.namespace);
    has(&said, &["a: failed", still, &look, "a: not undone", "1 object created again", "the undo failed"]);
    // What could come back did, and what could not is neither as before nor said to be.
    assert_eq!(
        (stage.get("configmap/b", ".data.value"), stage.get("configmap/a", ".metadata.deletionTimestamp").is_empty()),
        ("old".to_owned(), false)
    );
    has(&stage.ends(23, UNDO), &["a: not undone", still]);
    holds(&stage, "null");
    has(&stage.ends(0, UNDO), &["1 object created again", "2 of 2 resources are as before the run"]);
    assert_eq!(stage.get("configmap/a", ".data.value"), "old");
}

#[test]
fn who_may_look_no_more_at_what_is_being_deleted_puts_it_back_later() {
    let cluster = cluster!("who_may_look_no_more_at_what_is_being_deleted_puts_it_back_later");
    let stage = held(cluster, "unseen", "20m");
    let taken = while_it_waits(&by_admin(&stage, "delete rolebinding all"));
    let ended = stage.run(&as_runner(&stage, &taken));
    assert_eq!(ended.exit, Some(23), "{}", ended.said);
    has(&ended.said, &["`configmap/a` is being deleted, held by a.test/hold", "a: not undone", "can-i get configmaps"]);
    holds(&stage, "null");
    has(&stage.ends(0, UNDO), &["2 of 2 resources are as before the run"]);
    assert_eq!(
        (stage.get("configmap/a", ".data.value"), stage.get("configmap/b", ".data.value")),
        ("old".to_owned(), "old".to_owned())
    );
}

#[test]
fn what_somebody_else_deletes_and_a_third_one_holds_is_not_as_before() {
    let cluster = cluster!("what_somebody_else_deletes_and_a_third_one_holds_is_not_as_before");
    let stage = Stage::new(
        cluster,
        "third",
        r#"step "a" { kube.apply "a.yaml" force=#true }"#,
        &[("a.yaml", &map("a", "new"))],
    );
    stage.given(&map("a", "old"));
    stage.ends(0, RUN);
    holds(&stage, r#"["a.test/hold"]"#);
    stage.kubectl(&["delete", "configmap", "a", "--wait=false"], "");
    has(&stage.ends(23, UNDO), &["`configmap/a` is being deleted by somebody else, and is left"]);
    has(&stage.ends(0, "switchback status"), &["which is being deleted"]);
    holds(&stage, "null");
}
