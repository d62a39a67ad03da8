//! Objects come back as they were: content, labels, annotations, and who owns what.

use crate::discovering::define;
use crate::stage::{admin, cluster, config_map, deployment, name, object, run};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::time::Duration;
use switchback::world::cluster::{
    Cluster as Client, Conflicts, Delete, Interference, MaskKey, Mode, Normal, NotRestored, Object, ObjectName, Patch,
    Propagation, Restored,
};

/// What a restore must bring back: the digest, and the owners of all but the status.
#[derive(Debug, PartialEq)]
struct Picture {
    digest: String,
    owners: Vec<Value>,
}

fn picture(object: &Object) -> Picture {
    let digest = Normal::of(object).digest(&MaskKey::new([7; 32])).to_string();
    let owners = object.get("/metadata/managedFields").and_then(Value::as_array).cloned().unwrap_or_default();
    let owners = owners.into_iter().filter(|entry| entry.get("subresource").is_none()).collect();
    Picture { digest, owners }
}

/// Waits until nobody changes an object any more.
async fn settled(client: &Client, name: &ObjectName) -> Object {
    let mut last = client.get(name).await.unwrap().unwrap();
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let now = client.get(name).await.unwrap().unwrap();
        if now.resource_version() == last.resource_version() {
            return now;
        }
        last = now;
    }
}

fn delete() -> Delete {
    Delete { propagation: Propagation::Background, uid: None, resource_version: None }
}

