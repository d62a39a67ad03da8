//! A run that is killed at any boundary goes on, or goes back; a release never stays pending.

use crate::stage::{RUN, Stage, cluster};
use std::fmt::Write as _;
use switchback_tests::cluster::Helm;
use switchback_tests::folder;

const STEPS: &str = r#"
step "portal" { moves from="1.0.0" to="2.0.0"; helm.upgrade "portal" chart="charts/portal/2.0.0" }"#;

fn reset(stage: &Stage) {
    let _may_be_gone = stage.helm(&["uninstall", "portal", "--wait"]);
    stage.kubectl(&["delete", "configmap", "--all"], "");
    let chart = folder("charts/portal/1.0.0");
    stage.helm(&["install", "portal", chart.to_str().unwrap(), "--wait"]).unwrap();
}

/// Kills a run at each of its boundaries; then every other one goes on, and the others go back.
fn killed_anywhere(helm: Helm) {
    let Some(cluster) = switchback_tests::cluster::Cluster::shared("killed_anywhere").unwrap() else { return };
    let stage = Stage::new(cluster, helm, "cut", STEPS);
    let old = stage.picture();
    stage.ends(0, &format!("SWITCHBACK_COUNT_TO=$PWD/count {RUN}"));
    let new = stage.picture();
    let boundaries: u64 = stage.read("count").split(' ').next().unwrap().parse().unwrap();
    assert!(boundaries > 10 && new != old, "{boundaries}");
    let mut wrong = String::new();
    for at in 1..=boundaries {
        stage.run("rm -rf .switchback site/.switchback");
        reset(&stage);
        let killed = stage.run(&format!("SWITCHBACK_KILL_AT={at} {RUN}"));
        let way = if at % 2 == 0 { "resume" } else { "undo --yes" };
        let ended = stage.run(&format!("switchback {way}"));
        let (now, last) = (stage.picture(), stage.last().unwrap());
        let whole = if at % 2 == 0 { now == new } else { now == old };
        let no_run = ended.exit == Some(64) && (now == old || now == new);
        if !(whole || no_run) || last.1 != "deployed" {
            let _ = writeln!(
                wrong,
                "killed at {at} ({:?}), {way}: {:?}, {last:?}\n{}\n{}",
                killed.exit, ended.exit, killed.said, ended.said
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn an_upgrade_by_helm_3_that_is_killed_anywhere_ends_new_or_old() {
    killed_anywhere(Helm::Three);
}

#[test]
fn an_upgrade_by_helm_4_that_is_killed_anywhere_ends_new_or_old() {
    killed_anywhere(Helm::Four);
}

/// Switchback and Helm die together, as when a machine goes down, while a hook runs.
#[test]
fn what_dies_with_its_helm_is_ended_properly() {
    let cluster = cluster!("what_dies_with_its_helm_is_ended_properly");
    for helm in Helm::BOTH {
        for (way, exit) in [("resume", 0), ("undo --yes", 0)] {
            let stage = Stage::new(cluster, helm, "dies", STEPS);
            let old = stage.picture();
            stage.write("slow.yaml", "hook: { switchback.test/ends-after: 5s }\n");
            let steps = STEPS.replace("/2.0.0\"", "/2.0.0\" { values \"slow.yaml\" }");
            stage.write("p.plan.kdl", &format!("plan \"p\"\n{steps}\n"));
            // All of the session of the run, and then Helm and what watches it, by the records of its start.
            let script = format!(
                "{RUN} & run=$!\n\
                 until kubectl get -n {0} job/portal-migrate >/dev/null 2>&1; do sleep 0.1; done\n\
                 kill -9 $run\n\
                 start=$(find . -path '*outputs/portal/*' -name claim.json | head -1)\n\
                 for file in claim process; do pid=$(sed 's/.*\"pid\":\\([0-9]*\\).*/\\1/' $(dirname $start)/$file.json); kill -9 $pid; done\n\
                 true",
                stage.namespace
            );
            let killed = stage.run(&script);
            assert_eq!(stage.last().unwrap().1, "pending-upgrade", "{}", killed.said);
            let said = stage.ends(exit, &format!("switchback {way}"));
            let last = stage.last().unwrap();
            let version = if way == "resume" { "portal-2.0.0" } else { "portal-1.0.0" };
            assert_eq!((last.1.as_str(), last.2.as_str()), ("deployed", version), "{said}");
            if way != "resume" {
                assert_eq!(stage.picture(), old, "{said}");
            }
        }
    }
}
