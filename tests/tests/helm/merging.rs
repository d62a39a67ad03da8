//! Patches of three sides, against a second implementation of them: what `kubectl apply` makes of the same sides.
//!
//! Helm and kubectl call the same library for these. kubectl keeps the last manifest in an annotation.

use crate::stage::{Stage, cluster, run};
use serde_json::{Map, Value, json};
use switchback::world::cluster::{MaskKey, Mode, Normal, Object, ObjectName, compare};
use switchback::world::helm::{Apply, Chart, Effect, Operation, Rendered};
use switchback_tests::cluster::Helm;

const CASES: usize = 60;
const LAST: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Numbers that one seed repeats (`SplitMix64`).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) as usize % bound
    }
}

/// Another one each time, unless `SWITCHBACK_SEED` repeats one.
fn seed() -> u64 {
    let told = std::env::var("SWITCHBACK_SEED").ok().and_then(|seed| seed.parse().ok());
    told.unwrap_or_else(|| {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).unwrap();
        u64::from_le_bytes(bytes)
    })
}

/// Some of these, in some order.
fn some(random: &mut Random, from: &[&str]) -> Vec<String> {
    let mut left: Vec<_> = from.iter().map(|word| (*word).to_owned()).collect();
    let mut taken = Vec::new();
    for _ in 0..random.below(from.len() + 1) {
        taken.push(left.remove(random.below(left.len())));
    }
    taken
}

fn word(random: &mut Random) -> String {
    ["one", "two", "three"].get(random.below(3)).map(|word| (*word).to_owned()).unwrap()
}

fn texts(random: &mut Random, keys: &[&str]) -> Map<String, Value> {
    some(random, keys).into_iter().map(|key| (key, word(random).into())).collect()
}

fn container(random: &mut Random, name: &str) -> Value {
    let env: Vec<_> =
        some(random, &["A", "B", "C"]).into_iter().map(|name| json!({ "name": name, "value": word(random) })).collect();
    let mounts: Vec<_> =
        some(random, &["/a", "/b", "/c"]).into_iter().map(|path| json!({ "mountPath": path, "name": "v" })).collect();
    let ports: Vec<_> = some(random, &["80", "81", "82"])
        .into_iter()
        .map(|port| json!({ "containerPort": port.parse::<u16>().unwrap(), "name": format!("p{port}-{}", word(random)) }))
        .collect();
    let mut container = json!({ "name": name, "image": format!("example.test/{}:1", word(random)) });
    let parts = [("env", env), ("volumeMounts", mounts), ("ports", ports), ("args", vec![word(random).into()])];
    for (part, items) in parts {
        if random.below(4) > 0 {
            container.as_object_mut().unwrap().insert(part.to_owned(), items.into());
        }
    }
    container
}

/// Volumes are unions: each has one source.
fn volumes(random: &mut Random) -> Vec<Value> {
    let more = some(random, &["w", "x"]);
    let each = more.into_iter().chain(["v".to_owned()]).map(|name| match random.below(3) {
        0 => json!({ "name": name, "emptyDir": {} }),
        1 => json!({ "name": name, "configMap": { "name": word(random) } }),
        _ => json!({ "name": name, "secret": { "secretName": word(random) } }),
    });
    each.collect()
}

/// A Deployment as a manifest may say it.
fn manifest(random: &mut Random, name: &str) -> Value {
    let others: Vec<_> = some(random, &["log", "metrics", "proxy"]);
    let mut containers: Vec<_> = others.iter().map(|name| container(random, name)).collect();
    containers.insert(random.below(containers.len() + 1), container(random, "main"));
    let tolerations: Vec<_> =
        some(random, &["a", "b"]).into_iter().map(|key| json!({ "key": key, "operator": "Exists" })).collect();
    let pod = json!({
        "containers": containers, "volumes": volumes(random), "tolerations": tolerations,
        "nodeSelector": texts(random, &["zone", "disk"]), "hostAliases": [{ "ip": "127.0.0.1", "hostnames": some(random, &["a", "b"]) }],
    });
    let strategy = match random.below(3) {
        0 => json!({ "type": "Recreate" }),
        1 => json!({ "type": "RollingUpdate", "rollingUpdate": { "maxSurge": random.below(3) + 1 } }),
        _ => Value::Null,
    };
    let mut labels = texts(random, &["x", "y"]);
    labels.insert("app.kubernetes.io/managed-by".to_owned(), "Helm".into());
    let mut spec = json!({
        "selector": { "matchLabels": { "app": name } }, "paused": true, "strategy": strategy,
        "template": { "metadata": { "labels": { "app": name }, "annotations": texts(random, &["m", "n"]) }, "spec": pod },
    });
    if random.below(2) == 0 {
        spec.as_object_mut().unwrap().insert("replicas".to_owned(), 0.into());
    }
    json!({ "apiVersion": "apps/v1", "kind": "Deployment", "spec": spec, "metadata": {
        "name": name, "labels": labels, "finalizers": some(random, &["a.test/a", "a.test/b", "a.test/c"]), "annotations": texts(random, &["k", "l"]),
    } })
}

