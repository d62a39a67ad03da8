//! A project with charts, whose target is a namespace of the test cluster, and one of both Helms on PATH.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use switchback::world::cluster::{MaskKey, Normal, Object};
use switchback_tests::cluster::{Cluster, Helm};
use switchback_tests::folder;
use switchback_tests::stand::{Ended, Stand};

/// Runs the plan `p.plan.kdl` without asking.
pub const RUN: &str = "switchback run p.plan.kdl --yes";
/// Takes the run back without asking.
pub const UNDO: &str = "switchback undo --yes";
/// Forgets all runs. The target's home stays the same one: who has lost that has lost its Lease with it.
pub const FORGET: &str = "rm -rf .switchback; find site/.switchback -mindepth 1 ! -name id -delete";

/// Kinds whose objects a picture has; records of Helm are none of them.
const KINDS: &str = "configmaps,secrets,services,deployments,jobs";

/// The project, its namespace and its Helm.
pub struct Stage {
    stand: Stand,
    cluster: &'static Cluster,
    pub helm: Helm,
    pub namespace: String,
}

impl Stage {
    /// A plan's steps; the portal's charts lie in `charts/`, and its first release stands.
    pub fn new(cluster: &'static Cluster, helm: Helm, begin: &str, steps: &str) -> Self {
        let stage = Self::bare(cluster, helm, begin, steps);
        stage.helm(&["install", "portal", folder("charts/portal/1.0.0").to_str().unwrap(), "--wait"]).unwrap();
        stage
    }

    /// The same without any release.
    pub fn bare(cluster: &'static Cluster, helm: Helm, begin: &str, steps: &str) -> Self {
        let namespace = cluster.namespace(begin).unwrap();
        // The Lease lies in the namespace of the test, and goes with it.
        let kube = format!("kube namespace=\"{namespace}\" lease=\"{namespace}\"");
        let project = format!("language 1\ntarget \"test\" {{ {kube}; directory \"./site\" }}\n");
        let stand = Stand::new(&format!("plan \"p\"\n{steps}\n"), &[]).unwrap();
        stand.write("switchback.kdl", &project).unwrap();
        copy(&folder("charts"), &stand.place().join("charts"));
        Self { stand, cluster, helm, namespace }
    }

    /// Another plan in the place of the first.
    pub fn plan(&self, steps: &str) {
        self.write("p.plan.kdl", &format!("plan \"p\"\n{steps}\n"));
    }

    /// Where a file of the project is.
    pub fn place(&self, path: &str) -> PathBuf {
        self.stand.place().join(path)
    }

    /// Writes a file of the project.
    pub fn write(&self, path: &str, text: &str) {
        self.stand.write(path, text).unwrap();
    }

    /// Reads a file of the project; empty when there is none.
    pub fn read(&self, path: &str) -> String {
        self.stand.read(path)
    }

    /// Writes a chart of one template.
    pub fn chart(&self, name: &str, template: &str) {
        self.write(&format!("{name}/Chart.yaml"), &format!("apiVersion: v2\nname: {name}\nversion: 0.1.0\n"));
        self.write(&format!("{name}/templates/all.yaml"), template);
    }

    /// Runs a script that must end so; what it said.
    pub fn ends(&self, exit: i32, script: &str) -> String {
        self.stand.ends(exit, &self.on_cluster(script)).unwrap()
    }

    /// Runs a script.
    pub fn run(&self, script: &str) -> Ended {
        self.stand.run(&self.on_cluster(script)).unwrap()
    }

    fn on_cluster(&self, script: &str) -> String {
        let access = self.cluster.access();
        let (kubeconfig, path) = (access.kubeconfig(), access.path(self.helm));
        format!("export KUBECONFIG={} PATH={}:$PATH\n{script}", kubeconfig.display(), path.display())
    }

    /// What `kubectl` prints, in the namespace.
    pub fn kubectl(&self, arguments: &[&str], stdin: &str) -> String {
        self.cluster.kubectl(&[arguments, &["--namespace", &self.namespace]].concat(), stdin).unwrap()
    }

    /// Helm by somebody else's hand; an error is what it says when it fails.
    pub fn helm(&self, arguments: &[&str]) -> Result<String, String> {
        self.helm_of(self.helm, arguments)
    }

