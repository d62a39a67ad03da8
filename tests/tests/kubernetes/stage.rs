//! A cluster, a client of it, and objects to play with.

use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;
use switchback::world::cluster::{Cluster as Client, Fault, Limits, Object, ObjectName, Source};
use switchback_tests::cluster::Cluster;

/// Runs a test that waits.
pub fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(test)
}

/// Limits under which a test that must fail does so soon.
pub fn short() -> Limits {
    let second = Duration::from_secs(1);
    Limits { connect: 2 * second, request: 3 * second, patience: second, ..Limits::default() }
}

/// A client as the administrator.
pub async fn admin(cluster: &Cluster) -> Client {
    connect(cluster.access().kubeconfig(), Limits::default()).await.unwrap()
}

/// A client by a kubeconfig.
pub async fn connect(kubeconfig: PathBuf, limits: Limits) -> Result<Client, Fault> {
    Client::connect(&Source { kubeconfig: Some(kubeconfig), context: None }, limits).await
}

/// A kubeconfig of a service account that may only look at `ConfigMap`s; it is made in a namespace of the test.
pub fn of_account(cluster: &Cluster, namespace: &str, account: &str) -> PathBuf {
    let kubectl = |arguments: &[&str]| cluster.kubectl(&[arguments, &["--namespace", namespace]].concat(), "").unwrap();
    kubectl(&["create", "serviceaccount", account]);
    kubectl(&["create", "role", account, "--verb=get,list", "--resource=configmaps"]);
    kubectl(&[
        "create",
        "rolebinding",
        account,
        "--role",
        account,
        "--serviceaccount",
        &format!("{namespace}:{account}"),
    ]);
    let token = kubectl(&["create", "token", account]);
    let admin = fs::read_to_string(cluster.access().kubeconfig()).unwrap();
    let lines = admin.lines().map(|line| {
        let user = format!("users: [{{name: admin, user: {{token: {}}}}}]", token.trim());
        if line.starts_with("users:") { user } else { line.to_owned() }
    });
    let file = cluster.access().folder().join(format!("{namespace}-{account}"));
    fs::write(&file, lines.collect::<Vec<_>>().join("\n")).unwrap();
    file
}

/// The name of an object of Kubernetes itself.
pub fn name(kind: &str, namespace: &str, name: &str) -> ObjectName {
    let group = match kind {
        "Deployment" => "apps",
        "CronJob" => "batch",
        _ => "",
    };
    let (group, kind, name) = (group.to_owned(), kind.to_owned(), name.to_owned());
    ObjectName { group, kind, namespace: Some(namespace.to_owned()), name }
}

/// A `ConfigMap`.
pub fn config_map(name: &str, data: &Value) -> Object {
    object(json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name }, "data": data }))
}

/// A Deployment of one container.
pub fn deployment(name: &str, replicas: Option<u32>, image: &str) -> Object {
    let labels = json!({ "app": name });
    let pod =
        json!({ "metadata": { "labels": labels }, "spec": { "containers": [{ "name": "main", "image": image }] } });
    let mut spec = json!({ "selector": { "matchLabels": labels }, "template": pod });
    if let Some(replicas) = replicas {
        spec.as_object_mut().unwrap().insert("replicas".to_owned(), replicas.into());
    }
    object(json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": name }, "spec": spec }))
}

/// An object of a value.
pub fn object(value: Value) -> Object {
    Object::new(value).unwrap()
}

/// A cluster, or the end of the test where there can be none.
macro_rules! cluster {
    ($kind:ident, $test:literal) => {
        match switchback_tests::cluster::Cluster::$kind($test).unwrap() {
            Some(cluster) => cluster,
            None => return,
        }
    };
}
pub(crate) use cluster;
