//! Applies, patches and deletes, and who refuses them.

use crate::stage::{admin, cluster, config_map, deployment, name, object, run};
use serde_json::json;
use std::time::Duration;
use switchback::world::cluster::{
    Cluster as Client, Conflicts, Delete, FaultKind, FieldConflict, Mode, Object, ObjectName, Patch, Propagation,
};

async fn apply(client: &Client, name: &ObjectName, object: &Object, conflicts: Conflicts) -> Object {
    client.apply(name, object, conflicts, Mode::Real).await.unwrap()
}

fn delete() -> Delete {
    Delete { propagation: Propagation::Background, uid: None, resource_version: None }
}

#[test]
fn what_others_own_is_a_conflict_until_it_is_forced() {
    let cluster = cluster!(shared, "what_others_own_is_a_conflict_until_it_is_forced");
    let namespace = cluster.namespace("conflict").unwrap();
    run(async {
        let client = admin(cluster).await;
        let names = name("Deployment", &namespace, "web");
        apply(&client, &names, &deployment("web", Some(1), "example.test/a:1"), Conflicts::Refuse).await;
        let scale = ["scale", "deployment/web", "--replicas=5", "--namespace", &namespace];
        cluster.kubectl(&scale, "").unwrap();
        let wanted = deployment("web", Some(2), "example.test/a:2");
        let fault = client.apply(&names, &wanted, Conflicts::Refuse, Mode::DryRun).await.unwrap_err();
        let field = FieldConflict { field: ".spec.replicas".to_owned(), manager: "kubectl".to_owned() };
        assert_eq!(fault.kind, FaultKind::Conflict(vec![field]));
        assert_eq!(fault.what, "others own what would be changed: .spec.replicas (kubectl)");
        let applied = apply(&client, &names, &wanted, Conflicts::Force).await;
        assert_eq!(applied.get("/spec/replicas"), Some(&json!(2)));
    });
}

#[test]
fn what_a_server_does_not_take_is_told_by_field() {
    let cluster = cluster!(shared, "what_a_server_does_not_take_is_told_by_field");
    let namespace = cluster.namespace("invalid").unwrap();
    run(async {
        let client = admin(cluster).await;
        let mut value = deployment("web", Some(1), "example.test/a:1").into_value();
        *value.pointer_mut("/spec/replicas").unwrap() = json!(-1);
        let names = name("Deployment", &namespace, "web");
        let fault = client.apply(&names, &object(value.clone()), Conflicts::Refuse, Mode::DryRun).await.unwrap_err();
        assert!(matches!(&fault.kind, FaultKind::Invalid(fields) if fields[0].field == "spec.replicas"), "{fault:?}");
        value.pointer_mut("/spec").unwrap().as_object_mut().unwrap().insert("replicsa".to_owned(), json!(1));
        for fault in [
            client.apply(&names, &object(value.clone()), Conflicts::Refuse, Mode::DryRun).await.unwrap_err(),
            client.create(&names, &object(value), Mode::DryRun).await.unwrap_err(),
        ] {
            assert!(
                matches!(&fault.kind, FaultKind::Invalid(fields) if fields[0].field == "spec.replicsa"),
                "{fault:?}"
            );
        }
        let elsewhere = name("ConfigMap", "no-such-namespace", "a");
        let fault = client.create(&elsewhere, &config_map("a", &json!({})), Mode::DryRun).await.unwrap_err();
        assert!(fault.is_absent() && fault.what.contains("no-such-namespace"), "{fault:?}");
    });
}

#[test]
fn a_value_of_a_secret_is_in_no_fault() {
    let cluster = cluster!(shared, "a_value_of_a_secret_is_in_no_fault");
    let namespace = cluster.namespace("hidden").unwrap();
    run(async {
        let client = admin(cluster).await;
        let names = name("Secret", &namespace, "pin");
        for data in [json!({ "stringData": { "pin": 471_100 } }), json!({ "data": { "pin": "rose-garden!" } })] {
            let mut value = json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "pin" } });
            value.as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
            for told in [
                client.apply(&names, &object(value.clone()), Conflicts::Refuse, Mode::Real).await.unwrap_err(),
                client.create(&names, &object(value), Mode::Real).await.unwrap_err(),
            ] {
                let told = format!("{told:?}");
                assert!(!told.contains("471100") && !told.contains("rose"), "{told}");
            }
        }
    });
}

