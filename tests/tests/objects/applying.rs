//! The way there and back: what the dry run says is what happens, and an undo leaves no trace.

use crate::stage::{RUN, Stage, UNDO, cluster, deployment, has, map};

const STEPS: &str = r#"step "web" { kube.apply "manifests/web.yaml" "manifests/pin.yaml" }"#;

fn files(image: &str) -> Vec<(&'static str, String)> {
    let pin = "apiVersion: v1\nkind: Secret\nmetadata: { name: pin }\nstringData: { pin: rose-garden }\n";
    let web = format!("{}---\n{}", map("limits", "new"), deployment("web", image, ""));
    vec![("manifests/web.yaml", web), ("manifests/pin.yaml", pin.to_owned())]
}

fn stage(begin: &str, steps: &str) -> Option<Stage> {
    let cluster = switchback_tests::cluster::Cluster::shared(begin).unwrap()?;
    let files = files("example.test/web:2");
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let stage = Stage::new(cluster, begin, steps, &files);
    stage.given(&map("limits", "old"));
    Some(stage)
}

#[test]
fn there_again_and_back() {
    let Some(stage) = stage("there", STEPS) else { return };
    let (before, versions) = (stage.picture(), stage.versions());
    let diff = stage.ends(15, "switchback diff p.plan.kdl");
    has(&diff, &["~ configmap/limits", ".data.value is owned by somebody"]);
    has(&diff, &["[validated]", "-value: old", "+value: new", "+ deployment/web", "+ secret/pin"]);
    assert!(!diff.contains("rose-garden") && !diff.contains("cm9zZS1nYXJkZW4"), "{diff}");
    assert_eq!((stage.picture(), stage.versions()), (before, versions), "a dry run writes nothing");
}

#[test]
fn what_the_plan_owns_goes_there_and_back() {
    let forced = STEPS.replace("\"manifests/pin.yaml\"", "\"manifests/pin.yaml\" force=#true");
    let Some(stage) = stage("owned", &forced) else { return };
    let before = stage.picture();
    let diff = stage.ends(0, "switchback diff p.plan.kdl");
    has(&diff, &["copy of 1 object, 2 removed", ".data.value is owned by somebody"]);
    let said = stage.ends(0, RUN);
    has(&said, &["3 changes", "3 of 3 changes as reviewed"]);
    assert_eq!(stage.get("configmap/limits", ".data.value"), "new");
    assert_eq!(stage.get("deployment/web", ".status.readyReplicas"), "2");
    let versions = stage.versions();
    has(&stage.ends(0, RUN), &["nothing to do"]);
    assert_eq!(stage.versions(), versions, "nothing to do touches nothing");
    let kept = stage.ends(0, "grep -rl 'rose-garden\\|cm9zZS1nYXJkZW4' .switchback site | grep -v /old/ || true");
    // The bundle has the manifest, which says the value in the open.
    assert!(kept.lines().all(|file| file.ends_with("bundle.swb")), "{kept}");
    let said = stage.ends(0, UNDO);
    has(&said, &["1 object put back, 2 objects removed", "compared: 3 of 3 resources are as before the run"]);
    assert_eq!(stage.picture(), before);
}

#[test]
fn what_an_earlier_step_makes_room_for_is_shown_by_its_manifest() {
    let cluster = cluster!("what_an_earlier_step_makes_room_for_is_shown_by_its_manifest");
    let steps = r#"
step "room" { kube.apply "room.yaml" }
step "vase" { needs "room"; kube.apply "vase.yaml" }"#;
    let stage = Stage::new(cluster, "room", steps, &[]);
    let (own, group) = (format!("{}-own", stage.namespace), format!("{}.test", stage.namespace));
    let room = format!(
        "apiVersion: v1\nkind: Namespace\nmetadata: {{ name: {own} }}\n---\napiVersion: apiextensions.k8s.io/v1\nkind: \
         CustomResourceDefinition\nmetadata: {{ name: vases.{group} }}\nspec:\n  group: {group}\n  scope: Cluster\n  names: \
         {{ kind: Vase, plural: vases, singular: vase }}\n  versions:\n    - name: v1\n      served: true\n      storage: \
         true\n      schema: {{ openAPIV3Schema: {{ type: object, x-kubernetes-preserve-unknown-fields: true }} }}\n"
    );
    let vase = format!(
        "apiVersion: {group}/v1\nkind: Vase\nmetadata: {{ name: red }}\nspec: {{ flower: rose }}\n---\n{}",
        map("inside", "new").replace("  name: inside", &format!("  name: inside\n  namespace: {own}"))
    );
    stage.write("room.yaml", &room);
    stage.write("vase.yaml", &vase);
    let diff = stage.ends(0, "switchback diff p.plan.kdl");
    has(
        &diff,
        &["+ namespace/", "[validated]", &format!("+ vase.{group}/red"), "[simulated]", "+spec: { flower: rose }"],
    );
    stage.ends(0, RUN);
    assert_eq!(stage.kubectl(&["get", &format!("vases.{group}/red"), "-o", "jsonpath={.spec.flower}"], ""), "rose");
    has(&stage.ends(0, RUN), &["nothing to do"]);
    let said = stage.ends(0, UNDO);
    has(&said, &["2 objects removed"]);
    let left = stage.kubectl(&["get", "crds", &format!("vases.{group}"), "--ignore-not-found", "-o", "name"], "");
    assert_eq!(left, "");
}

