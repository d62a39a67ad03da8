//! What controllers say of objects, and objects held against copies of them.

use crate::stage::{RUN, Stage, UNDO, cluster, deployment, has, map};

/// A definition of anything, whose objects have a status that is changed by itself.
fn definition(group: &str) -> String {
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{ name: vases.{group} }}\nspec:\n  \
         group: {group}\n  scope: Namespaced\n  names: {{ kind: Vase, plural: vases, singular: vase }}\n  versions:\n    \
         - name: v1\n      served: true\n      storage: true\n      subresources: {{ status: {{}} }}\n      schema: {{ \
         openAPIV3Schema: {{ type: object, x-kubernetes-preserve-unknown-fields: true }} }}\n"
    )
}

const LOOK: &str = r#"step "a" { file.write "a" content="1"; verify { kube.condition "vase/red" "Ready" MORE } }"#;

/// A project whose cluster has such an object, of its second generation.
fn vases(begin: &str, more: &str) -> Option<(Stage, String)> {
    let cluster = switchback_tests::cluster::Cluster::shared(begin).unwrap()?;
    let stage = Stage::new(cluster, begin, "", &[]);
    let (group, kind) = (format!("{}.test", stage.namespace), format!("vase.{}.test/red", stage.namespace));
    stage.kubectl(&["apply", "-f", "-"], &definition(&group));
    stage.kubectl(&["wait", "--for=condition=Established", &format!("crd/vases.{group}")], "");
    let red = |flower: &str| {
        format!("apiVersion: {group}/v1\nkind: Vase\nmetadata: {{ name: red }}\nspec: {{ flower: {flower} }}\n")
    };
    stage.given(&red("tulip"));
    stage.given(&red("rose"));
    let step = LOOK.replace("vase/red", &kind).replace("MORE", more);
    stage.write("p.plan.kdl", &format!("plan \"p\"\n{step}\n"));
    Some((stage, kind))
}

