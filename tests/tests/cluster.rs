//! The test cluster itself: it does what tests on Kubernetes and Helm count on.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value as Json, json};
use std::process::{Command, Stdio};
use switchback_tests::cluster::{Certificate, Cluster, Helm};
use switchback_tests::folder;

/// A cluster, or the end of the test where there can be none.
macro_rules! cluster {
    ($kind:ident, $test:literal) => {
        match Cluster::$kind($test).unwrap() {
            Some(cluster) => cluster,
            None => return,
        }
    };
}

const WITHIN: &str = "--timeout=60s";

fn deployment(name: &str, annotations: &Json) -> String {
    let pod = json!({
        "metadata": {"labels": {"app": name}, "annotations": annotations},
        "spec": {"containers": [{"name": "main", "image": "example.test/main:1"}]},
    });
    let spec = json!({"replicas": 3, "selector": {"matchLabels": {"app": name}}, "template": pod});
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}).to_string()
}

fn job(name: &str, annotations: &Json) -> String {
    let pod = json!({
        "metadata": {"annotations": annotations},
        "spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "example.test/main:1"}]},
    });
    let spec = json!({"backoffLimit": 0, "template": pod});
    json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": spec}).to_string()
}

/// `kubectl ARGUMENTS` in a namespace.
fn kubectl(cluster: &Cluster, namespace: &str, arguments: &[&str], stdin: &str) -> Result<String, String> {
    cluster.kubectl(&[arguments, &["--namespace", namespace]].concat(), stdin)
}

fn create(cluster: &Cluster, namespace: &str, object: &str) {
    kubectl(cluster, namespace, &["create", "--filename", "-"], object).unwrap();
}

/// Waits until an object of a test says of itself what a condition of `kubectl wait` asks for.
fn wait(cluster: &Cluster, namespace: &str, object: &str, condition: &str) {
    kubectl(cluster, namespace, &["wait", object, condition, WITHIN], "").unwrap();
}

#[test]
fn a_deployment_of_three_becomes_ready_and_goes_when_it_is_deleted() {
    let cluster = cluster!(shared, "a_deployment_of_three_becomes_ready_and_goes_when_it_is_deleted");
    let namespace = cluster.namespace("deployment").unwrap();
    create(cluster, &namespace, &deployment("web", &json!({})));
    wait(cluster, &namespace, "deployment/web", "--for=jsonpath={.status.readyReplicas}=3");
    let pods =
        kubectl(cluster, &namespace, &["get", "pods", "--output=jsonpath={.items[*].status.phase}"], "").unwrap();
    assert_eq!(pods, "Running Running Running");
    kubectl(cluster, &namespace, &["delete", "deployment/web", "--cascade=foreground", WITHIN], "").unwrap();
    assert_eq!(kubectl(cluster, &namespace, &["get", "pods", "--output=name"], "").unwrap(), "");
}

#[test]
fn pods_become_what_their_annotations_say() {
    let cluster = cluster!(shared, "pods_become_what_their_annotations_say");
    let namespace = cluster.namespace("pods").unwrap();
    let state = |path: &str| format!("--for=jsonpath={{.status.{path}}}");
    let cases = [
        ("unready", json!({"switchback.test/ready": "never"}), state("phase") + "=Running"),
        (
            "unpulled",
            json!({"switchback.test/image": "missing"}),
            state("containerStatuses[0].state.waiting.reason") + "=ImagePullBackOff",
        ),
        (
            "crashing",
            json!({"switchback.test/crashes": "always"}),
            state("containerStatuses[0].state.waiting.reason") + "=CrashLoopBackOff",
        ),
        ("slow", json!({"switchback.test/ready-after": "1s"}), state("phase") + "=Running"),
    ];
    for (name, annotations, _) in &cases {
        create(cluster, &namespace, &deployment(name, annotations));
    }
    for (name, _, condition) in &cases {
        let pods = ["wait", "pods", "--selector", &format!("app={name}"), condition, WITHIN];
        kubectl(cluster, &namespace, &pods, "").unwrap();
    }
    wait(cluster, &namespace, "deployment/slow", "--for=jsonpath={.status.readyReplicas}=3");
    for name in ["unready", "unpulled", "crashing"] {
        let ready = ["get", "deployment", name, "--output=jsonpath={.status.readyReplicas}"];
        assert_eq!(kubectl(cluster, &namespace, &ready, "").unwrap(), "", "{name}");
    }
}

#[test]
fn jobs_complete_and_fail() {
    let cluster = cluster!(shared, "jobs_complete_and_fail");
    let namespace = cluster.namespace("jobs").unwrap();
    create(cluster, &namespace, &job("quick", &json!({})));
    create(cluster, &namespace, &job("slow", &json!({"switchback.test/ends-after": "1s"})));
    create(cluster, &namespace, &job("broken", &json!({"switchback.test/ends": "failed"})));
    wait(cluster, &namespace, "job/quick", "--for=condition=Complete");
    wait(cluster, &namespace, "job/slow", "--for=condition=Complete");
    wait(cluster, &namespace, "job/broken", "--for=condition=Failed");
}

