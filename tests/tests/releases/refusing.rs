//! What must not be done is refused before anything is touched, and says what to do.

use crate::stage::{RUN, Stage, UNDO, cluster, has};
use switchback_tests::cluster::Helm;
use switchback_tests::folder;

const UPGRADE: &str =
    r#"step "portal" { moves from="1.0.0" to="2.0.0"; helm.upgrade "portal" chart="charts/portal/2.0.0" }"#;

#[test]
fn what_can_not_be_done_blocks() {
    let cluster = cluster!("what_can_not_be_done_blocks");
    let stage = Stage::new(cluster, Helm::Four, "blocks", UPGRADE);
    stage.write("small/Chart.yaml", "apiVersion: v2\nname: small\nversion: 0.1.0\n");
    stage.write("small/templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: portal}\n");
    let versions = stage.versions();
    let told = |steps: &str, parts: &[&str]| {
        stage.write("p.plan.kdl", &format!("plan \"p\"\n{steps}\n"));
        has(&stage.ends(15, RUN), parts);
    };
    told(&UPGRADE.replace("2.0.0\";", "3.0.0\";"), &["chart portal is of version 2.0.0, and its step moves to 3.0.0"]);
    told(
        r#"step "portal" { moves from="2.0.0" to="0.9.0"; helm.rollback "portal" }"#,
        &["no revision of `portal` that is kept is of chart 0.9.0; there are 1 (1.0.0, deployed)"],
    );
    told(
        r#"step "portal" { helm.rollback "portal" to="last-good" }"#,
        &["`portal` has no good revision before the last one"],
    );
    told(r#"step "portal" { helm.rollback "portal" }"#, &["nothing says where it goes"]);
    told(r#"step "other" { helm.rollback "other" revision=3 }"#, &["there is no release `other`"]);
    told(
        r#"step "other" { helm.upgrade "other" chart="small" }"#,
        &["configmap/portal: it is there already and belongs to release `portal`"],
    );
    assert_eq!(stage.versions(), versions);
}

#[test]
fn somebody_elses_revision_is_left() {
    let cluster = cluster!("somebody_elses_revision_is_left");
    for helm in Helm::BOTH {
        let stage = Stage::new(cluster, helm, "theirs", UPGRADE);
        stage.ends(0, RUN);
        let chart = folder("charts/portal/2.0.0");
        stage.helm(&["upgrade", "portal", chart.to_str().unwrap(), "--set", "replicas=3", "--wait"]).unwrap();
        let now = stage.picture();
        has(&stage.ends(23, UNDO), &["release portal was changed by somebody else since, and is left", "revision 3"]);
        assert_eq!(stage.picture(), now);
        assert_eq!(stage.history().len(), 3);
    }
}

#[test]
fn a_failing_hook_fails_the_step_and_the_release_comes_back() {
    let cluster = cluster!("a_failing_hook_fails_the_step_and_the_release_comes_back");
    let steps = UPGRADE.replace("/2.0.0\"", "/2.0.0\" { set #\"hook.switchback\\.test/ends\"# \"failed\" }");
    for helm in Helm::BOTH {
        let stage = Stage::new(cluster, helm, "hook", &steps);
        let before = stage.picture();
        has(&stage.ends(20, RUN), &["helm upgrade portal: revision 2 failed", "pre-upgrade hooks failed"]);
        assert_eq!(stage.last().unwrap(), (3, "deployed".to_owned(), "portal-1.0.0".to_owned()));
        assert_eq!(stage.picture(), before, "{helm:?}");
    }
}

#[test]
fn a_release_on_which_somebody_works_is_refused() {
    let cluster = cluster!("a_release_on_which_somebody_works_is_refused");
    let stage = Stage::new(cluster, Helm::Four, "pending", UPGRADE);
    let secret = "secret/sh.helm.release.v1.portal.v1";
    let packed = stage.get(secret, ".data.release");
    // Somebody's Helm was killed: the record says so, and nobody works on it.
    let script = format!(
        "printf %s '{packed}' | base64 -d | base64 -d | gunzip | sed 's/\"status\":\"deployed\"/\"status\":\"pending-upgrade\"/' | gzip | base64 -w0 | base64 -w0"
    );
    let pending = stage.ends(0, &script);
    let patch = format!(
        "{{\"data\":{{\"release\":\"{}\"}},\"metadata\":{{\"labels\":{{\"status\":\"pending-upgrade\"}}}}}}",
        pending.trim()
    );
    stage.kubectl(&["patch", secret, "--patch", &patch], "");
    has(&stage.ends(15, RUN), &["revision 1 is pending-upgrade", "and not by this run", "helm uninstall portal"]);
}

/// Renders another password each time.
const DICE: &str = r"apiVersion: v1
kind: ConfigMap
metadata: {name: dice}
data: {fixed: always, roll: {{ randAlphaNum 20 }}}
---
apiVersion: v1
kind: Secret
metadata: {name: dice}
stringData: {roll: {{ randAlphaNum 20 }}}
";

#[test]
fn what_is_rendered_another_way_each_time_is_not_held_against_the_review() {
    let cluster = cluster!("what_is_rendered_another_way_each_time_is_not_held_against_the_review");
    let stage = Stage::bare(cluster, Helm::Four, "dice", r#"step "dice" { helm.upgrade "dice" chart="dice" }"#);
    // What is asked of the cluster may be another by now, so it is held against the review.
    let other = |verb: &str, text: &str| {
        let map = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: other}}\ndata: {{text: {text}}}\n");
        stage.kubectl(&[verb, "-f", "-"], &map);
    };
    let asks = r#"(lookup "v1" "ConfigMap" .Release.Namespace "other").data.text"#;
    stage.chart("dice", &DICE.replace("always", &format!("{{{{ {asks} }}}}")));
    other("create", "one");
    stage.ends(0, "switchback diff p.plan.kdl -o p.swb");
    other("replace", "two");
    has(&stage.ends(11, "switchback run p.swb --yes"), &["~ configmap/dice", "now: another change: ", "fixed: two"]);
    stage.chart("dice", DICE);
    stage.ends(0, "switchback diff p.plan.kdl -o p.swb");
    let said = stage.ends(0, "switchback run p.swb --yes");
    has(&said, &["note: rendered another way each time, and as reviewed in all that stays the same: configmap/dice"]);
    assert_eq!(stage.get("configmap/dice", ".data.fixed"), "always");
}
