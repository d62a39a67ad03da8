//! What the records of both Helms tell, and what damage does.

use crate::stage::{Stage, cluster, run};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use switchback::world::helm::{
    Apply, By, Generation, HelmFaultKind, History, Operation, Rollback, Status, Target, Uninstall, Wanted, When,
    running, target,
};
use switchback_tests::cluster::Helm;

#[test]
fn a_history_tells_what_helm_did() {
    let cluster = cluster!(shared, "a_history_tells_what_helm_did");
    run(async {
        for kind in Helm::BOTH {
            let stage = Stage::new(cluster, kind, "history").await;
            assert!(stage.history().await.is_empty());
            stage.upgraded(&stage.upgrade("1.0.0", &[("pin", json!("lily, rose=1"))])).await;
            stage.upgraded(&stage.upgrade("2.0.0", &[("replicas", json!(2))])).await;
            let rollback = Rollback { shared: stage.shared(), revision: 1 };
            assert!(stage.command(rollback.arguments(&stage.helm).unwrap()).await.status.is_success());
            let history = stage.history().await;
            let told: Vec<_> = history
                .revisions()
                .iter()
                .map(|release| {
                    let app = release.chart.app_version.as_deref().unwrap();
                    (release.revision, release.status, release.chart.version.as_str(), app)
                })
                .collect();
            let wanted = [
                (1, Status::Superseded, "1.0.0", "24.2.0"),
                (2, Status::Superseded, "2.0.0", "24.3.0"),
                (3, Status::Deployed, "1.0.0", "24.2.0"),
            ];
            assert_eq!(told, wanted, "{kind:?}");
            let last = history.last().unwrap();
            assert_eq!((last.rollback_to(), last.namespace.as_str()), (Some(1), stage.namespace.as_str()));
            // A text is a text, whatever is in it.
            assert_eq!(last.values(), &json!({ "pin": "lily, rose=1" }));
            let apply = if stage.helm.generation == Generation::Three { Apply::ClientSide } else { Apply::ServerSide };
            assert_eq!(last.apply, apply);
            assert!(last.deployed.unwrap() >= history.get(1).unwrap().deployed.unwrap());
            let hooks = running(&last.hooks, Operation::Rollback, When::Before);
            let hook = hooks.first().unwrap();
            assert_eq!((hook.kind.as_str(), hook.weight), ("Job", -5));
            let by_app =
                Wanted::Version { by: By::App, written: "24.3.x", is: &|version| version.starts_with("24.3.") };
            assert!(matches!(target(&history, &by_app).unwrap(), Target::Revision(release) if release.revision == 2));
            let shown = stage.by_hand(kind, &["history", "portal"]).unwrap();
            assert!(shown.contains("Rollback to 1"), "{shown}");
        }
    });
}

#[test]
fn an_uninstall_that_keeps_its_history_can_be_taken_back() {
    let cluster = cluster!(shared, "an_uninstall_that_keeps_its_history_can_be_taken_back");
    run(async {
        for kind in Helm::BOTH {
            let stage = Stage::new(cluster, kind, "uninstall").await;
            stage.upgraded(&stage.upgrade("1.0.0", &[])).await;
            let uninstall = Uninstall { shared: stage.shared(), keeps_history: true };
            assert!(stage.command(uninstall.arguments(&stage.helm).unwrap()).await.status.is_success());
            assert_eq!(stage.history().await.last().unwrap().status, Status::Uninstalled);
            assert!(stage.kubectl(&["get", "deployment", "portal"], "").is_err());
            let rollback = Rollback { shared: stage.shared(), revision: 1 };
            assert!(stage.command(rollback.arguments(&stage.helm).unwrap()).await.status.is_success());
            assert_eq!(stage.history().await.last().unwrap().status, Status::Deployed);
            stage.kubectl(&["get", "deployment", "portal"], "").unwrap();
        }
    });
}

#[test]
fn a_damaged_record_is_told_and_hides_no_other() {
    let cluster = cluster!(shared, "a_damaged_record_is_told_and_hides_no_other");
    run(async {
        let stage = Stage::new(cluster, Helm::Four, "damaged").await;
        stage.upgraded(&stage.upgrade("1.0.0", &[])).await;
        stage.upgraded(&stage.upgrade("2.0.0", &[])).await;
        let garbage = STANDARD.encode(STANDARD.encode(b"\x1f\x8b\x08 no gzip"));
        let patch = json!({ "data": { "release": garbage } }).to_string();
        let damage = |revision: u32| {
            let record = format!("sh.helm.release.v1.portal.v{revision}");
            stage.kubectl(&["patch", "secret", &record, "--patch", &patch], "").unwrap();
        };
        damage(1);
        let history = stage.history().await;
        assert_eq!((history.last().unwrap().revision, history.damaged.len()), (2, 1));
        assert_eq!(
            history.damaged.first().unwrap().to_string(),
            "`sh.helm.release.v1.portal.v1` can't be read: it is cut off, or not gzip"
        );
        assert_eq!(history.damaged_last(), None);
        damage(2);
        let history = stage.history().await;
        assert!(history.last().is_none() && history.damaged_last().is_some() && history.highest() == 2);
        assert!(target(&history, &Wanted::LastGood).is_err());
    });
}

#[test]
fn records_in_config_maps_are_not_taken_for_no_release() {
    let cluster = cluster!(shared, "records_in_config_maps_are_not_taken_for_no_release");
    run(async {
        let stage = Stage::new(cluster, Helm::Three, "driver").await;
        let mut helm = cluster.access().helm(Helm::Three);
        let chart = crate::stage::chart("1.0.0");
        helm.args(["install", "portal"])
            .arg(chart)
            .args(["--namespace", &stage.namespace])
            .env("HELM_DRIVER", "configmap");
        assert!(helm.output().unwrap().status.success());
        let fault = History::read(&stage.client, &stage.namespace, "portal").await.unwrap_err();
        assert_eq!(fault.kind, HelmFaultKind::Storage);
        assert!(fault.what.starts_with("release `portal` is recorded in ConfigMaps"), "{fault}");
        let none = History::read(&stage.client, &stage.namespace, "other").await.unwrap();
        assert!(none.is_empty());
    });
}
