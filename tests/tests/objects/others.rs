//! What somebody else does is never overwritten unseen.

use crate::conditions::as_account;
use crate::freezing::waits;
use crate::stage::{RUN, Stage, UNDO, cluster, has, map};

const STEP: &str = r#"step "a" { kube.apply "a.yaml" }"#;

#[test]
fn a_field_that_somebody_owns_stops_the_run_before_it_begins() {
    let cluster = cluster!("a_field_that_somebody_owns_stops_the_run_before_it_begins");
    let stage = Stage::new(cluster, "conflict", STEP, &[("a.yaml", &map("a", "new"))]);
    stage.given(&map("a", "old"));
    let before = stage.picture();
    let said = stage.ends(15, RUN);
    has(&said, &["configmap/a: others own what would be changed: .data.value (by somebody)", "force=#true"]);
    assert_eq!(stage.picture(), before);
    stage.write("p.plan.kdl", &format!("plan \"p\"\n{}\n", STEP.replace("\"a.yaml\"", "\"a.yaml\" force=#true")));
    stage.ends(0, RUN);
    assert_eq!(stage.get("configmap/a", ".data.value"), "new");
    stage.ends(0, UNDO);
    assert_eq!(stage.picture(), before, "its owner owns it again");
}

#[test]
fn a_change_between_the_review_and_the_step_stops_the_step() {
    let cluster = cluster!("a_change_between_the_review_and_the_step_stops_the_step");
    let steps = r#"
step "a" { kube.apply "a.yaml"; verify { file.exists "go" within="60s" every="20ms" } }
step "b" { needs "a"; kube.apply "b.yaml" force=#true }"#;
    let stage = Stage::new(cluster, "drift", steps, &[("a.yaml", &map("a", "new")), ("b.yaml", &map("b", "new"))]);
    stage.given(&map("b", "old"));
    let before = stage.picture();
    let namespace = &stage.namespace;
    let theirs = format!(
        "{RUN} > out 2>&1 & run=$!\nuntil grep -q 'a: waits' out || ! kill -0 $run; do sleep 0.05; done\n\
         touch changed\nuntil test -e theirs; do sleep 0.02; done\ntouch site/go\nwait $run; code=$?; cat out; exit $code"
    );
    let said = std::thread::scope(|scope| {
        let running = scope.spawn(|| stage.run(&theirs));
        while stage.run("test -e changed").exit != Some(0) {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        stage.kubectl(&["patch", "configmap", "b", "-p", r#"{"data":{"value":"theirs"}}"#], "");
        stage.write("theirs", "");
        running.join().unwrap()
    });
    assert_eq!(said.exit, Some(20), "{}", said.said);
    has(
        &said.said,
        &[
            "configmap/b was changed by somebody else; nothing of this step was touched",
            "~ configmap/b: expected an object",
        ],
    );
    assert_eq!(stage.get("configmap/b", ".data.value"), "theirs", "in {namespace}");
    assert_eq!(stage.picture().get("configmap/a"), before.get("configmap/a"));
}

#[test]
fn a_bundle_runs_only_while_the_objects_are_as_they_were_reviewed() {
    let cluster = cluster!("a_bundle_runs_only_while_the_objects_are_as_they_were_reviewed");
    let step = STEP.replace("\"a.yaml\"", "\"a.yaml\" force=#true");
    let stage = Stage::new(cluster, "review", &step, &[("a.yaml", &map("a", "new"))]);
    stage.given(&map("a", "old"));
    stage.ends(0, "switchback diff p.plan.kdl -o p.swb");
    stage.kubectl(&["patch", "configmap", "a", "-p", r#"{"data":{"more":"theirs"}}"#], "");
    let said = stage.ends(11, "switchback run p.swb");
    has(&said, &["~ configmap/a", "when reviewed: an object, b3:", "by somebody", "now: an object, b3:"]);
    assert_eq!(stage.get("configmap/a", ".data.value"), "old");
}

#[test]
fn an_undo_leaves_what_somebody_changed_since() {
    let cluster = cluster!("an_undo_leaves_what_somebody_changed_since");
    let stage = Stage::new(cluster, "since", STEP, &[("a.yaml", &format!("{}---\n{}", map("a", "1"), map("b", "1")))]);
    stage.ends(0, RUN);
    stage.kubectl(&["patch", "configmap", "a", "-p", r#"{"data":{"more":"theirs"}}"#], "");
    let said = stage.ends(23, UNDO);
    has(&said, &["`configmap/a` was changed by kubectl-patch since, and is left: data.more", "1 object removed"]);
    assert_eq!(stage.get("configmap/a", ".data.more"), "theirs");
    // When it is mended by hand, the next undo sees that all is back.
    stage.kubectl(&["delete", "configmap", "a"], "");
    has(&stage.ends(0, UNDO), &["2 of 2 resources are as before the run"]);
}

#[test]
fn what_a_controller_adds_is_no_interference_and_stays() {
    let cluster = cluster!("what_a_controller_adds_is_no_interference_and_stays");
    let steps = r#"step "a" { kube.patch "cm/a" merge="{ data: { value: new } }"; kube.apply "b.yaml" }"#;
    let stage = Stage::new(cluster, "adds", steps, &[("b.yaml", &map("b", "new"))]);
    stage.given(&map("a", "old"));
    let before = stage.picture();
    stage.ends(0, RUN);
    let adds = r#"{"metadata":{"finalizers":["a.test/hold"],"annotations":{"seen":"1"}}}"#;
    stage.kubectl(&["patch", "configmap", "a", "-p", adds], "");
    stage.kubectl(&["label", "configmap", "b", "seen=1"], "");
    let said = stage.ends(0, UNDO);
    has(
        &said,
        &[
            "1 object put back, what others changed elsewhere in 1 stays",
            "1 object removed",
            "2 of 2 resources are as before the run",
        ],
    );
    assert_eq!(stage.get("configmap/a", ".data.value"), "old");
    assert_eq!(stage.get("configmap/a", ".metadata.finalizers"), r#"["a.test/hold"]"#);
    stage.kubectl(&["patch", "configmap", "a", "-p", r#"{"metadata":{"finalizers":null,"annotations":null}}"#], "");
    let contents = |picture: &std::collections::BTreeMap<String, (String, String)>| -> Vec<(String, String)> {
        picture.iter().map(|(name, (digest, _))| (name.clone(), digest.clone())).collect()
    };
    assert_eq!(contents(&stage.picture()), contents(&before));
}

#[test]
fn what_others_put_into_a_namespace_or_of_a_kind_that_the_run_made_is_not_taken_along() {
    let cluster = cluster!("what_others_put_into_a_namespace_or_of_a_kind_that_the_run_made_is_not_taken_along");
    let stage = Stage::new(cluster, "holds", r#"step "a" { kube.apply "room.yaml" }"#, &[]);
    let (own, group) = (format!("{}-own", stage.namespace), format!("{}.test", stage.namespace));
    let mine = map("mine", "1").replace("  name: mine", &format!("  name: mine\n  namespace: {own}"));
    // A definition, and an object of its kind that is in no namespace, by one action.
    let vase = |name: &str| format!("apiVersion: {group}/v1\nkind: Vase\nmetadata: {{ name: {name} }}\n");
    stage.write("room.yaml", &format!("{}---\n{mine}---\n{}", room(&own, &group), vase("red")));
    has(&stage.ends(0, "switchback diff p.plan.kdl"), &[&format!("+ vase.{group}/red")]);
    stage.ends(0, RUN);
    assert_eq!(stage.kubectl(&["get", &format!("vases.{group}"), "-o", "name"], ""), format!("vase.{group}/red\n"));
    let theirs = map("theirs", "1").replace("  name: theirs", &format!("  name: theirs\n  namespace: {own}"));
    stage.cluster().kubectl(&["apply", "-f", "-"], &format!("{theirs}---\n{}", vase("blue"))).unwrap();
    let said = stage.ends(23, UNDO);
    has(
        &said,
        &[
            &format!("`namespace/{own}` is left: it holds 1 object: configmap/theirs"),
            &format!("`customresourcedefinition/vases.{group}` is left: it holds 1 object: vase.{group}/blue"),
        ],
    );
    let there = stage.cluster().kubectl(&["get", "configmaps", "-n", &own, "-o", "name"], "").unwrap();
    assert_eq!(there, "configmap/kube-root-ca.crt\nconfigmap/theirs\n", "and ours is gone");
    let crd = format!("crd/vases.{group}");
    stage.cluster().kubectl(&["delete", &format!("namespace/{own}"), &crd, "--wait"], "").unwrap();
    has(&stage.ends(0, UNDO), &["4 of 4 resources are as before the run"]);
}

/// A namespace and the definition of a kind.
fn room(own: &str, group: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata: {{ name: {own} }}\n---\n{}", definition(group))
}

/// The definition of a kind whose objects are in no namespace.
pub fn definition(group: &str) -> String {
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{ name: vases.{group} }}\nspec:\n  \
         group: {group}\n  scope: Cluster\n  names: {{ kind: Vase, plural: vases, singular: vase }}\n  versions:\n    - \
         name: v1\n      served: true\n      storage: true\n      schema: {{ openAPIV3Schema: {{ type: object, \
         x-kubernetes-preserve-unknown-fields: true }} }}\n"
    )
}

#[test]
fn a_namespace_is_deleted_with_what_is_in_it_only_where_the_plan_says_so() {
    let cluster = cluster!("a_namespace_is_deleted_with_what_is_in_it_only_where_the_plan_says_so");
    let stage = Stage::new(cluster, "whole", "", &[]);
    let own = format!("{}-own", stage.namespace);
    let theirs = map("theirs", "1").replace("  name: theirs", &format!("  name: theirs\n  namespace: {own}"));
    let given = format!("apiVersion: v1\nkind: Namespace\nmetadata: {{ name: {own} }}\n---\n{theirs}");
    stage.cluster().kubectl(&["apply", "-f", "-"], &given).unwrap();
    let plan = |more: &str| format!("plan \"p\"\nstep \"a\" {{ kube.delete \"namespace/{own}\"{more} }}\n");
    stage.write("p.plan.kdl", &plan(""));
    let said = stage.ends(15, "switchback diff p.plan.kdl");
    has(&said, &["deletes 2 of", &format!("- {own}/configmap/theirs"), "irreversible"]);
    let said = stage.ends(15, RUN);
    has(&said, &[&format!("namespace/{own} is deleted with all that is in it"), "can't bring that back"]);
    assert_eq!(
        stage.cluster().kubectl(&["get", "configmaps", "theirs", "-n", &own, "-o", "name"], "").unwrap(),
        "configmap/theirs\n"
    );
    let gone = r#"; irreversible "it is not needed any more"; gate "sure" { confirm "All in it is lost" type="yes" }"#;
    stage.write("p.plan.kdl", &plan(gone));
    has(&stage.ends(0, "switchback diff p.plan.kdl"), &["deletes 2 of 2"]);
    has(&stage.ends(0, &format!("{RUN} --confirm sure=yes")), &["2 of 2 changes as reviewed"]);
    let left = stage.cluster().kubectl(&["get", "namespace", &own, "--ignore-not-found", "-o", "name"], "").unwrap();
    assert_eq!(left, "");
}

#[test]
fn what_can_not_be_looked_at_before_a_step_is_no_reason_to_go_on() {
    let cluster = cluster!("what_can_not_be_looked_at_before_a_step_is_no_reason_to_go_on");
    let steps = r#"step "a" { file.write "a" content="1" }
step "b" { needs "a"; file.write "b" content="1"; verify { file.exists "go" within="60s" every="20ms" } }
step "c" { needs "b"; kube.apply "c.yaml" force=#true }"#;
    let stage = Stage::new(cluster, "unseen", steps, &[]);
    stage.write("c.yaml", &map("c", "new"));
    stage.given(&map("c", "old"));
    stage.kubectl(&["create", "serviceaccount", "runner"], "");
    let account = format!("--serviceaccount={}:runner", stage.namespace);
    stage.kubectl(&["create", "role", "all", "--verb=*", "--resource=configmaps,leases.coordination.k8s.io"], "");
    stage.kubectl(&["create", "rolebinding", "all", "--role=all", &account], "");
    let revoked = format!("KUBECONFIG=$ADMIN kubectl -n {} delete rolebinding all", stage.namespace);
    let script = as_account(&stage, "runner", &waits(&revoked));
    let ended = stage.run(&format!("export ADMIN=$KUBECONFIG\n{script}"));
    assert_eq!(ended.exit, Some(20), "{}", ended.said);
    has(&ended.said, &["configmap/c could not be looked at: ", "is forbidden", "nothing of this step was touched"]);
    assert_eq!(stage.get("configmap/c", ".data.value"), "old");
}
