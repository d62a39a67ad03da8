//! What is told before is what Helm then does, to the last field; and telling it changes nothing.

use crate::stage::{Stage, cluster, of, run};
use serde_json::json;
use std::collections::BTreeMap;
use switchback::world::cluster::{MaskKey, Normal, Object, ObjectName};
use switchback::world::helm::{
    DefinitionState, Effect, Learnt, ObjectChange, Operation, Rendered, Rollback, Uninstall, base, definitions,
};
use switchback_tests::cluster::{Cluster, Helm};

/// Changes that others make: of what Helm says, and of what it does not.
fn drift(stage: &Stage<'_>) {
    let sidecar = json!({ "spec": { "template": { "spec": { "containers": [
        { "name": "sidecar", "image": "example.test/sidecar:1" },
        { "name": "main", "env": [{ "name": "THEIRS", "value": "1" }] },
    ] } } } });
    stage.kubectl(&["patch", "deployment", "portal", "--patch", &sidecar.to_string()], "").unwrap();
    stage.kubectl(&["label", "configmap", "portal", "theirs=yes"], "").unwrap();
}

/// Changes that only a client-side Helm sets right again; with server-side apply they are conflicts.
fn overwrite(stage: &Stage<'_>) {
    stage.kubectl(&["scale", "deployment", "portal", "--replicas=3"], "").unwrap();
    let data = json!({ "data": { "release": "by hand" } }).to_string();
    stage.kubectl(&["patch", "configmap", "portal", "--patch", &data], "").unwrap();
}

/// Objects of the namespace with their versions, without what controllers write all the time.
fn versions(stage: &Stage<'_>) -> String {
    let kinds = "configmaps,secrets,deployments.apps,jobs.batch,lamps.portal.example";
    let path = "jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.generation} {.data}{.spec}{\"\\n\"}{end}";
    stage.kubectl(&["get", kinds, "--output", path], "").unwrap()
}

async fn held(stage: &Stage<'_>, changes: &[ObjectChange]) {
    let key = MaskKey::random().unwrap();
    let names: Vec<ObjectName> = changes.iter().map(|change| change.name.clone()).collect();
    let live = stage.client.get_all(&names).await;
    for (change, live) in changes.iter().zip(live) {
        let normal = |object: &Object| Normal::of(object).shown(&key).value().clone();
        let (wanted, live) = (change.after.as_ref().map(normal), live.unwrap().as_ref().map(normal));
        assert_eq!(wanted, live, "{:?}: {change:?}", stage.helm.generation);
    }
}

fn effects(changes: &[ObjectChange]) -> BTreeMap<String, Effect> {
    changes.iter().map(|change| (change.name.to_string(), change.effect.clone())).collect()
}

async fn there_and_back(cluster: &Cluster, kind: Helm) {
    let stage = Stage::new(cluster, kind, "change").await;
    let install = stage.upgrade("1.0.0", &[]);
    let told = stage.upgrade_changes(&install).await;
    assert!(told.iter().all(|change| change.effect == Effect::Create), "{told:?}");
    stage.upgraded(&install).await;
    let again = stage.upgrade_changes(&install).await;
    assert!(again.iter().all(|change| change.effect == Effect::Equal && change.drift.is_empty()), "{again:?}");

    drift(&stage);
    if kind == Helm::Three {
        overwrite(&stage);
    }
    let upgrade = stage.upgrade("2.0.0", &[("replicas", json!(2))]);
    let before = versions(&stage);
    let told = stage.upgrade_changes(&upgrade).await;
    assert_eq!(versions(&stage), before, "telling changed something");
    let wanted = BTreeMap::from(
        [
            ("deployment/portal", Effect::Update),
            ("configmap/portal", Effect::Update),
            ("secret/portal", Effect::Update),
            ("lamp.portal.example/portal", Effect::Update),
            ("configmap/portal-status", Effect::Create),
            ("configmap/portal-legacy", Effect::Delete { takes_along: None }),
            ("configmap/portal-kept", Effect::Keep),
        ]
        .map(|(name, effect)| (name.to_owned(), effect)),
    );
    assert_eq!(effects(&told), wanted);
    assert!(told.iter().all(|change| change.learnt == Learnt::Validated));
    stage.upgraded(&upgrade).await;
    held(&stage, &told).await;

    let told = stage.rollback_changes(1).await;
    let rollback = Rollback { shared: stage.shared(), revision: 1 };
    let ended = stage.command(rollback.arguments(&stage.helm).unwrap()).await;
    assert!(ended.status.is_success(), "{ended:?}");
    held(&stage, &told).await;
    assert_eq!(of(&told, "configmap/portal-kept").effect, Effect::Adopt);
    assert_eq!(of(&told, "configmap/portal-legacy").effect, Effect::Create);
}

#[test]
fn what_is_told_is_what_helm_3_does() {
    let cluster = cluster!(shared, "what_is_told_is_what_helm_3_does");
    run(there_and_back(cluster, Helm::Three));
}

