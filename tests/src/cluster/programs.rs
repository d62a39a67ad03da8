//! The programs of a cluster.

use std::path::{Path, PathBuf};

/// In which `cargo xtask test` tells tests in which folder the programs are.
const TOLD: &str = "SWITCHBACK_PROGRAMS";

/// A folder that has the programs, or links to them, by name: `etcd`, `kube-apiserver`, `kube-controller-manager`,
/// `kube-scheduler`, `kwok`, `kubectl`, `helm-3` and `helm-4`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Those in a folder.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Those that `cargo xtask test` found or built; none outside of it.
    pub fn told() -> Option<Self> {
        std::env::var_os(TOLD).map(|folder| Self { folder: folder.into() })
    }

    /// For the environment of tests: the variable's name and value.
    pub fn telling(&self) -> (&'static str, &Path) {
        (TOLD, &self.folder)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of one.
    pub fn get(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}