    /// The same with a Helm that is not the plan's.
    pub fn helm_of(&self, helm: Helm, arguments: &[&str]) -> Result<String, String> {
        let mut helm = self.cluster.access().helm(helm);
        helm.args(arguments).args(["--namespace", &self.namespace]).stdin(Stdio::null());
        let output = helm.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// The portal's revisions.
    pub fn history(&self) -> Vec<(u64, String, String)> {
        self.history_of("portal")
    }

    /// The revisions of a release: number, status and chart, the oldest first.
    pub fn history_of(&self, release: &str) -> Vec<(u64, String, String)> {
        let Ok(told) = self.helm(&["history", release, "--max", "100000", "--output", "json"]) else {
            return Vec::new();
        };
        let told: Vec<Value> = serde_json::from_str(&told).unwrap();
        let text = |one: &Value, key: &str| one.get(key).and_then(Value::as_str).unwrap().to_owned();
        let number = |one: &Value| one.get("revision").and_then(Value::as_u64).unwrap();
        told.iter().map(|one| (number(one), text(one, "status"), text(one, "chart"))).collect()
    }

    /// The last revision.
    pub fn last(&self) -> Option<(u64, String, String)> {
        self.history().pop()
    }

    /// A part of an object; empty where it is not there.
    pub fn get(&self, object: &str, path: &str) -> String {
        self.kubectl(&["get", object, "--ignore-not-found", "-o", &format!("jsonpath={{{path}}}")], "")
    }

    /// All objects of the namespace but Helm's records.
    pub fn picture(&self) -> BTreeMap<String, String> {
        let lamps = self.kubectl(&["get", "crd/lamps.portal.example", "--ignore-not-found", "-o", "name"], "");
        // Only the portal's charts define them.
        let kinds = if lamps.is_empty() { KINDS.to_owned() } else { format!("{KINDS},lamps.portal.example") };
        let told = self.kubectl(&["get", &kinds, "--show-managed-fields", "-o", "json"], "");
        let told: Value = serde_json::from_str(&told).unwrap();
        let items = told.get("items").and_then(Value::as_array).unwrap();
        let objects = items.iter().map(|item| Object::new(item.clone()).unwrap());
        let objects = objects.filter(|object| !object.name().starts_with("sh.helm.release."));
        let of = |object: Object| {
            (object.full_name().to_string(), Normal::of(&object).digest(&MaskKey::new([7; 32])).to_string())
        };
        objects.map(of).collect()
    }

    /// The cluster.
    pub fn cluster(&self) -> &'static Cluster {
        self.cluster
    }

    /// All objects of the namespace, of all kinds that the cluster has, Helm's records among them; but not what tells of
    /// others and is kept by controllers as they please.
    pub fn all(&self) -> Vec<Object> {
        const OF_OTHERS: [&str; 4] = ["events", "events.events.k8s.io", "endpoints", "endpointslices.discovery.k8s.io"];
        const TRIES: usize = 20;
        let get = || {
            let kinds = ["api-resources", "--namespaced", "--verbs=list", "--output=name"];
            let kinds = self.cluster.kubectl(&kinds, "")?;
            let kinds: Vec<&str> = kinds.lines().filter(|kind| !OF_OTHERS.contains(kind)).collect();
            self.cluster.kubectl(&["get", &kinds.join(","), "-o", "json", "--namespace", &self.namespace], "")
        };
        // A kind that another test had defined may be gone by now.
        let told = (0..TRIES).find_map(|_| get().ok()).unwrap();
        let told: Value = serde_json::from_str(&told).unwrap();
        told.get("items")
            .and_then(Value::as_array)
            .unwrap()
            .iter()
            .map(|item| Object::new(item.clone()).unwrap())
            .collect()
    }

    /// At which change each of them is, when nobody changes one any more.
    pub fn settled(&self) -> BTreeMap<String, String> {
        const PAUSE: std::time::Duration = std::time::Duration::from_secs(1);
        let versions = || -> BTreeMap<String, String> {
            let of = |object: &Object| object.text("/metadata/resourceVersion").unwrap_or_default().to_owned();
            self.all().iter().map(|object| (object.full_name().to_string(), of(object))).collect()
        };
        let mut last = versions();
        loop {
            std::thread::sleep(PAUSE);
            let now = versions();
            if now == last {
                return now;
            }
            last = now;
        }
    }

    /// At which change each object is, Helm's records among them.
    pub fn versions(&self) -> String {
        let path = "{range .items[*]}{.kind}/{.metadata.name} {.metadata.resourceVersion}\n{end}";
        self.kubectl(&["get", KINDS, "-o", &format!("jsonpath={path}")], "")
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Whether all of it was said, however lines are wrapped.
pub fn has(said: &str, parts: &[&str]) {
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in parts {
        let part = part.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(&part), "`{part}` is not in:\n{said}");
    }
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
