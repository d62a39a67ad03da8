//! A plan with some of everything, there and back: the namespace is as it was.

use crate::stage::{RUN, Stage, UNDO, cluster, has};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use switchback::world::cluster::Object;
use switchback_tests::cluster::Helm;
use switchback_tests::folder;

/// Objects that the plan changes, without those of releases.
const OBJECTS: usize = 30;

const SAVES: &str = "plan \"saves\"\nstep \"save\" { backup \"settings\" keep=\"30d\" { kube.object \"cm/saved\" } }\n";

const STEPS: &str = r#"
step "kinds" { kube.apply "kinds.yaml" }
step "vases" { needs "kinds"; kube.apply "vases.yaml" }
step "changed" { kube.apply "changed.yaml" force=#true }
step "fresh" { kube.apply "fresh.yaml" }
step "job" { kube.create-job "job.yaml" }
step "parts" {
    kube.patch "configmap/notes" merge="{ data: { value: new, more: '1' } }"
    kube.patch "rolebinding/reader" json="[{ op: replace, path: /subjects/0/name, value: ben }]"
    kube.patch "hpa/web" merge="{ spec: { maxReplicas: 7 } }"
    kube.annotate "pvc/volume" "example.org/seen" value="1"
    kube.scale "statefulset/store" replicas=3
    kube.restart "deployment/worker"
    verify { kube.ready "statefulset/store" "deployment/worker" }
}
step "gone" { kube.delete "cm/legacy" "service/legacy" "job/import" "cronjob/nightly" "pdb/web" "ingress/web" }
step "saved" { kube.restore "cm/saved" copy="saves/settings" by="recreate" }
step "portal" { moves from="1.0.0" to="2.0.0"; helm.upgrade "portal" chart="charts/portal/2.0.0" }
step "pebbles" { helm.upgrade "pebbles" chart="charts/pebbles/1.0.0" }
step "annex" { helm.uninstall "annex" }"#;

/// What stands before, by somebody else's hand.
const THERE: &str = include_str!("everything/there.yaml");
const CHANGED: &str = include_str!("everything/changed.yaml");
const FRESH: &str = include_str!("everything/fresh.yaml");
const JOB: &str = include_str!("everything/job.yaml");
/// Of a group that no other test has, which stands for `GROUP`.
const KINDS: &str = include_str!("everything/kinds.yaml");
const VASES: &str = include_str!("everything/vases.yaml");

/// What the server and its controllers write by themselves: counts, times, and who changed what.
const OF_THE_SERVER: [&str; 5] = ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp"];

fn prepared(stage: &Stage) {
    let group = format!("{}.test", stage.namespace);
    for (name, text) in [("kinds", KINDS), ("vases", VASES), ("changed", CHANGED), ("fresh", FRESH), ("job", JOB)] {
        stage.write(&format!("{name}.yaml"), &text.replace("GROUP", &group));
    }
    stage.kubectl(&["apply", "--server-side", "--field-manager=somebody", "-f", "-"], THERE);
    stage.helm(&["install", "annex", folder("charts/portal/1.0.0").to_str().unwrap(), "--wait"]).unwrap();
    stage.write("saves.plan.kdl", SAVES);
    stage.ends(0, "switchback run saves.plan.kdl --yes && switchback finalize --yes");
    stage.kubectl(&["patch", "cm", "saved", "-p", r#"{"data":{"value":"otherwise"}}"#], "");
    for rolled_out in ["deployment/web", "deployment/worker", "statefulset/store"] {
        stage.kubectl(&["rollout", "status", rolled_out], "");
    }
    stage.kubectl(&["wait", "--for=condition=Complete", "job/import"], "");
    stage.settled();
}

/// All that somebody wants of the namespace: its objects but those that a controller makes of others, and its releases.
fn digest(stage: &Stage) -> BTreeMap<String, Value> {
    let objects = stage.all().into_iter().filter(|object| !is_derived(object));
    let mut all: BTreeMap<String, Value> =
        objects.map(|object| (object.full_name().to_string(), wanted(object.into_value()))).collect();
    let told: Vec<Value> = serde_json::from_str(&stage.helm(&["list", "--output=json"]).unwrap()).unwrap();
    for release in &told {
        let text = |key: &str| release.get(key).and_then(Value::as_str).unwrap().to_owned();
        let get = |what: &[&str]| stage.helm(&[&["get"], what, &[text("name").as_str()]].concat()).unwrap();
        let stands = [text("status"), text("chart"), get(&["manifest"]), get(&["hooks"]), get(&["values", "--all"])];
        all.insert(format!("release {}", text("name")), stands.to_vec().into());
    }
    all
}

/// Pods of Deployments and the like, Helm's records, whose numbers grow, and the Lease that a run took.
fn is_derived(object: &Object) -> bool {
    let owners = object.get("/metadata/ownerReferences").and_then(Value::as_array);
    let is_owned = owners.is_some_and(|all| all.iter().any(|owner| owner.get("controller") == Some(&true.into())));
    is_owned || object.text("/type") == Some("helm.sh/release.v1") || object.kind() == "Lease"
}

fn wanted(mut object: Value) -> Value {
    object.as_object_mut().unwrap().remove("status");
    forget_uid(&mut object);
    let metadata = object.pointer_mut("/metadata").and_then(Value::as_object_mut).unwrap();
    metadata.retain(|key, _| !OF_THE_SERVER.contains(&key.as_str()));
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
        // It counts rollouts.
        annotations.remove("deployment.kubernetes.io/revision");
        if annotations.is_empty() {
            metadata.remove("annotations");
        }
    }
    object
}

/// A Job's pods are known by its uid, which the server writes into it and into their labels.
fn forget_uid(object: &mut Value) {
    match object {
        Value::Object(entries) => {
            entries.retain(|key, _| !key.ends_with("controller-uid"));
            entries.values_mut().for_each(forget_uid);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_uid),
        _ => {}
    }
}

/// Where two digests differ, for who reads why the test failed.
fn differences(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differ = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    differ.map(|name| format!("{name}:\n  was {:?}\n  is  {:?}", before.get(name), after.get(name))).collect()
}

/// How many objects the steps that are no releases' change.
fn changed(stage: &Stage) -> usize {
    let told: Value = serde_json::from_str(&stage.ends(0, "switchback diff p.plan.kdl --format json")).unwrap();
    let list = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let acts = list(&told, "steps").into_iter().flat_map(|step| list(&step, "acts"));
    let ours = acts.filter(|act| act.get("kind").and_then(Value::as_str).is_some_and(|kind| kind.starts_with("kube.")));
    let changes = ours.flat_map(|act| list(&act, "changes"));
    let resources = changes.filter_map(|change| change.get("resource").and_then(Value::as_str).map(str::to_owned));
    resources.filter(|resource| !resource.starts_with("pods of ")).collect::<BTreeSet<String>>().len()
}

#[test]
fn a_plan_with_some_of_everything_leaves_no_trace_when_it_is_undone() {
    let cluster = cluster!("a_plan_with_some_of_everything_leaves_no_trace_when_it_is_undone");
    for helm in Helm::BOTH {
        let stage = Stage::new(cluster, helm, "everything", STEPS);
        prepared(&stage);
        let before = digest(&stage);
        assert!(changed(&stage) >= OBJECTS, "{helm:?}: {} objects", changed(&stage));
        stage.ends(0, RUN);
        let ran = digest(&stage);
        assert!(differences(&before, &ran).len() >= OBJECTS + 3, "{helm:?}: {:#?}", differences(&before, &ran));
        has(&stage.ends(0, UNDO), &["are as before the run"]);
        stage.settled();
        let left = differences(&before, &digest(&stage));
        assert!(left.is_empty(), "{helm:?}:\n{}", left.join("\n"));
        let definition = format!("crd/vases.{}.test", stage.namespace);
        assert_eq!(stage.get(&definition, ".metadata.name"), "", "{helm:?}");
    }
}
