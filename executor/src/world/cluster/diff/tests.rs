//! Differences as they are drawn.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::super::{MaskKey, Normal, Object, Shown};
use super::difference;
use super::lines::MOST_LINES;
use crate::screen::Look;
use crate::screen::diff::render;
use serde_json::{Map, Value, json};

fn shown(value: Value) -> Shown {
    Normal::of(&Object::new(value).unwrap()).shown(&MaskKey::new([7; 32]))
}

fn drawn(old: Option<Value>, new: Option<Value>) -> Vec<String> {
    let lines = difference(old.map(shown).as_ref(), new.map(shown).as_ref(), 1, |change| change);
    render(&lines, Look::plain()).lines().map(|line| line.trim_start().to_owned()).collect()
}

fn between(old: Value, new: Value) -> Vec<String> {
    drawn(Some(old), Some(new))
}

fn pod(spec: &Value) -> Value {
    json!({ "kind": "Deployment", "spec": { "template": { "spec": spec } } })
}

#[test]
fn named_things_are_matched_by_name() {
    let old =
        pod(&json!({ "containers": [{ "name": "log", "image": "l:1" }, { "name": "portal", "image": "p:3.8.2" }] }));
    let new = pod(&json!({ "containers": [
        { "name": "portal", "image": "p:4.0.0", "resources": { "limits": { "cpu": 1 } } }, { "name": "new", "image": "n:1" },
    ] }));
    let wanted = [
        "@@ spec.template.spec.containers[log] @@",
        "-image: l:1",
        "@@ spec.template.spec.containers[portal] @@",
        "-image: p:3.8.2",
        "+image: p:4.0.0",
        "+resources: { limits: { cpu: 1 } }",
        "@@ spec.template.spec.containers[new] @@",
        "+image: n:1",
    ];
    assert_eq!(between(old, new), wanted);
}

#[test]
fn other_lists_are_matched_as_kubernetes_merges_them() {
    let old = pod(&json!({ "containers": [{
        "name": "a",
        "ports": [{ "containerPort": 80 }, { "containerPort": 81 }],
        "env": [{ "name": "B", "value": "1" }, { "name": "A", "value": "8080" }],
        "volumeMounts": [{ "mountPath": "/a", "name": "v" }],
    }] }));
    let new = pod(&json!({ "containers": [{
        "name": "a",
        "ports": [{ "containerPort": 80, "protocol": "UDP" }, { "containerPort": 81 }],
        "env": [{ "name": "A", "value": "8081" }, { "name": "B", "value": "1" }],
        "volumeMounts": [{ "mountPath": "/a", "name": "w" }],
    }] }));
    let wanted = [
        "@@ spec.template.spec.containers[a].env[A] @@",
        "-value: \"8080\"",
        "+value: \"8081\"",
        "@@ spec.template.spec.containers[a].env @@",
        "note: another order: [A, B] was [B, A]",
        "@@ spec.template.spec.containers[a].ports[80] @@",
        "+protocol: UDP",
        "@@ spec.template.spec.containers[a].volumeMounts[/a] @@",
        "-name: v",
        "+name: w",
    ];
    assert_eq!(between(old, new), wanted);
}

#[test]
fn lists_without_names_are_told_whole_or_item_by_item() {
    let args = |port: u16, more: usize| {
        let args = [vec![format!("--port={port}")], vec!["--verbose=yes".to_owned(); more]].concat();
        pod(&json!({ "args": args }))
    };
    let short = between(args(80, 1), args(81, 1));
    assert_eq!(
        short,
        ["@@ spec.template.spec @@", "-args: [--port=80, --verbose=yes]", "+args: [--port=81, --verbose=yes]"]
    );
    let long = between(args(80, 9), args(81, 9));
    assert_eq!(long, ["@@ spec.template.spec.args @@", "-- --port=80", "+- --port=81"]);
}

#[test]
fn texts_of_several_lines_are_compared_line_by_line() {
    let map = |text: &str| json!({ "kind": "ConfigMap", "data": { "pgbouncer.ini": text, "other": "x" } });
    let wanted = ["@@ data[\"pgbouncer.ini\"] @@", "a = 1", "-b = 15", "+b = 16"];
    assert_eq!(between(map("a = 1\nb = 15\n"), map("a = 1\nb = 16\n")), wanted);
    let long = |a: &str, b: &str| map(&format!("{a}\n{}{b}\n", "same\n".repeat(9)));
    let wanted = [
        "@@ data[\"pgbouncer.ini\"] -1,2 +1,2 @@",
        "-1",
        "+2",
        "same",
        "@@ data[\"pgbouncer.ini\"] -10,2 +10,2 @@",
        "same",
        "-3",
        "+4",
    ];
    assert_eq!(between(long("1", "3"), long("2", "4")), wanted);
}

#[test]
fn what_is_new_or_goes_is_told_without_its_name() {
    let object = json!({ "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": { "name": "a", "namespace": "n" },
        "spec": { "minAvailable": 2 } });
    assert_eq!(drawn(None, Some(object.clone())), ["+spec: { minAvailable: 2 }"]);
    assert_eq!(drawn(Some(object.clone()), None), ["-spec: { minAvailable: 2 }"]);
    assert_eq!(between(object.clone(), object), [""; 0]);
    let map = json!({ "kind": "ConfigMap", "metadata": { "labels": { "a/b": "c" } }, "data": { "x": "1\n2\n" } });
    let wanted = ["+data:", "+  x: |", "+    1", "+    2", "+metadata: { labels: { \"a/b\": c } }"];
    assert_eq!(drawn(None, Some(map)), wanted);
}

#[test]
fn what_stands_in_no_part_comes_first() {
    let secret =
        |kind: &str, keep: bool| json!({ "kind": "X", "data": { "a": kind }, "type": kind, "immutable": keep });
    let wanted = ["-immutable: false", "+immutable: true", "-type: a", "+type: b", "@@ data @@", "-a: a", "+a: b"];
    assert_eq!(between(secret("a", false), secret("b", true)), wanted);
}

#[test]
fn values_of_a_secret_are_masks() {
    let secret = |pin: &str| json!({ "kind": "Secret", "type": "Opaque", "data": { "pin": pin, "same": "eA==" } });
    let lines = between(secret("dHVsaXA="), secret("cm9zZQ=="));
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().skip(1).all(|line| line.contains("pin: ‹hidden ")), "{lines:?}");
    assert_ne!(lines.get(1).unwrap().get(1..), lines.get(2).unwrap().get(1..));
}

#[test]
fn a_file_in_base64_is_told_by_size_and_digest() {
    let map = |letter: &str| json!({ "kind": "ConfigMap", "binaryData": { "logo": letter.repeat(4096) } });
    let lines = between(map("A"), map("B"));
    assert!(lines.iter().any(|line| line.starts_with("-logo: ‹4 KiB, b3:")), "{lines:?}");
    assert_ne!(lines.get(1).unwrap().get(1..), lines.get(2).unwrap().get(1..));
}

#[test]
fn a_difference_is_bounded() {
    let map = |value: &str| {
        let entries: Map<String, Value> = (0..4000).map(|number| (format!("k{number}"), value.into())).collect();
        json!({ "kind": "ConfigMap", "data": entries })
    };
    let lines = between(map("a"), map("b"));
    assert_eq!(lines.len(), MOST_LINES + 1);
    assert_eq!(lines.last().unwrap(), "note: 3001 more lines are not shown");
    assert_eq!(difference(Some(&shown(map("a"))), Some(&shown(map("a"))), 1, |change| change), []);
}
