//! A server that nobody reaches: what is told, and what to type next.

use crate::stage::{RUN, Stage, UNDO, cluster, has, map};
use std::time::Duration;
use switchback_tests::cluster::Cluster;
use switchback_tests::relay::Relay;

/// A script whose kubeconfig names a port on which nobody listens: that of the discard service.
fn nowhere(script: &str) -> String {
    let change = "s#https://127.0.0.1:[0-9]*#https://127.0.0.1:9#";
    format!("sed -e '{change}' $KUBECONFIG > nowhere\nexport KUBECONFIG=$PWD/nowhere\n{script}")
}

const LAYERS: &str = r#"layer "user-space" { step "a" { kube.apply "a.yaml" force=#true } }
layer "core-kernel" { step "b" { kube.apply "b.yaml" } }"#;

fn given(cluster: &'static Cluster, begin: &str, more: &str) -> Stage {
    let files = [("a.yaml", &*map("a", "new")), ("b.yaml", &map("b", "new"))];
    let stage = Stage::new(cluster, begin, &format!("{LAYERS}\n{more}"), &files);
    stage.given(&map("a", "old"));
    stage
}

/// What is told, whatever was wanted.
const WHY: [&str; 3] = [
    "error: the cluster of target `test`: https://127.0.0.1:9/: the API server can't be reached: connection refused",
    "look whether the cluster is up and this machine may reach it",
    "`kubectl version` with the same context",
];

#[test]
fn nothing_begins_while_nobody_reaches_the_server() {
    let cluster = cluster!("nothing_begins_while_nobody_reaches_the_server");
    let stage = given(cluster, "nowhere", "");
    stage.ends(0, "switchback diff p.plan.kdl -o p.swb");
    for command in ["switchback diff p.plan.kdl", "switchback diff p.plan.kdl -o q.swb", RUN, "switchback run p.swb"] {
        has(&stage.ends(1, &nowhere(command)), &WHY);
    }
    assert_eq!(stage.run("test -e q.swb").exit, Some(1));
    has(&stage.ends(0, "switchback status"), &["this project has no runs"]);
    // What needs no cluster asks for none.
    stage.ends(0, &nowhere("switchback check p.plan.kdl && switchback show p.swb"));
    assert_eq!(stage.get("configmap/a", ".data.value"), "old");
}

#[test]
fn a_run_waits_until_its_server_is_reached_again() {
    let cluster = cluster!("a_run_waits_until_its_server_is_reached_again");
    for (ends, a, b) in [("switchback resume --yes", "new", "new"), (UNDO, "old", "")] {
        let stage = given(cluster, "nowhere", "");
        stage.ends(0, &format!("{RUN} --until user-space"));
        let run = stage.ends(0, "ls .switchback/runs").trim().to_owned();
        let journal = stage.ends(0, "cksum .switchback/runs/*/journal* site/.switchback/keeps");
        for verb in ["resume", "undo"] {
            let said = stage.ends(1, &nowhere(&format!("switchback {verb} --yes")));
            has(&said, &WHY);
            has(&said, &["connection refused; nothing was touched", &format!("next: switchback {verb} {run}")]);
        }
        let said = stage.ends(0, &nowhere("switchback status"));
        let next = format!("next: switchback resume {run} or: switchback undo {run}");
        has(&said, &["paused", "done 1 of 2: a", "left 1: b", &next]);
        assert_eq!(stage.ends(0, "cksum .switchback/runs/*/journal* site/.switchback/keeps"), journal);
        assert_eq!(stage.get("configmap/a", ".data.value"), "new");
        stage.ends(0, ends);
        assert_eq!(
            (stage.get("configmap/a", ".data.value"), stage.get("configmap/b", ".data.value")),
            (a.into(), b.into())
        );
    }
}

#[test]
fn where_a_run_stands_that_holds_is_told_while_nobody_reaches_the_server() {
    let cluster = cluster!("where_a_run_stands_that_holds_is_told_while_nobody_reaches_the_server");
    let hold = "hold at-most=\"7d\" { kube.exists \"configmap/a\"; file.exists \"x\" }";
    let stage = given(cluster, "nowhere", hold);
    stage.write("site/x", "");
    stage.ends(0, RUN);
    has(&stage.ends(0, "switchback status"), &["configmap/a: holds, there", "next: switchback finalize"]);
    let said = stage.ends(0, &nowhere("switchback status"));
    let hold = "hold its checks can't be looked at: the cluster of target `test`: https://127.0.0.1:9/: the API server";
    // Nobody knows whether it holds, so giving up the way back is not what is proposed first.
    has(&said, &["done 2 of 2: a, b", hold, "can be undone until", "next: switchback undo", "or: switchback finalize"]);
    for verb in ["finalize", "undo"] {
        let said = stage.ends(1, &nowhere(&format!("switchback {verb} --yes")));
        has(&said, &WHY);
        has(&said, &["nothing was touched", &format!("next: switchback {verb}")]);
    }
    stage.ends(0, UNDO);
    assert_eq!(stage.get("configmap/a", ".data.value"), "old");
}

