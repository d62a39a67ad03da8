//! How a cluster comes up.

use super::access::Access;
use super::api_server::{ApiServer, Certificate};
use super::components;
use super::process::{Lifetime, Processes};
use super::programs::Programs;
use super::running::Cluster;
use super::{pki, place, port, stages};
use std::path::Path;

/// How often ports are drawn anew, because one that was free was taken meanwhile.
const TRIES: usize = 3;
const TAKEN: &str = "address already in use";

/// The simulated node on which pods run.
const NODE: &str = r#"
apiVersion: v1
kind: Node
metadata:
  name: node-1
  labels: {kubernetes.io/hostname: node-1, kubernetes.io/os: linux}
status:
  allocatable: {cpu: "64", memory: 256Gi, pods: "5000"}
  capacity: {cpu: "64", memory: 256Gi, pods: "5000"}
"#;

impl Cluster {
    /// Starts one with these programs.
    pub fn start(programs: &Programs) -> Result<Self, String> {
        tried(programs, &place::own()?, Lifetime::Ours)
    }

    /// Starts one that goes on after this process; [`super::down`] ends it.
    pub fn detached(programs: &Programs, name: &str) -> Result<Access, String> {
        let Self { access, processes, .. } = tried(programs, &place::named(name)?, Lifetime::Detached)?;
        processes.release()?;
        Ok(access)
    }
}

fn tried(programs: &Programs, folder: &Path, lifetime: Lifetime) -> Result<Cluster, String> {
    let mut last = String::new();
    for _ in 0..TRIES {
        match once(programs, folder, lifetime) {
            Err(why) if why.contains(TAKEN) => last = why,
            other => return other,
        }
    }
    Err(last)
}

fn once(programs: &Programs, folder: &Path, lifetime: Lifetime) -> Result<Cluster, String> {
    let record = place::claim(folder)?;
    let processes = Processes::new(folder, record, lifetime);
    let etcd = port::free()?;
    let api_server = ApiServer::new(port::free()?, etcd);
    let authority = pki::write(&folder.join("pki"))?;
    api_server.write_files(folder, &authority)?;
    stages::write(folder)?;
    let (access, kubelet) = (Access::begin(folder, programs)?, port::free()?);
    let mut cluster = Cluster { access, api_server, processes, kubelet };
    cluster.start_one(components::etcd(etcd, port::free()?))?;
    cluster.serve(Certificate::Own)?;
    cluster.control()?;
    cluster.kubectl(&["create", "--filename", "-"], NODE)?;
    cluster.wait("the node", &["wait", "--for=condition=Ready", "node/node-1", "--timeout=1s"])?;
    // No pod is taken before.
    cluster.wait("the service account", &["get", "serviceaccount", "default"])?;
    Ok(cluster)
}
