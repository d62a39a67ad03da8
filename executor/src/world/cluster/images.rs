//! Images of containers: which ones an object's pods need, and which are on a node already.

use super::client::Cluster;
use super::object::Object;
use serde_json::Value;
use std::collections::BTreeSet;

/// As many nodes are asked: one that has an image is enough, and large clusters have thousands.
const NODES: u32 = 100;
/// Where lists of containers stand in what describes pods.
const CONTAINERS: [&str; 2] = ["containers", "initContainers"];
/// Where descriptions of pods stand in objects: in Pods, in what makes them, in a `CronJob`.
const SPECS: [&str; 3] = ["/spec", "/spec/template/spec", "/spec/jobTemplate/spec/template/spec"];

/// The images of an object's pods.
pub fn images(object: &Object) -> BTreeSet<String> {
    let specs = SPECS.iter().filter_map(|place| object.get(place));
    let lists = specs.flat_map(|spec| CONTAINERS.iter().filter_map(|key| spec.get(*key)?.as_array()));
    lists.flatten().filter_map(|container| container.get("image")?.as_str()).map(str::to_owned).collect()
}

impl Cluster {
    /// Images that nodes tell to have, by their full names. A node tells only some of those that it has; who may not look
    /// at nodes sees none.
    pub async fn images_on_nodes(&self) -> BTreeSet<String> {
        let Ok(kind) = self.kind("", "Node").await else { return BTreeSet::new() };
        let nodes = self.first_page(&kind, None, NODES).await;
        let told = nodes.iter().filter_map(|(_, node)| node.get("/status/images")?.as_array()).flatten();
        let names = told.filter_map(|image| image.get("names")?.as_array()).flatten();
        names.filter_map(Value::as_str).map(full_name).collect()
    }
}

/// `nginx` is `docker.io/library/nginx:latest`; a digest says more than the tag beside it. Source: the reference grammar of
/// the distribution project.
pub fn full_name(written: &str) -> String {
    let (name, digest) = written.split_once('@').map_or((written, ""), |(name, digest)| (name, digest));
    let host = name.split_once('/').map(|(host, _)| host);
    let name = match host {
        Some(host) if host == "localhost" || host.contains(['.', ':']) => name.to_owned(),
        Some(_) => format!("docker.io/{name}"),
        None => format!("docker.io/library/{name}"),
    };
    let tag = name.rsplit('/').next().and_then(|last| last.split_once(':')).map(|(_, tag)| tag);
    match (digest.is_empty(), tag) {
        (false, Some(tag)) => format!("{}@{digest}", name.strip_suffix(&format!(":{tag}")).unwrap_or(&name)),
        (false, None) => format!("{name}@{digest}"),
        (true, Some(_)) => name,
        (true, None) => format!("{name}:latest"),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_short_name_stands_for_a_full_one() {
        let all = [
            ("nginx", "docker.io/library/nginx:latest"),
            ("bitnami/nginx:1", "docker.io/bitnami/nginx:1"),
            ("localhost/a", "localhost/a:latest"),
            ("r.example:5000/a/b:2", "r.example:5000/a/b:2"),
            ("r.example:5000/a", "r.example:5000/a:latest"),
            ("a:1@sha256:ab", "docker.io/library/a@sha256:ab"),
        ];
        for (written, wanted) in all {
            assert_eq!(full_name(written), wanted);
        }
    }

    #[test]
    fn all_containers_count() {
        let pod = json!({ "containers": [{ "image": "a" }, { "image": "b" }], "initContainers": [{ "image": "c" }] });
        let of = |spec: Value| images(&Object::new(json!({ "apiVersion": "v1", "kind": "X", "spec": spec })).unwrap());
        let all: BTreeSet<String> = ["a", "b", "c"].map(str::to_owned).into();
        assert_eq!(of(pod.clone()), all);
        assert_eq!(of(json!({ "template": { "spec": pod } })), all);
        assert_eq!(of(json!({ "jobTemplate": { "spec": { "template": { "spec": pod } } } })), all);
        assert_eq!(of(json!({ "replicas": 1 })), BTreeSet::new());
    }
}
