//! What manifests are read as, and what is refused.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use super::read::{DEEPEST, MOST_BYTES, MOST_NODES};
use super::{ManifestError, read};

fn refused(text: &str) -> ManifestError {
    read(text).unwrap_err()
}

#[test]
fn documents_and_lists_become_objects_with_their_lines() {
    let text = "# a licence\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n---\n\n---\n\
                {\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [\n\
                {\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {\"name\": \"b\"}},\n\
                {\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {\"name\": \"c\"}}]}\n";
    let found: Vec<_> = read(text).unwrap();
    let told: Vec<_> = found.iter().map(|found| (found.object.name(), found.document, found.line)).collect();
    assert_eq!(told, [("a", 1, 3), ("b", 2, 10), ("c", 2, 11)]);
    assert!(read("").unwrap().is_empty());
    assert!(read("# nothing\n---\n---\n").unwrap().is_empty());
}

#[test]
fn scalars_are_read_as_kubectl_reads_them() {
    let text = "apiVersion: v1\nkind: X\nmetadata: { name: a }\nmode: 0644\nwhole: 1.0\nlarge: 1e3\npart: 0.5\nneg: -3\n\
                no: ~\nquoted: \"1.20\"\ntext: 1.2.3\nblock: |\n  a\n  b\n8080: x\n";
    let object = read(text).unwrap().remove(0).object.into_value();
    let wanted = serde_json::json!({
        "apiVersion": "v1", "kind": "X", "metadata": { "name": "a" }, "mode": 420, "whole": 1, "large": 1000, "part": 0.5,
        "neg": -3, "no": null, "quoted": "1.20", "text": "1.2.3", "block": "a\nb\n", "8080": "x",
    });
    assert_eq!(object, wanted);
}

#[test]
fn anchors_and_merges_are_written_out() {
    let text =
        "apiVersion: v1\nkind: X\nmetadata: { name: a }\na: &base { x: 1, y: 2 }\nb: { <<: *base, y: 3 }\nc: *base\n";
    let object = read(text).unwrap().remove(0).object;
    assert_eq!(object.get("/b").unwrap(), &serde_json::json!({ "x": 1, "y": 3 }));
    assert_eq!(object.get("/c").unwrap(), &serde_json::json!({ "x": 1, "y": 2 }));
}

#[test]
fn a_number_where_a_text_was_meant_is_doubtful() {
    let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\n  labels: { version: 1.20, on: true, ok: \"1\" }\n\
                spec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n        - name: a\n          args: [--port, 8080]\n\
                \x20         env: [{ name: PORT, value: 080 }]\n      nodeSelector: { zone: 1e3 }\n";
    let doubtful = read(text).unwrap().remove(0).doubtful;
    let told: Vec<_> =
        doubtful.iter().map(|doubt| (doubt.place.to_string(), doubt.text.as_str(), doubt.line)).collect();
    let wanted = [
        ("metadata.labels.version".to_owned(), "1.20", 5),
        ("metadata.labels.on".to_owned(), "true", 5),
        ("spec.template.spec.containers[0].args[1]".to_owned(), "8080", 12),
        ("spec.template.spec.containers[0].env[0].value".to_owned(), "080", 13),
        ("spec.template.spec.nodeSelector.zone".to_owned(), "1e3", 14),
    ];
    assert_eq!(told, wanted);
}

#[test]
fn versions_are_doubtful_where_they_have_a_dot() {
    let text =
        "apiVersion: a.io/v1\nkind: Cluster\nmetadata: { name: a }\nspec: { version: 16, image: { tag: 1.20 } }\n";
    let doubtful = read(text).unwrap().remove(0).doubtful;
    assert_eq!(doubtful.len(), 1);
    assert_eq!((doubtful[0].place.to_string().as_str(), doubtful[0].text.as_str()), ("spec.image.tag", "1.20"));
}

#[test]
fn a_value_of_a_secret_is_not_told() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData: { pin: 471100 }\n";
    let found = read(text).unwrap();
    assert_eq!(found[0].doubtful[0].text, "‹hidden›");
    assert!(!format!("{found:?}").contains("471100"));
}

#[test]
fn errors_say_the_place_and_the_way_out() {
    let told = |text: &str| {
        let error = refused(text);
        (error.to_string(), error.help)
    };
    let (what, help) = told("apiVersion: v1\nkind: X\nmetadata: { name: a }\nkind: Y\n");
    assert_eq!((what.as_str(), help.as_str()), ("line 4, column 1: `kind` is there twice", "keep one of them"));
    let (what, help) = told("apiVersion: v1\nkind: X\nmetadata:\n  name: {{ name }}\n");
    assert!(what.starts_with("line 4, "), "{what}");
    assert!(help.contains("`.hbs`"), "{help}");
    let (what, _) = told("a: 1\n---\n- b\n");
    assert_eq!(what, "line 1, column 1: this object has no `apiVersion`");
    let (what, help) = told("apiVersion: v1\nkind: Job\nmetadata: { generateName: a- }\n");
    assert_eq!(what, "line 1, column 1: this Job has no `metadata.name`");
    assert!(help.contains("generateName"));
    assert_eq!(told("- b\n").0, "line 1, column 1: this is no object");
    assert!(told("a: *b\n").0.contains("no anchor"));
    assert!(told("a: [1, 2\nb: 3\n").0.starts_with("line 2"), "{:?}", told("a: [1, 2\nb: 3\n"));
}

#[test]
fn hostile_texts_end_soon() {
    let bomb: String =
        (1..=20).map(|level| format!("l{level}: &l{level} [{}]\n", format!("*l{},", level - 1).repeat(10))).collect();
    let bomb = refused(&format!("l0: &l0 [x]\n{bomb}"));
    assert!(bomb.what.contains("aliases"), "{bomb:?}");
    for deep in ["[".repeat(100_000), "{a: ".repeat(100_000), "- ".repeat(100_000), "? ".repeat(50_000)] {
        refused(&deep);
    }
    let block: String = (0..1000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    refused(&block);
    refused(&"a: 1\n".repeat(MOST_NODES));
    refused(&"x".repeat(MOST_BYTES + 1));
    refused("a: \u{0}\n");
    refused("a: &a [*a]\n");
}

#[test]
fn what_the_schemas_of_definitions_need_is_taken() {
    let deep = DEEPEST - 4;
    let text =
        format!("apiVersion: v1\nkind: X\nmetadata: {{ name: a }}\nspec: {}{}\n", "[".repeat(deep), "]".repeat(deep));
    assert_eq!(read(&text).unwrap().len(), 1);
}
