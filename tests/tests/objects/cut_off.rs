//! A run that is killed at any boundary goes on, or goes back, and ends in exactly the new or exactly the old state.

use crate::stage::{FORGET, RUN, Stage, UNDO, cluster, has, map};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const STEPS: &str = r#"
step "a" { kube.apply "a.yaml" force=#true }
step "b" { needs "a"; kube.apply "b.yaml" force=#true }"#;

type Picture = BTreeMap<String, (String, String)>;

/// The objects as somebody else left them before each run.
fn reset(stage: &Stage, given: &str) -> Picture {
    stage.kubectl(&["delete", "configmap", "a", "b", "c", "--ignore-not-found"], "");
    stage.given(given);
    stage.picture()
}

/// What is there, without who owns it: of an object that was made anew that is told otherwise.
fn contents(picture: &Picture) -> BTreeMap<&str, &str> {
    picture.iter().map(|(name, (digest, _))| (name.as_str(), digest.as_str())).collect()
}

/// How many boundaries the last run of a command passed.
fn counted(stage: &Stage) -> u64 {
    stage.read("count").split(' ').next().unwrap().parse().unwrap()
}

/// Kills a run at each of its boundaries; then it goes on, and once more, and then it goes back.
fn killed_anywhere(stage: &Stage, given: &str) {
    let old = reset(stage, given);
    stage.ends(0, &format!("SWITCHBACK_COUNT_TO=$PWD/count {RUN}"));
    let (new, boundaries) = (stage.picture(), counted(stage));
    assert!(boundaries > 20 && new != old, "{boundaries}");
    let mut wrong = String::new();
    for (at, way) in (1..=boundaries).flat_map(|at| [(at, "resume"), (at, "undo --yes")]) {
        stage.run(FORGET);
        assert_eq!(reset(stage, given), old);
        let killed = stage.run(&format!("SWITCHBACK_KILL_AT={at} {RUN}"));
        let ended = stage.run(&format!("switchback {way}"));
        let now = stage.picture();
        let whole = if way == "resume" { contents(&now) == contents(&new) } else { now == old };
        // Before there is a run there is nothing to go on with, and behind its end nothing to do.
        let no_run = ended.exit == Some(64) && (now == old || contents(&now) == contents(&new));
        if !(whole || no_run) {
            let _ = writeln!(wrong, "killed at {at} ({:?}), {way}: {:?}\n{}", killed.exit, ended.exit, ended.said);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Kills the undo of a whole run at each of its boundaries; the next undo ends it.
fn undo_killed_anywhere(stage: &Stage, given: &str) {
    let mut wrong = String::new();
    for at in 1.. {
        stage.run(FORGET);
        let old = reset(stage, given);
        stage.ends(0, RUN);
        stage.run(&format!("SWITCHBACK_COUNT_TO=$PWD/count SWITCHBACK_KILL_AT={at} {UNDO}"));
        if counted(stage) < at {
            assert!(at > 10 && stage.picture() == old, "{at}");
            break;
        }
        let ended = stage.run(UNDO);
        if stage.picture() != old {
            let _ = writeln!(wrong, "undo killed at {at}: {:?}\n{}", ended.exit, ended.said);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn an_apply_that_is_killed_anywhere_ends_new_or_old() {
    let cluster = cluster!("an_apply_that_is_killed_anywhere_ends_new_or_old");
    let files = [("a.yaml", format!("{}---\n{}", map("a", "new"), map("b", "new"))), ("b.yaml", map("c", "new"))];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    let stage = Stage::new(cluster, "cut", STEPS, &files);
    killed_anywhere(&stage, &map("b", "old"));
    undo_killed_anywhere(&stage, &map("b", "old"));
}

#[test]
fn what_changes_and_deletes_that_is_killed_anywhere_ends_new_or_old() {
    let cluster = cluster!("what_changes_and_deletes_that_is_killed_anywhere_ends_new_or_old");
    let steps = r#"
step "a" { kube.patch "cm/a" json="[{ op: add, path: /data/list, value: x }]"; kube.annotate "cm/b" "note" value="1" }
step "b" { needs "a"; backup "b" { kube.object "cm/b" }; kube.delete "cm/c"; kube.patch "cm/b" merge="{ data: null }" }
step "c" { needs "b"; kube.restore "cm/b" copy="b" by="recreate" }"#;
    let stage = Stage::new(cluster, "cut", steps, &[]);
    let given = ["a", "b", "c"].map(|name| map(name, "old")).join("---\n");
    killed_anywhere(&stage, &given);
    undo_killed_anywhere(&stage, &given);
}

/// Kills a run right behind the server's answer to its first change, before that is noted; then somebody does this.
fn killed_before_the_note(stage: &Stage, given: &str, then: impl Fn(&Stage)) {
    for at in 1.. {
        stage.run(FORGET);
        reset(stage, given);
        stage.run(&format!("SWITCHBACK_COUNT_TO=$PWD/count SWITCHBACK_KILL_AT={at} {RUN}"));
        let count = stage.read("count");
        assert!(count.starts_with(&format!("{at} ")), "no change was answered: {count}");
        if count.ends_with("object-applied\n") {
            return then(stage);
        }
    }
}

#[test]
fn what_somebody_did_after_a_crash_is_not_taken_for_ours() {
    let cluster = cluster!("what_somebody_did_after_a_crash_is_not_taken_for_ours");
    let step = r#"step "a" { kube.patch "cm/a" merge="{ data: { value: new } }" }"#;
    let stage = Stage::new(cluster, "after", step, &[]);
    killed_before_the_note(&stage, &map("a", "old"), |stage| {
        stage.kubectl(&["patch", "configmap", "a", "-p", r#"{"data":{"more":"theirs"}}"#], "");
        has(&stage.ends(23, UNDO), &["`configmap/a` was changed by somebody else since, and is left"]);
        assert_eq!(stage.get("configmap/a", ".data"), r#"{"more":"theirs","value":"new"}"#);
    });
    stage.write("p.plan.kdl", "plan \"p\"\nstep \"a\" { kube.apply \"b.yaml\" }\n");
    stage.write("b.yaml", &map("b", "new"));
    killed_before_the_note(&stage, &map("a", "old"), |stage| {
        stage.kubectl(&["delete", "configmap", "b"], "");
        stage.given(&map("b", "new"));
        has(&stage.ends(23, UNDO), &["`configmap/b` was changed by somebody else since, and is left"]);
        assert_eq!(stage.get("configmap/b", ".data.value"), "new");
    });
}

#[test]
fn an_undo_that_lacks_a_secret_says_which() {
    let cluster = cluster!("an_undo_that_lacks_a_secret_says_which");
    let step = r#"
input "pin" secret=#true env="PIN"
step "a" { kube.patch "cm/a" merge="{ data: { value: '{{pin}}' } }" }"#;
    let stage = Stage::new(cluster, "lacks", step, &[]);
    for at in 1.. {
        stage.run(FORGET);
        reset(&stage, &map("a", "old"));
        stage.run(&format!("export PIN=rose-garden SWITCHBACK_COUNT_TO=$PWD/count SWITCHBACK_KILL_AT={at}; {RUN}"));
        if stage.read("count").ends_with("object-applied\n") {
            break;
        }
        assert!(stage.read("count").starts_with(&format!("{at} ")));
    }
    let said = stage.run(UNDO);
    has(&said.said, &["pin"]);
    assert_ne!(said.exit, Some(0), "{}", said.said);
    assert_eq!(stage.get("configmap/a", ".data.value"), "rose-garden");
}
