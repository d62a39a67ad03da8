//! What the dry run shows of a chart: who else writes what it renders, its definitions, its hooks, its version.

use crate::stage::{RUN, Stage, UNDO, cluster, has};
use serde_json::Value;
use switchback_tests::cluster::Helm;
use switchback_tests::folder;

const UPGRADE: &str = r#"step "portal" { helm.upgrade "portal" chart="charts/portal/2.0.0" }"#;

#[test]
fn what_a_chart_renders_and_another_step_writes_is_a_race() {
    let cluster = cluster!("what_a_chart_renders_and_another_step_writes_is_a_race");
    let stage = Stage::new(cluster, Helm::Four, "race", "");
    stage.write("map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: portal}\ndata: {more: \"1\"}\n");
    let beside = |needs: &str| stage.plan(&format!("{UPGRADE}\nstep \"map\" {{ {needs}kube.apply \"map.yaml\" }}"));
    beside("");
    let told = "`portal` and `map` may both change configmap/portal at the same time, as the chart shows \
                (order::unordered-write); say which comes first: needs \"portal\" in step `map`";
    let versions = stage.versions();
    has(&stage.ends(15, "switchback diff p.plan.kdl"), &["not safe to start", told]);
    has(&stage.ends(15, RUN), &[told]);
    assert_eq!(stage.versions(), versions);
    beside("needs \"portal\"; ");
    stage.ends(0, RUN);
    assert_eq!(stage.get("configmap/portal", ".data.more"), "1");
}

#[test]
fn definitions_and_hooks_are_told_apart_from_changes() {
    let cluster = cluster!("definitions_and_hooks_are_told_apart_from_changes");
    let stage = Stage::new(cluster, Helm::Four, "crds", UPGRADE);
    let (file, lamps) = ("charts/portal/2.0.0/crds/lamps.yaml", stage.read("charts/portal/2.0.0/crds/lamps.yaml"));
    let diff = stage.ends(0, "switchback diff p.plan.kdl");
    has(&diff, &["1 CRD, equal", "? portal hook job/portal-migrate is not undone with the rest"]);
    has(&diff, &["revision 1 of release portal; not the hook"]);
    stage.write(file, &lamps.replace("singular: lamp", "singular: lamp, shortNames: [lp]"));
    has(&stage.ends(0, "switchback diff p.plan.kdl"), &["1 CRD, another in the cluster, which stays"]);
    stage.write(file, &lamps.replace("lamps", "lanterns").replace("lamp", "lantern").replace("Lamp", "Lantern"));
    has(&stage.ends(0, "switchback diff p.plan.kdl"), &["1 CRD, missing, which Helm does not make"]);
    stage.write(file, &lamps);
    has(&stage.ends(0, RUN), &["revision 2 deployed, hook job/portal-migrate"]);
    // No new revision would make what Helm makes at an install alone.
    stage.write(file, &lamps.replace("lamps", "lanterns").replace("lamp", "lantern").replace("Lamp", "Lantern"));
    has(&stage.ends(0, RUN), &["nothing to do"]);
    stage.write(file, &lamps);
    has(&stage.ends(0, UNDO), &["back at what revision 1 was; not what hook job/portal-migrate did"]);
}

#[test]
fn the_app_version_of_a_chart_is_that_of_the_step() {
    let cluster = cluster!("the_app_version_of_a_chart_is_that_of_the_step");
    let steps = r#"
component "portal" { installed { helm.release "portal" version-by="app" } }
step "portal" { moves from="24.2.0" to="24.4.0"; helm.upgrade "portal" chart="charts/portal/2.0.0" version-by="app" }"#;
    let stage = Stage::new(cluster, Helm::Four, "apps", steps);
    let wrong = "chart portal is of app version 24.3.0, and its step moves to 24.4.0";
    has(&stage.ends(15, "switchback diff p.plan.kdl"), &["not safe to start", wrong]);
    has(&stage.ends(15, RUN), &[wrong]);
    stage.plan(&steps.replace("24.4.0", "24.3.0").replace("from=\"24.2.0\"", "from=\"24.1.0\""));
    has(&stage.ends(15, RUN), &["portal is at 24.2.0, neither at 24.1.0 nor at 24.3.0"]);
    stage.plan(&steps.replace("24.4.0", "24.3.0").replace("\"portal\" version-by=\"app\" } }", "\"portal\" } }"));
    // By the chart's version it stands at 1.0.0, which is neither.
    has(&stage.ends(15, RUN), &["portal is at 1.0.0"]);
    stage.plan(&steps.replace("24.4.0", "24.3.0"));
    stage.ends(0, RUN);
    has(&stage.ends(0, RUN), &["portal is at 24.3.0 already"]);
}

