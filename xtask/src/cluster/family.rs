//! Programs that are built together, from one Go module.
//!
//! No registry carries a ready API server, but the Go module proxy carries its source. Each family has a folder in
//! `xtask/cluster/` whose `go.mod` and `go.sum` pin all of it, and whose `tools.go` imports the commands. (`go install
//! PACKAGE@VERSION` does not take these modules: they replace some of their dependencies.)

/// Programs of one Go module.
pub struct Family {
    /// What it is called; with its version it is the folder that its programs are built into.
    pub name: &'static str,
    /// Its folder in `xtask/cluster/`.
    pub folder: &'static str,
    /// The module.
    pub module: &'static str,
    /// Its programs.
    pub programs: &'static [Program],
    /// What the linker sets: packages' variables. `{version}` is the module's version.
    pub variables: &'static [&'static str],
    /// Roughly how long building takes on two cores when nothing is cached, for the message.
    pub takes: &'static str,
}

/// A program.
pub struct Program {
    /// Its name among ours.
    pub name: &'static str,
    /// The name that others know it by.
    pub file: &'static str,
    /// Its package.
    pub package: &'static str,
    /// How it is asked for its version.
    pub version: &'static [&'static str],
}

const fn server(name: &'static str, package: &'static str) -> Program {
    Program { name, file: name, package, version: &["--version"] }
}

/// The one `helm` on a PATH is of one version, and tests need both.
const fn helm(name: &'static str, package: &'static str) -> Program {
    Program { name, file: "helm", package, version: &["version", "--short"] }
}

/// All families.
pub const ALL: &[Family] = &[
    Family {
        name: "etcd",
        folder: "etcd",
        module: "go.etcd.io/etcd/server/v3",
        programs: &[server("etcd", "go.etcd.io/etcd/server/v3")],
        variables: &[],
        takes: "half a minute",
    },
    Family {
        name: "kubernetes",
        folder: "kubernetes",
        module: "k8s.io/kubernetes",
        programs: &[
            server("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
            server("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager"),
            server("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler"),
            Program {
                name: "kubectl",
                file: "kubectl",
                package: "k8s.io/kubernetes/cmd/kubectl",
                version: &["version", "--client"],
            },
        ],
        // Without them the server calls itself v0.0.0, and charts that ask for a version refuse it.
        variables: &[
            "k8s.io/component-base/version.gitVersion={version}",
            "k8s.io/component-base/version.gitMajor={major}",
            "k8s.io/component-base/version.gitMinor={minor}",
        ],
        takes: "5 minutes",
    },
    Family {
        name: "kwok",
        folder: "kwok",
        module: "sigs.k8s.io/kwok",
        programs: &[server("kwok", "sigs.k8s.io/kwok/cmd/kwok")],
        variables: &[],
        takes: "a minute",
    },
    Family {
        name: "helm",
        folder: "helm-3",
        module: "helm.sh/helm/v3",
        programs: &[helm("helm-3", "helm.sh/helm/v3/cmd/helm")],
        variables: &["helm.sh/helm/v3/internal/version.version={version}"],
        takes: "a minute",
    },
    Family {
        name: "helm",
        folder: "helm-4",
        module: "helm.sh/helm/v4",
        programs: &[helm("helm-4", "helm.sh/helm/v4/cmd/helm")],
        variables: &["helm.sh/helm/v4/internal/version.version={version}"],
        takes: "a minute",
    },
];
