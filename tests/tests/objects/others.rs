//! What somebody else does is never overwritten unseen.

use crate::stage::{RUN, Stage, UNDO, cluster, has, map};

const STEP: &str = r#"step "a" { kube.apply "a.yaml" }"#;

#[test]
fn a_field_that_somebody_owns_stops_the_run_before_it_begins() {
    let cluster = cluster!("a_field_that_somebody_owns_stops_the_run_before_it_begins");
    let stage = Stage::new(cluster, "conflict", STEP, &[("a.yaml", &map("a", "new"))]);
    stage.given(&map("a", "old"));
    let before = stage.picture();
    let said = stage.ends(15, RUN);
    has(&said, &["configmap/a: others own what would be changed: .data.value (by somebody)", "force=#true"]);
    assert_eq!(stage.picture(), before);
    stage.write("p.plan.kdl", &format!("plan \"p\"\n{}\n", STEP.replace("\"a.yaml\"", "\"a.yaml\" force=#true")));
    stage.ends(0, RUN);
    assert_eq!(stage.get("configmap/a", ".data.value"), "new");
    stage.ends(0, UNDO);
    assert_eq!(stage.picture(), before, "its owner owns it again");
}

#[test]
fn a_change_between_the_review_and_the_step_stops_the_step() {
    let cluster = cluster!("a_change_between_the_review_and_the_step_stops_the_step");
    let steps = r#"
step "a" { kube.apply "a.yaml"; verify { file.exists "go" within="60s" every="20ms" } }
step "b" { needs "a"; kube.apply "b.yaml" force=#true }"#;
    let stage = Stage::new(cluster, "drift", steps, &[("a.yaml", &map("a", "new")), ("b.yaml", &map("b", "new"))]);
    stage.given(&map("b", "old"));
    let before = stage.picture();
    let namespace = &stage.namespace;
    let theirs = format!(
        "{RUN} > out 2>&1 & run=$!\nuntil grep -q 'a: waits' out || ! kill -0 $run; do sleep 0.05; done\n\
         touch changed\nuntil test -e theirs; do sleep 0.02; done\ntouch site/go\nwait $run; code=$?; cat out; exit $code"
    );
    let said = std::thread::scope(|scope| {
        let running = scope.spawn(|| stage.run(&theirs));
        while stage.run("test -e changed").exit != Some(0) {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        stage.kubectl(&["patch", "configmap", "b", "-p", r#"{"data":{"value":"theirs"}}"#], "");
        stage.write("theirs", "");
        running.join().unwrap()
    });
    assert_eq!(said.exit, Some(20), "{}", said.said);
    has(
        &said.said,
        &[
            "configmap/b was changed by somebody else; nothing of this step was touched",
            "~ configmap/b: expected an object",
        ],
    );
    assert_eq!(stage.get("configmap/b", ".data.value"), "theirs", "in {namespace}");
    assert_eq!(stage.picture().get("configmap/a"), before.get("configmap/a"));
}

#[test]
fn a_bundle_runs_only_while_the_objects_are_as_they_were_reviewed() {
    let cluster = cluster!("a_bundle_runs_only_while_the_objects_are_as_they_were_reviewed");
    let step = STEP.replace("\"a.yaml\"", "\"a.yaml\" force=#true");
    let stage = Stage::new(cluster, "review", &step, &[("a.yaml", &map("a", "new"))]);
    stage.given(&map("a", "old"));
    stage.ends(0, "switchback diff p.plan.kdl -o p.swb");
    stage.kubectl(&["patch", "configmap", "a", "-p", r#"{"data":{"more":"theirs"}}"#], "");
    let said = stage.ends(11, "switchback run p.swb");
    has(&said, &["~ configmap/a", "when reviewed: an object, b3:", "by somebody", "now: an object, b3:"]);
    assert_eq!(stage.get("configmap/a", ".data.value"), "old");
}

#[test]
fn an_undo_leaves_what_somebody_changed_since() {
    let cluster = cluster!("an_undo_leaves_what_somebody_changed_since");
    let stage = Stage::new(cluster, "since", STEP, &[("a.yaml", &format!("{}---\n{}", map("a", "1"), map("b", "1")))]);
    stage.ends(0, RUN);
    stage.kubectl(&["patch", "configmap", "a", "-p", r#"{"data":{"more":"theirs"}}"#], "");
    let said = stage.ends(23, UNDO);
    has(&said, &["`configmap/a` was changed by kubectl-patch since, and is left: data.more", "1 object removed"]);
    assert_eq!(stage.get("configmap/a", ".data.more"), "theirs");
    // When it is mended by hand, the next undo sees that all is back.
    stage.kubectl(&["delete", "configmap", "a"], "");
    has(&stage.ends(0, UNDO), &["2 of 2 resources are as before the run"]);
}
