//! Checks that can't hold: what is still there, Jobs that failed, are not there, or do not end.

use crate::jobs::job;
use crate::stage::{RUN, Stage, cluster, has, map};

fn looks(check: &str) -> String {
    format!("step \"a\" {{ file.write \"a\" content=\"1\"; verify {{ {check} }} }}")
}

fn plan(stage: &Stage, check: &str) {
    stage.write("p.plan.kdl", &format!("plan \"p\"\n{}\n", looks(check)));
}

#[test]
fn what_is_still_there_is_not_absent_and_what_no_kind_has_is() {
    let cluster = cluster!("what_is_still_there_is_not_absent_and_what_no_kind_has_is");
    let stage = Stage::new(cluster, "absent", &looks(r#"kube.absent "cm/none" "configmap/a""#), &[]);
    stage.given(&map("a", "1"));
    has(&stage.ends(20, RUN), &["a: failed", "configmap/a is there"]);
    assert_eq!(stage.run("test -e site/a").exit, Some(1), "the step is taken back");
    // Of a kind that the cluster does not have there is none.
    plan(&stage, r#"kube.absent "vases.none.test/red""#);
    stage.ends(0, RUN);
    stage.ends(0, "switchback undo --yes");
    // That is told otherwise where one must be there.
    plan(&stage, r#"kube.exists "vases.none.test/red""#);
    has(&stage.ends(20, RUN), &["a: failed", "vases.none.test"]);
}

#[test]
fn what_is_being_deleted_is_waited_for_until_it_is_gone() {
    let cluster = cluster!("what_is_being_deleted_is_waited_for_until_it_is_gone");
    let stage = Stage::new(cluster, "going", &looks(r#"kube.absent "cm/a" within="2s""#), &[]);
    stage.given(&map("a", "1"));
    stage.kubectl(&["patch", "cm", "a", "-p", r#"{"metadata":{"finalizers":["a.test/hold"]}}"#], "");
    stage.kubectl(&["delete", "cm", "a", "--wait=false"], "");
    has(&stage.ends(20, RUN), &["a: failed", "configmap/a is being deleted after 2."]);
    // It is no more what is there, either.
    plan(&stage, r#"kube.exists "cm/a""#);
    has(&stage.ends(20, RUN), &["a: failed", "configmap/a is being deleted"]);
    plan(&stage, r#"kube.absent "cm/a" within="2m""#);
    let ended = std::thread::scope(|scope| {
        let running = scope.spawn(|| stage.run(&format!("{RUN} > out 2>&1; code=$?; cat out; exit $code")));
        while !stage.read("out").contains("a: waits") {
            assert!(!running.is_finished(), "{}", stage.read("out"));
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        stage.kubectl(&["patch", "cm", "a", "-p", r#"{"metadata":{"finalizers":null}}"#], "");
        running.join().unwrap()
    });
    assert_eq!(ended.exit, Some(0), "{}", ended.said);
    has(&ended.said, &["configmap/a is being deleted"]);
}

#[test]
fn a_job_that_failed_ends_the_wait_for_it_at_once() {
    let cluster = cluster!("a_job_that_failed_ends_the_wait_for_it_at_once");
    // The limit is longer than the test may take.
    let stage = Stage::new(cluster, "job-failed", &looks(r#"kube.jobs-complete "good" "bad" within="20m""#), &[]);
    stage.given(&format!("{}---\n{}", job("good", ""), job("bad", "switchback.test/ends: failed")));
    stage.kubectl(&["wait", "--for=condition=Failed", "job/bad", "--timeout=60s"], "");
    has(&stage.ends(20, RUN), &["a: failed", "job/bad failed: BackoffLimitExceeded"]);
    // The same while it is waited for.
    stage.kubectl(&["delete", "job", "bad", "--wait"], "");
    let (slow, fails) = ("switchback.test/ends-after: \"8s\"", "switchback.test/ends: failed");
    stage.given(&job("bad", &format!("{slow}, {fails}")));
    has(&stage.ends(20, RUN), &["a: waits", "1 of 2 complete; job/bad", "job/bad failed: BackoffLimitExceeded"]);
}

#[test]
fn jobs_that_are_not_there_or_do_not_end_are_told_when_the_time_is_over() {
    let cluster = cluster!("jobs_that_are_not_there_or_do_not_end_are_told_when_the_time_is_over");
    let stage = Stage::new(cluster, "job-none", &looks(r#"kube.jobs-complete "none" within="1s""#), &[]);
    has(&stage.ends(20, RUN), &["a: failed", "job/none is not there"]);
    plan(&stage, r#"kube.jobs-complete label="app=none" within="1s""#);
    has(&stage.ends(20, RUN), &["a: failed", "no Job has these labels"]);
    stage.given(&job("slow", "switchback.test/ends-after: \"1h\""));
    stage.kubectl(&["wait", "--for=jsonpath={.status.active}=1", "job/slow", "--timeout=60s"], "");
    plan(&stage, r#"kube.jobs-complete "slow" within="2s""#);
    has(&stage.ends(20, RUN), &["a: failed", "job/slow: 0 of 1 complete after 2."]);
}
