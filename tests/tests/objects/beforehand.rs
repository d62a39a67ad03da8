//! What of the way back is tried before the way there, and depends on who looks.

use crate::conditions::as_account;
use crate::stage::{RUN, Stage, cluster, deployment, has, map};

#[test]
fn a_token_that_ends_before_the_deadline_is_told_before_anything_is_done() {
    let cluster = cluster!("a_token_that_ends_before_the_deadline_is_told_before_anything_is_done");
    let steps = "deadline \"2h\"\nstep \"a\" { kube.apply \"a.yaml\" }";
    let stage = Stage::new(cluster, "token", steps, &[("a.yaml", &map("a", "new"))]);
    stage.kubectl(&["create", "serviceaccount", "runner"], "");
    let account = format!("--serviceaccount={}:runner", stage.namespace);
    stage.kubectl(&["create", "role", "all", "--verb=*", "--resource=configmaps,leases.coordination.k8s.io"], "");
    stage.kubectl(&["create", "rolebinding", "all", "--role=all", &account], "");
    // Its token is good for an hour.
    // Somebody else may run what is shown, with other ones.
    let why = "before the deadline of 2h: get new ones first";
    let said = stage.ends(0, &as_account(&stage, "runner", "switchback diff p.plan.kdl -o p.swb"));
    has(&said, &["✗ access", "the credentials end at ", why, "now it could not run from here"]);
    assert!(!said.contains("next: switchback run"), "{said}");
    for command in [RUN, "switchback run p.swb"] {
        let said = stage.ends(15, &as_account(&stage, "runner", command));
        has(&said, &["it is not safe to start; nothing was touched", "the credentials end at ", why]);
    }
    assert_eq!(stage.get("configmap/a", ".kind"), "");
    has(&stage.ends(0, "switchback status"), &["this project has no runs"]);
    // The administrator's certificate is good for long, and so is that token for less.
    has(&stage.ends(0, "switchback diff p.plan.kdl"), &["✓ access", "the deadline ends before"]);
    stage.write("p.plan.kdl", &format!("plan \"p\"\n{}\n", steps.replace("2h", "20m")));
    has(&stage.ends(0, &as_account(&stage, "runner", RUN)), &["✓ access", "the deadline ends before"]);
    assert_eq!(stage.get("configmap/a", ".data.value"), "new");
}

#[test]
fn an_image_that_the_way_back_needs_is_told_when_a_node_has_it() {
    let cluster = cluster!("an_image_that_the_way_back_needs_is_told_when_a_node_has_it");
    let stage = Stage::new(cluster, "images", r#"step "a" { kube.apply "web.yaml" force=#true }"#, &[]);
    // Nodes are everybody's, so the image is this test's own.
    let image = |version: u32| format!("{}.test/web:{version}", stage.namespace);
    stage.write("web.yaml", &deployment("web", &image(2), ""));
    stage.given(&deployment("web", &image(1), ""));
    stage.kubectl(&["rollout", "status", "deployment/web"], "");
    let diff = stage.ends(0, "switchback diff p.plan.kdl");
    has(&diff, &["? images", &format!("whether a node can pull them is not checked: {}", image(1))]);
    assert!(!diff.contains(" on a node"), "{diff}");
    let node = stage.kubectl(&["get", "nodes", "-o", "name"], "");
    let node = node.lines().next().unwrap();
    let held = format!(r#"{{"status":{{"images":[{{"names":["{}"],"sizeBytes":7}}]}}}}"#, image(1));
    stage.kubectl(&["patch", node, "--subresource=status", "--type=merge", "-p", &held], "");
    let diff = stage.ends(0, "switchback diff p.plan.kdl");
    has(&diff, &["✓ images", &format!("1 of 1 image on a node: {}", image(1))]);
    assert!(!diff.contains("? images"), "{diff}");
}
