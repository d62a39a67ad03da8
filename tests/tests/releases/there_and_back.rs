//! The way there and back: what the dry run says is what happens, doing it again does nothing, and an undo leaves no trace.

use crate::stage::{RUN, Stage, UNDO, cluster, has};
use serde_json::Value;
use switchback_tests::cluster::Helm;

const UPGRADE: &str = r#"
input "pin" secret=#true env="PIN"
step "portal" {
    moves from="1.0.0" to="2.0.0"
    helm.upgrade "portal" chart="charts/portal/2.0.0" { set "replicas" 2; set "pin" "{{pin}}" }
    verify { helm.ready "portal" }
}"#;

#[test]
fn an_upgrade_goes_there_and_back() {
    let cluster = cluster!("an_upgrade_goes_there_and_back");
    for helm in Helm::BOTH {
        let stage = Stage::new(cluster, helm, "there", UPGRADE);
        let (before, versions) = (stage.picture(), stage.versions());
        let diff = stage.ends(0, "PIN=tulip-field switchback diff p.plan.kdl");
        has(
            &diff,
            &["release portal", "revision 1 → 2, chart 2.0.0; 1 CRD, equal", "its policy keeps configmap/portal-kept"],
        );
        has(
            &diff,
            &[
                "? hook job/portal-migrate",
                "before the upgrade",
                "+ configmap/portal-status",
                "- configmap/portal-legacy",
            ],
        );
        has(&diff, &["~ deployment/portal", "[validated]", "~ secret/portal"]);
        assert!(!diff.contains("tulip-field"), "{diff}");
        assert_eq!((stage.picture(), stage.versions()), (before.clone(), versions), "a dry run writes nothing");
        stage.ends(0, &format!("PIN=tulip-field {RUN}"));
        assert_eq!(stage.last().unwrap(), (2, "deployed".to_owned(), "portal-2.0.0".to_owned()));
        assert_eq!(stage.get("deployment/portal", ".status.readyReplicas"), "2");
        let kept = stage.ends(0, "grep -rl tulip-field .switchback site | grep -v /old/ || true");
        assert_eq!(kept, "", "no secret stays in the run's folder");
        has(&stage.ends(0, &format!("PIN=tulip-field {RUN}")), &["nothing to do"]);
        assert_eq!(stage.history().len(), 2, "nothing to do makes no revision");
        has(&stage.ends(0, UNDO), &["release portal back at what revision 1 was", "are as before the run"]);
        assert_eq!(stage.last().unwrap(), (3, "deployed".to_owned(), "portal-1.0.0".to_owned()));
        assert_eq!(stage.picture(), before, "{helm:?}");
    }
}

#[test]
fn a_rollback_goes_to_a_version_and_back() {
    let cluster = cluster!("a_rollback_goes_to_a_version_and_back");
    let steps = r#"
step "portal" { moves from="24.3.0" to="24.2.0"; helm.rollback "portal" version-by="app" }"#;
    for helm in Helm::BOTH {
        let stage = Stage::new(cluster, helm, "rolls", steps);
        let chart = switchback_tests::folder("charts/portal/2.0.0");
        stage.helm(&["upgrade", "portal", chart.to_str().unwrap(), "--wait"]).unwrap();
        // The one before is of the version that stands: it is not taken.
        stage.helm(&["upgrade", "portal", chart.to_str().unwrap(), "--set", "replicas=2", "--wait"]).unwrap();
        let before = stage.picture();
        has(
            &stage.ends(0, "switchback diff p.plan.kdl"),
            &["revision 3 → 4, as 1 was, chart 1.0.0", "before the rollback"],
        );
        stage.ends(0, RUN);
        assert_eq!(stage.last().unwrap(), (4, "deployed".to_owned(), "portal-1.0.0".to_owned()));
        has(&stage.ends(0, RUN), &["nothing to do"]);
        stage.ends(0, UNDO);
        assert_eq!(stage.last().unwrap(), (5, "deployed".to_owned(), "portal-2.0.0".to_owned()));
        assert_eq!(stage.picture(), before, "{helm:?}");
    }
}

#[test]
fn what_is_installed_or_uninstalled_comes_back() {
    let cluster = cluster!("what_is_installed_or_uninstalled_comes_back");
    let steps = r#"
step "gone" { helm.uninstall "portal" }
step "small" { helm.upgrade "small" chart="small" }"#;
    for helm in Helm::BOTH {
        let stage = Stage::new(cluster, helm, "gone", steps);
        stage.write("small/Chart.yaml", "apiVersion: v2\nname: small\nversion: 0.1.0\n");
        stage.write(
            "small/templates/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: small}\ndata: {a: \"1\"}\n",
        );
        let before = stage.picture();
        has(
            &stage.ends(0, "switchback diff p.plan.kdl"),
            &["- release portal", "- deployment/portal", "+ release small", "installed as revision 1, chart 0.1.0"],
        );
        stage.ends(0, RUN);
        assert_eq!(
            (stage.get("deployment/portal", ".kind"), stage.get("configmap/small", ".data.a")),
            (String::new(), "1".to_owned())
        );
        has(&stage.ends(0, RUN), &["nothing to do"]);
        stage.ends(0, UNDO);
        assert_eq!(stage.picture(), before, "{helm:?}");
        assert_eq!(stage.last().unwrap().1, "deployed");
    }
}

#[test]
fn a_release_is_read_and_copied() {
    let cluster = cluster!("a_release_is_read_and_copied");
    let steps = r#"
component "portal" { installed { helm.release "portal" version-by="app" } }
step "portal" {
    moves from="24.2.0" to="24.3.0"
    backup "record" { helm.release "portal" }
    helm.upgrade "portal" chart="charts/portal/2.0.0" version-by="app"
    output "revision" pattern="[0-9]+" { helm.release "portal" fact="revision" }
    output "status" pattern="[a-z]+" { helm.release "portal" fact="status" }
    output "chart" pattern="[a-z]+" { helm.release "portal" fact="chart" }
    output "version" pattern="[0-9.]+" { helm.release "portal" fact="version" }
}
step "note" {
    needs "portal"
    file.write "note" content="{{step.portal.revision}} {{step.portal.status}} {{step.portal.chart}} {{step.portal.version}}\n"
}"#;
    let stage = Stage::new(cluster, Helm::Four, "reads", steps);
    let record: Value =
        serde_json::from_str(&stage.kubectl(&["get", "secret/sh.helm.release.v1.portal.v1", "-o", "json"], ""))
            .unwrap();
    stage.ends(0, RUN);
    assert_eq!(stage.read("site/note"), "2 deployed portal 2.0.0\n");
    // The record as it was, as a file that only its owner reads.
    let find = "find .switchback/backups/test/*/record -type f";
    assert_eq!(stage.ends(0, &format!("{find} ! -perm 600; {find} | wc -l")).trim(), "3");
    let copy: Value =
        serde_json::from_str(&stage.ends(0, &format!("{find} ! -name '*.json' -exec cat {{}} +"))).unwrap();
    let of = |record: &Value, path: &str| record.pointer(path).unwrap().clone();
    for path in ["/metadata/name", "/metadata/uid", "/metadata/labels/status", "/type", "/data/release"] {
        assert_eq!(of(&copy, path), of(&record, path));
    }
    has(&stage.ends(0, RUN), &["portal is at 24.3.0 already"]);
}
