//! The simulated node on which pods run.

use super::Cluster;
use std::io::Write;
use std::process::Stdio;

const NODE: &str = r#"
apiVersion: v1
kind: Node
metadata:
  name: node-1
  labels: {kubernetes.io/hostname: node-1, type: kwok}
  annotations: {kwok.x-k8s.io/node: fake}
status:
  allocatable: {cpu: "64", memory: 256Gi, pods: "5000"}
  capacity: {cpu: "64", memory: 256Gi, pods: "5000"}
"#;

pub(super) fn add(cluster: &Cluster) -> Result<(), String> {
    let mut kubectl = cluster.kubectl()?;
    kubectl.args(["create", "-f", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = kubectl.spawn().map_err(|error| format!("kubectl can't be started: {error}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(NODE.as_bytes()).map_err(|error| error.to_string())?;
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