#[test]
fn both_helms_install_upgrade_and_roll_back() {
    let cluster = cluster!(shared, "both_helms_install_upgrade_and_roll_back");
    for (helm, version) in [(Helm::Three, "v3."), (Helm::Four, "v4.")] {
        let namespace = cluster.namespace(helm.program()).unwrap();
        let run =
            |arguments: &[&str]| ended(cluster.access().helm(helm).args(arguments).args(["--namespace", &namespace]));
        assert!(run(&["version", "--short"]).starts_with(version));
        let chart = folder("fixtures/shop").display().to_string();
        let greeting = || {
            let path = "--output=jsonpath={.data.greeting}";
            kubectl(cluster, &namespace, &["get", "configmap/shop", path], "").unwrap()
        };
        run(&["install", "shop", &chart, "--wait"]);
        assert_eq!(greeting(), "hello");
        let hook = r#"hook={"switchback.test/ends-after":"1s"}"#;
        run(&["upgrade", "shop", &chart, "--wait", "--set", "greeting=good day", "--set-json", hook]);
        assert_eq!(greeting(), "good day");
        wait(cluster, &namespace, "job/shop-hook", "--for=condition=Complete");
        run(&["rollback", "shop", "1", "--wait"]);
        assert_eq!(greeting(), "hello");
        let history: Json = serde_json::from_str(&run(&["history", "shop", "--output=json"])).unwrap();
        let state = |revision: &Json| revision.get("status").and_then(Json::as_str).map(str::to_owned);
        let states: Vec<String> = history.as_array().unwrap().iter().filter_map(state).collect();
        assert_eq!(states, ["superseded", "superseded", "deployed"]);
    }
}

/// What a command that must succeed prints.
fn ended(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What `kubectl` asked of a kind of objects in a namespace, as the audit log has it: each verb, and whether it was a dry
/// run.
fn audited(cluster: &Cluster, namespace: &str, resource: &str) -> Vec<(String, bool)> {
    let log = std::fs::read_to_string(cluster.access().audit_log()).unwrap();
    let entries = log.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let asked = entries.filter_map(|entry| {
        let text = |path: &str| entry.pointer(path).and_then(Json::as_str).unwrap_or_default();
        let place = (text("/objectRef/namespace"), text("/objectRef/resource"));
        let ours = place == (namespace, resource) && text("/userAgent").starts_with("kubectl");
        ours.then(|| (text("/verb").to_owned(), text("/requestURI").contains("dryRun=All")))
    });
    asked.collect()
}

#[test]
fn the_audit_log_names_a_write_and_tells_a_dry_run() {
    let cluster = cluster!(shared, "the_audit_log_names_a_write_and_tells_a_dry_run");
    let namespace = cluster.namespace("audit").unwrap();
    kubectl(cluster, &namespace, &["create", "configmap", "a", "--dry-run=server"], "").unwrap();
    kubectl(cluster, &namespace, &["create", "configmap", "a"], "").unwrap();
    kubectl(cluster, &namespace, &["get", "configmap/a"], "").unwrap();
    let seen = [("create".to_owned(), true), ("create".to_owned(), false), ("get".to_owned(), false)];
    assert_eq!(audited(cluster, &namespace, "configmaps"), seen);
}

const QUICK: &str = "--request-timeout=1s";

#[test]
fn the_api_server_dies_comes_back_hangs_and_shows_another_certificate() {
    let mut cluster = cluster!(own, "the_api_server_dies_comes_back_hangs_and_shows_another_certificate");
    let get = |cluster: &Cluster| cluster.kubectl(&["get", "configmap/kept", "--output=name", QUICK], "");
    cluster.kubectl(&["create", "configmap", "kept"], "").unwrap();

    cluster.kill_api_server().unwrap();
    let refused = get(&cluster).unwrap_err();
    assert!(refused.contains("refused"), "{refused}");
    cluster.start_api_server(Certificate::Own).unwrap();
    assert_eq!(get(&cluster).unwrap(), "configmap/kept\n");

    cluster.hang_api_server().unwrap();
    let hangs = get(&cluster).unwrap_err();
    assert!(!hangs.contains("refused"), "{hangs}");
    cluster.wake_api_server().unwrap();
    assert_eq!(cluster.kubectl(&["get", "configmap/kept", "--output=name"], "").unwrap(), "configmap/kept\n");

    cluster.kill_api_server().unwrap();
    cluster.start_api_server(Certificate::Foreign).unwrap();
    let unknown = get(&cluster).unwrap_err();
    assert!(unknown.contains("certificate signed by unknown authority"), "{unknown}");
    cluster.kill_api_server().unwrap();
    cluster.start_api_server(Certificate::Own).unwrap();
    create(&cluster, "default", &deployment("after", &json!({})));
    wait(&cluster, "default", "deployment/after", "--for=jsonpath={.status.readyReplicas}=3");
}
