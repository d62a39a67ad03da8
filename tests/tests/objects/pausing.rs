//! What deploys by itself is paused for a while, and goes on as before.

use crate::stage::{FORGET, RUN, Stage, UNDO, cluster, has};

/// A definition with the real group, version and kind, of anything.
fn definition(group: &str, version: &str, kind: &str, status: bool) -> String {
    let (singular, plural) = (kind.to_lowercase(), format!("{}s", kind.to_lowercase()));
    let status = if status { "\n      subresources: { status: {} }" } else { "" };
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{ name: {plural}.{group} }}\nspec:\n  \
         group: {group}\n  scope: Namespaced\n  names: {{ kind: {kind}, plural: {plural}, singular: {singular} }}\n  \
         versions:\n    - name: {version}\n      served: true\n      storage: true{status}\n      schema: {{ \
         openAPIV3Schema: {{ type: object, x-kubernetes-preserve-unknown-fields: true }} }}\n---\n"
    )
}

/// Those of Argo CD have no status that is changed by itself, those of Flux have.
pub fn definitions(stage: &Stage) {
    let all = [
        ("argoproj.io", "v1alpha1", "Application", false),
        ("argoproj.io", "v1alpha1", "ApplicationSet", true),
        ("kustomize.toolkit.fluxcd.io", "v1", "Kustomization", true),
        ("helm.toolkit.fluxcd.io", "v2", "HelmRelease", true),
    ];
    let text: String =
        all.iter().map(|(group, version, kind, status)| definition(group, version, kind, *status)).collect();
    stage.kubectl(&["apply", "--server-side", "-f", "-"], &text);
    for (group, _, kind, _) in all {
        let name = format!("crd/{}s.{group}", kind.to_lowercase());
        stage.kubectl(&["wait", "--for=condition=Established", &name], "");
    }
}

pub fn application(name: &str, more: &str, policy: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{ name: {name}{more} }}\nspec:\n  project: default\n  \
         source: {{ targetRevision: v1 }}\n  syncPolicy: {policy}\nstatus: {{ sync: {{ status: Synced }} }}\n"
    )
}

pub const POLICY: &str =
    "{ automated: { enabled: true, prune: true, selfHeal: true }, syncOptions: [CreateNamespace=true] }";
const AUTOMATED: &str = r#"{"enabled":true,"prune":true,"selfHeal":true}"#;

const ARGOCD: &str = r#"
meanwhile { argocd.pause "portal" "manual" namespace="NAMESPACE" }
step "a" {
    kube.apply content="apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { a: b }\n"
    verify { kube.absent "configmap/none"; kube.field "application/portal" ".spec.syncPolicy" is="{\"syncOptions\":[\"CreateNamespace=true\"]}" }
}"#;

fn argocd(begin: &str) -> Option<Stage> {
    let cluster = switchback_tests::cluster::Cluster::shared(begin).unwrap()?;
    let stage = Stage::new(cluster, begin, "", &[]);
    definitions(&stage);
    stage.write("p.plan.kdl", &format!("plan \"p\"\n{}\n", ARGOCD.replace("NAMESPACE", &stage.namespace)));
    let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: { name: all }\nspec: {}\n";
    stage.given(set);
    let uid = stage.get("applicationset/all", ".metadata.uid");
    let owner = format!(
        ", ownerReferences: [{{ apiVersion: argoproj.io/v1alpha1, kind: ApplicationSet, name: all, uid: {uid} }}], \
         annotations: {{ argocd.argoproj.io/tracking-id: 'apps:argoproj.io/Application:argocd/portal' }}"
    );
    stage.given(&format!("{}---\n{}", application("portal", &owner, POLICY), application("manual", "", "{}")));
    Some(stage)
}

/// All of an object, and who owns what of it, but for what the server counts.
fn whole(stage: &Stage, object: &str) -> String {
    let told = stage.kubectl(&["get", object, "--show-managed-fields", "-o", "json"], "");
    let mut told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let metadata = told.get_mut("metadata").and_then(|of| of.as_object_mut()).unwrap();
    metadata.remove("resourceVersion");
    metadata.remove("generation");
    for entry in metadata.get_mut("managedFields").and_then(|of| of.as_array_mut()).unwrap() {
        entry.as_object_mut().unwrap().remove("time");
    }
    told.to_string()
}

#[test]
fn an_application_is_paused_meanwhile_and_syncs_again_as_before() {
    let Some(stage) = argocd("argo") else { return };
    let before = (whole(&stage, "application/portal"), whole(&stage, "application/manual"));
    let diff = stage.ends(0, "switchback diff p.plan.kdl");
    has(&diff, &["application portal", "-automated: { enabled: true, prune: true, selfHeal: true }", "[validated]"]);
    has(&diff, &["made by applicationset all, which puts its sync policy back", "made by application apps, which"]);
    stage.ends(0, RUN);
    assert_eq!((whole(&stage, "application/portal"), whole(&stage, "application/manual")), before);
    stage.ends(0, UNDO);
    assert_eq!((whole(&stage, "application/portal"), whole(&stage, "application/manual")), before);
    let policy = r#"{"spec":{"ignoreApplicationDifferences":[{"jsonPointers":["/spec/syncPolicy"]}]}}"#;
    stage.kubectl(&["patch", "applicationset", "all", "--type=merge", "-p", policy], "");
    assert!(!stage.ends(0, "switchback diff p.plan.kdl").contains("applicationset all"));
}