#[test]
fn what_is_told_is_what_helm_4_does() {
    let cluster = cluster!(shared, "what_is_told_is_what_helm_4_does");
    run(there_and_back(cluster, Helm::Four));
}

#[test]
fn a_release_of_helm_3_is_changed_by_helm_4_as_told() {
    let cluster = cluster!(shared, "a_release_of_helm_3_is_changed_by_helm_4_as_told");
    run(async {
        let three = Stage::new(cluster, Helm::Three, "mixed").await;
        three.upgraded(&three.upgrade("1.0.0", &[])).await;
        drift(&three);
        let four = Stage { namespace: three.namespace.clone(), ..Stage::new(cluster, Helm::Four, "unused").await };
        let upgrade = four.upgrade("2.0.0", &[]);
        let told = four.upgrade_changes(&upgrade).await;
        four.upgraded(&upgrade).await;
        held(&four, &told).await;
        let told = four.rollback_changes(1).await;
        let rollback = Rollback { shared: four.shared(), revision: 1 };
        assert!(four.command(rollback.arguments(&four.helm).unwrap()).await.status.is_success());
        held(&four, &told).await;
    });
}

#[test]
fn values_of_secrets_are_masked_and_differ() {
    let cluster = cluster!(shared, "values_of_secrets_are_masked_and_differ");
    run(async {
        for kind in Helm::BOTH {
            let stage = Stage::new(cluster, kind, "masked").await;
            stage.upgraded(&stage.upgrade("1.0.0", &[])).await;
            let told = stage.upgrade_changes(&stage.upgrade("2.0.0", &[])).await;
            let secret = of(&told, "secret/portal");
            let lines = secret.lines(&MaskKey::random().unwrap(), 1);
            let text: String = lines.iter().map(|line| line.text.clone() + "\n").collect();
            assert!(text.contains("pin: ‹hidden ") && !text.contains("same"), "{text}");
            let shown = format!("{told:?}{text}");
            for hidden in ["tulip-4711", "rose-garden-12", "dHVsaXAtNDcxMQ", "cm9zZS1nYXJkZW4"] {
                assert!(!shown.contains(hidden), "{shown}");
            }
        }
    });
}

#[test]
fn an_uninstall_tells_what_goes_and_what_stays() {
    let cluster = cluster!(shared, "an_uninstall_tells_what_goes_and_what_stays");
    run(async {
        let stage = Stage::new(cluster, Helm::Three, "leaving").await;
        stage.upgraded(&stage.upgrade("1.0.0", &[])).await;
        let history = stage.history().await;
        let old = Rendered::of(base(&history, Operation::Uninstall).unwrap()).unwrap();
        let told = stage.changes(Operation::Uninstall, Some(&old), None).await;
        assert_eq!(of(&told, "configmap/portal-kept").effect, Effect::Keep);
        assert_eq!(told.iter().filter(|change| matches!(change.effect, Effect::Delete { .. })).count(), 5);
        let uninstall = Uninstall { shared: stage.shared(), keeps_history: false };
        assert!(stage.command(uninstall.arguments(&stage.helm).unwrap()).await.status.is_success());
        assert!(stage.history().await.is_empty());
        stage.kubectl(&["wait", "--for=delete", "deployment/portal", "--timeout=60s"], "").unwrap();
        held(&stage, &told).await;
        // Definitions in `crds/` outlive their chart.
        let state = definitions(&stage.client, &old.definitions).await.unwrap();
        assert_eq!(state.first().unwrap().state, DefinitionState::Equal);
    });
}

#[test]
fn a_definition_among_the_templates_goes_with_all_of_its_objects() {
    let cluster = cluster!(shared, "a_definition_among_the_templates_goes_with_all_of_its_objects");
    run(async {
        let stage = Stage::new(cluster, Helm::Four, "bulbs").await;
        let chart = switchback_tests::folder("charts/lamps");
        let group = format!("{}.example", stage.namespace);
        let of_chart = |with: bool| {
            let values = [("definition", json!(with)), ("group", json!(group))];
            switchback::world::helm::Upgrade { chart: chart.clone(), ..stage.upgrade("1.0.0", &values) }
        };
        stage.upgraded(&of_chart(true)).await;
        let definition = format!("crd/bulbs.{group}");
        stage.kubectl(&["wait", "--for=condition=Established", &definition, "--timeout=60s"], "").unwrap();
        for name in ["a", "b"] {
            let bulb = json!({ "apiVersion": format!("{group}/v1"), "kind": "Bulb", "metadata": { "name": name } });
            stage.kubectl(&["create", "--filename", "-"], &bulb.to_string()).unwrap();
        }
        let told = stage.upgrade_changes(&of_chart(false)).await;
        let name = format!("customresourcedefinition/bulbs.{group}");
        assert_eq!(of(&told, &name).effect, Effect::Delete { takes_along: Some(2) });
    });
}
