//! The components beside the API server: what each is started with.

use super::stages;

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

/// All that acts on what the API server holds, in the order of their start; at `kubelet` the logs of containers are served.
pub(super) fn controllers(kubelet: u16) -> [Component; 3] {
    let owned = |arguments: &[&[&str]]| arguments.concat().into_iter().map(str::to_owned).collect();
    // KWOK says twice a minute that its node is there; on a busy machine that is late, and all pods would count as lost.
    let manager = [
        "--service-account-private-key-file=pki/accounts.key",
        "--root-ca-file=pki/ca.crt",
        "--node-monitor-grace-period=15m",
    ];
    // It plays the kubelets of all nodes.
    let kwok = [
        "--kubeconfig=kubeconfig",
        "--manage-all-nodes=true",
        "--node-ip=127.0.0.1",
        "--tls-cert-file=pki/server.crt",
        "--tls-private-key-file=pki/server.key",
    ];
    let served = [
        format!("--config={}", stages::FILE),
        format!("--node-port={kubelet}"),
        format!("--server-address=127.0.0.1:{kubelet}"),
    ];
    [
        ("kube-controller-manager", owned(&[&CLIENT, &manager])),
        ("kube-scheduler", owned(&[&CLIENT])),
        ("kwok", [owned(&[&kwok]), served.to_vec()].concat()),
    ]
}

/// What clients of the API server that serve nothing have in common.
const CLIENT: [&str; 6] = [
    "--kubeconfig=kubeconfig",
    "--authentication-kubeconfig=kubeconfig",
    "--authorization-kubeconfig=kubeconfig",
    "--bind-address=127.0.0.1",
    "--secure-port=0",
    "--leader-elect=false",
];
