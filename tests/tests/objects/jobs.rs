//! Jobs: made once, waited for, found again.

use crate::stage::{FORGET, RUN, Stage, UNDO, cluster, deployment, has, map};

pub fn job(name: &str, annotations: &str) -> String {
    format!(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {{ name: {name} }}\nspec:\n  backoffLimit: 0\n  template:\n    \
         metadata: {{ annotations: {{ {annotations} }} }}\n    spec:\n      restartPolicy: Never\n      containers: [{{ \
         name: main, image: \"example.test/migrate:2\" }}]\n"
    )
}

const STEP: &str = r#"
step "migrate" {
    kube.create-job "jobs.yaml" within="60s"
    verify { kube.jobs-complete "migrate" "job/seed"; kube.condition "job/seed" "Complete" }
}"#;

#[test]
fn jobs_run_one_after_the_other_and_go_again() {
    let cluster = cluster!("jobs_run_one_after_the_other_and_go_again");
    let jobs = format!("{}---\n{}", job("migrate", "switchback.test/ends-after: \"1s\""), job("seed", ""));
    let stage = Stage::new(cluster, "jobs", STEP, &[("jobs.yaml", &jobs)]);
    let before = stage.picture();
    let diff = stage.ends(0, "switchback diff p.plan.kdl");
    has(
        &diff,
        &["+ job/migrate", "[validated]", "? pods of job/seed: run until it is complete, limit 1m", "[not knowable]"],
    );
    assert_eq!(stage.picture(), before, "a dry run writes nothing");
    stage.ends(0, RUN);
    let ended = |name: &str, what: &str| stage.get(&format!("job/{name}"), what);
    let (first, second) = (ended("migrate", ".status.completionTime"), ended("seed", ".metadata.creationTimestamp"));
    assert!(!first.is_empty() && first <= second, "{first} {second}");
    // What is there already is not taken for what the plan wants.
    has(&stage.ends(15, RUN), &["job/migrate is there already"]);
    let done = STEP.replace("within=\"60s\"", "{ unless { kube.jobs-complete \"migrate\" \"seed\" } }");
    stage.write("p.plan.kdl", &format!("plan \"p\"\n{done}\n"));
    has(&stage.ends(0, RUN), &["nothing to do"]);
    stage.write("p.plan.kdl", &format!("plan \"p\"\n{STEP}\n"));
    let said = stage.ends(0, UNDO);
    has(&said, &["2 Jobs deleted, what it did stays", "resources are as before the run"]);
    assert_eq!(stage.picture(), before);
}

#[test]
fn a_job_that_fails_ends_the_step_with_what_its_pods_say() {
    let cluster = cluster!("a_job_that_fails_ends_the_step_with_what_its_pods_say");
    let steps = r#"step "migrate" { kube.create-job "jobs.yaml" within="20m" }"#;
    let stage = Stage::new(cluster, "fails", steps, &[("jobs.yaml", &job("migrate", "switchback.test/ends: failed"))]);
    let before = stage.picture();
    let said = stage.ends(20, RUN);
    has(&said, &["migrate: failed", "job/migrate: BackoffLimitExceeded"]);
    // Of most containers this cluster has no logs, which is said and not hidden.
    has(&said, &["container main ended with exit status 1; the cluster gives no logs"]);
    assert_eq!(stage.picture(), before, "it is deleted");
    let talks = job("migrate", "switchback.test/ends: failed").replace("name: main", "name: talks");
    stage.write("jobs.yaml", &talks);
    let said = stage.ends(20, RUN);
    has(&said, &["container talks ended with exit status 1; its last lines:"]);
    has(&said, &["| level=fatal msg=\"config: unknown key cache.ttl_secs\""]);
    assert!(!said.contains("catalog 1.15.1 starts"), "the first of 14 lines is not among the last ten: {said}");
}

#[test]
fn a_workload_whose_pods_crash_is_told_with_what_they_wrote() {
    let cluster = cluster!("a_workload_whose_pods_crash_is_told_with_what_they_wrote");
    let steps = r#"input "token" secret=#true env="TOKEN"
step "web" { kube.apply "web.yaml" within="4s"; kube.annotate "cm/kube-root-ca.crt" "a" value="{{token}}" }"#;
    let crashes = deployment("web", "a:1", "switchback.test/crashes: always").replace("name: main", "name: talks");
    let stage = Stage::new(cluster, "crashes", steps, &[("web.yaml", &crashes)]);
    let said = stage.ends(20, &format!("export TOKEN=tulip-field-of-ours\n{RUN}"));
    has(&said, &["CrashLoopBackOff, 5 restarts so far", "container talks; its last lines:"]);
    has(&said, &["| level=fatal msg=\"config: unknown key cache.ttl_secs\""]);
    assert!(said.contains("uses the token") && !said.contains("tulip"), "{said}");
}

#[test]
fn what_a_cron_job_does_is_done_now() {
    let cluster = cluster!("what_a_cron_job_does_is_done_now");
    let steps = r#"step "a" {
    kube.create-job from="cronjob/report" name="report-now" within="60s"
    verify { kube.jobs-complete label="app=report" }
}"#;
    let stage = Stage::new(cluster, "cron", steps, &[]);
    let template = job("x", "")
        .replace("apiVersion: batch/v1\nkind: Job\nmetadata: { name: x }", "metadata: { labels: { app: report } }");
    let template = template.lines().map(|line| format!("    {line}\n")).collect::<String>();
    let cron = "apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: report }\nspec:\n  schedule: '0 3 * * *'\n  jobTemplate:\n";
    stage.given(&format!("{cron}{template}"));
    stage.ends(0, RUN);
    assert_eq!(stage.get("job/report-now", ".status.succeeded"), "1");
    stage.ends(0, UNDO);
    assert_eq!(stage.get("job/report-now", ".metadata.name"), "");
}

#[test]
fn only_jobs_and_only_whole_calls_are_taken() {
    let cluster = cluster!("only_jobs_and_only_whole_calls_are_taken");
    let steps = r#"
step "a" { kube.create-job "a.yaml" }
step "b" { kube.create-job from="deploy/web" }
step "c" { kube.create-job }
step "d" { file.write "d" content="1"; verify { kube.jobs-complete } }"#;
    let stage = Stage::new(cluster, "calls", steps, &[("a.yaml", &map("a", "1"))]);
    let said = stage.ends(10, "switchback check p.plan.kdl");
    has(&said, &["a ConfigMap is no Job", "`deploy/web` names no CronJob", "the Job has no name", "it says no Job"]);
}

/// Kills a run of a Job at each of its boundaries. It is made once: its uid is that of the first.
#[test]
fn a_job_is_made_once_wherever_the_run_is_killed() {
    let cluster = cluster!("a_job_is_made_once_wherever_the_run_is_killed");
    let steps = r#"step "a" { kube.create-job "jobs.yaml" within="60s" }"#;
    let stage = Stage::new(cluster, "once", steps, &[("jobs.yaml", &job("migrate", ""))]);
    stage.ends(0, &format!("SWITCHBACK_COUNT_TO=$PWD/count {RUN}"));
    let boundaries: u64 = stage.read("count").split(' ').next().unwrap().parse().unwrap();
    assert!(boundaries > 10, "{boundaries}");
    let mut found_again = 0;
    for at in 1..=boundaries {
        stage.run(FORGET);
        stage.kubectl(&["delete", "job", "migrate", "--ignore-not-found", "--wait"], "");
        let killed = stage.run(&format!("SWITCHBACK_KILL_AT={at} {RUN}"));
        let uid = stage.get("job/migrate", ".metadata.uid");
        found_again += u32::from(!uid.is_empty());
        let resumed = at % 2 == 0;
        let ended = stage.run(if resumed { "switchback resume" } else { UNDO });
        let now = stage.get("job/migrate", ".metadata.uid");
        let told = format!("killed at {at} ({:?}): {:?}\n{}", killed.exit, ended.exit, ended.said);
        // Before there is a run there is nothing to go on with, and behind its end nothing to resume.
        let no_run = ended.exit == Some(64) && now == uid;
        let whole = if resumed { !now.is_empty() && (uid.is_empty() || now == uid) } else { now.is_empty() };
        assert!(no_run || (ended.exit == Some(0) && whole), "{told}");
    }
    assert!(found_again > 3, "{found_again}");
}

#[test]
fn a_job_that_deleted_itself_is_not_made_again() {
    let cluster = cluster!("a_job_that_deleted_itself_is_not_made_again");
    let steps = r#"step "a" { kube.create-job "jobs.yaml" within="60s" }"#;
    let slow = job("migrate", "switchback.test/ends-after: \"1s\"");
    let vanishes = slow.replace("backoffLimit: 0", "backoffLimit: 0\n  ttlSecondsAfterFinished: 0");
    let stage = Stage::new(cluster, "vanishes", steps, &[("jobs.yaml", &vanishes)]);
    stage.ends(0, &format!("SWITCHBACK_COUNT_TO=$PWD/count {RUN} || true"));
    let boundaries: u64 = stage.read("count").split(' ').next().unwrap().parse().unwrap();
    let mut asked = 0;
    for at in 1..=boundaries {
        stage.run(FORGET);
        stage.kubectl(&["delete", "job", "migrate", "--ignore-not-found", "--wait"], "");
        let killed = stage.run(&format!("SWITCHBACK_KILL_AT={at} {RUN}"));
        // By the shell it is told as 128 and the signal.
        if !matches!(killed.exit, None | Some(137)) || stage.get("job/migrate", ".metadata.uid").is_empty() {
            continue;
        }
        stage.kubectl(&["wait", "--for=delete", "job/migrate", "--timeout=60s"], "");
        let ended = stage.run("switchback resume < /dev/null");
        assert_eq!(stage.get("job/migrate", ".metadata.uid"), "", "killed at {at}: {}", ended.said);
        if ended.exit == Some(24) {
            has(&ended.said, &["job/migrate was made and is gone: how it ended is not known"]);
            asked += 1;
        }
    }
    assert!(asked > 0, "nobody was ever asked");
}
