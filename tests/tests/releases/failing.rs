//! What fails says why, with the right exit code, and nothing is left half done unsaid.

use crate::stage::{RUN, Stage, UNDO, cluster, has};
use switchback_tests::cluster::Helm;
use switchback_tests::folder;

/// A Deployment that never gets ready.
pub const NEVER: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: never}
spec:
  selector: {matchLabels: {app: never}}
  template:
    metadata: {labels: {app: never}, annotations: {switchback.test/ready: never}}
    spec: {containers: [{name: main, image: "example.test/never:1"}]}
"#;

#[test]
fn pods_that_never_become_ready_fail_the_step() {
    let cluster = cluster!("pods_that_never_become_ready_fail_the_step");
    for helm in Helm::BOTH {
        let steps = r#"step "never" { helm.upgrade "never" chart="never" within="6s" }"#;
        let stage = Stage::bare(cluster, helm, "never", steps);
        stage.chart("never", NEVER);
        has(&stage.ends(0, "switchback diff p.plan.kdl"), &["release never uninstalled"]);
        let said = stage.ends(20, RUN);
        has(&said, &["helm upgrade never: revision 1 failed", "deployment/never: 0 of 1 ready"]);
        // Of a pod what is wrong with it is told, whatever Helm says.
        has(&said, &["pod never-", "runs, and is not ready"]);
        has(&said, &["release never uninstalled", "are as before the run"]);
        assert_eq!((stage.get("deployment/never", ".kind"), stage.history_of("never")), (String::new(), Vec::new()));
        // Not waited for, it is deployed, and nobody says that it is ready.
        stage.plan(&steps.replace("within=\"6s\"", "ready=#false"));
        stage.ends(0, RUN);
        assert_eq!(stage.history_of("never").last().unwrap().1, "deployed");
        stage.plan(r#"step "looks" { file.write "a" content="b"; verify { helm.ready "never" within="2s" } }"#);
        has(&stage.ends(20, RUN), &["deployment/never: 0 of 1 ready"]);
    }
}

#[test]
fn a_failing_hook_of_a_rollback_is_ended_and_taken_back() {
    let cluster = cluster!("a_failing_hook_of_a_rollback_is_ended_and_taken_back");
    for helm in Helm::BOTH {
        let stage = Stage::new(
            cluster,
            helm,
            "back",
            r#"step "portal" { on-failure "undo"; helm.rollback "portal" revision=2 }"#,
        );
        let one = folder("charts/portal/1.0.0").display().to_string();
        let two = folder("charts/portal/2.0.0").display().to_string();
        // Its hook ends well at its own upgrade, which has none of these annotations; a rollback to it runs its own.
        let slow = r#"hook={"switchback.test/ends":"failed"}"#;
        let _failed = stage.helm(&["upgrade", "portal", &one, "--set-json", slow, "--no-hooks", "--wait"]).unwrap();
        stage.helm(&["upgrade", "portal", &two, "--reset-values", "--wait"]).unwrap();
        let before = stage.picture();
        has(&stage.ends(20, RUN), &["helm rollback portal: revision 4", "release portal back at what revision 3 was"]);
        let (number, status, chart) = stage.last().unwrap();
        assert_eq!((number, status.as_str(), chart.as_str()), (5, "deployed", "portal-2.0.0"));
        assert_eq!(stage.picture(), before, "{helm:?}");
    }
}

#[test]
fn without_helm_nothing_is_touched() {
    let cluster = cluster!("without_helm_nothing_is_touched");
    let stage = Stage::bare(
        cluster,
        Helm::Four,
        "none",
        r#"step "portal" { helm.upgrade "portal" chart="charts/portal/1.0.0" }"#,
    );
    let said = stage.ends(1, "binary=$(command -v switchback); PATH=/nonexistent exec $binary run p.plan.kdl --yes");
    has(
        &said,
        &["no folder of PATH has a program `helm`", "install Helm 3 (from 3.14 on) or Helm 4, or put it on PATH"],
    );
    assert_eq!(stage.history(), []);
}

#[test]
fn a_revision_that_was_pruned_is_told() {
    let cluster = cluster!("a_revision_that_was_pruned_is_told");
    let steps = r#"step "portal" { moves from="2.0.0" to="1.0.0"; helm.rollback "portal" }"#;
    let stage = Stage::new(cluster, Helm::Four, "pruned", steps);
    let two = folder("charts/portal/2.0.0").display().to_string();
    for replicas in ["replicas=1", "replicas=2"] {
        stage.helm(&["upgrade", "portal", &two, "--set", replicas, "--history-max", "2", "--wait"]).unwrap();
    }
    let said = stage.ends(15, RUN);
    has(
        &said,
        &["no revision of `portal` that is kept is of chart 1.0.0", "2 (2.0.0, superseded)", "3 (2.0.0, deployed)"],
    );
    has(&said, &["one that was pruned can only be made again with `helm.upgrade` from its chart"]);
    // Ours are all kept, whatever Helm's own limit is.
    stage.plan(r#"step "portal" { helm.upgrade "portal" chart="charts/portal/1.0.0" }"#);
    stage.ends(0, &format!("HELM_MAX_HISTORY=1 {RUN}"));
    assert_eq!(stage.history().len(), 3);
}

/// How a step says that objects of a kind are lost with their definition.
const LOSES: &str =
    r#"irreversible "nobody has bulbs any more"; gate "sure" { confirm "All bulbs are lost" type="yes" }"#;

#[test]
fn a_definition_that_would_go_must_be_written() {
    let cluster = cluster!("a_definition_that_would_go_must_be_written");
    // Without the definition first, which is where the rollback goes.
    let ways = [
        (Helm::Four, "uninstall", r#"helm.uninstall "lamps""#),
        (Helm::Three, "upgrade", r#"helm.upgrade "lamps" chart="charts/lamps" VALUES"#),
        (Helm::Four, "rollback", r#"helm.rollback "lamps" revision=1"#),
    ];
    for (helm, begin, action) in ways {
        let stage = Stage::bare(cluster, helm, begin, "");
        let (chart, group) = (folder("charts/lamps").display().to_string(), format!("{}.example", stage.namespace));
        let (group_set, bulbs) = (format!("group={group}"), format!("bulbs.{group}"));
        for definition in ["definition=false", "definition=true"] {
            let set = ["--set", definition, "--set", &group_set, "--wait"];
            stage.helm(&[["upgrade", "--install", "lamps", &chart].as_slice(), &set].concat()).unwrap();
        }
        stage.kubectl(&["wait", "--for=condition=established", &format!("crd/{bulbs}")], "");
        let bulb = format!("apiVersion: {group}/v1\nkind: Bulb\nmetadata: {{name: one}}\n");
        stage.kubectl(&["create", "--filename", "-"], &bulb);
        let plan = |more: &str, step: &str| {
            let action = action.replace("VALUES", r#"{ set "definition" #false }"#);
            let at = action.find(" {").unwrap_or(action.len());
            let (call, values) = action.split_at(at);
            stage.plan(&format!("step \"lamps\" {{ {step}\n{call}{more}{values} }}"));
        };
        plan("", "");
        let told = [
            "the definition of a kind would be deleted, and 1 object of that kind with it",
            "if that is meant, write deletes-definitions=#true",
        ];
        has(&stage.ends(15, "switchback diff p.plan.kdl"), &told);
        has(&stage.ends(15, RUN), &told);
        // Its way back makes the definition again, and none of its objects.
        plan(" deletes-definitions=#true", "");
        let lost = format!("{bulbs} is deleted with all objects of its kind, and the step's own way back can't bring");
        has(&stage.ends(15, RUN), &[&lost, "write `irreversible \"why\"`, or an `undo` that says what it `loses`"]);
        assert_eq!((stage.get(&format!("{bulbs}/one"), ".kind"), stage.history_of("lamps").len()), ("Bulb".into(), 2));
        plan(" deletes-definitions=#true", LOSES);
        let deletes = if begin == "uninstall" { "deletes 4 of 4" } else { "deletes 2 of 4" };
        let diff = stage.ends(0, "switchback diff p.plan.kdl");
        has(&diff, &[deletes, &format!("- bulb.{group}/one"), "and 1 object of it"]);
        stage.ends(0, &format!("{RUN} --confirm sure=yes"));
        assert_eq!(stage.get(&format!("crd/{bulbs}"), ".kind"), "", "{helm:?} {begin}");
    }
}

#[test]
fn what_has_no_name_is_refused_where_helm_would_fail() {
    let cluster = cluster!("what_has_no_name_is_refused_where_helm_would_fail");
    let stage = Stage::bare(cluster, Helm::Four, "nameless", r#"step "gen" { helm.upgrade "gen" chart="gen" }"#);
    let map = |more: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  generateName: gen-\n{more}");
    stage.chart("gen", &map(""));
    has(&stage.ends(1, RUN), &["this ConfigMap has no `metadata.name`"]);
    stage.chart("gen", &map("  annotations: {helm.sh/hook: pre-install}\n"));
    has(&stage.ends(15, RUN), &["hook configmap of gen/templates/all.yaml has no `metadata.name`", "give it a name"]);
    assert_eq!(stage.history_of("gen"), []);
}

#[test]
fn what_is_done_to_a_release_twice_is_taken_back_twice() {
    let cluster = cluster!("what_is_done_to_a_release_twice_is_taken_back_twice");
    let steps = r#"
step "first" { helm.upgrade "portal" chart="charts/portal/2.0.0" }
step "second" { needs "first"; helm.upgrade "portal" chart="charts/portal/2.0.0" { set "replicas" 2 } }"#;
    for helm in Helm::BOTH {
        let stage = Stage::new(cluster, helm, "twice", steps);
        let before = stage.picture();
        let diff = stage.ends(0, "switchback diff p.plan.kdl");
        has(&diff, &["? release portal ", "an action before this one changes it: what this one does is known then"]);
        stage.ends(0, RUN);
        assert_eq!((stage.last().unwrap().0, stage.get("deployment/portal", ".spec.replicas")), (3, "2".to_owned()));
        has(&stage.ends(0, UNDO), &["are as before the run"]);
        assert_eq!((stage.last().unwrap().0, stage.picture()), (5, before), "{helm:?}");
    }
}
