//! What is waited for, how it is told, and how a wait ends, by the real binary.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use switchback_tests::stand::Stand;

/// Holds at its second look.
fn second_look(within: &str) -> String {
    let look = r#"program "sh" "-c" "echo >> looks; test $(wc -l < looks) -gt 1""#;
    format!("plan \"p\"\nstep \"a\" {{ file.write \"a\" content=\"1\"; verify {{ {look} {within} }} }}\n")
}

#[test]
fn a_short_wait_looks_more_than_once() {
    let stand = Stand::new(&second_look("within=\"2s\""), &[]).unwrap();
    stand.ends(0, "switchback run p.plan.kdl --yes").unwrap();
}

#[test]
fn the_last_look_is_at_the_limit() {
    let stand = Stand::new(&second_look("within=\"3s\" every=\"1m\""), &[]).unwrap();
    stand.ends(0, "switchback run p.plan.kdl --yes").unwrap();
    assert_eq!(stand.read("site/looks"), "\n\n");
}

#[test]
fn a_program_without_a_wait_of_its_own_is_looked_at_once() {
    let plan = r#"plan "p"
defaults within="5m"
step "a" {
    file.write "a" content="1"
    verify { program "sh" "-c" "echo >> looks; exit 1" else="warn"; file.exists "nothing" else="warn" }
}
"#;
    let stand = Stand::new(plan, &[]).unwrap();
    let said = stand.ends(0, "switchback run p.plan.kdl --yes").unwrap();
    assert!(said.contains("does not hold: nothing: nothing is there"), "{said}");
    assert_eq!(stand.read("site/looks"), "\n");
}

#[test]
fn a_program_has_all_its_time_as_a_check() {
    let plan = r#"plan "p"
step "a" { file.write "a" content="1"; verify { program "sleep" "60" within="2s" } }
"#;
    let said = Stand::new(plan, &[]).unwrap().ends(20, "switchback run p.plan.kdl --yes").unwrap();
    assert!(said.contains("not done within 2s"), "{said}");
}

#[test]
fn an_action_has_no_stalled() {
    let plan = r#"plan "p"
step "a" { program "sleep" "30" stalled="1s" within="9s"; stays "nothing" }
"#;
    let said = Stand::new(plan, &[]).unwrap().ends(10, "switchback check p.plan.kdl").unwrap();
    assert!(said.contains("`program` has no property `stalled`"), "{said}");
}

#[test]
fn a_wait_after_a_change_is_told_in_a_log_and_ends_at_the_second_signal() {
    let plan = r#"plan "p"
step "a" { file.write "a" content="1"; verify { file.exists "missing" within="5m" } }
"#;
    let stand = Stand::new(plan, &[]).unwrap();
    let script = "switchback run p.plan.kdl --yes > log 2>&1 & run=$!
        until grep -q 'a: waits' log; do sleep 0.2; done
        kill -TERM $run; until grep -q stopping log; do sleep 0.1; done
        kill -TERM $run; wait $run; code=$?; cat log; exit $code";
    let said = stand.ends(22, script).unwrap();
    assert!(said.contains(" of 5m: missing: nothing is there"), "{said}");
    assert!(said.contains("nothing new starts; a is let finish"), "{said}");
    assert!(said.contains("interrupted: 0 of 1 step done"), "{said}");
    let said = stand.ends(0, "touch site/missing; switchback resume").unwrap();
    assert!(said.contains("a: done"), "{said}");
}

#[test]
fn a_step_that_is_let_finish_is_verified_before_the_run_stops() {
    let plan = r#"plan "p"
step "a" { file.write "a" content="1"; verify { file.exists "missing" within="5m" } }
step "b" { needs "a"; file.write "b" content="1" }
"#;
    let stand = Stand::new(plan, &[]).unwrap();
    let script = "switchback run p.plan.kdl --yes > log 2>&1 & run=$!
        until grep -q 'a: waits' log; do sleep 0.2; done
        kill -INT $run; until grep -q stopping log; do sleep 0.1; done; sleep 1
        touch site/missing; wait $run; code=$?; cat log; exit $code";
    let said = stand.ends(22, script).unwrap();
    assert!(said.contains("stopping: nothing new starts; a is let finish"), "{said}");
    assert!(said.contains("a: done in") && said.contains("interrupted: 1 of 2 steps done; left: b"), "{said}");
}