/// Its first step waits for a file when it is done; so does the way back of the second one. (Without a limit each look at
/// the server would be tried again for a minute.)
const WAITS: &str = r#"step "a" { kube.apply "a.yaml" force=#true within="16s"; verify { file.exists "go" within="5m" } }
step "b" {
    needs "a"
    file.write "b" content="1"
    undo { file.remove "b"; verify { file.exists "back" within="5m" } }
}
step "c" { needs "b"; kube.apply "b.yaml" within="16s" }"#;

#[test]
fn a_run_whose_server_stays_away_decides_nothing_until_it_is_back() {
    let cluster = cluster!("a_run_whose_server_stays_away_decides_nothing_until_it_is_back");
    let files = [("a.yaml", &*map("a", "new")), ("b.yaml", &map("b", "new")), ("site/back", "")];
    let stage = Stage::new(cluster, "lost", WAITS, &files);
    stage.given(&map("a", "old"));
    let relay = Relay::new(stage.cluster().access()).unwrap();
    let pause = || std::thread::sleep(Duration::from_millis(100));
    let cut_off = |exit: i32, script: &str, is_begun: &dyn Fn() -> bool, free: &str, back: Option<&str>| {
        let script = format!("{script} 2> told; code=$?; cat told; exit $code");
        std::thread::scope(|scope| {
            let run = scope.spawn(|| stage.ends(exit, &relay.through(&script)));
            while !is_begun() {
                assert!(!run.is_finished(), "{}", run.join().unwrap());
                pause();
            }
            relay.cut();
            stage.write(free, "");
            if let Some(back) = back {
                while !run.is_finished() && !stage.read("told").contains(back) {
                    pause();
                }
                relay.mend();
            }
            let said = run.join().unwrap();
            relay.mend();
            said
        })
    };
    let lost = ["the API server can't be reached", "it is waited for", "target lost: ", "the target was lost: "];

    // One that comes back when a step has failed is waited for: all goes back, as the plan says.
    let changed = || stage.get("configmap/a", ".data.value") == "new";
    let said = cut_off(20, RUN, &changed, "site/go", Some("c: failed"));
    has(&said, &["it is waited for", "c: failed", "the API server answers again", "undoes: 2 steps changed something"]);
    assert_eq!((stage.get("configmap/a", ".data.value"), stage.read("site/b")), ("old".into(), String::new()));
    assert_eq!(stage.run("rm site/go").exit, Some(0));

    // Forwards: what the plan says of a failure is done when the server can be asked again.
    let said = cut_off(22, RUN, &changed, "site/go", None);
    has(&said, &lost);
    has(&said, &["c: failed", "next: switchback resume", "takes it back, as the plan says of a failure"]);
    assert_eq!((stage.get("configmap/a", ".data.value"), stage.read("site/b")), ("new".into(), "1".into()));
    has(&stage.ends(0, "switchback status"), &["interrupted", "next: switchback resume"]);
    let said = stage.ends(20, &relay.through("switchback resume --yes"));
    has(&said, &["undoes: 2 steps changed something", "undone: "]);
    assert_eq!((stage.get("configmap/a", ".data.value"), stage.read("site/b")), ("old".into(), String::new()));

    // And backwards.
    stage.ends(0, &format!("rm site/back; {RUN}"));
    let said = cut_off(
        22,
        UNDO,
        &|| stage.get("configmap/b", ".data").is_empty() && stage.read("site/b").is_empty(),
        "site/back",
        None,
    );
    has(&said, &lost);
    has(&said, &["next: switchback resume"]);
    assert_eq!(stage.get("configmap/a", ".data.value"), "new");
    let said = stage.ends(0, &relay.through("switchback resume --yes"));
    has(&said, &["goes on undoing: 1 of 3 steps is left", "3 of 3 resources are as before the run"]);
    assert_eq!(stage.get("configmap/a", ".data.value"), "old");
}
