//! The components beside the API server: what each is started with.

use std::path::Path;

/// A component: the program's name, and its arguments.
pub(super) type Component = (&'static str, Vec<String>);

pub(super) fn etcd(clients: u16, peers: u16) -> Component {
    let (clients, peers) = (format!("http://127.0.0.1:{clients}"), format!("http://127.0.0.1:{peers}"));
    let arguments = vec![
        "--data-dir=etcd".to_owned(),
        format!("--listen-client-urls={clients}"),
        format!("--advertise-client-urls={clients}"),
        format!("--listen-peer-urls={peers}"),
        format!("--initial-advertise-peer-urls={peers}"),
        format!("--initial-cluster=default={peers}"),
        // A test that is cut off by a power loss is run again.
        "--unsafe-no-fsync".to_owned(),
    ];
    ("etcd", arguments)
}

pub(super) fn controllers() -> Component {
    let own = ["--service-account-private-key-file=pki/accounts.key", "--root-ca-file=pki/ca.crt"];
    ("kube-controller-manager", client().chain(own).map(str::to_owned).collect())
}

pub(super) fn scheduler() -> Component {
    ("kube-scheduler", client().map(str::to_owned).collect())
}

/// What clients of the API server that serve nothing have in common.
fn client() -> impl Iterator<Item = &'static str> {
    let arguments = [
        "--kubeconfig=kubeconfig",
        "--authentication-kubeconfig=kubeconfig",
        "--authorization-kubeconfig=kubeconfig",
        "--bind-address=127.0.0.1",
        "--secure-port=0",
        "--leader-elect=false",
    ];
    arguments.into_iter()
}

/// KWOK, which plays the kubelets of all nodes after stages.
pub(super) fn kwok(stages: &Path) -> Component {
    let arguments = vec![
        "--kubeconfig=kubeconfig".to_owned(),
        "--manage-all-nodes=true".to_owned(),
        "--node-ip=127.0.0.1".to_owned(),
        format!("--config={}", stages.display()),
    ];
    ("kwok", arguments)
}
