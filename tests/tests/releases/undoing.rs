//! The way back of a release: what others did since is left and told, what was otherwise than its revision comes back too.

use crate::cut_off::KILL_HELM;
use crate::stage::{RUN, Stage, UNDO, cluster, has};
use switchback_tests::cluster::{Cluster, Helm};
use switchback_tests::folder;

/// To the portal's second release.
const UPGRADE: &str = r#"step "portal" { helm.upgrade "portal" chart="charts/portal/2.0.0" force=#true }"#;

/// Somebody's hand.
fn patch(stage: &Stage, object: &str, patch: &str) {
    stage.kubectl(&["patch", object, "--type", "merge", "--patch", patch], "");
}

#[test]
fn what_others_changed_since_is_not_gone_over() {
    let cluster = cluster!("what_others_changed_since_is_not_gone_over");
    for helm in Helm::BOTH {
        let stage = Stage::new(cluster, helm, "theirs", UPGRADE);
        let before = stage.picture();
        stage.ends(0, RUN);
        let made = stage.picture();
        // One that the upgrade changed, one that it made.
        patch(&stage, "configmap/portal", r#"{"data":{"release":"mine"}}"#);
        patch(&stage, "configmap/portal-status", r#"{"data":{"mine":"too","status":"edited"}}"#);
        let hands = stage.picture();
        let said = stage.ends(23, UNDO);
        has(&said, &["release portal can't go back to revision 1, and is left as it is"]);
        has(&said, &["configmap/portal: somebody else changed it since: data.release (by kubectl"]);
        has(&said, &["and helm would go over it"]);
        // What stands there, and what stood there when the run left it: with that back, it goes on.
        has(&said, &["configmap/portal has release: mine", "configmap/portal was left with release: \"2\""]);
        has(&said, &["configmap/portal-status has mine: too"]);
        has(&said, &["configmap/portal-status: somebody else changed it since:", "data.mine (by kubectl"]);
        has(&said, &["data.status (by kubectl"]);
        assert_eq!((stage.picture(), stage.last().unwrap().0), (hands, 2), "{helm:?}");
        // Out of the way again, it goes back.
        patch(&stage, "configmap/portal", r#"{"data":{"release":"2"}}"#);
        patch(&stage, "configmap/portal-status", r#"{"data":{"mine":null,"status":"new in 2"}}"#);
        assert_eq!(stage.picture(), made);
        has(&stage.ends(0, UNDO), &["are as before the run"]);
        assert_eq!(stage.picture(), before, "{helm:?}");
    }
}

#[test]
fn what_hinders_an_uninstall_is_told_with_a_way_out() {
    let cluster = cluster!("what_hinders_an_uninstall_is_told_with_a_way_out");
    for helm in Helm::BOTH {
        let stage = Stage::bare(cluster, helm, "filled", r#"step "gen" { helm.upgrade "gen" chart="gen" }"#);
        stage.chart("gen", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: gen}\ndata: {from: chart}\n");
        let before = stage.picture();
        stage.ends(0, RUN);
        patch(&stage, "configmap/gen", r#"{"data":{"made":"by the release's own pods"}}"#);
        let said = stage.ends(23, UNDO);
        let way_out = format!("helm uninstall gen -n {}", stage.namespace);
        has(&said, &["release gen can't be uninstalled", &format!("if all that may go: {way_out}, then undo again")]);
        stage.ends(0, &way_out);
        stage.ends(0, UNDO);
        assert_eq!(stage.picture(), before, "{helm:?}");
    }
}

#[test]
fn what_somebody_added_is_told_by_field_when_the_release_goes_back() {
    let cluster = cluster!("what_somebody_added_is_told_by_field_when_the_release_goes_back");
    for helm in Helm::BOTH {
        let stage = Stage::new(cluster, helm, "added", UPGRADE);
        stage.ends(0, RUN);
        patch(&stage, "configmap/portal", r#"{"data":{"sneaky":"1"}}"#);
        let said = stage.ends(23, UNDO);
        has(&said, &["`configmap/portal` is left: somebody else changed it since: data.sneaky (by kubectl-patch)"]);
        assert_eq!(stage.get("configmap/portal", ".data.sneaky"), "1");
        patch(&stage, "configmap/portal", r#"{"data":{"sneaky":null}}"#);
        stage.ends(0, UNDO);
    }
}

const SLOW_HOOK: &str = r#"apiVersion: batch/v1
kind: Job
metadata: {name: slow, annotations: {helm.sh/hook: pre-install}}
spec:
  template:
    metadata: {annotations: {switchback.test/ends-after: 120s}}
    spec: {restartPolicy: Never, containers: [{name: main, image: "example.test/slow:1"}]}
"#;

#[test]
fn a_hook_that_helm_left_behind_is_told_after_the_undo() {
    let cluster = cluster!("a_hook_that_helm_left_behind_is_told_after_the_undo");
    let steps = r#"step "gen" { on-failure "undo"; helm.upgrade "gen" chart="gen" within="6s" }"#;
    let stage = Stage::bare(cluster, Helm::Four, "behind", steps);
    stage.chart("gen", SLOW_HOOK);
    let said = stage.ends(20, RUN);
    has(&said, &["release gen uninstalled; not what hook job/slow did; hook job/slow still runs"]);
}

/// Its rollback takes longer than an undo of a step with this limit, though none of its hooks does.
const SLOW_BACK: &str = r#"{{ range until 5 }}---
apiVersion: batch/v1
kind: Job
metadata: {name: "back-{{ . }}", annotations: {helm.sh/hook: pre-rollback, helm.sh/hook-weight: "{{ . }}"}}
spec:
  template:
    metadata: {annotations: {switchback.test/ends-after: 6s}}
    spec: {restartPolicy: Never, containers: [{name: main, image: "example.test/back:1"}]}
{{ end }}---
apiVersion: v1
kind: ConfigMap
metadata: {name: gen}
data: {text: "{{ .Values.text }}"}
"#;

#[test]
fn helm_is_let_finish_an_undo_that_takes_longer_than_its_step() {
    let cluster = cluster!("helm_is_let_finish_an_undo_that_takes_longer_than_its_step");
    let steps = r#"step "gen" { helm.upgrade "gen" chart="gen" within="14s" { values "new.yaml" } }"#;
    let stage = Stage::bare(cluster, Helm::Four, "longer", steps);
    stage.chart("gen", SLOW_BACK);
    stage.write("new.yaml", "text: new\n");
    stage.helm(&["install", "gen", stage.place("gen").to_str().unwrap(), "--set", "text=old"]).unwrap();
    stage.ends(0, RUN);
    stage.ends(0, UNDO);
    assert_eq!(stage.get("configmap/gen", ".data.text"), "old");
}

#[test]
fn what_was_otherwise_than_its_revision_comes_back() {
    let cluster = cluster!("what_was_otherwise_than_its_revision_comes_back");
    for helm in Helm::BOTH {
        let stage = Stage::new(cluster, helm, "drifted", UPGRADE);
        patch(&stage, "configmap/portal", r#"{"data":{"release":"by hand","own":"key"}}"#);
        let before = stage.picture();
        stage.ends(0, RUN);
        assert_eq!(stage.get("configmap/portal", ".data.release"), "2");
        has(&stage.ends(0, UNDO), &["and 1 object as it was besides", "are as before the run"]);
        assert_eq!(stage.picture(), before, "{helm:?}");
    }
}

const WEB: &str = r#"apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {text: "{{ .Values.text }}"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
      annotations: {text: "{{ .Values.text }}"{{ if eq .Values.ready "never" }}, switchback.test/ready: never{{ end }}}
    spec: {containers: [{name: main, image: "example.test/web:1"}]}
"#;

/// The release `web`, whose pods become ready or never do, upgraded by a plan to values of its own.
fn web(cluster: &'static Cluster, helm: Helm, ready: &str, to: &str) -> Stage {
    let steps = format!(r#"step "web" {{ helm.upgrade "web" chart="web" force=#true within="20s" {{ {to} }} }}"#);
    let stage = Stage::bare(cluster, helm, "web", &steps);
    stage.chart("web", WEB);
    let (place, ready) = (stage.place("web").display().to_string(), format!("ready={ready}"));
    stage.helm(&["install", "web", &place, "--set", "text=one", "--set", &ready]).unwrap();
    stage
}

#[test]
fn what_was_otherwise_comes_back_after_a_failed_upgrade_too() {
    let cluster = cluster!("what_was_otherwise_comes_back_after_a_failed_upgrade_too");
    for helm in Helm::BOTH {
        let stage = web(cluster, helm, "yes", r#"set "text" "two"; set "ready" "never""#);
        stage.kubectl(&["rollout", "status", "deployment/web", "--timeout", "30s"], "");
        patch(&stage, "configmap/web", r#"{"data":{"text":"by hand"}}"#);
        let before = stage.picture();
        let said = stage.ends(20, RUN);
        has(&said, &["helm upgrade web: revision 2 failed", "and 1 object as it was besides", "as before the run"]);
        assert_eq!(
            (stage.picture(), stage.get("configmap/web", ".data.text")),
            (before, "by hand".to_owned()),
            "{helm:?}"
        );
    }
}

#[test]
fn what_was_not_ready_before_is_not_waited_for() {
    let cluster = cluster!("what_was_not_ready_before_is_not_waited_for");
    for helm in Helm::BOTH {
        let stage = web(cluster, helm, "never", r#"set "text" "two"; set "ready" "yes""#);
        let before = stage.picture();
        stage.ends(0, RUN);
        has(&stage.ends(0, UNDO), &["are as before the run"]);
        assert_eq!(stage.picture(), before, "{helm:?}");
        // Ready by somebody's hand: it is by that hand that it is ready again.
        let path = r#"{"spec":{"template":{"metadata":{"annotations":{"switchback.test/ready":null}}}}}"#;
        patch(&stage, "deployment/web", path);
        stage.kubectl(&["rollout", "status", "deployment/web", "--timeout", "30s"], "");
        let before = stage.picture();
        stage.ends(0, RUN);
        has(&stage.ends(0, UNDO), &["and 1 object as it was besides", "are as before the run"]);
        assert_eq!((stage.picture(), stage.get("deployment/web", ".status.readyReplicas")), (before, "1".to_owned()));
    }
}

#[test]
fn a_rollback_whose_pods_are_not_ready_is_taken_back() {
    let cluster = cluster!("a_rollback_whose_pods_are_not_ready_is_taken_back");
    for helm in Helm::BOTH {
        let stage = web(cluster, helm, "never", "");
        let place = stage.place("web").display().to_string();
        stage.helm(&["upgrade", "web", &place, "--set", "text=two", "--set", "ready=yes", "--wait"]).unwrap();
        stage.plan(r#"step "web" { helm.rollback "web" revision=1 within="6s" }"#);
        let before = stage.picture();
        let said = stage.ends(20, RUN);
        has(&said, &["helm rollback web: revision 3 failed", "release web back at what revision 2 was"]);
        has(&said, &["are as before the run"]);
        assert_eq!(stage.picture(), before, "{helm:?}");
    }
}

#[test]
fn what_is_mended_between_two_tries_of_an_undo_is_left() {
    let cluster = cluster!("what_is_mended_between_two_tries_of_an_undo_is_left");
    for helm in Helm::BOTH {
        let stage = Stage::new(cluster, helm, "tries", UPGRADE);
        patch(&stage, "configmap/portal", r#"{"data":{"release":"by hand"}}"#);
        let before = stage.picture();
        for theirs in [false, true] {
            stage.ends(0, RUN);
            stage.ends(137, &format!("SWITCHBACK_KILL_ON=helm-ended {UNDO}"));
            if !theirs {
                has(&stage.ends(0, UNDO), &["and 1 object as it was besides", "are as before the run"]);
                assert_eq!(stage.picture(), before, "{helm:?}");
                continue;
            }
            patch(&stage, "configmap/portal", r#"{"data":{"release":"mended"}}"#);
            let said = stage.ends(23, UNDO);
            has(&said, &["`configmap/portal` is left: somebody else changed it since: data.release (by kubectl"]);
            assert_eq!(stage.get("configmap/portal", ".data.release"), "mended");
        }
    }
}

#[test]
fn a_release_that_others_changed_before_helm_was_started_is_theirs() {
    let cluster = cluster!("a_release_that_others_changed_before_helm_was_started_is_theirs");
    let stage = Stage::new(cluster, Helm::Four, "between", UPGRADE);
    stage.ends(137, &format!("SWITCHBACK_KILL_ON=helm-start {RUN}"));
    let one = folder("charts/portal/1.0.0").display().to_string();
    stage.helm(&["upgrade", "portal", &one, "--set", "replicas=2", "--wait"]).unwrap();
    let theirs = stage.picture();
    let said = stage.run("switchback resume").said;
    has(&said, &["release portal was changed by somebody else", "; nothing of it was touched"]);
    let (number, _, chart) = stage.last().unwrap();
    assert_eq!((number, chart.as_str(), stage.picture()), (2, "portal-1.0.0", theirs), "{said}");
}

#[test]
fn a_number_that_is_free_again_is_not_taken_for_ours() {
    let cluster = cluster!("a_number_that_is_free_again_is_not_taken_for_ours");
    let steps = r#"step "portal" { moves from="2.0.0" to="1.0.0"; helm.rollback "portal" }"#;
    let stage = Stage::bare(cluster, Helm::Four, "number", steps);
    let chart = |version: &str| folder("charts/portal").join(version).display().to_string();
    let slow = r#"hook={"switchback.test/ends-after":"60s"}"#;
    stage.helm(&["install", "portal", &chart("1.0.0"), "--set-json", slow, "--wait"]).unwrap();
    stage.helm(&["upgrade", "portal", &chart("2.0.0"), "--reset-values", "--wait"]).unwrap();
    let pending = "until helm history portal -n $NAMESPACE -o json | grep -q pending-rollback; do sleep 0.2; done";
    let begun = format!("NAMESPACE={}; {RUN} & run=$!; {pending}; kill -9 $run; wait\n{KILL_HELM}", stage.namespace);
    stage.run(&begun);
    stage.ends(137, "SWITCHBACK_KILL_ON=helm-forgot switchback resume");
    assert_eq!(stage.last().unwrap().0, 2, "its record is gone");
    let copies = stage.ends(0, "find .switchback -name '*.v3.record.json' | wc -l");
    assert_eq!(copies.trim(), "1", "and a copy of it is kept");
    stage.helm(&["upgrade", "portal", &chart("2.0.0"), "--set", "replicas=3", "--no-hooks", "--wait"]).unwrap();
    let theirs = stage.picture();
    let resumed = stage.run("switchback resume").said;
    has(&resumed, &["somebody else changed the release: revision 3, portal 2.0.0"]);
    let undone = stage.run(UNDO).said;
    assert_eq!((stage.last().unwrap().0, stage.picture()), (3, theirs), "{resumed}\n{undone}");
}

const CLAIM: &str = r#"{{ if .Values.claim }}
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, labels: {size: "{{ .Values.claim }}"}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
{{ end }}
"#;

#[test]
fn what_a_release_took_over_is_not_deleted_on_the_way_back() {
    let cluster = cluster!("what_a_release_took_over_is_not_deleted_on_the_way_back");
    let steps = r#"step "claims" { helm.upgrade "claims" chart="claims" adopt=#true force=#true ready=#false { set "claim" "big" } }"#;
    for helm in Helm::BOTH {
        let stage = Stage::bare(cluster, helm, "claims", steps);
        stage.chart("claims", CLAIM);
        stage.write("claims/values.yaml", "claim: \"\"\n");
        let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, annotations: {by: hand}}\n\
                     spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n";
        stage.kubectl(&["create", "--filename", "-"], claim);
        let claim = || ["uid", "labels", "annotations"].map(|part| stage.get("pvc/data", &format!(".metadata.{part}")));
        let before = claim();
        // A rollback looks at a mark on what is there.
        let place = stage.place("claims").display().to_string();
        stage.helm(&["install", "claims", &place]).unwrap();
        stage.ends(0, RUN);
        let adopted = claim();
        assert_ne!(adopted, before);
        has(&stage.ends(0, UNDO), &["are as before the run"]);
        assert_eq!(claim(), before, "{helm:?}");
        // An uninstall does not, so an install that takes it over is refused.
        stage.helm(&["uninstall", "claims"]).unwrap();
        has(&stage.run(RUN).said, &["undoing an install deletes what the release took over"]);
        assert_eq!(claim(), before);
    }
}

#[test]
fn a_definition_is_not_taken_away_with_what_users_made() {
    let cluster = cluster!("a_definition_is_not_taken_away_with_what_users_made");
    let stage = Stage::bare(cluster, Helm::Four, "users", "");
    let (chart, group) = (folder("charts/lamps").display().to_string(), format!("{}.example", stage.namespace));
    let (group_set, name) = (format!("group={group}"), format!("crd/bulbs.{group}"));
    stage.helm(&["install", "lamps", &chart, "--set", "definition=false", "--set", &group_set]).unwrap();
    stage.plan(&format!(
        r#"step "lamps" {{ helm.upgrade "lamps" chart="charts/lamps" {{ set "definition" #true; set "group" "{group}" }} }}"#
    ));
    stage.ends(0, RUN);
    stage.kubectl(&["wait", "--for=condition=established", &name], "");
    let bulb = format!("apiVersion: {group}/v1\nkind: Bulb\nmetadata: {{name: one}}\n");
    stage.kubectl(&["create", "--filename", "-"], &bulb);
    has(&stage.ends(23, UNDO), &["the definition of a kind would be deleted, and 1 object of that kind with it"]);
    assert_eq!(stage.get(&format!("bulbs.{group}/one"), ".metadata.name"), "one");
    stage.kubectl(&["delete", &format!("bulbs.{group}/one")], "");
    stage.ends(0, UNDO);
    assert_eq!(stage.get(&name, ".kind"), "");
}

#[test]
fn a_release_of_helm_3_goes_there_and_back_with_helm_4_and_force() {
    let cluster = cluster!("a_release_of_helm_3_goes_there_and_back_with_helm_4_and_force");
    let stage = Stage::bare(cluster, Helm::Four, "older", UPGRADE);
    stage
        .helm_of(Helm::Three, &["install", "portal", folder("charts/portal/1.0.0").to_str().unwrap(), "--wait"])
        .unwrap();
    let before = stage.picture();
    stage.ends(0, RUN);
    has(&stage.ends(0, UNDO), &["are as before the run"]);
    assert_eq!(stage.picture(), before);
}

#[test]
fn what_is_ended_and_killed_before_it_began_is_ended_again() {
    let cluster = cluster!("what_is_ended_and_killed_before_it_began_is_ended_again");
    let steps = r#"step "pebbles" {
    helm.upgrade "pebbles" chart="charts/pebbles/2.0.0" within="1m" { set "slow" #true }
}"#;
    let stage = Stage::bare(cluster, Helm::Four, "again", steps);
    let one = folder("charts/pebbles/1.0.0").display().to_string();
    stage.helm(&["install", "pebbles", &one, "--set", "slow=true"]).unwrap();
    let pending = "until helm history pebbles -n $NAMESPACE -o json | grep -q pending-upgrade; do sleep 0.1; done";
    let begun = format!("NAMESPACE={}; {RUN} & run=$!; {pending}; kill -9 $run; wait\n{KILL_HELM}", stage.namespace);
    stage.run(&begun);
    stage.ends(137, "SWITCHBACK_KILL_ON=helm switchback resume");
    let last = || stage.history_of("pebbles").pop().unwrap();
    assert_eq!(last().1, "pending-upgrade");
    stage.ends(0, "switchback resume");
    assert_eq!((last().1.as_str(), last().2.as_str()), ("deployed", "pebbles-2.0.0"));
}
