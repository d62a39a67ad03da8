//! A real Kubernetes on loopback, without root or containers: etcd, the API server, its controllers, the scheduler, and
//! KWOK, which makes the pods of simulated nodes ready.
//!
//! What is not there: containers, images, a network between pods, logs and `exec`. A pod is ready when a stage of KWOK
//! says so; a check that must reach a real service talks to a real process of the test.

mod api_server;
mod node;
mod pki;
mod process;
mod programs;
mod record;

pub use programs::Programs;

use api_server::ApiServer;
use process::{Lifetime, Processes};
use record::Record;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// A port that was free may be another's a moment later.
const TRIES: usize = 3;
/// From the first process to an API server that is ready takes 3 s on two quiet cores.
const READY_WITHIN: Duration = Duration::from_secs(90);
const LOOK: Duration = Duration::from_millis(100);

/// A cluster that runs.
pub struct Cluster {
    folder: PathBuf,
    programs: Programs,
    processes: Processes,
    api_server: ApiServer,
}

impl Cluster {
    /// Starts one in a folder, which is made anew; it ends when this value is dropped, or its process dies.
    pub fn start(programs: &Programs, folder: &Path) -> Result<Self, String> {
        Self::tried(programs, folder, Lifetime::Ours)
    }

    /// Starts one that goes on after this process; [`down`] ends it.
    pub fn detached(programs: &Programs, folder: &Path) -> Result<(), String> {
        let mut cluster = Self::tried(programs, folder, Lifetime::Detached)?;
        Record::of(&cluster.processes).write(folder)?;
        cluster.processes.keep();
        Ok(())
    }

    fn tried(programs: &Programs, folder: &Path, lifetime: Lifetime) -> Result<Self, String> {
        let mut last = String::new();
        for _ in 0..TRIES {
            match Self::once(programs, folder, lifetime) {
                Ok(cluster) => return Ok(cluster),
                Err(why) => last = why,
            }
        }
        Err(last)
    }

    fn once(programs: &Programs, folder: &Path, lifetime: Lifetime) -> Result<Self, String> {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).map_err(|error| format!("`{}` can't be made: {error}", folder.display()))?;
        let folder = folder.canonicalize().map_err(|error| error.to_string())?;
        let etcd = free_port()?;
        let api_server = ApiServer::new(&folder, free_port()?, etcd);
        pki::write(&folder.join("pki"))?;
        api_server.write_kubeconfig(&folder)?;
        let processes = Processes::new(&folder, lifetime);
        let mut cluster = Self { folder, programs: programs.clone(), processes, api_server };
        cluster.start_all(etcd)?;
        Ok(cluster)
    }

    fn start_all(&mut self, etcd: u16) -> Result<(), String> {
        let peers = format!("http://127.0.0.1:{}", free_port()?);
        let clients = format!("http://127.0.0.1:{etcd}");
        self.begin(
            "etcd",
            &[
                "--data-dir=etcd".into(),
                format!("--listen-client-urls={clients}"),
                format!("--advertise-client-urls={clients}"),
                format!("--listen-peer-urls={peers}"),
                format!("--initial-advertise-peer-urls={peers}"),
                format!("--initial-cluster=default={peers}"),
                // A test that is cut off by a power loss is run again.
                "--unsafe-no-fsync".into(),
            ],
        )?;
        self.start_api_server()?;
        self.begin(
            "kube-controller-manager",
            &[
                "--kubeconfig=kubeconfig".into(),
                "--authentication-kubeconfig=kubeconfig".into(),
                "--authorization-kubeconfig=kubeconfig".into(),
                "--bind-address=127.0.0.1".into(),
                "--secure-port=0".into(),
                "--leader-elect=false".into(),
                "--service-account-private-key-file=pki/accounts.key".into(),
                "--root-ca-file=pki/ca.crt".into(),
            ],
        )?;
        self.begin(
            "kube-scheduler",
            &[
                "--kubeconfig=kubeconfig".into(),
                "--authentication-kubeconfig=kubeconfig".into(),
                "--authorization-kubeconfig=kubeconfig".into(),
                "--bind-address=127.0.0.1".into(),
                "--secure-port=0".into(),
                "--leader-elect=false".into(),
            ],
        )?;
        let stages = self.programs.get("stages.yaml")?;
        self.begin(
            "kwok",
            &[
                "--kubeconfig=kubeconfig".into(),
                "--manage-all-nodes=true".into(),
                format!("--config={}", stages.display()),
                "--node-ip=127.0.0.1".into(),
            ],
        )?;
        node::add(self)
    }

    fn begin(&mut self, name: &str, arguments: &[String]) -> Result<(), String> {
        self.processes.start(name, &self.programs.get(name)?, arguments)
    }

    /// Starts the API server, for the first time or again after [`Cluster::kill_api_server`], and waits until it is ready.
    pub fn start_api_server(&mut self) -> Result<(), String> {
        let arguments = self.api_server.arguments();
        self.begin(ApiServer::NAME, &arguments)?;
        self.ready(READY_WITHIN)
    }

    /// Kills the API server; what it holds lies in etcd.
    pub fn kill_api_server(&mut self) -> Result<(), String> {
        self.processes.kill(ApiServer::NAME)
    }

    /// Stops the API server as `SIGSTOP` does: it takes connections and does not answer.
    pub fn hang_api_server(&self) -> Result<(), String> {
        self.processes.signal(ApiServer::NAME, rustix::process::Signal::STOP)
    }

    /// Lets the API server go on after [`Cluster::hang_api_server`].
    pub fn wake_api_server(&self) -> Result<(), String> {
        self.processes.signal(ApiServer::NAME, rustix::process::Signal::CONT)
    }

    fn ready(&self, within: Duration) -> Result<(), String> {
        let deadline = Instant::now() + within;
        loop {
            if let Some(ended) = self.processes.ended() {
                return Err(format!("{ended}\n{}", self.processes.last_words(&ended)));
            }
            let looked = self.kubectl()?.args(["get", "--raw", "/readyz"]).output();
            match looked {
                Ok(output) if output.status.success() => return Ok(()),
                Err(error) => return Err(format!("kubectl can't be started: {error}")),
                Ok(_) if Instant::now() > deadline => return Err("the API server is not ready".to_owned()),
                Ok(_) => std::thread::sleep(LOOK),
            }
        }
    }

    /// `kubectl` on this cluster.
    pub fn kubectl(&self) -> Result<Command, String> {
        let mut command = Command::new(self.programs.get("kubectl")?);
        command.env("KUBECONFIG", self.kubeconfig());
        Ok(command)
    }

    /// The file that tells clients how to reach it, as its administrator.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.join("kubeconfig")
    }

    /// The log in which the API server writes every request, a line of JSON each.
    pub fn audit_log(&self) -> PathBuf {
        self.folder.join("audit.log")
    }

    /// The programs that it was started with.
    pub fn programs(&self) -> &Programs {
        &self.programs
    }
}

/// Ends a detached cluster; whether there was one.
pub fn down(folder: &Path) -> Result<bool, String> {
    let Some(record) = Record::read(folder)? else { return Ok(false) };
    record.end()?;
    fs::remove_dir_all(folder).map_err(|error| format!("`{}` can't be removed: {error}", folder.display()))?;
    Ok(true)
}

/// The processes of a detached cluster, each with whether it runs; none when there is no cluster.
pub fn status(folder: &Path) -> Result<Vec<(String, bool)>, String> {
    Ok(Record::read(folder)?.map(|record| record.running()).unwrap_or_default())
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| format!("no port is free: {error}"))?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}
