//! What a chart would make, as Helm itself says.

use crate::stage::{Stage, chart, cluster, run};
use serde_json::json;
use switchback::world::cluster::{Limits, Source};
use switchback::world::helm::{
    Effect, HelmFaultKind, Hook, Learnt, ObjectChange, Operation, Rendered, Upgrade, When, running,
};
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
fn values_come_from_files_and_single_ones_and_charts_from_archives() {
    let cluster = cluster!(shared, "values_come_from_files_and_single_ones_and_charts_from_archives");
    run(async {
        for kind in Helm::BOTH {
            let stage = Stage::new(cluster, kind, "values").await;
            let folder = stage.folder.path();
            let package = chart("1.0.0");
            stage
                .by_hand(kind, &["package", &package.to_string_lossy(), "--destination", &folder.to_string_lossy()])
                .unwrap();
            let (one, two) = (folder.join("one.yaml"), folder.join("two.yaml"));
            std::fs::write(&one, "replicas: 4\nimage: example.test/one:1\npin: \"1\"\n").unwrap();
            std::fs::write(&two, "image: example.test/two:1\n").unwrap();
            let mut upgrade = stage.upgrade("1.0.0", &[("pin", json!("007")), (r"hook.a\.b/c", json!("null"))]);
            upgrade.chart = folder.join("portal-1.0.0.tgz");
            upgrade.values.files = vec![one, two];
            let rendered = stage.rendered(&upgrade).await;
            let get = |kind: &str, pointer: &str| {
                let object = rendered.objects.iter().find(|object| object.kind() == kind).unwrap();
                object.get(pointer).cloned().unwrap()
            };
            assert_eq!(get("Deployment", "/spec/replicas"), json!(4));
            assert_eq!(get("Deployment", "/spec/template/spec/containers/0/image"), json!("example.test/two:1"));
            assert_eq!(get("Secret", "/stringData/pin"), json!("007"));
            let hook = rendered.hooks.first().unwrap().object().unwrap();
            assert_eq!(hook.get("/spec/template/metadata/annotations"), Some(&json!({ "a.b/c": "null" })));
        }
    });
}

#[test]
fn many_releases_are_told_at_once() {
    const MANY: usize = 20;
    let cluster = cluster!(shared, "many_releases_are_told_at_once");
    run(async {
        let stage = Stage::new(cluster, Helm::Four, "many").await;
        stage.upgraded(&stage.upgrade("1.0.0", &[])).await;
        let upgrade = stage.upgrade("2.0.0", &[]);
        let began = std::time::Instant::now();
        let rendering = (0..MANY).map(|_| stage.rendered(&upgrade));
        let rendered = futures_util::future::join_all(rendering).await;
        eprintln!("{MANY} times rendered in {:?}", began.elapsed());
        assert!(rendered.iter().all(|one| Some(one) == rendered.first()));
        let told = futures_util::future::join_all((0..MANY).map(|_| stage.upgrade_changes(&upgrade))).await;
        eprintln!("{MANY} times rendered and told in {:?} in all", began.elapsed());
        let effects = |told: &[ObjectChange]| -> Vec<_> {
            told.iter().map(|change| (change.name.clone(), change.effect.clone())).collect()
        };
        let first = effects(told.first().unwrap());
        assert!(first.len() == 7 && told.iter().all(|one| effects(one) == first));
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

#[test]
fn what_asks_nothing_of_the_cluster_is_rendered_without_it_to_the_same() {
    let cluster = cluster!(shared, "what_asks_nothing_of_the_cluster_is_rendered_without_it_to_the_same");
    run(async {
        for kind in Helm::BOTH {
            let stage = Stage::new(cluster, kind, "here").await;
            let of = |chart: &str, values: &[(&str, serde_json::Value)]| {
                let upgrade = stage.upgrade("1.0.0", values);
                Upgrade { chart: switchback_tests::folder("charts").join(chart), ..upgrade }
            };
            let here = async |upgrade: &Upgrade| {
                let history = stage.history().await;
                let folder = stage.folder.path();
                stage.helm.render_here(&stage.home, &stage.client, upgrade, history.last(), folder).await.unwrap()
            };
            let told = |rendered: &Rendered| {
                let hook = |hook: &Hook| {
                    (
                        hook.name.clone(),
                        hook.events.clone(),
                        hook.weight,
                        hook.delete_policies.clone(),
                        hook.object().unwrap(),
                    )
                };
                let chart = &rendered.chart;
                (
                    (chart.name.clone(), chart.version.clone(), chart.app_version.clone(), rendered.apply),
                    rendered.objects.clone(),
                    rendered.hooks.iter().map(hook).collect::<Vec<_>>(),
                    rendered.definitions.clone(),
                )
            };
            let slow = [("slow", json!(true))];
            for (first, chart) in [(true, of("pebbles/1.0.0", &slow)), (false, of("pebbles/2.0.0", &slow))] {
                let alone = here(&chart).await.unwrap();
                assert_eq!(told(&alone), told(&stage.rendered(&chart).await), "{kind:?} {first}");
                assert!(!alone.objects.is_empty() && !alone.hooks.is_empty() && !alone.alone);
                stage.upgraded(&chart).await;
            }
            let described = stage.folder.path().join("described");
            std::fs::create_dir_all(described.join("crds")).unwrap();
            std::fs::write(described.join("Chart.yaml"), "apiVersion: v2\nname: described\nversion: 1.0.0\n").unwrap();
            std::fs::write(described.join("crds/README.md"), "# Kinds\nSee: [here](there\n").unwrap();
            let described = Upgrade { chart: described, ..of("pebbles/2.0.0", &slow) };
            assert_eq!(told(&here(&described).await.unwrap()), told(&stage.rendered(&described).await));
            let asking = stage.folder.path().join("asking");
            std::fs::create_dir_all(asking.join("templates")).unwrap();
            std::fs::write(asking.join("Chart.yaml"), "apiVersion: v2\nname: asking\nversion: 1.0.0\n").unwrap();
            std::fs::write(asking.join("templates/a.yaml"), "# {{ .Release.Revision }}\n").unwrap();
            assert_eq!(here(&Upgrade { chart: asking, ..of("pebbles/2.0.0", &slow) }).await, None);
        }
    });
}
