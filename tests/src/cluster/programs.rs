//! Where the programs of a cluster lie.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// In which `cargo xtask test` tells tests where the programs lie: an object of JSON, name by path.
const TOLD: &str = "SWITCHBACK_PROGRAMS";

/// The programs by name: `etcd`, `kube-apiserver`, `kube-controller-manager`, `kube-scheduler`, `kwok`, `kubectl`,
/// `helm-3`, `helm-4`, and the file `stages.yaml` for KWOK.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Programs(BTreeMap<String, PathBuf>);

impl Programs {
    /// These.
    pub fn new(programs: BTreeMap<String, PathBuf>) -> Self {
        Self(programs)
    }

    /// Those that `cargo xtask test` found or built; none outside of it.
    pub fn told() -> Option<Self> {
        let told = std::env::var(TOLD).ok()?;
        serde_json::from_str(&told).ok().map(Self)
    }

    /// For the environment of tests: the variable's name and value.
    pub fn telling(&self) -> (&'static str, String) {
        let paths = self.0.iter().map(|(name, path)| (name.clone(), path.display().to_string().into()));
        (TOLD, serde_json::Value::Object(paths.collect()).to_string())
    }

    /// The path of one.
    pub fn get(&self, name: &str) -> Result<PathBuf, String> {
        self.0.get(name).cloned().ok_or_else(|| format!("`{name}` is not among the programs"))
    }
}