#[test]
fn patches_change_what_they_say() {
    let cluster = cluster!(shared, "patches_change_what_they_say");
    let namespace = cluster.namespace("patches").unwrap();
    run(async {
        let client = admin(cluster).await;
        let names = name("Deployment", &namespace, "web");
        apply(&client, &names, &deployment("web", Some(1), "example.test/a:1"), Conflicts::Refuse).await;
        let container = json!([{ "name": "main", "image": "example.test/a:2" }]);
        let strategic = json!({ "spec": { "template": { "spec": { "containers": container } } } });
        let patches = [
            (Patch::Merge(json!({ "spec": { "replicas": 2 } })), "/spec/replicas", json!(2)),
            (Patch::Strategic(strategic), "/spec/template/spec/containers/0/image", json!("example.test/a:2")),
            (
                Patch::Json(json!([{ "op": "replace", "path": "/spec/replicas", "value": 3 }])),
                "/spec/replicas",
                json!(3),
            ),
        ];
        for (patch, pointer, wanted) in patches {
            let tried = client.patch(&names, &patch, Mode::DryRun).await.unwrap();
            assert_eq!(tried.get(pointer), Some(&wanted));
            assert_ne!(client.get(&names).await.unwrap().unwrap().get(pointer), Some(&wanted));
            client.patch(&names, &patch, Mode::Real).await.unwrap();
            assert_eq!(client.get(&names).await.unwrap().unwrap().get(pointer), Some(&wanted));
        }
        let absent = name("Deployment", &namespace, "none");
        assert!(client.patch(&absent, &Patch::Merge(json!({})), Mode::Real).await.unwrap_err().is_absent());
    });
}

#[test]
fn a_delete_takes_only_what_was_meant() {
    let cluster = cluster!(shared, "a_delete_takes_only_what_was_meant");
    let namespace = cluster.namespace("delete").unwrap();
    run(async {
        let client = admin(cluster).await;
        let names = name("ConfigMap", &namespace, "a");
        let made = client.create(&names, &config_map("a", &json!({ "k": "v" })), Mode::Real).await.unwrap();
        let again = client.create(&names, &config_map("a", &json!({})), Mode::Real).await.unwrap_err();
        assert_eq!(again.kind, FaultKind::Exists);
        let other = Delete { uid: Some("00000000-0000-0000-0000-000000000000".to_owned()), ..delete() };
        assert_eq!(client.delete(&names, &other, Mode::Real).await.unwrap_err().kind, FaultKind::Changed);
        let older = Delete { resource_version: Some("1".to_owned()), ..delete() };
        assert_eq!(client.delete(&names, &older, Mode::Real).await.unwrap_err().kind, FaultKind::Changed);
        client.delete(&names, &delete(), Mode::DryRun).await.unwrap();
        assert!(client.get(&names).await.unwrap().is_some());
        let this = Delete { uid: made.uid().map(str::to_owned), ..delete() };
        client.delete(&names, &this, Mode::Real).await.unwrap();
        assert!(client.delete(&names, &delete(), Mode::Real).await.unwrap_err().is_absent());
    });
}

#[test]
fn propagation_says_what_becomes_of_what_it_made() {
    let cluster = cluster!(shared, "propagation_says_what_becomes_of_what_it_made");
    let namespace = cluster.namespace("orphan").unwrap();
    run(async {
        let client = admin(cluster).await;
        let names = name("Deployment", &namespace, "web");
        apply(&client, &names, &deployment("web", Some(1), "example.test/a:1"), Conflicts::Refuse).await;
        let ready = ["wait", "deployment/web", "--for=condition=Available", "--namespace", &namespace, "--timeout=60s"];
        cluster.kubectl(&ready, "").unwrap();
        client.delete(&names, &Delete { propagation: Propagation::Orphan, ..delete() }, Mode::Real).await.unwrap();
        while client.get(&names).await.unwrap().is_some() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let sets = cluster.kubectl(&["get", "replicasets", "--output=name", "--namespace", &namespace], "").unwrap();
        assert_eq!(sets.lines().count(), 1);
    });
}

#[test]
fn an_object_that_somebody_made_at_the_same_moment_stays_as_it_is() {
    let cluster = cluster!(shared, "an_object_that_somebody_made_at_the_same_moment_stays_as_it_is");
    let namespace = cluster.namespace("moment").unwrap();
    run(async {
        let client = admin(cluster).await;
        for theirs in ["more", "k"] {
            let names = name("ConfigMap", &namespace, theirs);
            let map = |key: &str| config_map(theirs, &json!({ key: "v" }));
            cluster
                .kubectl(
                    &["apply", "--server-side", "--field-manager=them", "--namespace", &namespace, "-f", "-"],
                    &map(theirs).value().to_string(),
                )
                .unwrap();
            let before = client.get(&names).await.unwrap().unwrap();
            let fault = client.apply_new(&names, &map("k")).await.unwrap_err();
            assert_eq!(fault.kind, FaultKind::Exists);
            let now = client.get(&names).await.unwrap().unwrap();
            let of = |object: &Object| (object.get("/data").cloned(), object.get("/metadata/managedFields").cloned());
            assert_eq!(of(&now), of(&before), "{theirs}");
        }
        // One that another run made is not emptied.
        let names = name("ConfigMap", &namespace, "ours");
        let map = |key: &str| config_map("ours", &json!({ key: "v" }));
        client.apply_new(&names, &map("k")).await.unwrap();
        let fault = client.apply_new(&names, &map("k")).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Exists);
        assert_eq!(client.get(&names).await.unwrap().unwrap().text("/data/k"), Some("v"));
        let names = name("ConfigMap", &namespace, "new");
        let made = client.apply_new(&names, &config_map("new", &json!({ "k": "v" }))).await.unwrap();
        assert_eq!(client.get(&names).await.unwrap(), Some(made));
    });
}
