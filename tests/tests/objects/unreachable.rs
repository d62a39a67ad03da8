//! A server that nobody reaches: what is told, and what to type next.

use crate::stage::{RUN, Stage, UNDO, cluster, has, map};
use switchback_tests::cluster::Cluster;

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
