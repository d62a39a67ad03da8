//! `freeze`: what others do to the objects of a plan while it runs is told at its end.

use crate::stage::{RUN, Stage, cluster, has, map};
use switchback_tests::stand::Ended;

/// A plan that freezes, whose second step waits for somebody.
const STEPS: &str = r#"freeze
on-failure "stop"
step "a" { kube.apply "a.yaml" }
step "b" { needs "a"; file.write "b" content="1"; verify { file.exists "go" within="60s" every="20ms" } }"#;

/// Runs the plan; when it waits something is done, and then it goes on.
fn waiting(stage: &Stage, does: &str) -> Ended {
    stage.run(&waits(does))
}

/// The same as a script.
pub fn waits(does: &str) -> String {
    format!(
        "{RUN} > out 2>&1 & run=$!\nuntil grep -q 'b: waits' out || ! kill -0 $run; do sleep 0.05; done\n\
         {{ {does}; }} > done 2>&1 || {{ cat done; exit 99; }}\ntouch site/go\nwait $run; code=$?; cat out; exit $code"
    )
}

/// A script that runs the plan, does something once anything in it waits, and ends as the run does.
pub fn while_it_waits(does: &str) -> String {
    format!(
        "{RUN} > out 2>&1 & run=$!\nuntil grep -q ': waits' out || ! kill -0 $run; do sleep 0.05; done\n\
         {{ {does}; }} > done 2>&1 || {{ cat out done; exit 99; }}\nwait $run; code=$?; cat out; exit $code"
    )
}

fn given(cluster: &'static switchback_tests::cluster::Cluster, steps: &str) -> Stage {
    Stage::new(cluster, "freeze", steps, &[("a.yaml", &format!("{}---\n{}", map("a", "new"), map("kept", "new")))])
}

#[test]
fn an_object_that_somebody_wrote_to_or_deleted_fails_a_frozen_change() {
    let cluster = cluster!("an_object_that_somebody_wrote_to_or_deleted_fails_a_frozen_change");
    let anew =
        "kubectl -n $NS delete configmap a && kubectl -n $NS apply --server-side --field-manager=switchback -f a.yaml";
    let others = [
        ("kubectl -n $NS delete configmap a", "configmap/a was deleted"),
        ("kubectl -n $NS label configmap a seen=1", "configmap/a was written by kubectl-label"),
        (anew, "configmap/a was deleted, and made anew"),
    ];
    for (does, told) in others {
        let stage = given(cluster, STEPS);
        let ended = waiting(&stage, &does.replace("$NS", &stage.namespace));
        assert_eq!(ended.exit, Some(21), "{does}: {}", ended.said);
        has(&ended.said, &["others wrote to, or deleted, 1 object that this plan freezes", told]);
        assert!(!ended.said.contains("configmap/kept was"), "{}", ended.said);
    }
}

#[test]
fn what_the_run_itself_deletes_or_gives_back_fails_no_frozen_change() {
    let cluster = cluster!("what_the_run_itself_deletes_or_gives_back_fails_no_frozen_change");
    let steps = r#"freeze
step "a" { kube.apply "a.yaml" }
step "b" { needs "a"; meanwhile { kube.scale "deployment/web" replicas=0 }; file.write "b" content="1" }
step "c" { needs "b"; kube.delete "configmap/a" }"#;
    let stage = given(cluster, steps);
    stage.given(&crate::stage::deployment("web", "example.test/web:1", ""));
    stage.ends(0, RUN);
    assert_eq!(
        (stage.get("configmap/a", ".data.value"), stage.get("deployment/web", ".spec.replicas")),
        (String::new(), "2".to_owned())
    );
}

#[test]
fn a_frozen_change_whose_notes_are_damaged_fails() {
    let cluster = cluster!("a_frozen_change_whose_notes_are_damaged_fails");
    let stage = given(cluster, STEPS);
    let ended = waiting(&stage, "for left in .switchback/runs/*/old/objects/left-*; do truncate -s -1 $left; done");
    assert_eq!(ended.exit, Some(21), "{}", ended.said);
    has(&ended.said, &["the run's copy of an object is damaged", "left-"]);
}

#[test]
fn who_is_excepted_may_write_to_what_is_frozen_and_nobody_else() {
    let cluster = cluster!("who_is_excepted_may_write_to_what_is_frozen_and_nobody_else");
    let steps = STEPS.replace("freeze\n", "freeze { except manager=\"scaler\" }\n");
    let writes = |manager: &str, stage: &Stage| {
        let patch = r#"'{"data":{"value":"theirs"}}'"#;
        waiting(stage, &format!("kubectl -n {} patch cm a --field-manager={manager} -p {patch}", stage.namespace))
    };
    let stage = given(cluster, &steps);
    let ended = writes("scaler", &stage);
    assert_eq!(ended.exit, Some(0), "{}", ended.said);
    assert_eq!(stage.get("configmap/a", ".data.value"), "theirs");
    let stage = given(cluster, &steps);
    let ended = writes("painter", &stage);
    assert_eq!(ended.exit, Some(21), "{}", ended.said);
    has(&ended.said, &["1 object that this plan freezes", "configmap/a was written by painter"]);
}
