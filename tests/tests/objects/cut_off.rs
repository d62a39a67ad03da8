//! A run that is killed at any boundary goes on, or goes back, and ends in exactly the new or exactly the old state.

use crate::stage::{RUN, Stage, cluster, map};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const STEPS: &str = r#"
step "a" { kube.apply "a.yaml" force=#true }
step "b" { needs "a"; kube.apply "b.yaml" force=#true }"#;

type Picture = BTreeMap<String, (String, String)>;

/// The objects as somebody else left them before each run.
fn reset(stage: &Stage) -> Picture {
    stage.kubectl(&["delete", "configmap", "a", "b", "c", "--ignore-not-found"], "");
    stage.given(&map("b", "old"));
    stage.picture()
}

/// What is there, without who owns it: of an object that was made anew that is told otherwise.
fn contents(picture: &Picture) -> BTreeMap<&str, &str> {
    picture.iter().map(|(name, (digest, _))| (name.as_str(), digest.as_str())).collect()
}

#[test]
fn a_run_that_is_killed_anywhere_ends_new_or_old() {
    let cluster = cluster!("a_run_that_is_killed_anywhere_ends_new_or_old");
    let files = [("a.yaml", format!("{}---\n{}", map("a", "new"), map("b", "new"))), ("b.yaml", map("c", "new"))];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    let stage = Stage::new(cluster, "cut", STEPS, &files);
    let old = reset(&stage);
    stage.ends(0, &format!("SWITCHBACK_COUNT_TO=$PWD/count {RUN}"));
    let new = stage.picture();
    let boundaries: u64 = stage.read("count").split(' ').next().unwrap().parse().unwrap();
    assert!(boundaries > 20, "{boundaries}");
    let mut wrong = String::new();
    for at in 1..=boundaries {
        stage.run("rm -rf .switchback site/.switchback");
        assert_eq!(reset(&stage), old);
        let killed = stage.run(&format!("SWITCHBACK_KILL_AT={at} {RUN}"));
        let (way, wanted) = if at % 2 == 0 { ("resume", &new) } else { ("undo --yes", &old) };
        let ended = stage.run(&format!("switchback {way}"));
        let now = stage.picture();
        let whole = if at % 2 == 0 { contents(&now) == contents(wanted) } else { now == *wanted };
        // Before there is a run there is nothing to go on with, and behind its end nothing to do.
        let no_run = matches!(ended.exit, Some(64 | 0)) && (now == old || contents(&now) == contents(&new));
        if !(whole || (ended.exit == Some(64) && no_run)) {
            let _ = writeln!(wrong, "killed at {at} ({:?}), {way}: {:?}\n{}", killed.exit, ended.exit, ended.said);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