/// With the release's annotations, as Helm sends it.
fn marked(stage: &Stage<'_>, mut manifest: Value) -> Value {
    let annotations = manifest.pointer_mut("/metadata/annotations").unwrap().as_object_mut().unwrap();
    annotations.insert("meta.helm.sh/release-name".to_owned(), "portal".into());
    annotations.insert("meta.helm.sh/release-namespace".to_owned(), stage.namespace.clone().into());
    manifest
}

/// What others made of it: another manifest's containers and labels over it, by what is there.
fn live(stage: &Stage<'_>, random: &mut Random, old: &Value, name: &str) -> Value {
    let mut live = if random.below(3) == 0 { old.clone() } else { marked(stage, manifest(random, name)) };
    let annotations = live.pointer_mut("/metadata/annotations").unwrap().as_object_mut().unwrap();
    annotations.insert(LAST.to_owned(), old.to_string().into());
    live
}

fn rendered(objects: &[Value]) -> Rendered {
    let objects = objects.iter().map(|object| Object::new(object.clone()).unwrap()).collect();
    Rendered {
        chart: Chart::default(),
        objects,
        hooks: vec![],
        definitions: vec![],
        apply: Apply::ClientSide,
        alone: false,
    }
}

/// What `kubectl apply` would make of manifests, as lenient as Helm is; an error if the server does not take all of it.
fn applied(stage: &Stage<'_>, manifests: &[Value]) -> Result<Vec<Object>, String> {
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": manifests });
    let told = stage.kubectl(
        &["apply", "--dry-run=server", "--validate=ignore", "--output=json", "--filename=-"],
        &list.to_string(),
    )?;
    let told: Value = serde_json::from_str(&told).unwrap();
    // A single one comes alone.
    let items = told.get("items").map_or_else(|| vec![told.clone()], |items| items.as_array().unwrap().clone());
    Ok(items.into_iter().map(|item| Object::new(item).unwrap()).collect())
}

#[test]
fn patches_come_to_what_kubectl_makes_of_the_same_sides() {
    let cluster = cluster!(shared, "patches_come_to_what_kubectl_makes_of_the_same_sides");
    run(async {
        let stage = Stage::new(cluster, Helm::Three, "merge").await;
        let seed = seed();
        eprintln!("SWITCHBACK_SEED={seed}");
        let mut random = Random(seed);
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for number in 0..CASES {
            let name = format!("case-{number}");
            let before = marked(&stage, manifest(&mut random, &name));
            let there = Object::new(live(&stage, &mut random, &before, &name)).unwrap();
            let full = ObjectName { namespace: Some(stage.namespace.clone()), ..there.full_name() };
            stage.client.create(&full, &there, Mode::Real).await.unwrap();
            old.push(before);
            new.push(marked(&stage, manifest(&mut random, &name)));
        }
        let ours = stage.changes(Operation::Upgrade, Some(&rendered(&old)), Some(&rendered(&new))).await;
        // What comes of some sides is nothing that a server takes; then nobody makes it.
        let (refused, taken): (Vec<_>, Vec<_>) =
            ours.iter().zip(new).partition(|(ours, _)| matches!(ours.effect, Effect::Refused(_)));
        for (ours, manifest) in &refused {
            assert!(applied(&stage, std::slice::from_ref(manifest)).is_err(), "{ours:?}");
        }
        let manifests: Vec<_> = taken.iter().map(|(_, manifest)| manifest.clone()).collect();
        let theirs = applied(&stage, &manifests).unwrap_or_else(|_| {
            let alone = manifests.iter().filter_map(|one| applied(&stage, std::slice::from_ref(one)).err());
            unreachable!("kubectl does not take what we do: {}", alone.collect::<Vec<_>>().join("\n"))
        });
        assert_eq!(theirs.len(), taken.len());
        let key = MaskKey::random().unwrap();
        let normal = |object: &Object| Normal::of(object).shown(&key).value().clone();
        for ((ours, _), theirs) in taken.iter().zip(&theirs) {
            let differing = compare(&normal(ours.after.as_ref().unwrap()), &normal(theirs));
            assert!(differing.is_empty(), "{}: {differing:#?}", ours.name);
        }
        eprintln!("{} of {CASES} are equal, the others refused by both", theirs.len());
        assert!(theirs.len() > CASES / 2);
        assert_eq!(ours.len(), CASES);
    });
}
