//! What happens to an object between two looks: what is nobody's will is no drift, and what is somebody's is not lost.

use crate::stage::{RUN, Stage, UNDO, cluster, deployment, has, map};

#[test]
fn what_an_autoscaler_sets_is_no_drift() {
    let cluster = cluster!("what_an_autoscaler_sets_is_no_drift");
    let steps = r#"step "a" { file.write "a" content="1"; verify { file.exists "go" within="60s" every="20ms" } }
step "b" { needs "a"; kube.apply "b.yaml" force=#true ready=#false }"#;
    let stage = Stage::new(cluster, "scaled", steps, &[]);
    stage.given(&deployment("web", "a:1", ""));
    stage.write("b.yaml", &deployment("web", "a:2", "").replace("  replicas: 2\n", ""));
    let scale = |to: u32| {
        let (by, to) = ("--field-manager=kube-controller-manager", format!(r#"{{"spec":{{"replicas":{to}}}}}"#));
        stage.kubectl(&["patch", "deployment", "web", "--subresource=scale", by, "--type=merge", "-p", &to], "");
    };
    stage.ends(0, "switchback diff p.plan.kdl -o p.swb");
    scale(3);
    std::thread::scope(|scope| {
        let running = scope.spawn(|| stage.run("switchback run p.swb --yes > out 2>&1; echo $? > code"));
        while !stage.read("out").contains("a: waits") && !running.is_finished() {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        scale(4);
        stage.write("site/go", "");
        running.join().unwrap();
    });
    assert_eq!(stage.read("code"), "0\n", "{}", stage.read("out"));
    let stands = || {
        let image = stage.get("deployment/web", ".spec.template.spec.containers[0].image");
        (image, stage.get("deployment/web", ".spec.replicas"))
    };
    assert_eq!(stands(), ("a:2".to_owned(), "4".to_owned()));
    stage.ends(0, UNDO);
    assert_eq!(stands(), ("a:1".to_owned(), "4".to_owned()));
    // Whoever sets it by hand means it.
    stage.ends(0, "rm -r .switchback; switchback diff p.plan.kdl -o p.swb");
    stage.kubectl(&["scale", "deployment", "web", "--replicas=1"], "");
    stage.ends(11, "switchback run p.swb --yes");
}

#[test]
fn an_object_is_found_in_the_version_in_which_it_is_served_by_now() {
    let cluster = cluster!("an_object_is_found_in_the_version_in_which_it_is_served_by_now");
    let stage = Stage::new(cluster, "served", "", &[]);
    let group = format!("{}.test", stage.namespace);
    let version = |name: &str, served: bool, storage: bool| {
        format!(
            "{{ name: {name}, served: {served}, storage: {storage}, schema: {{ openAPIV3Schema: {{ type: object, \
             x-kubernetes-preserve-unknown-fields: true }} }} }}"
        )
    };
    let definition = |versions: &[String]| {
        let names = "{ kind: Vase, plural: vases, singular: vase }";
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{ name: vases.{group} }}\n\
             spec: {{ group: {group}, scope: Namespaced, names: {names}, versions: [{}] }}\n",
            versions.join(", ")
        )
    };
    stage.given(&definition(&[version("v1alpha1", true, true)]));
    stage.kubectl(&["wait", "--for=condition=Established", &format!("crd/vases.{group}")], "");
    let vase = format!("apiVersion: {group}/v1alpha1\nkind: Vase\nmetadata: {{ name: red }}\n");
    stage.given(&vase);
    stage.write("room.yaml", &definition(&[version("v1alpha1", false, true), version("v1", true, false)]));
    let steps = format!(
        "step \"kinds\" {{ kube.apply \"room.yaml\" force=#true }}\nstep \"gone\" {{ needs \"kinds\"; \
         kube.delete \"vase.{group}/red\"; verify {{ kube.absent \"vase.{group}/red\" within=\"20s\" }} }}"
    );
    stage.write("p.plan.kdl", &format!("plan \"p\"\n{steps}\n"));
    let run = stage.run(RUN);
    let left = stage.kubectl(&["get", &format!("vases.{group}"), "-o", "name"], "");
    assert_eq!((run.exit, left.as_str()), (Some(0), ""), "{run:?}");
}

#[test]
fn what_somebody_fills_an_empty_object_with_is_not_deleted() {
    let cluster = cluster!("what_somebody_fills_an_empty_object_with_is_not_deleted");
    let stage = Stage::new(cluster, "filled", r#"step "a" { kube.apply "a.yaml" }"#, &[]);
    let empty = map("a", "").split("\ndata:").next().unwrap().to_owned();
    stage.write("a.yaml", &format!("{empty}\n  labels: {{ app: a }}\n"));
    stage.ends(0, RUN);
    let by = "--field-manager=program";
    stage.kubectl(&["patch", "configmap", "a", by, "--type=merge", "-p", r#"{"data":{"id":"7"}}"#], "");
    has(&stage.ends(23, UNDO), &["`configmap/a` was changed by program since, and is left: data"]);
    assert_eq!(stage.get("configmap/a", ".data.id"), "7");
}

#[test]
fn what_a_step_restarts_and_changes_is_as_before_when_it_is_undone() {
    let cluster = cluster!("what_a_step_restarts_and_changes_is_as_before_when_it_is_undone");
    let steps = r#"step "a" { kube.apply "a.yaml" force=#true; after-change { kube.restart "deployment/web" } }"#;
    let stage = Stage::new(cluster, "restarted", steps, &[]);
    stage.given(&deployment("web", "a:1", ""));
    stage.write("a.yaml", &deployment("web", "a:2", ""));
    let before = stage.picture();
    stage.ends(0, RUN);
    stage.ends(0, UNDO);
    assert_eq!(stage.picture(), before);
}

#[test]
fn what_a_patch_of_ours_wrote_is_no_conflict_for_an_apply_of_ours() {
    let cluster = cluster!("what_a_patch_of_ours_wrote_is_no_conflict_for_an_apply_of_ours");
    let steps = r#"step "a" { kube.scale "deployment/web" replicas=3 }
step "b" { needs "a"; kube.patch "cm/a" merge="{ data: { value: mine } }" }"#;
    let stage = Stage::new(cluster, "ours", steps, &[]);
    stage.write("web.yaml", &deployment("web", "a:1", ""));
    stage.write("a.yaml", &map("a", "new"));
    stage.kubectl(&["apply", "--server-side", "--field-manager=switchback", "-f", "-"], &stage.read("web.yaml"));
    stage.kubectl(&["apply", "--server-side", "--field-manager=switchback", "-f", "-"], &stage.read("a.yaml"));
    stage.ends(0, RUN);
    stage.write("p.plan.kdl", "plan \"p\"\nstep \"c\" { kube.apply \"web.yaml\" \"a.yaml\" }\n");
    let before = stage.picture();
    let diff = stage.ends(0, "switchback diff p.plan.kdl");
    assert!(!diff.contains("owned by") && !diff.contains("others own"), "{diff}");
    stage.ends(0, RUN);
    assert_eq!(
        (stage.get("deployment/web", ".spec.replicas"), stage.get("cm/a", ".data.value")),
        ("2".into(), "new".into())
    );
    stage.ends(0, UNDO);
    assert_eq!(stage.picture(), before);
}

#[test]
fn what_a_controller_adds_while_a_restore_is_waited_for_is_no_drift() {
    let cluster = cluster!("what_a_controller_adds_while_a_restore_is_waited_for_is_no_drift");
    let steps = r#"step "kept" { backup { kube.object "deployment/web" } }
step "more" { needs "kept"; kube.scale "deployment/web" replicas=3 ready=#false }
step "again" { needs "more"; kube.restore "deployment/web" copy="kept" within="2m" }
step "b" { needs "again"; kube.patch "deployment/web" merge="{ metadata: { labels: { b: '1' } } }" }"#;
    let stage = Stage::new(cluster, "restored", steps, &[]);
    stage.given(&deployment("web", "a:1", "switchback.test/image: missing"));
    std::thread::scope(|scope| {
        let running = scope.spawn(|| stage.run(&format!("{RUN} > out 2>&1; echo $? > code")));
        while !stage.read("out").contains("again: waits") && !running.is_finished() {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let adds = r#"{"metadata":{"finalizers":["a.test/hold"]}}"#;
        stage.kubectl(&["patch", "deployment", "web", "-p", adds], "");
        while !running.is_finished() {
            stage.kubectl(&["annotate", "pods", "--all", "switchback.test/image-"], "");
            std::thread::sleep(std::time::Duration::from_millis(500));
        }
    });
    assert_eq!(stage.read("code"), "0\n", "{}", stage.read("out"));
    assert_eq!(stage.get("deployment/web", ".metadata.labels.b"), "1");
    stage.kubectl(&["patch", "deployment", "web", "-p", r#"{"metadata":{"finalizers":null}}"#], "");
}
