//! What others changed by hand is told by its place and by who did it: what goes, what stays, what can't be done; and so it
//! comes.

use crate::stage::{RUN, Stage, cluster, has};
use switchback_tests::cluster::{Cluster, Helm};
use switchback_tests::folder;

/// The portal, after somebody scaled it, wrote in a map of it, deleted another, and made its lamp brighter.
fn drifted(cluster: &'static Cluster, helm: Helm, steps: &str) -> Stage {
    let stage = Stage::new(cluster, helm, "drifts", steps);
    stage.kubectl(&["scale", "deployment/portal", "--replicas=3"], "");
    stage.kubectl(&["patch", "configmap/portal", "--type=merge", "--patch", r#"{"data":{"release":"9"}}"#], "");
    stage.kubectl(&["patch", "lamp/portal", "--type=merge", "--patch", r#"{"spec":{"watts":99}}"#], "");
    stage.kubectl(&["delete", "configmap/portal-legacy"], "");
    stage
}

fn upgrade(chart: &str) -> String {
    format!(r#"step "portal" {{ helm.upgrade "portal" chart="charts/portal/{chart}" }}"#)
}

/// Watts, replicas, and what the map says.
fn live(stage: &Stage) -> [String; 3] {
    [("lamp/portal", ".spec.watts"), ("deployment/portal", ".spec.replicas"), ("configmap/portal", ".data.release")]
        .map(|(object, path)| stage.get(object, path))
}

#[test]
fn helm_3_sets_back_what_its_manifest_says_and_leaves_fields_of_custom_kinds() {
    let cluster = cluster!("helm_3_sets_back_what_its_manifest_says_and_leaves_fields_of_custom_kinds");
    let stage = drifted(cluster, Helm::Three, &upgrade("1.0.0"));
    let diff = stage.ends(0, "switchback diff p.plan.kdl");
    has(&diff, &["drift in lamp.portal.example/portal stays: spec.watts (by kubectl-patch)"]);
    has(&diff, &["-replicas: 3 +replicas: 1 note: drift goes: spec.replicas (by kubectl)"]);
    has(&diff, &["-release: \"9\" +release: \"1\" note: drift goes: data.release (by kubectl-patch)"]);
    has(&diff, &["+ configmap/portal-legacy", "note: drift goes: it is gone"]);
    // Of an object that is changed elsewhere.
    stage.plan(&upgrade("2.0.0"));
    let lamp = "charts/portal/2.0.0/templates/lamp.yaml";
    stage.write(lamp, &stage.read(lamp).replace("watts: 20", "watts: 10"));
    let diff = stage.ends(0, "switchback diff p.plan.kdl");
    has(&diff, &["+rooms: [hall, attic, cellar] note: drift stays: spec.watts (by kubectl-patch)"]);
    has(&diff, &["drift in configmap/portal-legacy stays: it is gone"]);
    stage.ends(0, RUN);
    assert_eq!(live(&stage), ["99", "1", "2"]);
}

#[test]
fn helm_4_takes_what_others_own_only_by_force() {
    let cluster = cluster!("helm_4_takes_what_others_own_only_by_force");
    let stage = drifted(cluster, Helm::Four, &upgrade("1.0.0"));
    let diff = stage.ends(15, "switchback diff p.plan.kdl");
    has(&diff, &["not safe to start", "deployment/portal: others own what would be changed: .spec.replicas (kubectl)"]);
    has(&diff, &["-watts: 99 +watts: 10 note: .spec.watts is owned by kubectl-patch"]);
    has(&diff, &["+ configmap/portal-legacy", "note: drift goes: it is gone"]);
    has(&stage.ends(15, RUN), &["configmap/portal: others own what would be changed: .data.release (kubectl-patch)"]);
    assert_eq!((stage.history().len(), live(&stage)), (1, ["99", "3", "9"].map(str::to_owned)));
    stage.plan(&upgrade("1.0.0").replace("1.0.0\"", "1.0.0\" force=#true"));
    let diff = stage.ends(0, "switchback diff p.plan.kdl");
    has(&diff, &["drift goes: spec.replicas (by kubectl)", "drift goes: data.release (by kubectl-patch)"]);
    has(&diff, &["-watts: 99 +watts: 10 note: drift goes: spec.watts (by kubectl-patch)"]);
    stage.ends(0, RUN);
    assert_eq!(live(&stage), ["10", "1", "1"]);
}

#[test]
fn a_rollback_tells_drift_as_well() {
    let cluster = cluster!("a_rollback_tells_drift_as_well");
    for helm in Helm::BOTH {
        let steps = r#"step "portal" { helm.rollback "portal" revision=1 force=#true }"#;
        let stage = Stage::new(cluster, helm, "rolls", steps);
        stage.helm(&["upgrade", "portal", folder("charts/portal/2.0.0").to_str().unwrap(), "--wait"]).unwrap();
        stage.kubectl(&["scale", "deployment/portal", "--replicas=3"], "");
        // The revision before has it as little as who took it away.
        stage.kubectl(&["label", "deployment/portal", "portal.example/generation-"], "");
        let diff = stage.ends(0, "switchback diff p.plan.kdl");
        has(&diff, &["drift goes: spec.replicas (by kubectl)"]);
        has(&diff, &[r#"drift stays: metadata.labels["portal.example/generation"]"#]);
        stage.ends(0, RUN);
        let labels = stage.get("deployment/portal", ".metadata.labels");
        assert_eq!((live(&stage), labels.contains("generation")), (["10", "1", "1"].map(str::to_owned), false));
    }
}