/// Lets a controller say something of it.
fn says(stage: &Stage, kind: &str, observed: u64, conditions: &str) {
    let status = format!(r#"{{"status":{{"observedGeneration":{observed},"conditions":[{conditions}]}}}}"#);
    stage.kubectl(&["patch", kind, "--subresource=status", "--type=merge", "-p", &status], "");
}

const READY: &str = r#"{"type":"Ready","status":"True","reason":"Up","message":"all flowers stand"}"#;
const UNREADY: &str = r#"{"type":"Ready","status":"False","reason":"Dry","message":"no water"}"#;

#[test]
fn a_condition_counts_only_when_it_is_said_of_the_object_as_it_is() {
    let Some((stage, kind)) = vases("condition", "within=\"2s\"") else { return };
    has(&stage.ends(20, RUN), &["has no condition `Ready`, but none at all"]);
    says(&stage, &kind, 1, READY);
    has(&stage.ends(20, RUN), &["its controller has not seen the change yet"]);
    says(&stage, &kind, 2, UNREADY);
    has(&stage.ends(20, RUN), &["Ready is False (Dry): no water"]);
    says(&stage, &kind, 2, READY);
    stage.ends(0, RUN);
}

#[test]
fn a_controller_that_gave_up_ends_the_wait() {
    // The limit is longer than the test may take.
    let Some((stage, kind)) = vases("gave-up", "within=\"20m\"") else { return };
    says(
        &stage,
        &kind,
        2,
        &format!(r#"{UNREADY},{{"type":"Stalled","status":"True","reason":"NoWater","message":"m"}}"#),
    );
    has(&stage.ends(20, RUN), &["Stalled is True (NoWater): m"]);
    let step = LOOK.replace("vase/red", &kind).replace("MORE", "within=\"20m\" fails=\"Ready=False\"");
    stage.write("p.plan.kdl", &format!("plan \"p\"\n{step}\n"));
    has(&stage.ends(20, RUN), &["Ready is False (Dry): no water"]);
    let step = LOOK.replace("vase/red", &kind).replace("MORE", "fails=\"Ready\"");
    stage.write("p.plan.kdl", &format!("plan \"p\"\n{step}\n"));
    has(&stage.ends(10, "switchback check p.plan.kdl"), &["`Ready` is what is waited for"]);
}

#[test]
fn who_may_not_look_is_told_at_once() {
    let cluster = cluster!("who_may_not_look_is_told_at_once");
    let steps = r#"
step "a" { file.write "a" content="1"; verify { kube.condition "deployment/web" "Available" within="20m" } }"#;
    let stage = Stage::new(cluster, "forbidden", steps, &[]);
    stage.given(&deployment("web", "example.test/web:1", "switchback.test/ready: \"never\""));
    has(&stage.ends(20, &as_account(&stage, "default", RUN)), &["a: failed", "is forbidden"]);
}

/// A script, as a service account.
pub fn as_account(stage: &Stage, name: &str, script: &str) -> String {
    let token = stage.kubectl(&["create", "token", name], "");
    let token = token.trim();
    let change = format!("s/client-certificate-data: .*}}}}/token: {token}}}}}/");
    format!("sed -e '{change}' $KUBECONFIG > account\nexport KUBECONFIG=$PWD/account\n{script}")
}

#[test]
fn who_is_not_known_any_more_is_told_at_once() {
    let cluster = cluster!("who_is_not_known_any_more_is_told_at_once");
    let steps = r#"
step "a" { file.write "a" content="1"; verify { kube.ready "deployment/web" within="20m" } }"#;
    let stage = Stage::new(cluster, "unknown", steps, &[]);
    stage.given(&deployment("web", "example.test/web:1", "switchback.test/ready: \"never\""));
    stage.kubectl(&["create", "serviceaccount", "looker"], "");
    let account = format!("--serviceaccount={}:looker", stage.namespace);
    stage.kubectl(&["create", "rolebinding", "looker", "--clusterrole=view", &account], "");
    let script = as_account(&stage, "looker", &format!("{RUN} > out 2>&1; code=$?; cat out; exit $code"));
    let ended = std::thread::scope(|scope| {
        let running = scope.spawn(|| stage.run(&script));
        while !running.is_finished() && !stage.read("out").contains("a: waits") {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        stage.kubectl(&["delete", "serviceaccount", "looker"], "");
        running.join().unwrap()
    });
    assert_eq!(ended.exit, Some(20), "{}", ended.said);
    has(&ended.said, &["a: waits", "0 of 2 ready; pod web-", "the server does not know who we are, or no longer"]);
}

const SAVES: &str = r#"
step "save" { backup "settings" keep="30d" { kube.object "configmap/a" "secret/pin" } }
step "a" { needs "save"; kube.apply "a.yaml" force=#true; verify { kube.equal "configmap/a" "secret/pin" copy="settings" } }"#;

#[test]
fn objects_are_held_against_a_copy_and_what_differs_is_told() {
    let cluster = cluster!("objects_are_held_against_a_copy_and_what_differs_is_told");
    let stage = Stage::new(cluster, "equal", SAVES, &[("a.yaml", &map("a", "new"))]);
    let pin = "apiVersion: v1\nkind: Secret\nmetadata: { name: pin }\nstringData: { pin: rose-garden }\n";
    stage.given(&format!("{}---\n{pin}", map("a", "old")));
    // Of the plan's own copy: the step changed what it says must be as before.
    let said = stage.ends(20, RUN);
    has(&said, &["configmap/a differs: data.value is new, the copy has old"]);
    stage.write("a.yaml", &map("b", "beside"));
    stage.ends(0, RUN);
    stage.ends(0, "switchback finalize --yes");
    // Of an earlier run's.
    let looks =
        r#"step "b" { file.write "b" content="1"; verify { kube.equal "cm/a" "secret/pin" copy="p/settings" } }"#;
    stage.write("q.plan.kdl", &format!("plan \"q\"\n{looks}\n"));
    let run = "switchback run q.plan.kdl --yes";
    stage.ends(0, run);
    stage.ends(0, UNDO);
    stage.kubectl(&["patch", "secret", "pin", "-p", r#"{"stringData":{"pin":"tulip-seven","more":"1"}}"#], "");
    let said = stage.ends(20, run);
    has(&said, &["secret/pin differs: data.more is ‹hidden", "the copy has nothing there; data.pin is ‹hidden"]);
    for hidden in ["rose", "tulip", "cm9zZS1", "dHVsaXA"] {
        assert!(!said.contains(hidden), "{said}");
    }
}

#[test]
fn a_copy_that_nobody_takes_is_told_before() {
    let cluster = cluster!("a_copy_that_nobody_takes_is_told_before");
    let stage = Stage::new(cluster, "no-copy", &SAVES.replace("copy=\"settings\"", "copy=\"seting\""), &[]);
    stage.write("a.yaml", &map("a", "new"));
    has(
        &stage.ends(10, "switchback check p.plan.kdl"),
        &["no copy `seting` to compare with", "did you mean `settings`?"],
    );
    let looks = r#"step "b" { file.write "b" content="1"; verify { kube.equal "cm/a" copy="other/settings" } }"#;
    stage.write("p.plan.kdl", &format!("plan \"p\"\n{looks}\n"));
    has(&stage.ends(15, RUN), &["copy settings of plan other"]);
}

#[test]
fn a_value_of_an_object_is_compared_in_each_way() {
    let cluster = cluster!("a_value_of_an_object_is_compared_in_each_way");
    let field = |path: &str, comparison: &str| format!("kube.field \"deployment/web\" \"{path}\" {comparison}");
    let (replicas, image) = (".spec.replicas", "$..image");
    let holds = [
        field(replicas, "is=2"),
        field(replicas, "at-least=2 at-most=2"),
        field(".metadata.labels.version", r#"at-least="24.9" at-most="24.10""#),
        field(image, r#"matches="^a:1\nb:1$""#),
        field(image, r#"all=#true matches="^[ab]:1$""#),
    ];
    let not = [
        (field(replicas, "is=3"), "2, not 3"),
        (field(replicas, "at-least=3"), "2, less than 3"),
        (field(replicas, "at-most=1"), "2, more than 1"),
        (field(".metadata.labels.version", r#"at-least="24.11""#), "24.10, less than 24.11"),
        (field(image, r#"all=#true is="a:1""#), "b:1, not a:1"),
        (field(image, r#"all=#true matches="^b""#), "a:1, does not match ^b"),
    ];
    let warned: Vec<String> = not.iter().map(|(check, _)| format!("{check} else=\"warn\" within=\"100ms\"")).collect();
    let steps = format!(
        "step \"a\" {{ file.write \"a\" content=\"1\"; verify {{\n{}\n}} }}\nstep \"b\" {{ needs \"a\"; file.write \
         \"b\" content=\"1\"; verify {{\n{}\n}} }}",
        holds.join("\n"),
        warned.join("\n")
    );
    let stage = Stage::new(cluster, "values", &steps, &[]);
    let web =
        deployment("web", "a:1", "").replace("name: web\nspec", "name: web\n  labels: { version: \"24.10\" }\nspec");
    stage.given(&format!("{web}        - {{ name: beside, image: \"b:1\" }}\n"));
    let said = stage.ends(0, RUN);
    has(&said, &not.map(|(_, why)| why));
    assert!(!said.contains("a: warned"), "{said}");
}
