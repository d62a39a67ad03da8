//! How the API server is started, and what clients are told of it.

use super::pki::Authority;
use std::fs;
use std::path::Path;

/// What is written to the audit log: every request once, with who and what, without bodies.
const AUDIT: &str =
    "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata, omitStages: [RequestReceived]}]\n";

/// By whom the certificate is signed that the API server shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// By the authority that clients are told of.
    Own,
    /// By another one, so that clients refuse it.
    Foreign,
}

/// The API server of a cluster.
pub(super) struct ApiServer {
    /// Where it is reached.
    port: u16,
    etcd: u16,
}

impl ApiServer {
    pub(super) const NAME: &str = "kube-apiserver";

    pub(super) fn new(port: u16, etcd: u16) -> Self {
        Self { port, etcd }
    }

    pub(super) fn arguments(&self, certificate: Certificate) -> Vec<String> {
        let Self { port, etcd } = self;
        let server = match certificate {
            Certificate::Own => "server",
            Certificate::Foreign => "foreign",
        };
        let fixed = [
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            // No Service `kubernetes` with endpoints: it would need an address that is not loopback.
            "--endpoint-reconciler-type=none",
            "--cert-dir=pki/made",
            "--client-ca-file=pki/ca.crt",
            "--authorization-mode=RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-key-file=pki/accounts.pub",
            "--service-account-signing-key-file=pki/accounts.key",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--allow-privileged=true",
            "--audit-policy-file=audit.yaml",
            "--audit-log-path=audit.log",
            // Megabytes. Who looks for a write must find it, so the log goes on in no second file.
            "--audit-log-maxsize=10000",
        ];
        let own = [
            format!("--etcd-servers=http://127.0.0.1:{etcd}"),
            format!("--secure-port={port}"),
            format!("--tls-cert-file=pki/{server}.crt"),
            format!("--tls-private-key-file=pki/{server}.key"),
        ];
        fixed.iter().map(|&argument| argument.to_owned()).chain(own).collect()
    }

    /// Writes the kubeconfig of the administrator, and the policy of the audit log.
    pub(super) fn write_files(&self, folder: &Path, authority: &Authority) -> Result<(), String> {
        let kubeconfig = format!(
            "apiVersion: v1\nkind: Config\n\
             clusters: [{{name: test, cluster: {{server: \"https://127.0.0.1:{}\", certificate-authority-data: {}}}}}]\n\
             users: [{{name: admin, user: {{client-certificate-data: {}, client-key-data: {}}}}}]\n\
             contexts: [{{name: test, context: {{cluster: test, user: admin}}}}]\ncurrent-context: test\n",
            self.port, authority.certificate, authority.admin_certificate, authority.admin_key,
        );
        let write = |name: &str, text: &str| {
            fs::write(folder.join(name), text).map_err(|error| format!("`{}`: {error}", folder.join(name).display()))
        };
        write("kubeconfig", &kubeconfig)?;
        write("audit.yaml", AUDIT)
    }
}
