//! The test cluster itself: it does what tests on Kubernetes and Helm count on.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value as Json, json};
use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use switchback_tests::cluster::{Access, Certificate, Cluster, Helm, down, status, up};
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

/// A cluster that goes on, however the test ends; no other test has one of this name.
struct Named(String, Access);

impl Named {
    fn up(cluster: &Cluster, name: &str) -> Self {
        let name = format!("test-{}-{name}", std::process::id());
        let access = Cluster::detached(cluster.access().programs(), &name).unwrap();
        Self(name, access)
    }

    /// Its processes, each with whether it runs; none where there is no such cluster.
    fn processes(&self) -> Option<Vec<(u32, bool)>> {
        let ours = status().unwrap().into_iter().find(|one| one.name == self.0)?;
        assert_eq!(ours.folder, self.1.folder());
        Some(ours.processes.into_iter().map(|(_, pid, runs)| (pid, runs)).collect())
    }

    /// What only it has.
    fn maps(&self) -> String {
        ended(self.1.kubectl().args(["get", "configmaps", "--output=jsonpath={.items[*].data.of}"]))
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        let _may_be_down = down(&self.0);
    }
}

/// `cargo xtask`, which lies beside the folder of programs that it made; how it ended, and what it printed.
fn xtask(program: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit()).output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn clusters_that_are_named_go_on_beside_each_other_and_end_one_by_one() {
    let cluster = cluster!(shared, "clusters_that_are_named_go_on_beside_each_other_and_end_one_by_one");
    let xtask = |arguments: &[&str]| xtask(&cluster.access().programs().folder().with_file_name("xtask"), arguments);
    let both = ["one", "two"].map(|name| Named::up(cluster, name));
    for named in &both {
        let of = format!("--from-literal=of={}", named.0);
        ended(named.1.kubectl().args(["create", "configmap", "own", &of]));
    }
    let [one, two] = &both;
    assert_eq!((one.maps(), two.maps()), (one.0.clone(), two.0.clone()));
    let told = xtask(&["cluster", "status"]).1;
    for named in &both {
        let processes = named.processes().unwrap();
        assert!(processes.len() == 5 && processes.iter().all(|(_, runs)| *runs), "{processes:?}");
        assert!(told.contains(&format!("cluster `{}`: {}", named.0, named.1.kubeconfig().display())), "{told}");
        assert!(processes.iter().all(|(pid, _)| told.contains(&format!(" {pid}  runs"))), "{told}");
        assert!(up(cluster.access().programs(), &named.0).unwrap().is_some());
    }
    let again = Cluster::detached(cluster.access().programs(), &one.0).err().unwrap();
    assert!(again.contains("runs already"), "{again}");
    let (gone, stays) = (one.processes().unwrap(), two.processes());
    assert_eq!(xtask(&["cluster", "down", "--name", &one.0]), (true, format!("cluster `{}` is ended\n", one.0)));
    // We started it, and do not wait for what is ended.
    let is_dead = |stat: String| stat.contains(") Z ");
    let runs = |pid: u32| std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !is_dead(stat));
    assert!(!gone.iter().any(|(pid, _)| runs(*pid)) && !one.1.folder().exists());
    assert!(one.processes().is_none() && up(cluster.access().programs(), &one.0).unwrap().is_none());
    assert_eq!((two.maps(), two.processes()), (two.0.clone(), stays));
    assert!(down(&two.0).unwrap() && !two.1.folder().exists());
    assert_eq!(xtask(&["cluster", "down", "--name", &two.0]), (false, String::new()));
}

#[test]
fn programs_are_taken_from_kubebuilder_assets_then_from_path_where_their_version_suits() {
    let cluster =
        cluster!(shared, "programs_are_taken_from_kubebuilder_assets_then_from_path_where_their_version_suits");
    let programs = cluster.access().programs();
    let real = |name: &str| programs.get(name).canonicalize().unwrap();
    let xtask = programs.folder().with_file_name("xtask");
    let folder = tempfile::tempdir_in(xtask.parent().unwrap()).unwrap();
    let at = |path: &str| -> PathBuf {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    };
    // All links are beside the one who makes them.
    std::fs::hard_link(xtask, at("xtask")).unwrap();
    for name in ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"] {
        symlink(real(name), at(&format!("assets/{name}"))).unwrap();
    }
    std::fs::write(at("assets/etcd"), "#!/bin/sh\necho etcd Version: 3.1.0\n").unwrap();
    std::fs::set_permissions(at("assets/etcd"), Permissions::from_mode(0o755)).unwrap();
    for (name, file) in [("etcd", "path/etcd"), ("kwok", "path/kwok"), ("kubectl", "path/kubectl")] {
        symlink(real(name), at(file)).unwrap();
    }
    symlink(real("helm-3"), at("three/helm")).unwrap();
    symlink(real("helm-4"), at("four/helm")).unwrap();
    let before = std::env::var_os("PATH").unwrap();
    let path = ["path", "three", "four"].map(|name| folder.path().join(name));
    let path = std::env::join_paths(path.into_iter().chain(std::env::split_paths(&before))).unwrap();
    let found = ended(
        Command::new(at("xtask"))
            .args(["cluster", "programs"])
            .env("PATH", path)
            .env("KUBEBUILDER_ASSETS", folder.path().join("assets")),
    );
    assert_eq!(found.trim(), at("cluster-programs").display().to_string());
    let link = |name: &str| std::fs::read_link(folder.path().join("cluster-programs").join(name)).unwrap();
    for name in ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"] {
        assert_eq!(link(name), at(&format!("assets/{name}")));
    }
    // The one in the assets is too old.
    for (name, file) in
        [("etcd", "path/etcd"), ("kwok", "path/kwok"), ("helm-3", "three/helm"), ("helm-4", "four/helm")]
    {
        assert_eq!(link(name), at(file));
    }
}