async fn gone(client: &Client, name: &ObjectName) {
    client.delete(name, &delete(), Mode::Real).await.unwrap();
    while client.get(name).await.unwrap().is_some() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Objects of many kinds, each with a change of it.
fn kinds() -> Vec<(Object, Value)> {
    let of = |api_version: &str, kind: &str, rest: Value| {
        let mut value = json!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": "thing" } });
        value.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        object(value)
    };
    let pod = json!({ "restartPolicy": "Never", "containers": [{ "name": "main", "image": "example.test/a:1" }] });
    let job = json!({ "schedule": "0 3 * * *", "jobTemplate": { "spec": { "template": { "spec": pod } } } });
    let service = json!({ "spec": { "type": "NodePort", "selector": { "app": "a" }, "ports": [{ "port": 80 }] } });
    let claim = json!({ "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "1Gi" } } });
    let image =
        json!([{ "op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "example.test/a:2" }]);
    vec![
        (config_map("thing", &json!({ "a": "1", "b": "2" })), json!([{ "op": "remove", "path": "/data/a" }])),
        (
            of("v1", "Secret", json!({ "stringData": { "pin": "tulip" } })),
            json!([{ "op": "add", "path": "/data/new", "value": "eA==" }]),
        ),
        (deployment("thing", Some(2), "example.test/a:1"), image),
        (of("v1", "Service", service), json!([{ "op": "replace", "path": "/spec/ports/0/port", "value": 81 }])),
        (
            of("batch/v1", "CronJob", json!({ "spec": job })),
            json!([{ "op": "replace", "path": "/spec/suspend", "value": true }]),
        ),
        (
            of("v1", "ServiceAccount", json!({})),
            json!([{ "op": "add", "path": "/automountServiceAccountToken", "value": false }]),
        ),
        (
            of("v1", "PersistentVolumeClaim", json!({ "spec": claim })),
            json!([{ "op": "add", "path": "/metadata/labels", "value": { "a": "b" } }]),
        ),
        (
            of("putback.test/v1", "Vase", json!({ "spec": { "flowers": ["rose"] } })),
            json!([{ "op": "add", "path": "/spec/flowers/-", "value": "tulip" }]),
        ),
    ]
}

/// Another one adds a label, so that more than one owns something; the object as it then is.
async fn made(client: &Client, name: &ObjectName, wanted: &Object) -> Object {
    client.apply(name, wanted, Conflicts::Refuse, Mode::Real).await.unwrap();
    let note = Patch::Merge(json!({ "metadata": { "annotations": { "note": "of before" } } }));
    client.patch(name, &note, Mode::Real).await.unwrap();
    settled(client, name).await
}

#[test]
fn a_changed_object_comes_back_with_its_owners() {
    let cluster = cluster!(shared, "a_changed_object_comes_back_with_its_owners");
    let namespace = cluster.namespace("changed").unwrap();
    run(async {
        let client = admin(cluster).await;
        define(&client, "putback.test").await;
        let (client, namespace) = (&client, &namespace);
        let all = kinds().into_iter().map(async |(wanted, change)| {
            let name = client.name_of(&wanted, namespace, Duration::ZERO).await.unwrap();
            let before = made(client, &name, &wanted).await;
            client.patch(&name, &Patch::Json(change), Mode::Real).await.unwrap();
            let left = settled(client, &name).await;
            assert_ne!(picture(&left), picture(&before), "{name}");
            let restore = async |mode| client.restore(&name, Some(&before), Some(&left), mode).await;
            assert_eq!(restore(Mode::DryRun).await, Ok(Restored::Replaced));
            assert_eq!(picture(&settled(client, &name).await), picture(&left), "{name}: a dry run");
            assert_eq!(restore(Mode::Real).await, Ok(Restored::Replaced));
            assert_eq!(picture(&settled(client, &name).await), picture(&before), "{name}");
            assert_eq!(restore(Mode::Real).await, Ok(Restored::Already), "{name}");
        });
        join_all(all).await;
    });
}

#[test]
fn a_deleted_object_comes_back_with_its_owners() {
    let cluster = cluster!(shared, "a_deleted_object_comes_back_with_its_owners");
    let namespace = cluster.namespace("deleted").unwrap();
    run(async {
        let client = admin(cluster).await;
        define(&client, "return.test").await;
        let (client, namespace) = (&client, &namespace);
        let all = kinds().into_iter().map(async |(wanted, _)| {
            let vase = json!({ "apiVersion": "return.test/v1", "kind": "Vase", "metadata": { "name": "thing" } });
            let wanted = if wanted.kind() == "Vase" { object(vase) } else { wanted };
            let name = client.name_of(&wanted, namespace, Duration::ZERO).await.unwrap();
            let before = made(client, &name, &wanted).await;
            gone(client, &name).await;
            assert_eq!(client.restore(&name, Some(&before), None, Mode::Real).await, Ok(Restored::Created), "{name}");
            assert_eq!(picture(&settled(client, &name).await), picture(&before), "{name}");
        });
        join_all(all).await;
    });
}

#[test]
fn a_namespace_and_a_definition_come_back() {
    let cluster = cluster!(shared, "a_namespace_and_a_definition_come_back");
    let namespace = cluster.namespace("whole").unwrap();
    run(async {
        let client = admin(cluster).await;
        define(&client, "whole.test").await;
        let of = |group: &str, kind: &str, name: String| ObjectName {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: None,
            name,
        };
        for name in [
            of("", "Namespace", namespace),
            of("apiextensions.k8s.io", "CustomResourceDefinition", "vases.whole.test".to_owned()),
        ] {
            let before = settled(&client, &name).await;
            let change = Patch::Merge(json!({ "metadata": { "labels": { "more": "yes" } } }));
            client.patch(&name, &change, Mode::Real).await.unwrap();
            let left = settled(&client, &name).await;
            client.restore(&name, Some(&before), Some(&left), Mode::Real).await.unwrap();
            assert_eq!(picture(&settled(&client, &name).await), picture(&before), "{name}");
            gone(&client, &name).await;
            assert_eq!(client.restore(&name, Some(&before), None, Mode::Real).await, Ok(Restored::Created));
            assert_eq!(picture(&settled(&client, &name).await), picture(&before), "{name}");
        }
    });
}

#[test]
fn what_was_not_there_is_deleted_again() {
    let cluster = cluster!(shared, "what_was_not_there_is_deleted_again");
    let namespace = cluster.namespace("new").unwrap();
    run(async {
        let client = admin(cluster).await;
        let names = name("ConfigMap", &namespace, "a");
        let left = client.create(&names, &config_map("a", &json!({ "k": "v" })), Mode::Real).await.unwrap();
        assert_eq!(client.restore(&names, None, Some(&left), Mode::DryRun).await, Ok(Restored::Deleted));
        assert_eq!(client.restore(&names, None, Some(&left), Mode::Real).await, Ok(Restored::Deleted));
        assert_eq!(client.restore(&names, None, Some(&left), Mode::Real).await, Ok(Restored::Already));
        let another = client.create(&names, &config_map("a", &json!({ "k": "v" })), Mode::Real).await.unwrap();
        let itself = Interference { field: String::new(), manager: None };
        let refused = client.restore(&names, None, Some(&left), Mode::Real).await;
        assert_eq!(refused, Err(NotRestored::Interference(vec![itself])));
        assert_eq!(client.get(&names).await.unwrap(), Some(another));
    });
}

#[test]
fn an_object_that_was_made_anew_comes_back() {
    let cluster = cluster!(shared, "an_object_that_was_made_anew_comes_back");
    let namespace = cluster.namespace("anew").unwrap();
    run(async {
        let client = admin(cluster).await;
        let names = name("ConfigMap", &namespace, "a");
        let before = made(&client, &names, &config_map("a", &json!({ "k": "old" }))).await;
        gone(&client, &names).await;
        // Times are told in seconds, and it must be another one.
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let left = client.create(&names, &config_map("a", &json!({ "k": "new" })), Mode::Real).await.unwrap();
        assert_eq!(client.restore(&names, Some(&before), Some(&left), Mode::Real).await, Ok(Restored::Replaced));
        assert_eq!(picture(&settled(&client, &names).await), picture(&before));
    });
}

#[test]
fn an_object_that_is_held_is_not_made_again_yet() {
    let cluster = cluster!(shared, "an_object_that_is_held_is_not_made_again_yet");
    let namespace = cluster.namespace("held").unwrap();
    run(async {
        let client = admin(cluster).await;
        let names = name("ConfigMap", &namespace, "a");
        let before = made(&client, &names, &config_map("a", &json!({ "k": "v" }))).await;
        let finalizers = |list: Value| Patch::Merge(json!({ "metadata": { "finalizers": list } }));
        client.patch(&names, &finalizers(json!(["a.test/hold"])), Mode::Real).await.unwrap();
        client.delete(&names, &delete(), Mode::Real).await.unwrap();
        let held = client.restore(&names, Some(&before), None, Mode::Real).await.unwrap_err();
        assert_eq!(held.to_string(), "`configmap/a` is still being deleted; its finalizers: a.test/hold");
        client.patch(&names, &finalizers(json!(null)), Mode::Real).await.unwrap();
        assert_eq!(client.restore(&names, Some(&before), None, Mode::Real).await, Ok(Restored::Created));
        assert_eq!(picture(&settled(&client, &names).await), picture(&before));
    });
}

#[test]
fn a_change_of_somebody_else_is_told_and_not_overwritten() {
    let cluster = cluster!(shared, "a_change_of_somebody_else_is_told_and_not_overwritten");
    let namespace = cluster.namespace("between").unwrap();
    run(async {
        let client = admin(cluster).await;
        let names = name("Deployment", &namespace, "web");
        let before = made(&client, &names, &deployment("web", Some(1), "example.test/a:1")).await;
        client
            .apply(&names, &deployment("web", Some(1), "example.test/a:2"), Conflicts::Refuse, Mode::Real)
            .await
            .unwrap();
        let left = settled(&client, &names).await;
        let image = ["set", "image", "deployment/web", "main=example.test/a:3", "--namespace", &namespace];
        cluster.kubectl(&image, "").unwrap();
        let between = settled(&client, &names).await;
        let refused = client.restore(&names, Some(&before), Some(&left), Mode::Real).await.unwrap_err();
        let told = "somebody else changed it since: spec.template.spec.containers[main].image (by kubectl-set)";
        assert_eq!(refused.to_string(), told);
        assert_eq!(picture(&settled(&client, &names).await), picture(&between));
        gone(&client, &names).await;
        let refused = client.restore(&names, Some(&before), Some(&left), Mode::Real).await.unwrap_err();
        assert_eq!(refused.to_string(), "somebody else changed it since: the object itself (by somebody)");
    });
}

#[test]
fn what_others_changed_elsewhere_stays_and_ours_is_put_back() {
    let cluster = cluster!(shared, "what_others_changed_elsewhere_stays_and_ours_is_put_back");
    let namespace = cluster.namespace("elsewhere").unwrap();
    run(async {
        let client = admin(cluster).await;
        let names = name("Deployment", &namespace, "web");
        let before = made(&client, &names, &deployment("web", None, "example.test/a:1")).await;
        let wanted = deployment("web", None, "example.test/a:2");
        client.apply(&names, &wanted, Conflicts::Refuse, Mode::Real).await.unwrap();
        let left = settled(&client, &names).await;
        cluster.kubectl(&["scale", "deployment/web", "--replicas=4", "--namespace", &namespace], "").unwrap();
        let held = r#"{"metadata":{"finalizers":["a.test/hold"]}}"#;
        let hold = |patch: &str| {
            cluster.kubectl(&["patch", "deployment/web", "--namespace", &namespace, "-p", patch], "").unwrap()
        };
        hold(held);
        assert_eq!(client.restore(&names, Some(&before), Some(&left), Mode::Real).await, Ok(Restored::Replaced));
        let now = settled(&client, &names).await;
        assert_eq!(now.get("/spec/template"), before.get("/spec/template"));
        assert_eq!((now.get("/spec/replicas"), now.finalizers()), (Some(&json!(4)), vec!["a.test/hold"]));
        let owners = now.get("/metadata/managedFields").unwrap().to_string();
        let ours = before.get("/metadata/managedFields").unwrap().as_array().unwrap();
        let mut ours = ours.iter().filter(|entry| entry.get("subresource").is_none());
        assert!(ours.all(|entry| owners.contains(&entry.to_string())), "{owners}");
        assert!(owners.contains("a.test/hold"), "{owners}");
        assert_eq!(client.restore(&names, Some(&before), Some(&left), Mode::Real).await, Ok(Restored::Already));
        hold(r#"{"metadata":{"finalizers":null}}"#);
    });
}

#[test]
fn a_version_that_is_served_no_more_is_not_taken_for_an_object_that_is_gone() {
    let cluster = cluster!(shared, "a_version_that_is_served_no_more_is_not_taken_for_an_object_that_is_gone");
    let namespace = cluster.namespace("version").unwrap();
    run(async {
        let client = admin(cluster).await;
        let names = name("ConfigMap", &namespace, "a");
        let left = client.create(&names, &config_map("a", &json!({})), Mode::Real).await.unwrap();
        let mut old = left.into_value();
        old.as_object_mut().unwrap().insert("apiVersion".to_owned(), json!("v1beta9"));
        let refused = client.restore(&names, None, Some(&object(old)), Mode::Real).await.unwrap_err();
        let told = "`configmap/a` was kept in version v1beta9, which the cluster serves no more";
        assert_eq!(refused.to_string(), told);
    });
}
