//! Kinds: what the table says of Kubernetes itself, and what only a server knows.

use crate::stage::{admin, cluster, object, run};
use serde_json::json;
use std::time::Duration;
use switchback::world::cluster::{
    BUILTINS, Builtin, Cluster as Client, FaultKind, Mode, Object, ObjectName, Reference,
};

/// The definition of a kind `Vase` in a group of the test, with a short name.
pub fn definition(group: &str) -> Object {
    let schema = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
    let version = json!({ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": schema } });
    let names = json!({ "plural": "vases", "singular": "vase", "kind": "Vase", "shortNames": ["vs"] });
    object(json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": format!("vases.{group}") },
        "spec": { "group": group, "names": names, "scope": "Namespaced", "versions": [version] },
    }))
}

/// Makes that kind, and waits until it is served.
pub async fn define(client: &Client, group: &str) {
    let definition = definition(group);
    let name = client.name_of(&definition, "", Duration::ZERO).await.unwrap();
    client.create(&name, &definition, Mode::Real).await.unwrap();
    let meant = Reference::parse(&format!("vases.{group}/a")).unwrap();
    client.object_meant(&meant, "default", Duration::from_mins(1)).await.unwrap();
}

#[test]
fn the_table_of_kinds_agrees_with_a_server() {
    let cluster = cluster!(shared, "the_table_of_kinds_agrees_with_a_server");
    let kinds = run(async { admin(cluster).await.kinds().await.unwrap() });
    for builtin in BUILTINS.iter() {
        let Builtin { group, kind, plural, short, namespaced } = *builtin;
        let Some(told) = kinds.preferred(group, kind) else { continue };
        assert_eq!((told.plural.as_str(), told.namespaced), (plural, namespaced), "{kind}");
        let mut words: Vec<_> = told.words.iter().filter(|word| **word != kind.to_lowercase()).collect();
        words.sort();
        assert_eq!(words, short.iter().collect::<Vec<_>>(), "{kind}");
    }
    let told: Vec<_> = kinds.all().iter().filter(|kind| kind.verbs.iter().any(|verb| verb == "patch")).collect();
    let unknown =
        told.iter().filter(|kind| !kind.group.contains(".test") && Builtin::of(&kind.group, &kind.kind).is_none());
    let unknown: Vec<_> = unknown.map(|kind| kind.full_word()).collect();
    assert!(unknown.is_empty(), "the table lacks {unknown:?}");
}

#[test]
fn a_kind_that_a_step_installs_is_found() {
    let cluster = cluster!(shared, "a_kind_that_a_step_installs_is_found");
    run(async {
        let client = admin(cluster).await;
        let meant = |text: &str| Reference::parse(text).unwrap();
        let missing = client.object_meant(&meant("vases.early.test/a"), "default", Duration::ZERO).await.unwrap_err();
        assert_eq!(missing.kind, FaultKind::Absent);
        assert_eq!(missing.what, "the cluster has no kind of objects called `vases`");
        define(&client, "early.test").await;
        let wanted = ObjectName {
            group: "early.test".to_owned(),
            kind: "Vase".to_owned(),
            namespace: Some("default".to_owned()),
            name: "a".to_owned(),
        };
        for word in ["vs.early.test/a", "vase.early.test/a", "Vase.early.test/a"] {
            assert_eq!(client.object_meant(&meant(word), "default", Duration::ZERO).await.unwrap(), wanted, "{word}");
        }
        define(&client, "late.test").await;
        let several = client.object_meant(&meant("vase/a"), "default", Duration::ZERO).await.unwrap_err();
        assert!(
            several.what.contains("`vases.early.test`") && several.what.contains("`vases.late.test`"),
            "{}",
            several.what
        );
    });
}
