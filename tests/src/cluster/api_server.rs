//! How the API server is started, and how it is reached.

use std::fs;
use std::path::{Path, PathBuf};

/// What is written to the audit log: every request once, with who and what, without bodies.
const AUDIT: &str =
    "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata, omitStages: [RequestReceived]}]\n";

/// The API server of a cluster.
pub(super) struct ApiServer {
    folder: PathBuf,
    port: u16,
    etcd: u16,
}

impl ApiServer {
    pub(super) const NAME: &str = "kube-apiserver";

    pub(super) fn new(folder: &Path, port: u16, etcd: u16) -> Self {
        Self { folder: folder.to_owned(), port, etcd }
    }

    pub(super) fn arguments(&self) -> Vec<String> {
        let Self { folder: _, port, etcd } = self;
        let fixed = [
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            // No Service `kubernetes` with endpoints: it would need an address that is not loopback.
            "--endpoint-reconciler-type=none",
            "--cert-dir=pki/made",
            "--tls-cert-file=pki/server.crt",
            "--tls-private-key-file=pki/server.key",
            "--client-ca-file=pki/ca.crt",
            "--authorization-mode=RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-key-file=pki/accounts.pub",
            "--service-account-signing-key-file=pki/accounts.key",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--allow-privileged=true",
            "--audit-policy-file=audit.yaml",
            "--audit-log-path=audit.log",
        ];
        let own = [format!("--etcd-servers=http://127.0.0.1:{etcd}"), format!("--secure-port={port}")];
        fixed.iter().map(|&argument| argument.to_owned()).chain(own).collect()
    }

    pub(super) fn write_kubeconfig(&self, folder: &Path) -> Result<(), String> {
        let pki = folder.join("pki");
        let kubeconfig = format!(
            "apiVersion: v1\nkind: Config\n\
             clusters: [{{name: test, cluster: {{server: \"https://127.0.0.1:{}\", certificate-authority: {}}}}}]\n\
             users: [{{name: admin, user: {{client-certificate: {}, client-key: {}}}}}]\n\
             contexts: [{{name: test, context: {{cluster: test, user: admin}}}}]\ncurrent-context: test\n",
            self.port,
            pki.join("ca.crt").display(),
            pki.join("admin.crt").display(),
            pki.join("admin.key").display(),
        );
        let write = |name: &str, text: &str| fs::write(self.folder.join(name), text);
        write("kubeconfig", &kubeconfig).and_then(|()| write("audit.yaml", AUDIT)).map_err(|error| error.to_string())
    }
}