#[test]
fn a_rollback_goes_to_what_was_good_last_or_to_a_revision() {
    let cluster = cluster!("a_rollback_goes_to_what_was_good_last_or_to_a_revision");
    for helm in Helm::BOTH {
        let stage = Stage::new(cluster, helm, "good", r#"step "portal" { helm.rollback "portal" to="last-good" }"#);
        let two = folder("charts/portal/2.0.0").display().to_string();
        let bad = r#"hook={"switchback.test/ends":"failed"}"#;
        stage.helm(&["upgrade", "portal", &two, "--wait"]).unwrap();
        stage.helm(&["upgrade", "portal", &two, "--set-json", bad, "--wait"]).unwrap_err();
        stage.kubectl(&["delete", "jobs", "--all", "--wait"], "");
        let before = stage.picture();
        // The last is failed, so what was good is the one before it.
        has(&stage.ends(0, "switchback diff p.plan.kdl"), &["revision 3 → 4, as 2 was, chart 2.0.0"]);
        stage.ends(0, RUN);
        assert_eq!(stage.last().unwrap(), (4, "deployed".to_owned(), "portal-2.0.0".to_owned()));
        stage.ends(0, UNDO);
        assert_eq!(stage.picture(), before, "{helm:?}");
        stage.plan(r#"step "portal" { helm.rollback "portal" revision=3 }"#);
        has(&stage.ends(15, RUN), &["revision 3 of `portal` is failed; only a deployed or superseded one is taken"]);
        stage.plan(r#"step "portal" { helm.rollback "portal" revision=1 }"#);
        stage.ends(0, RUN);
        assert_eq!(stage.last().unwrap().2, "portal-1.0.0");
        stage.ends(0, UNDO);
        assert_eq!((stage.last().unwrap().2.as_str(), stage.picture()), ("portal-2.0.0", before), "{helm:?}");
    }
}

#[test]
fn no_line_of_a_release_shows_what_kubectl_wrote_of_a_secret() {
    const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
    let cluster = cluster!("no_line_of_a_release_shows_what_kubectl_wrote_of_a_secret");
    // As they are, and as the server keeps them.
    let told = ["tulip-field", "dHVsaXAtZmllbGQ", "heath-road", "aGVhdGgtcm9hZA", "moor-lane", "bW9vci1sYW5l"];
    for (helm, exit) in [(Helm::Three, 0), (Helm::Four, 15)] {
        let stage = Stage::new(cluster, helm, "applied", UPGRADE);
        let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: portal}\nstringData: {pin: tulip-field}\n\
                      data: {same: aGVhdGgtcm9hZA==}\n";
        stage.kubectl(&["apply", "--filename", "-"], secret);
        assert!(stage.get("secret/portal", ".metadata.annotations").contains("tulip-field"));
        // As in a chart that was made of what `kubectl get` printed.
        let file = "charts/portal/2.0.0/templates/secret.yaml";
        let applied = format!("metadata:\n  annotations: {{{APPLIED}: '{{\"data\":{{\"pin\":\"bW9vci1sYW5l\"}}}}'}}\n");
        stage.write(file, &stage.read(file).replace("metadata:\n", &applied));
        for show in ["", " --full", " --format markdown", " --format json"] {
            let diff = stage.ends(exit, &format!("switchback diff p.plan.kdl{show}"));
            has(&diff, &["secret/portal", "‹hidden›"]);
            let seen: Vec<_> = told.iter().filter(|text| diff.contains(**text)).collect();
            assert!(seen.is_empty(), "{helm:?}, {seen:?}: {diff}");
        }
    }
}

#[test]
fn a_secret_that_a_chart_writes_into_any_object_is_told_nowhere_and_can_not_be_guessed() {
    let cluster = cluster!("a_secret_that_a_chart_writes_into_any_object_is_told_nowhere_and_can_not_be_guessed");
    let step = r#"
input "pin" secret=#true env="PIN"
step "lamp" { helm.upgrade "lamp" chart="lamp" { set "pin" "{{pin}}" } }"#;
    let stage = Stage::bare(cluster, Helm::Four, "written", step);
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: lamp }\ndata:\n  address: db://lamp:{{ .Values.pin }}@db\n  color: blue\n";
    stage.chart("lamp", map);
    let tells_nothing = |said: &str| assert!(!said.contains("rose-garden") && !said.contains("tulip-field"), "{said}");
    tells_nothing(&stage.ends(0, &format!("PIN=rose-garden {RUN}")));
    stage.chart("lamp", &map.replace("blue", "red"));
    let diff = stage.ends(0, "PIN=tulip-field switchback diff p.plan.kdl --full -o p.swb");
    has(&diff, &["~ configmap/lamp", "-address: ‹hidden›", "+address: db://lamp:‹hidden›@db", "-color: blue"]);
    tells_nothing(&diff);
    stage.ends(0, "PIN=tulip-field switchback diff p.plan.kdl --format json > shown.json");
    let shown: Value = serde_json::from_str(&stage.read("shown.json")).unwrap();
    let of_map = changes_of("configmap/lamp", &shown);
    assert!(of_map.len() == 1 && of_map.iter().all(|change| change.get("after") == Some(&Value::Null)), "{shown}");
    tells_nothing(&stage.ends(0, "PIN=tulip-field switchback run p.swb; switchback report"));
    // A digest without a key would give it away to whoever tries all pins.
    assert_eq!(stage.ends(0, "grep -rhao 'an object, b3:[^\"]*' p.swb .switchback || true"), "");
    let told = stage.ends(0, "grep -rhao 'an object that holds a secret, ‹hidden [0-9a-f]*›' p.swb .switchback");
    assert!(!told.is_empty(), "{diff}");
    tells_nothing(&stage.ends(0, &format!("PIN=tulip-field {UNDO}")));
    assert_eq!(stage.get("configmap/lamp", ".data.address"), "db://lamp:rose-garden@db");
}

/// What a dry run tells of a resource, at any depth.
fn changes_of<'v>(resource: &str, told: &'v Value) -> Vec<&'v Value> {
    match told {
        Value::Object(entries) if entries.get("resource").and_then(Value::as_str) == Some(resource) => vec![told],
        Value::Object(entries) => entries.values().flat_map(|told| changes_of(resource, told)).collect(),
        Value::Array(items) => items.iter().flat_map(|told| changes_of(resource, told)).collect(),
        _ => Vec::new(),
    }
}