#[test]
fn a_step_that_only_waits_begins_nothing_after_a_signal() {
    let plan = r#"plan "p"
step "a" { before { file.exists "missing" within="5m" }; file.write "a" content="1" }
"#;
    let stand = Stand::new(plan, &[]).unwrap();
    let script = "switchback run p.plan.kdl --yes > log 2>&1 & run=$!
        until grep -q 'a: waits' log; do sleep 0.2; done
        kill -INT $run; wait $run; code=$?; cat log; test ! -e site/a || exit 99; exit $code";
    let said = stand.ends(22, script).unwrap();
    assert!(said.contains("  a has only waited so far, and touches nothing"), "{said}");
    assert!(!said.contains("let finish"), "{said}");
    stand.ends(0, "touch site/missing; switchback resume").unwrap();
}

/// A program that is left behind by two signals, and ends when somebody says so.
const LEFT: &str = "switchback run p.plan.kdl --yes > log 2>&1 & run=$!
    until [ -e site/begun ]; do sleep 0.1; done
    kill -TERM $run; until grep -q stopping log; do sleep 0.1; done
    kill -TERM $run; wait $run; code=$?; cat log; exit $code";
const SLOW: &str = r#"plan "p"
step "p" {
    program "sh" "-c" "echo start >> plog; touch begun; until [ -e end ]; do sleep 0.1; done; echo end >> plog"
    undo { program "true" }
}
"#;

#[test]
fn no_answer_counts_while_a_program_still_runs() {
    let stand = Stand::new(SLOW, &[]).unwrap();
    let said = stand.ends(24, LEFT).unwrap();
    assert!(said.contains(" still runs; what it says is in .switchback/runs/"), "{said}");
    assert!(!said.contains("--outcome") && said.contains("only its end tells what it did"), "{said}");
    for outcome in ["not-done", "done", "undo"] {
        let said = stand.ends(24, &format!("switchback resume --outcome p={outcome}")).unwrap();
        assert!(said.contains("not taken: only its end tells what it did"), "{said}");
        assert!(!said.contains("--outcome"), "{said}");
    }
    assert_eq!(stand.read("site/plog"), "start\n");
    let script = "switchback resume > log 2>&1 & run=$!
        until grep -q 'its end is waited for' log; do sleep 0.1; done; touch site/end; wait $run";
    stand.ends(0, script).unwrap();
    assert_eq!(stand.read("site/plog"), "start\nend\n");
}

#[test]
fn a_signal_ends_the_wait_for_a_program_that_was_left_behind() {
    let stand = Stand::new(SLOW, &[]).unwrap();
    stand.ends(24, LEFT).unwrap();
    let script = "switchback resume > log 2>&1 & run=$!
        until grep -q 'its end is waited for' log; do sleep 0.1; done; kill -TERM $run; wait $run";
    stand.ends(22, script).unwrap();
    stand.ends(0, "touch site/end; switchback resume").unwrap();
    assert_eq!(stand.read("site/plog"), "start\nend\n");
}

#[test]
fn a_reading_that_failed_once_is_tried_again() {
    let plan = r#"plan "p"
step "a" {
    file.write "a.txt" content="1\n"
    output "v" { program "sh" "-c" "echo x >> tries; test $(wc -l < tries) -gt 1 && echo 7" }
}
step "b" { needs "a"; file.write "b.txt" content="{{step.a.v}}\n" }
"#;
    let stand = Stand::new(plan, &[("site/b.txt", "old\n")]).unwrap();
    stand.ends(0, "switchback run p.plan.kdl --yes").unwrap();
    assert_eq!(stand.read("site/b.txt"), "7\n");
}

#[test]
fn what_held_in_between_is_not_stalled() {
    let plan = r#"plan "p"
step "a" { file.write "a" content="1"; verify { file.exists "x" stalled="4s" for="8s" every="200ms" failures=100 within="2m" } }
"#;
    let stand = Stand::new(plan, &[]).unwrap();
    let flaps = "(sleep 2; touch site/x; sleep 4; rm site/x; sleep 1; touch site/x) &";
    stand.ends(0, &format!("mkdir -p site; {flaps} switchback run p.plan.kdl --yes")).unwrap();
}