#[test]
fn a_template_and_an_inline_manifest_are_applied() {
    let cluster = cluster!("a_template_and_an_inline_manifest_are_applied");
    let steps = r#"
input "pin" secret=#true env="PIN"
step "a" {
    file.write "made" content="made-later\n"
    output "made" pattern="[a-z-]+" { file "made" }
}
step "b" {
    needs "a"
    kube.apply "a.yaml.hbs"
    kube.apply content="apiVersion: v1\nkind: ConfigMap\nmetadata: { name: inline }\ndata: { value: \"{{pin}}\" }\n"
}"#;
    let template = map("late", "{{step.a.made}}");
    let stage = Stage::new(cluster, "late", steps, &[("a.yaml.hbs", &template)]);
    let diff = stage.ends(0, "PIN=rose-garden switchback diff p.plan.kdl -o p.swb");
    has(&diff, &["+ configmap/late", "[simulated]", "‹known after a›", "+ configmap/inline"]);
    assert!(!diff.contains("rose-garden"), "{diff}");
    stage.ends(0, &format!("PIN=rose-garden {}", RUN.replace("p.plan.kdl --yes", "p.swb")));
    assert_eq!(stage.get("configmap/late", ".data.value"), "made-later");
    assert_eq!(stage.get("configmap/inline", ".data.value"), "rose-garden");
    let kept = stage.ends(0, "grep -rl rose-garden .switchback site p.swb | grep -v /old/ || true");
    assert_eq!(kept, "");
    // The way back needs no secret.
    stage.ends(0, UNDO);
    assert_eq!(stage.get("configmap/inline", ".data.value"), "");
}

#[test]
fn two_steps_that_change_one_object_at_the_same_time_are_refused() {
    let cluster = cluster!("two_steps_that_change_one_object_at_the_same_time_are_refused");
    let steps = r#"
step "a" { kube.apply "a.yaml" }
step "b" { kube.apply "b.yaml" }"#;
    let stage = Stage::new(cluster, "race", steps, &[("a.yaml", &map("x", "1"))]);
    stage.write("b.yaml", &map("x", "2").replace("  name: x", &format!("  name: x\n  namespace: {}", stage.namespace)));
    let said = stage.ends(10, "switchback check p.plan.kdl");
    has(&said, &["`a` and `b` may both change `configmap/x` at the same time", "needs \"a\""]);
    stage.write("b.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other }\ndata: { version: 1.20 }\n");
    has(&stage.ends(10, "switchback check p.plan.kdl"), &["`b.yaml`, line 4", "quote it: \"1.20\""]);
}

#[test]
fn a_cluster_that_is_not_there_is_told_and_asked_for_only_where_it_is_needed() {
    let stand = switchback_tests::stand::Stand::new(
        "plan \"p\"\nstep \"a\" { kube.apply \"a.yaml\" }\n",
        &[
            ("a.yaml", &map("a", "1")),
            ("switchback.kdl", "language 1\ntarget \"t\" { kube context=\"no\"; directory \"site\" }\n"),
        ],
    )
    .unwrap();
    let said = stand.ends(1, "KUBECONFIG=/nonexistent/config switchback diff p.plan.kdl").unwrap();
    has(&said, &["error: the cluster of target `t`, context `no`: the kubeconfig", "KUBECONFIG"]);
    stand
        .write(
            "p.plan.kdl",
            "plan \"p\"\nstep \"a\" { file.write \"a\" content=\"1\"; verify { file.exists \"a\" } }\n",
        )
        .unwrap();
    stand.ends(0, &format!("KUBECONFIG=/nonexistent/config {RUN}")).unwrap();
}

#[test]
fn a_target_needs_no_directory() {
    let cluster = cluster!("a_target_needs_no_directory");
    let stage = Stage::new(cluster, "bare", r#"step "a" { kube.apply "a.yaml" }"#, &[("a.yaml", &map("a", "1"))]);
    let project = format!("language 1\ntarget \"test\" {{ kube namespace=\"{}\" }}\n", stage.namespace);
    stage.write("switchback.kdl", &project);
    let before = stage.picture();
    stage.ends(0, RUN);
    has(&stage.ends(0, "switchback status"), &["done"]);
    stage.ends(0, UNDO);
    assert_eq!(stage.picture(), before);
}
