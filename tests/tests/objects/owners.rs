//! Other owners are named in the dry run, and looked at again at the end (R18).

use crate::pausing::{POLICY, application, definitions};
use crate::stage::{RUN, Stage, cluster, deployment, has, map};

const PLAN: &str = r#"
meanwhile { argocd.pause "portal" namespace="NAMESPACE" }
step "a" {
    kube.apply "a.yaml" force=#true ready=#false
    kube.delete "configmap/old"
    verify { file.exists "go" within="60s" every="20ms" }
}"#;

const SCALER: &str = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: by-load }\nspec: { \
                      minReplicas: 2, maxReplicas: 5, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: \
                      scheduler } }\n";

/// Applies as a program of that name does.
fn as_program(stage: &Stage, manager: &str, manifest: &str) {
    stage.kubectl(&["apply", "--server-side", &format!("--field-manager={manager}"), "-f", "-"], manifest);
}

fn tracked(name: &str, value: &str) -> String {
    let mark =
        format!("\n  annotations: {{ argocd.argoproj.io/tracking-id: 'portal:/ConfigMap:lumen/{name}' }}\ndata:");
    map(name, value).replace("\ndata:", &mark)
}

#[test]
fn who_else_writes_is_named_in_the_diff_and_told_at_the_end() {
    let cluster = cluster!("who_else_writes_is_named_in_the_diff_and_told_at_the_end");
    let stage = Stage::new(cluster, "owners", "", &[]);
    stage.write("p.plan.kdl", &format!("plan \"p\"\n{}\n", PLAN.replace("NAMESPACE", &stage.namespace)));
    definitions(&stage);
    stage.given(&application("portal", "", POLICY));
    as_program(&stage, "argocd-controller", &tracked("portal", "old"));
    as_program(&stage, "portal-operator", &format!("{}---\n{}", map("old", "1"), map("other", "1")));
    stage.kubectl(
        &["apply", "--server-side", "--field-manager=kubectl", "-f", "-"],
        &deployment("scheduler", "a:1", ""),
    );
    stage.kubectl(&["apply", "-f", "-"], SCALER);
    // Who scales by load changes how many there are, and nothing else.
    let new = deployment("scheduler", "a:2", "").replace("  replicas: 2\n", "");
    let ours = format!("{}---\n{new}---\n{}", map("portal", "new"), map("other", "2"));
    stage.write("a.yaml", &ours);
    let said = stage.ends(0, "switchback diff p.plan.kdl");
    has(
        &said,
        &[
            "other owners",
            "configmap/portal Argo CD app portal: paused first, given back last",
            "deployment/scheduler autoscaler by-load: its .spec.replicas is left alone",
            "configmap/other portal-operator: it may put back .data.value",
            "configmap/old portal-operator: it may make it again",
        ],
    );
    let json = stage.ends(0, "switchback diff p.plan.kdl --format json");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let owners = json.get("other_owners").and_then(serde_json::Value::as_array).unwrap();
    assert_eq!(owners.len(), 4, "{owners:?}");
    let markdown = stage.ends(0, "switchback diff p.plan.kdl --format markdown");
    has(&markdown, &["Other owners:", "Argo CD app portal: paused first, given back last (`configmap/portal`)"]);

    let namespace = &stage.namespace;
    let scale =
        r#"--subresource=scale --field-manager=kube-controller-manager --type=merge -p '{"spec":{"replicas":3}}'"#;
    let script = format!(
        "{RUN} > out 2>&1 & run=$!\nuntil grep -q 'a: waits' out || ! kill -0 $run; do sleep 0.05; done\n\
         kubectl -n {namespace} patch deployment scheduler {scale} >/dev/null\n\
         kubectl -n {namespace} patch configmap other --field-manager=portal-operator -p '{{\"data\":{{\"value\":\"1\"}}}}' >/dev/null\n\
         touch site/go\nwait $run; code=$?; cat out; exit $code"
    );
    let said = stage.ends(0, &script);
    has(
        &said,
        &[
            "deployment/scheduler: an autoscaler changed .spec.replicas 2 → 3 since",
            "configmap/other: portal-operator changed .data.value since",
        ],
    );
    assert!(!said.contains("configmap/portal:"), "{said}");
    let report = stage.ends(0, "switchback report");
    has(&report, &["an autoscaler changed .spec.replicas 2 → 3 since"]);
}
