//! What a Secret says is told nowhere, not even where `kubectl apply` wrote it once more, into an annotation.

use crate::stage::{RUN, Stage, UNDO, cluster, has};
use switchback_tests::cluster::Cluster;

const LAST: &str = ".metadata.annotations.kubectl\\.kubernetes\\.io/last-applied-configuration";
/// Of the old value and the new one, each also as base64, from any place in a longer text.
const TELLS: [&str; 6] =
    ["rose-garden", "cm9zZS1nYXJkZW", "Jvc2UtZ2FyZGVu", "tulip-field", "dHVsaXAtZmllbG", "R1bGlwLWZpZWxk"];
const PIN: &str = "export PIN=tulip-field\n";

fn given(cluster: &'static Cluster, begin: &str, act: &str) -> Stage {
    let step = format!("input \"pin\" secret=#true env=\"PIN\"\nstep \"a\" {{ {act} }}");
    let stage = Stage::new(cluster, begin, &step, &[]);
    let pin = "apiVersion: v1\nkind: Secret\nmetadata: { name: pin }\ndata: { pin: cm9zZS1nYXJkZW4=, user: YWRh }\n";
    stage.kubectl(&["apply", "-f", "-"], pin);
    assert!(stage.get("secret/pin", LAST).contains("cm9zZS1nYXJkZW4="));
    stage
}

fn tells_nothing(said: &str) {
    for told in TELLS {
        assert!(!said.contains(told), "{told}: {said}");
    }
}

/// Files of the project in which any of it lies.
fn lies_in(stage: &Stage) -> String {
    stage.ends(0, &format!("grep -rl '{}' .switchback site p.swb || true", TELLS.join("\\|")))
}

#[test]
fn what_kubectl_wrote_of_a_secret_into_an_annotation_is_told_nowhere() {
    let cluster = cluster!("what_kubectl_wrote_of_a_secret_into_an_annotation_is_told_nowhere");
    let apply = r#"kube.apply content="apiVersion: v1\nkind: Secret\nmetadata: { name: pin }\nstringData: { pin: \"{{pin}}\" }\n" force=#true"#;
    let acts = [
        (r#"kube.patch "secret/pin" merge="{ stringData: { pin: '{{pin}}' } }""#, "~ secret/pin"),
        (apply, "~ secret/pin"),
        (r#"kube.delete "secret/pin""#, "- secret/pin"),
    ];
    for (act, told) in acts {
        let stage = given(cluster, "last-applied", act);
        let before = stage.picture();
        for format in ["human", "markdown", "json"] {
            let said = stage.ends(0, &format!("{PIN}switchback diff p.plan.kdl -o p.swb --format {format}"));
            has(&said, &["secret/pin"]);
            assert!(format != "human" || said.contains(told), "{said}");
            tells_nothing(&said);
        }
        tells_nothing(&stage.ends(0, &format!("{PIN}switchback run p.swb")));
        assert_ne!(stage.picture(), before);
        // Only in what an undo needs, which nobody else may read, and which goes with the way back.
        let old = lies_in(&stage);
        assert!(!old.is_empty() && old.lines().all(|file| file.contains("/old/")), "{old}");
        let modes = stage.ends(0, &format!("stat -c %a {}", old.lines().collect::<Vec<_>>().join(" ")));
        assert!(modes.lines().all(|mode| mode == "600"), "{modes}");
        for command in ["status", "report", "report --format json"] {
            tells_nothing(&stage.ends(0, &format!("switchback {command}")));
        }
        tells_nothing(&stage.ends(0, &format!("{PIN}{UNDO}")));
        assert_eq!(stage.picture(), before);
        assert!(stage.get("secret/pin", LAST).contains("cm9zZS1nYXJkZW4="), "it is as it was");
        stage.ends(0, &format!("{PIN}{RUN}"));
        tells_nothing(&stage.ends(0, "switchback finalize --yes"));
    }
}

#[test]
fn what_a_secret_replaces_in_any_object_is_told_nowhere() {
    let cluster = cluster!("what_a_secret_replaces_in_any_object_is_told_nowhere");
    let object = r#"input "pin" secret=#true env="PIN"
step "a" { kube.apply content="apiVersion: v1\nkind: ConfigMap\nmetadata: { name: portal }\ndata:\n  pin: {{pin}}\n  file: |\n    level 2\n    pin {{pin}}\n  color: blue\n" force=#true }"#;
    let stage = Stage::new(cluster, "replaced", object, &[]);
    let before = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: portal }\ndata:\n  pin: rose-garden\n  file: |\n    level 2\n    pin rose-garden\n  color: red\n";
    stage.kubectl(&["apply", "--server-side", "-f", "-"], before);
    for format in ["human", "markdown", "json"] {
        let said = stage.ends(0, &format!("{PIN}switchback diff p.plan.kdl -o p.swb --format {format}"));
        has(&said, &["configmap/portal", "color: red", "level 2", "pin: ‹hidden›"]);
        tells_nothing(&said);
    }
    tells_nothing(&stage.ends(0, &format!("{PIN}switchback run p.swb; switchback report")));
    let old = lies_in(&stage);
    assert!(!old.is_empty() && old.lines().all(|file| file.contains("/old/")), "{old}");
    tells_nothing(&stage.ends(0, &format!("{PIN}{UNDO}")));
    assert_eq!(stage.get("configmap/portal", ".data.pin"), "rose-garden");
}
