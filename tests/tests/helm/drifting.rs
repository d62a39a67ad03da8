//! What others changed is told: where, by whom, and whether it stays.

use crate::stage::{Stage, cluster, of, run};
use serde_json::json;
use switchback::world::cluster::MaskKey;
use switchback::world::helm::{Drift, Effect};
use switchback_tests::cluster::Helm;

fn drift(field: &str, manager: Option<&str>, stays: bool) -> Drift {
    Drift { field: field.to_owned(), manager: manager.map(str::to_owned), stays }
}

#[test]
fn drift_is_told_by_place_and_manager() {
    let cluster = cluster!(shared, "drift_is_told_by_place_and_manager");
    run(async {
        let stage = Stage::new(cluster, Helm::Three, "drift").await;
        stage.upgraded(&stage.upgrade("1.0.0", &[])).await;
        stage.kubectl(&["scale", "deployment", "portal", "--replicas=3"], "").unwrap();
        stage.kubectl(&["delete", "configmap", "portal-legacy"], "").unwrap();
        let lamp = json!({ "spec": { "watts": 99 } }).to_string();
        stage.kubectl(&["patch", "lamp", "portal", "--type=merge", "--patch", &lamp], "").unwrap();
        let told = stage.upgrade_changes(&stage.upgrade("1.0.0", &[])).await;
        let replicas = of(&told, "deployment/portal");
        assert_eq!(
            (&replicas.effect, &replicas.drift),
            (&Effect::Update, &vec![drift("spec.replicas", Some("kubectl"), false)])
        );
        let gone = of(&told, "configmap/portal-legacy");
        assert_eq!((&gone.effect, &gone.drift), (&Effect::Create, &vec![drift("", None, false)]));
        // Custom kinds are patched from manifest to manifest, so what others did stays.
        let lamp = of(&told, "lamp.portal.example/portal");
        assert_eq!(
            (&lamp.effect, &lamp.drift),
            (&Effect::Equal, &vec![drift("spec.watts", Some("kubectl-patch"), true)])
        );
        assert!(of(&told, "secret/portal").drift.is_empty());
    });
}

#[test]
fn with_server_side_apply_drift_of_helms_fields_is_a_conflict() {
    let cluster = cluster!(shared, "with_server_side_apply_drift_of_helms_fields_is_a_conflict");
    run(async {
        let stage = Stage::new(cluster, Helm::Four, "conflict").await;
        stage.upgraded(&stage.upgrade("1.0.0", &[])).await;
        stage.kubectl(&["scale", "deployment", "portal", "--replicas=3"], "").unwrap();
        let upgrade = stage.upgrade("2.0.0", &[]);
        let told = stage.upgrade_changes(&upgrade).await;
        let portal = of(&told, "deployment/portal");
        let Effect::Refused(refusal) = &portal.effect else { unreachable!("{told:?}") };
        assert_eq!(refusal.to_string(), "others own what would be changed: .spec.replicas (kubectl)");
        let lines: Vec<String> = portal.lines(&MaskKey::new([0; 32]), 1).into_iter().map(|line| line.text).collect();
        let (theirs, ours) = (lines.contains(&"replicas: 3".to_owned()), lines.contains(&"replicas: 1".to_owned()));
        assert!(theirs && ours, "their value and the chart's: {lines:?}");
        let ended = stage.command(upgrade.arguments(&stage.helm, stage.folder.path()).unwrap()).await;
        assert!(!ended.status.is_success(), "Helm did what we say it refuses");
        let mut forced = upgrade.clone();
        forced.shared.forces_conflicts = true;
        stage.upgraded(&forced).await;
    });
}
