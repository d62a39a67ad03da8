//! What a chart would make, as Helm itself says.

use crate::stage::{Stage, chart, cluster, run};
use serde_json::json;
use switchback::world::cluster::{Limits, Source};
use switchback::world::helm::{Effect, HelmFaultKind, Learnt, Operation, Upgrade, When, running};
use switchback_tests::cluster::Helm;

#[test]
fn a_chart_with_definitions_is_rendered_before_they_are_there() {
    let Some(cluster) =
        switchback_tests::cluster::Cluster::own("a_chart_with_definitions_is_rendered_before_they_are_there").unwrap()
    else {
        return;
    };
    run(async {
        for kind in Helm::BOTH {
            let stage = Stage::new(&cluster, kind, "first").await;
            let install = stage.upgrade("1.0.0", &[("pin", json!("lily"))]);
            let rendered = stage.rendered(&install).await;
            assert!(rendered.alone && rendered.defines("portal.example", "Lamp"), "{rendered:?}");
            assert_eq!((rendered.chart.version.as_str(), rendered.objects.len()), ("1.0.0", 6));
            assert_eq!(running(&rendered.hooks, Operation::Upgrade, When::Before).len(), 1);
            let told = stage.upgrade_changes(&install).await;
            let lamp = told.iter().find(|change| change.name.kind == "Lamp").unwrap();
            assert_eq!(lamp.effect, Effect::Create);
            assert!(matches!(lamp.learnt, Learnt::Simulated(_)));
            let map = told.iter().find(|change| change.name.kind == "ConfigMap").unwrap();
            assert_eq!(map.learnt, Learnt::Validated);
            stage.upgraded(&install).await;
            let upgrade = stage.upgrade("2.0.0", &[]);
            let rendered = stage.rendered(&upgrade).await;
            assert!(!rendered.alone);
            stage.kubectl(&["delete", "namespace", &stage.namespace], "").unwrap();
            stage.kubectl(&["delete", "crd", "lamps.portal.example"], "").unwrap();
        }
    });
}

#[test]
fn faults_of_a_chart_are_helms_own_words() {
    let cluster = cluster!(shared, "faults_of_a_chart_are_helms_own_words");
    run(async {
        for kind in Helm::BOTH {
            let stage = Stage::new(cluster, kind, "faults").await;
            let render = async |upgrade: &Upgrade| {
                stage.helm.render(&stage.home, &stage.client, upgrade, stage.folder.path()).await.unwrap_err()
            };
            let nowhere = Upgrade { chart: chart("9.9.9"), ..stage.upgrade("1.0.0", &[]) };
            let fault = render(&nowhere).await;
            assert!(
                fault.kind == HelmFaultKind::Refused && fault.what.starts_with("`helm upgrade portal` failed: "),
                "{fault}"
            );
            let absent = Upgrade { install: false, ..stage.upgrade("1.0.0", &[]) };
            let fault = render(&absent).await;
            assert!(fault.what.contains("has no deployed releases"), "{fault}");
            let broken = stage.folder.path().join("broken");
            std::fs::create_dir_all(broken.join("templates")).unwrap();
            std::fs::write(broken.join("Chart.yaml"), "apiVersion: v2\nname: broken\nversion: 1.0.0\n").unwrap();
            std::fs::write(broken.join("templates/a.yaml"), "{{ .Values.a.b.c }}\n").unwrap();
            let fault = render(&Upgrade { chart: broken, ..stage.upgrade("1.0.0", &[]) }).await;
            assert!(fault.what.contains("nil pointer"), "{fault}");
            assert_eq!(stage.helm.chart(&stage.home, &chart("2.0.0")).await.unwrap().version, "2.0.0");
        }
    });
}

#[test]
fn settings_around_helm_do_not_reach_it() {
    let cluster = cluster!(shared, "settings_around_helm_do_not_reach_it");
    run(async {
        let stage = Stage::new(cluster, Helm::Four, "ambient").await;
        let variables = stage.home.variables();
        assert!(variables.values().all(|value| !value.contains(".config/helm")), "{variables:?}");
        let source = Source { kubeconfig: Some(stage.home.folder().join("kubeconfig")), context: None };
        // The kubeconfig of the home is one by itself.
        let client = switchback::world::cluster::Cluster::connect(&source, Limits::default()).await.unwrap();
        assert_eq!(client.server(), stage.client.server());
    });
}
