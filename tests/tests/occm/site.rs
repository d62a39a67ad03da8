//! A site: the folder of the plans on a target of its own, with OCCM 24.2 and the products beside it.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use switchback_tests::cluster::{Cluster, Helm};
use switchback_tests::folder;
use switchback_tests::stand::Stand;

/// Goes up to 24.3.
pub const UPGRADE: &str = "switchback run upgrade.plan.kdl --yes";
/// Goes back to 24.2, and types what is lost.
pub const ROLLBACK: &str = "switchback run rollback.plan.kdl --yes --confirm loss=lab";
/// Waits in a script until Helm has rolled back.
pub const ROLLED_BACK: &str =
    "for i in $(seq 300); do helm history occm | grep -q 'deployed.*Rollback' && break; sleep 0.1; done";
/// Waits in a script until Helm runs the hook of its rollback.
pub const IN_THE_HOOK: &str = "for i in $(seq 300); do \
    helm history occm | grep -q pending-rollback && kubectl get job occm-occm-migration >/dev/null 2>&1 && break; sleep 0.1; done";
/// A hook that takes a while, as a site's values say it.
pub const SLOW_HOOK: &str = "migration: {switchback.test/ends-after: 3s}\n";

/// The folder, the namespace and the Helm.
pub struct Site {
    stand: Stand,
    cluster: &'static Cluster,
    helm: Helm,
    pub namespace: String,
}

impl Site {
    /// With OCCM 24.2.
    pub fn new(cluster: &'static Cluster) -> Self {
        Self::with(cluster, Helm::Four, "")
    }

    /// With this Helm, and with values that only the release of 24.2 has.
    pub fn with(cluster: &'static Cluster, helm: Helm, values: &str) -> Self {
        let site = Self::bare(cluster, helm);
        site.stand.write("old.yaml", values).unwrap();
        site.ends(
            0,
            "helm install cndbtier fixtures/charts/cndbtier-24.2.1 && helm install cncc fixtures/charts/cncc-24.3.0 && \
             helm install occm fixtures/charts/occm-24.2.0 -f values.yaml -f old.yaml",
        );
        site
    }

    /// The same, upgraded by our own plan.
    pub fn upgraded(cluster: &'static Cluster) -> Self {
        Self::upgraded_with(cluster, Helm::Four, "")
    }

    /// The same with this Helm and these values of 24.2.
    pub fn upgraded_with(cluster: &'static Cluster, helm: Helm, values: &str) -> Self {
        let site = Self::with(cluster, helm, values);
        site.ends(0, UPGRADE);
        site
    }

    /// Without any release.
    pub fn bare(cluster: &'static Cluster, helm: Helm) -> Self {
        let namespace = cluster.namespace("occm").unwrap();
        let stand = Stand::new("plan \"p\"\n", &[]).unwrap();
        copy(&folder("..").join("plans/occm"), stand.place());
        // The Lease lies in the namespace of the site, and goes with it.
        let kube = format!("kube namespace=\"{namespace}\" lease=\"{namespace}\"");
        let set = format!("set \"namespace\" \"{namespace}\"; set \"settled\" \"1s\"");
        stand.write("switchback.kdl", &format!("language 1\ntarget \"lab\" {{ {kube}; {set} }}\n")).unwrap();
        Self { stand, cluster, helm, namespace }
    }

    fn script(&self, script: &str) -> String {
        let access = self.cluster.access();
        let (config, path) = (access.kubeconfig(), access.path(self.helm));
        let namespace = &self.namespace;
        format!(
            "export KUBECONFIG={} PATH={}:$PATH HELM_NAMESPACE={namespace}\nkubectl() {{ command kubectl -n {namespace} \"$@\"; }}\n{script}",
            config.display(),
            path.display()
        )
    }

    /// Runs a script that must end so; what it said, in one line.
    pub fn ends(&self, exit: i32, script: &str) -> String {
        let said = self.stand.ends(exit, &self.script(script)).unwrap();
        said.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The users' settings, and what is the chart's beside them.
    pub fn config(&self) -> String {
        self.get("configmap/occm-occm", ".data")
    }

    /// Which object the settings are, and at which change.
    pub fn config_version(&self) -> String {
        self.get("configmap/occm-occm", ".metadata['uid','resourceVersion']")
    }

    /// Part of an object.
    pub fn get(&self, object: &str, path: &str) -> String {
        let path = format!("jsonpath={{{path}}}");
        self.cluster.kubectl(&["-n", &self.namespace, "get", object, "-o", &path], "").unwrap()
    }

    /// Makes objects that no plan knows of.
    pub fn create(&self, manifest: &str) {
        self.cluster.kubectl(&["-n", &self.namespace, "create", "-f", "-"], manifest).unwrap();
    }

    /// Somebody configures issuers.
    pub fn configures(&self, issuers: &str) {
        let patch = format!(r#"{{"data":{{"issuers.yaml":"issuers: [{issuers}]\n"}}}}"#);
        self.ends(0, &format!("kubectl patch cm occm-occm --type=merge -p '{patch}'"));
    }

    /// Holds that this version of the release stands, as the last revision.
    pub fn stands_at(&self, version: &str) {
        let told = self.ends(0, "helm list -f '^occm$' -o json");
        has(&told, "\"status\":\"deployed\"");
        has(&told, &format!("\"app_version\":\"{version}\""));
    }

    /// Changes a file of the plans.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.stand.read(file);
        assert!(text.contains(from), "{file} has no `{from}`");
        self.stand.write(file, &text.replace(from, to)).unwrap();
    }

    /// Reads a file.
    pub fn read(&self, file: &str) -> String {
        self.stand.read(file)
    }

    /// Does something while a file of the plans is another.
    pub fn with_edit(&self, file: &str, (from, to): (&str, &str), does: impl FnOnce()) {
        let text = self.stand.read(file);
        self.edit(file, from, to);
        does();
        self.stand.write(file, &text).unwrap();
    }
}

/// A site with OCCM 24.3 that tests share which are refused, and so leave it as it is.
pub fn shared(cluster: &'static Cluster) -> MutexGuard<'static, Site> {
    static SHARED: OnceLock<Mutex<Site>> = OnceLock::new();
    SHARED.get_or_init(|| Mutex::new(Site::upgraded(cluster))).lock().unwrap_or_else(PoisonError::into_inner)
}

/// Copies a folder, but for what runs of a developer left in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        match from.is_dir() {
            _ if from.ends_with(".switchback") => {}
            true => copy(&from, &to),
            false => drop(fs::copy(&from, &to).unwrap()),
        }
    }
}

/// Holds that it was said.
pub fn has(said: &str, part: &str) {
    assert!(said.contains(part), "`{part}` is not in:\n{said}");
}

/// A cluster, or the end of the test where there can be none.
macro_rules! cluster {
    ($test:literal) => {
        match switchback_tests::cluster::Cluster::shared($test).unwrap() {
            Some(cluster) => cluster,
            None => return,
        }
    };
}
pub(crate) use cluster;