#[test]
fn what_somebody_changes_of_a_paused_application_stays_and_it_syncs_again() {
    let Some(stage) = argocd("argo-else") else { return };
    let patch = |what: &str| stage.kubectl(&["patch", "application", "portal", "--type=merge", "-p", what], "");
    // A sync is under way, and ends only when somebody else ends it: it is waited for.
    patch(r#"{"status":{"operationState":{"phase":"Running","message":"waits for hooks"}}}"#);
    let said = std::thread::scope(|scope| {
        let running = scope.spawn(|| stage.run(&format!("{RUN} > out 2>&1; code=$?; cat out; exit $code")));
        while !stage.read("out").contains("application portal: a sync is under way: waits for hooks") {
            assert!(!running.is_finished(), "{}", stage.read("out"));
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        assert_eq!(stage.get("application/portal", ".spec.syncPolicy.automated"), "");
        patch(r#"{"status":{"operationState":{"phase":"Succeeded"}},"spec":{"source":{"targetRevision":"v2"}}}"#);
        running.join().unwrap()
    });
    assert_eq!(said.exit, Some(0), "{}", said.said);
    assert_eq!(stage.get("application/portal", ".spec.source.targetRevision"), "v2");
    assert_eq!(stage.get("application/portal", ".status.operationState.phase"), "Succeeded");
    assert_eq!(stage.get("application/portal", ".spec.syncPolicy.automated"), AUTOMATED);
}

const FLUX: &str = r#"
meanwhile { flux.suspend "apps" "helmrelease/portal" "kustomization/quiet" namespace="NAMESPACE" }
step "a" {
    kube.apply content="apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { a: b }\n"
    verify { kube.field "kustomization.kustomize.toolkit.fluxcd.io/apps" ".spec.suspend" is="true"; kube.field "helmrelease/portal" ".spec.suspend" is="true" }
}"#;

#[test]
fn flux_leaves_things_alone_meanwhile_and_what_was_suspended_stays_so() {
    let cluster = cluster!("flux_leaves_things_alone_meanwhile_and_what_was_suspended_stays_so");
    let stage = Stage::new(cluster, "flux", "", &[]);
    definitions(&stage);
    stage.write("p.plan.kdl", &format!("plan \"p\"\n{}\n", FLUX.replace("NAMESPACE", &stage.namespace)));
    let of = |kind: &str, name: &str, spec: &str| {
        let api = if kind == "HelmRelease" { "helm.toolkit.fluxcd.io/v2" } else { "kustomize.toolkit.fluxcd.io/v1" };
        format!("apiVersion: {api}\nkind: {kind}\nmetadata: {{ name: {name} }}\nspec: {spec}\n---\n")
    };
    stage.given(
        &[
            of("Kustomization", "apps", "{ interval: 5m }"),
            of("Kustomization", "quiet", "{ suspend: true }"),
            of("HelmRelease", "portal", "{ suspend: false }"),
        ]
        .concat(),
    );
    let all = || ["kustomization/apps", "kustomization/quiet", "helmrelease/portal"].map(|name| whole(&stage, name));
    let before = all();
    has(&stage.ends(0, "switchback diff p.plan.kdl"), &["kustomization/apps", "+suspend: true", "-suspend: false"]);
    stage.ends(0, RUN);
    assert_eq!(all(), before);
    stage.ends(0, UNDO);
    assert_eq!(all(), before);
    stage.write(
        "p.plan.kdl",
        "plan \"p\"\nmeanwhile { flux.suspend \"deploy/web\" }\nstep \"a\" { file.write \"a\" content=\"1\" }\n",
    );
    has(&stage.ends(10, "switchback check p.plan.kdl"), &["`deploy/web` names neither a"]);
}

#[test]
fn a_run_that_is_killed_while_something_is_paused_gives_it_back() {
    let Some(stage) = argocd("argo-killed") else { return };
    let before = whole(&stage, "application/portal");
    stage.ends(0, &format!("SWITCHBACK_COUNT_TO=$PWD/count {RUN}"));
    let boundaries: u64 = stage.read("count").split(' ').next().unwrap().parse().unwrap();
    let mut paused = 0;
    for at in (1..=boundaries).step_by(2) {
        stage.run(FORGET);
        stage.kubectl(&["delete", "configmap", "a", "--ignore-not-found"], "");
        stage.run(&format!("SWITCHBACK_KILL_AT={at} {RUN}"));
        paused += u32::from(whole(&stage, "application/portal") != before);
        let way = if at % 4 == 1 { "switchback resume" } else { UNDO };
        let ended = stage.run(way);
        assert!(matches!(ended.exit, Some(0 | 64)), "killed at {at}: {}", ended.said);
        assert_eq!(whole(&stage, "application/portal"), before, "killed at {at}: {}", ended.said);
    }
    assert!(paused > 3, "{paused}");
}

#[test]
fn an_undo_leaves_the_status_as_its_controller_says_it() {
    let Some(stage) = argocd("argo-status") else { return };
    let step = r#"step "a" { kube.patch "application/portal" merge="{ spec: { project: other } }" }"#;
    stage.write("p.plan.kdl", &format!("plan \"p\"\n{step}\n"));
    stage.ends(0, RUN);
    let says = r#"{"status":{"sync":{"status":"OutOfSync"}}}"#;
    stage.kubectl(&["patch", "application", "portal", "--type=merge", "-p", says], "");
    stage.ends(0, UNDO);
    assert_eq!(stage.get("application/portal", ".spec.project"), "default");
    assert_eq!(stage.get("application/portal", ".status.sync.status"), "OutOfSync");
}
