//! Copies of objects as they lie on the disk.

use crate::freezing::waits;
use crate::stage::{RUN, Stage, cluster, has, map};
use switchback_tests::cluster::Cluster;

const SAVES: &str = r#"step "a" { backup "settings" keep="30d" { kube.object "configmap/a" "secret/pin" } }"#;
const CHANGES: &str = r#"step "c" { needs "a"; kube.patch "cm/a" merge="{ data: { value: new } }" }"#;

/// The files of all copies, with their modes.
const FILES: &str = "find .switchback/backups -type f -exec stat -c '%a %n' {} +";

fn given(cluster: &'static Cluster, begin: &str, steps: &str) -> Stage {
    let stage = Stage::new(cluster, begin, steps, &[]);
    let pin = "apiVersion: v1\nkind: Secret\nmetadata: { name: pin }\nstringData: { pin: rose-garden }\n";
    stage.given(&format!("{}---\n{pin}", map("a", "old")));
    stage
}

/// The file of an object's copy.
fn file(stage: &Stage, object: &str) -> String {
    let uid = stage.get(object, ".metadata.uid");
    stage.ends(0, &format!("grep -rl '\"uid\":\"{uid}\"' .switchback/backups")).trim().to_owned()
}

#[test]
fn a_copy_is_its_owners_alone_and_says_of_which_object_it_is() {
    let cluster = cluster!("a_copy_is_its_owners_alone_and_says_of_which_object_it_is");
    let stage = given(cluster, "copies", &format!("{SAVES}\n{CHANGES}"));
    let version = |object: &str| stage.get(object, ".metadata.resourceVersion");
    let (of_map, of_secret) = (version("configmap/a"), version("secret/pin"));
    stage.ends(0, &format!("umask 000\n{RUN}"));
    let files = stage.ends(0, FILES);
    assert!(files.lines().count() >= 2 && files.lines().all(|line| line.starts_with("600 ")), "{files}");
    assert_ne!(version("configmap/a"), of_map, "it was changed since");
    for (object, version) in [("configmap/a", of_map), ("secret/pin", of_secret)] {
        let copy = stage.read(&file(&stage, object));
        assert!(copy.contains(&format!("\"resourceVersion\":\"{version}\"")), "{object} {version}: {copy}");
    }
}

#[test]
fn a_copy_that_is_damaged_or_gone_is_not_restored() {
    let cluster = cluster!("a_copy_that_is_damaged_or_gone_is_not_restored");
    let stage = given(cluster, "damaged", &format!("{SAVES}\n{CHANGES}"));
    stage.ends(0, RUN);
    stage.ends(0, "switchback finalize --yes");
    stage.write("q.plan.kdl", "plan \"q\"\nstep \"b\" { kube.restore \"cm/a\" copy=\"p/settings\" }\n");
    stage.ends(0, "switchback diff q.plan.kdl");
    let (copy, before) = (file(&stage, "configmap/a"), stage.picture());
    // Another letter of the value, which is still an object; then not all of it; then none.
    let flips =
        format!("cp {copy} whole; sed -i 's/\"value\":\"old\"/\"value\":\"odd\"/' {copy}; ! cmp -s {copy} whole");
    for damages in [flips, format!("truncate -s 100 {copy}"), format!("rm {copy}")] {
        stage.ends(0, &damages);
        for command in ["switchback diff q.plan.kdl", "switchback run q.plan.kdl --yes"] {
            let said = stage.ends(15, command);
            has(&said, &["✗ b", "copy settings of run ", " is damaged: "]);
        }
        assert_eq!(stage.picture(), before);
    }
    stage.ends(0, &format!("cp whole {copy}; switchback run q.plan.kdl --yes"));
    assert_eq!(stage.get("configmap/a", ".data.value"), "old");
}

#[test]
fn a_copy_of_this_run_that_is_damaged_before_it_is_restored_fails_the_step() {
    let cluster = cluster!("a_copy_of_this_run_that_is_damaged_before_it_is_restored_fails_the_step");
    let steps = r#"
step "b" { needs "c"; file.write "b" content="1"; verify { file.exists "go" within="60s" every="20ms" } }
step "d" { needs "b"; kube.restore "cm/a" copy="settings" }"#;
    let stage = given(cluster, "damages", &format!("{SAVES}\n{CHANGES}{steps}"));
    let before = stage.picture();
    let uid = stage.get("configmap/a", ".metadata.uid");
    let found = format!("$(grep -rl '\"uid\":\"{uid}\"' .switchback/backups)");
    let ended = stage.run(&waits(&format!("truncate -s 100 {found}")));
    assert_eq!(ended.exit, Some(20), "{}", ended.said);
    has(&ended.said, &["d: failed", "copy `settings` is damaged"]);
    assert_eq!(stage.picture(), before);
}
