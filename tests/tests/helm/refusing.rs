//! Where Helm would fail, it is told before, with the reason.

use crate::stage::{Stage, cluster, of, run};
use serde_json::json;
use switchback::world::helm::{Effect, Owner, Refusal, Upgrade};
use switchback_tests::cluster::Helm;

#[test]
fn an_object_of_nobody_or_of_another_release_is_refused() {
    let cluster = cluster!(shared, "an_object_of_nobody_or_of_another_release_is_refused");
    run(async {
        for kind in Helm::BOTH {
            let stage = Stage::new(cluster, kind, "owned").await;
            stage.upgraded(&stage.upgrade("1.0.0", &[])).await;
            let map = |annotations: serde_json::Value| {
                let labels = json!({ "app.kubernetes.io/managed-by": "Helm" });
                let metadata = json!({ "name": "portal-status", "labels": labels, "annotations": annotations });
                json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata }).to_string()
            };
            let upgrade = stage.upgrade("2.0.0", &[]);
            let refused = async |owner: Owner| {
                let told = stage.upgrade_changes(&upgrade).await;
                assert_eq!(of(&told, "configmap/portal-status").effect, Effect::Refused(Refusal::Owner(owner)));
                let ended = stage.command(upgrade.arguments(&stage.helm, stage.folder.path()).unwrap()).await;
                assert!(!ended.status.is_success(), "Helm did what we say it refuses");
            };
            stage.kubectl(&["create", "--filename", "-"], &map(json!({}))).unwrap();
            refused(Owner::Nobody).await;
            let of_release = |release: &str| json!({ "meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": stage.namespace });
            stage.kubectl(&["replace", "--filename", "-"], &map(of_release("other"))).unwrap();
            refused(Owner::Other { release: "other".to_owned(), namespace: stage.namespace.clone() }).await;
            stage.kubectl(&["replace", "--filename", "-"], &map(of_release("portal"))).unwrap();
            let told = stage.upgrade_changes(&upgrade).await;
            assert_eq!(of(&told, "configmap/portal-status").effect, Effect::Adopt);
            stage.upgraded(&upgrade).await;
        }
    });
}

#[test]
fn what_the_server_does_not_take_is_told_before() {
    let cluster = cluster!(shared, "what_the_server_does_not_take_is_told_before");
    run(async {
        for kind in Helm::BOTH {
            let stage = Stage::new(cluster, kind, "untaken").await;
            stage.upgraded(&stage.upgrade("1.0.0", &[])).await;
            let upgrade = stage.upgrade("2.0.0", &[("replicas", json!(-1))]);
            let told = stage.upgrade_changes(&upgrade).await;
            let Effect::Refused(refusal) = &of(&told, "deployment/portal").effect else { unreachable!("{told:?}") };
            assert!(refusal.to_string().contains("spec.replicas"), "{refusal}");
            let ended = stage.command(upgrade.arguments(&stage.helm, stage.folder.path()).unwrap()).await;
            assert!(!ended.status.is_success(), "Helm did what we say it can't");
        }
    });
}

#[test]
fn a_field_that_nobody_knows_is_refused_where_the_server_merges() {
    let cluster = cluster!(shared, "a_field_that_nobody_knows_is_refused_where_the_server_merges");
    run(async {
        for kind in Helm::BOTH {
            let stage = Stage::new(cluster, kind, "unknown").await;
            let chart = stage.folder.path().join("typo");
            std::fs::create_dir_all(chart.join("templates")).unwrap();
            std::fs::write(chart.join("Chart.yaml"), "apiVersion: v2\nname: typo\nversion: 1.0.0\n").unwrap();
            let map = |more: &str| {
                let text = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: portal }}\n{more}");
                std::fs::write(chart.join("templates/map.yaml"), text).unwrap();
            };
            map("data: { a: b }\n");
            let upgrade = Upgrade { chart: chart.clone(), ..stage.upgrade("1.0.0", &[]) };
            stage.upgraded(&upgrade).await;
            map("dta: { a: b }\n");
            let told = stage.upgrade_changes(&upgrade).await;
            let effect = &of(&told, "configmap/portal").effect;
            let ended = stage.command(upgrade.arguments(&stage.helm, stage.folder.path()).unwrap()).await;
            if kind == Helm::Three {
                // Helm 3 lets it go without a word, and the field with it.
                assert!(*effect == Effect::Update && ended.status.is_success(), "{effect:?} {ended:?}");
            } else {
                assert!(matches!(effect, Effect::Refused(why) if why.to_string().contains("dta")), "{effect:?}");
                assert!(!ended.status.is_success(), "Helm did what we say it refuses");
            }
        }
    });
}
