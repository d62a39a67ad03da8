//! Reading one, many, and lists that go over several pages.

use crate::stage::{admin, cluster, config_map, name, run};
use futures_util::future::join_all;
use serde_json::json;
use std::time::Instant;
use switchback::world::cluster::{Cluster as Client, Conflicts, Mode, Selection};

const MANY: usize = 700;

async fn make(client: &Client, namespace: &str) {
    let made = (0..MANY).map(async |number| {
        let map = config_map(&format!("map-{number:03}"), &json!({ "n": number.to_string() }));
        client.create(&name("ConfigMap", namespace, map.name()), &map, Mode::Real).await.unwrap();
    });
    join_all(made).await;
}

#[test]
fn lists_are_whole_and_many_are_read_at_once() {
    let cluster = cluster!(shared, "lists_are_whole_and_many_are_read_at_once");
    let namespace = cluster.namespace("many").unwrap();
    run(async {
        let client = admin(cluster).await;
        make(&client, &namespace).await;
        let kind = client.kind("", "ConfigMap").await.unwrap();
        let fields = Some("metadata.name!=kube-root-ca.crt".to_owned());
        let selection = Selection { namespace: Some(namespace.clone()), fields, ..Selection::default() };
        let listed = client.list(&kind, &selection).await.unwrap();
        assert_eq!(listed.len(), MANY);
        assert!(listed.iter().all(|map| (map.kind(), map.api_version()) == ("ConfigMap", "v1")));
        let names: Vec<_> =
            (0..=MANY).map(|number| name("ConfigMap", &namespace, &format!("map-{number:03}"))).collect();
        let read: Vec<_> = client.get_all(&names).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(read.iter().flatten().count(), MANY);
        assert_eq!(read.last(), Some(&None));
        let began = Instant::now();
        let tried = (0..500).map(async |number| {
            let map = config_map(&format!("map-{number:03}"), &json!({ "n": "changed" }));
            let name = name("ConfigMap", &namespace, map.name());
            client.apply(&name, &map, Conflicts::Force, Mode::DryRun).await.unwrap()
        });
        let tried = join_all(tried).await;
        eprintln!("500 dry-run applies took {:?}", began.elapsed());
        assert!(tried.iter().all(|map| map.text("/data/n") == Some("changed")));
        let after = client.list(&kind, &selection).await.unwrap();
        assert!(after == listed, "a dry run changed something");
    });
}
