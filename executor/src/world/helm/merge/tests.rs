//! What patches say; that the server makes of them what it should is tried on a real one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::three_way::NoPatch;
use super::{Schema, three_way, two_way};
use serde_json::{Map, Value, json};

/// As the server tells it: references beside extensions.
fn schemas() -> Value {
    let reference =
        |name: &str| json!({ "allOf": [{ "$ref": format!("#/components/schemas/{name}") }], "default": {} });
    let list = |of: &Value, key: &str| json!({ "type": "array", "items": of, "x-kubernetes-patch-merge-key": key, "x-kubernetes-patch-strategy": "merge" });
    let mut strategy = reference("Strategy");
    strategy.as_object_mut().unwrap().insert("x-kubernetes-patch-strategy".into(), "retainKeys".into());
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    let mut merged = texts.clone();
    merged.as_object_mut().unwrap().insert("x-kubernetes-patch-strategy".into(), "merge".into());
    json!({
        "App": {
            "x-kubernetes-group-version-kind": [{ "group": "apps", "version": "v1", "kind": "App" }],
            "properties": { "metadata": reference("Meta"), "spec": { "$ref": "#/components/schemas/Spec" } },
        },
        "Meta": { "properties": { "labels": { "additionalProperties": { "type": "string" } }, "finalizers": merged } },
        "Spec": { "properties": {
            "containers": list(&reference("Container"), "name"), "strategy": strategy, "tolerations": { "type": "array" },
            "volumes": { "type": "array", "items": reference("Strategy"), "x-kubernetes-patch-merge-key": "name", "x-kubernetes-patch-strategy": "merge,retainKeys" },
        } },
        "Container": { "properties": {
            "args": texts, "env": list(&reference("Env"), "name"), "ports": list(&reference("Port"), "containerPort"),
        } },
        "Env": { "properties": {} }, "Port": { "properties": {} }, "Strategy": { "properties": {} },
    })
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn made(old: &Value, new: &Value, live: &Value) -> Result<Value, NoPatch> {
    let all = schemas();
    let schema = Schema::of(&all, "apps", "v1", "App");
    three_way(&object(old), &object(new), &object(live), schema).map(Value::Object)
}

#[expect(clippy::needless_pass_by_value, reason = "calls read better without a sign of reference")]
fn patch(old: Value, new: Value, live: Value) -> Value {
    made(&old, &new, &live).unwrap()
}

fn spec(containers: &Value) -> Value {
    json!({ "spec": { "containers": containers } })
}

#[test]
fn what_is_equal_makes_no_patch() {
    let manifest = spec(&json!([{ "name": "a", "image": "a:1", "env": [{ "name": "X", "value": "1" }] }]));
    let live = spec(
        &json!([{ "name": "a", "image": "a:1", "env": [{ "name": "X", "value": "1" }], "imagePullPolicy": "Always" }]),
    );
    assert_eq!(patch(manifest.clone(), manifest, live), json!({}));
}

#[test]
fn what_was_said_and_no_longer_is_goes_and_what_others_added_stays() {
    let old = json!({ "metadata": { "labels": { "a": "1", "b": "1" } }, "spec": { "replicas": 2 } });
    let new = json!({ "metadata": { "labels": { "a": "2" } }, "spec": {} });
    let live = json!({ "metadata": { "labels": { "a": "1", "b": "1", "theirs": "x" } }, "spec": { "replicas": 5 } });
    assert_eq!(
        patch(old, new, live),
        json!({ "metadata": { "labels": { "a": "2", "b": null } }, "spec": { "replicas": null } })
    );
}

#[test]
fn what_others_changed_is_set_again() {
    let manifest = json!({ "spec": { "replicas": 2 } });
    assert_eq!(
        patch(manifest.clone(), manifest, json!({ "spec": { "replicas": 5 } })),
        json!({ "spec": { "replicas": 2 } })
    );
}

#[test]
fn named_items_are_changed_added_and_taken_away() {
    let old = spec(&json!([{ "name": "a", "image": "a:1" }, { "name": "gone", "image": "g:1" }]));
    let new = spec(&json!([{ "name": "a", "image": "a:2" }, { "name": "new", "image": "n:1" }]));
    let live = spec(
        &json!([{ "name": "a", "image": "a:1", "x": 1 }, { "name": "gone", "image": "g:1" }, { "name": "sidecar" }]),
    );
    let wanted = json!({ "spec": {
        "$setElementOrder/containers": [{ "name": "a" }, { "name": "new" }],
        "containers": [
            { "name": "a", "image": "a:2" }, { "name": "new", "image": "n:1" }, { "$patch": "delete", "name": "gone" },
        ],
    } });
    assert_eq!(patch(old, new, live), wanted);
}

#[test]
fn items_of_others_keep_their_place_and_are_no_change() {
    let manifest = spec(&json!([{ "name": "a" }]));
    let live = spec(&json!([{ "name": "a" }, { "name": "sidecar" }]));
    // Only the order is said, as Helm does; the server changes nothing by it.
    assert_eq!(
        patch(manifest.clone(), manifest, live),
        json!({ "spec": { "$setElementOrder/containers": [{ "name": "a" }] } })
    );
}

#[test]
fn lists_that_are_not_merged_are_replaced() {
    let of = |value: u8| json!({ "spec": { "containers": [{ "name": "a", "args": ["--port", value] }], "tolerations": [{ "key": "k", "n": value }] } });
    let wanted = json!({ "spec": {
        "containers": [{ "name": "a", "args": ["--port", 2] }], "$setElementOrder/containers": [{ "name": "a" }],
        "tolerations": [{ "key": "k", "n": 2 }],
    } });
    assert_eq!(patch(of(1), of(2), of(1)), wanted);
}

#[test]
fn plain_lists_that_are_merged_lose_only_what_was_said() {
    let of = |names: &[&str]| json!({ "metadata": { "finalizers": names } });
    let wanted = json!({ "metadata": {
        "$setElementOrder/finalizers": ["a", "c"], "$deleteFromPrimitiveList/finalizers": ["b"], "finalizers": ["c"],
    } });
    assert_eq!(patch(of(&["a", "b"]), of(&["a", "c"]), of(&["a", "b", "theirs"])), wanted);
    assert_eq!(patch(of(&[]), of(&["a"]), of(&[])), of(&["a"]));
    assert_eq!(patch(of(&["a"]), of(&["a"]), of(&["a"])), json!({}));
    // The order of such a list is looked at only against a sorted one.
    assert_eq!(patch(of(&["a", "b"]), of(&["a", "b"]), of(&["b", "a"])), json!({}));
}

#[test]
fn a_union_names_what_stays() {
    let of = |value: Value| json!({ "spec": { "strategy": value } });
    let rolling = json!({ "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 1 } });
    let wanted =
        json!({ "spec": { "strategy": { "type": "Recreate", "rollingUpdate": null, "$retainKeys": ["type"] } } });
    assert_eq!(patch(of(rolling.clone()), of(json!({ "type": "Recreate" })), of(rolling.clone())), wanted);
    // The server's own default is taken away with it.
    let wanted = json!({ "spec": { "strategy": { "type": "Recreate", "$retainKeys": ["type"] } } });
    assert_eq!(patch(json!({ "spec": {} }), of(json!({ "type": "Recreate" })), of(rolling)), wanted);
}

#[test]
fn what_goes_from_something_that_is_gone_already_is_sent_along() {
    let of = |env: &[&str]| {
        let env: Vec<_> = env.iter().map(|name| json!({ "name": name })).collect();
        spec(&json!([{ "name": "main" }, { "name": "log", "env": env }]))
    };
    let made = patch(of(&["A", "B"]), of(&["B"]), spec(&json!([{ "name": "main" }])));
    let wanted = json!([{ "name": "log", "$setElementOrder/env": [{ "name": "B" }], "env": [{ "name": "B" }, { "$patch": "delete", "name": "A" }] }]);
    assert_eq!(made.pointer("/spec/containers").unwrap(), &wanted);
}

#[test]
fn items_of_a_list_can_be_unions() {
    let of = |volume: Value| json!({ "spec": { "volumes": [volume] } });
    let (old, new) = (of(json!({ "name": "v" })), of(json!({ "name": "v", "configMap": { "name": "a" } })));
    let made = patch(old, new, of(json!({ "name": "v", "emptyDir": {} })));
    let wanted = json!([{ "name": "v", "configMap": { "name": "a" }, "$retainKeys": ["configMap", "name"] }]);
    assert_eq!(made.pointer("/spec/volumes").unwrap(), &wanted);
}

#[test]
fn two_ports_of_one_number_are_paired_in_their_order() {
    let of = |name: &str| {
        spec(&json!([{ "name": "a", "ports": [
        { "containerPort": 53, "protocol": "TCP", "name": "t" }, { "containerPort": 53, "protocol": "UDP", "name": name },
    ] }]))
    };
    let made = patch(of("u"), of("v"), of("u"));
    assert_eq!(made.pointer("/spec/containers/0/ports").unwrap(), &json!([{ "containerPort": 53, "name": "v" }]));
}

#[test]
fn an_item_without_its_key_is_told() {
    let broken = spec(&json!([{ "image": "a" }]));
    let whole = spec(&json!([{ "name": "a" }]));
    let told = made(&whole, &broken, &whole).unwrap_err().to_string();
    assert_eq!(told, "an item of `containers` has no `name`, by which items of it are told apart");
}

#[test]
fn custom_kinds_are_patched_from_manifest_to_manifest() {
    let old = object(&json!({ "spec": { "size": 1, "gone": true, "list": [1, 2], "same": { "a": 1 } } }));
    let new = object(&json!({ "spec": { "size": 2, "list": [1], "same": { "a": 1 }, "new": { "b": 1 } } }));
    let wanted = json!({ "spec": { "size": 2, "gone": null, "list": [1], "new": { "b": 1 } } });
    assert_eq!(Value::Object(two_way(&old, &new)), wanted);
    assert!(two_way(&old, &old).is_empty());
}
