//! A project whose target is a namespace of the test cluster.

use serde_json::Value;
use std::collections::BTreeMap;
use switchback::world::cluster::{MaskKey, Normal, Object};
use switchback_tests::cluster::{Cluster, Helm};
use switchback_tests::stand::{Ended, Stand};
use switchback_tests::terminal::Terminal;

/// Runs the plan `p.plan.kdl` without asking.
pub const RUN: &str = "switchback run p.plan.kdl --yes";
/// Takes the run back without asking.
pub const UNDO: &str = "switchback undo --yes";
/// Forgets all runs. The target's home stays the same one: who has lost that has lost its Lease with it.
pub const FORGET: &str = "rm -rf .switchback; find site/.switchback -mindepth 1 ! -name id -delete";

/// The project, and its namespace.
pub struct Stage {
    stand: Stand,
    cluster: &'static Cluster,
    pub namespace: String,
}

/// Kinds whose objects a picture has.
const KINDS: &str = "configmaps,secrets,services,deployments,jobs";

impl Stage {
    /// A plan's steps, and files of the project.
    pub fn new(cluster: &'static Cluster, begin: &str, steps: &str, files: &[(&str, &str)]) -> Self {
        let namespace = cluster.namespace(begin).unwrap();
        Self::at(cluster, namespace, steps, files)
    }

    /// Another project on the same target, as on another machine.
    pub fn beside(&self, steps: &str) -> Self {
        Self::at(self.cluster, self.namespace.clone(), steps, &[])
    }

    /// The Lease lies in the namespace of the test, and goes with it.
    fn at(cluster: &'static Cluster, namespace: String, steps: &str, files: &[(&str, &str)]) -> Self {
        let kube = format!("kube namespace=\"{namespace}\" lease=\"{namespace}\"");
        let project = format!("language 1\ntarget \"test\" {{ {kube}; directory \"./site\" }}\n");
        let stand = Stand::new(&format!("plan \"p\"\n{steps}\n"), files).unwrap();
        stand.write("switchback.kdl", &project).unwrap();
        Self { stand, cluster, namespace }
    }

    /// Writes a file of the project.
    pub fn write(&self, path: &str, text: &str) {
        self.stand.write(path, text).unwrap();
    }

    /// Reads a file of the project; empty when there is none.
    pub fn read(&self, path: &str) -> String {
        self.stand.read(path)
    }

    /// Runs a script that must end so; what it said.
    pub fn ends(&self, exit: i32, script: &str) -> String {
        self.stand.ends(exit, &self.on_cluster(script)).unwrap()
    }

    /// Runs a script.
    pub fn run(&self, script: &str) -> Ended {
        self.stand.run(&self.on_cluster(script)).unwrap()
    }

    /// Runs a script with a person at its terminal.
    pub fn asked(&self, script: &str) -> Terminal {
        self.stand.asked(&self.on_cluster(script)).unwrap()
    }

    fn on_cluster(&self, script: &str) -> String {
        let access = self.cluster.access();
        let (config, path) = (access.kubeconfig(), access.path(Helm::Four));
        format!("export KUBECONFIG={} PATH={}:$PATH\n{script}", config.display(), path.display())
    }

    /// The cluster.
    pub fn cluster(&self) -> &'static Cluster {
        self.cluster
    }

    /// What `kubectl` prints, in the namespace.
    pub fn kubectl(&self, arguments: &[&str], stdin: &str) -> String {
        self.cluster.kubectl(&[arguments, &["--namespace", &self.namespace]].concat(), stdin).unwrap()
    }

    /// Applies a manifest as somebody else does.
    pub fn given(&self, manifest: &str) {
        self.kubectl(&["apply", "--server-side", "--field-manager=somebody", "-f", "-"], manifest);
    }

    /// A part of an object; empty where it is not there.
    pub fn get(&self, object: &str, path: &str) -> String {
        self.kubectl(&["get", object, "--ignore-not-found", "-o", &format!("jsonpath={{{path}}}")], "")
    }

    /// All objects of the namespace: what each is, and who owns what of it.
    pub fn picture(&self) -> BTreeMap<String, (String, String)> {
        let told = self.kubectl(&["get", KINDS, "--show-managed-fields", "-o", "json"], "");
        let told: Value = serde_json::from_str(&told).unwrap();
        let objects =
            told.get("items").and_then(Value::as_array).unwrap().iter().map(|item| Object::new(item.clone()).unwrap());
        let of = |object: Object| {
            let digest = Normal::of(&object).digest(&MaskKey::new([7; 32])).to_string();
            let owners = object.get("/metadata/managedFields").and_then(Value::as_array).cloned().unwrap_or_default();
            let owners = owners.into_iter().filter(|entry| entry.get("subresource").is_none()).map(|mut entry| {
                entry.as_object_mut().unwrap().remove("time");
                entry.to_string()
            });
            let mut owners: Vec<String> = owners.collect();
            owners.sort();
            (object.full_name().to_string(), (digest, owners.concat()))
        };
        objects.map(of).collect()
    }

    /// At which change each object is.
    pub fn versions(&self) -> String {
        let path = "{range .items[*]}{.kind}/{.metadata.name} {.metadata.resourceVersion}\n{end}";
        self.kubectl(&["get", KINDS, "-o", &format!("jsonpath={path}")], "")
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

/// A `ConfigMap` of one value.
pub fn map(name: &str, value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  value: \"{value}\"\n")
}

/// A Deployment of two pods; the annotations are those of its pods.
pub fn deployment(name: &str, image: &str, annotations: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  replicas: 2\n  selector:\n    \
         matchLabels: {{ app: {name} }}\n  template:\n    metadata:\n      labels: {{ app: {name} }}\n      \
         annotations: {{ {annotations} }}\n    spec:\n      containers:\n        - {{ name: main, image: \"{image}\" }}\n"
    )
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
