//! A cluster that runs.

use super::access::Access;
use super::api_server::{ApiServer, Certificate};
use super::components::{self, Component};
use super::process::Processes;
use super::programs::Programs;
use std::io::Write;
use std::process::Stdio;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// From the first process to an API server that is ready takes 3 s on two quiet cores.
const READY_WITHIN: Duration = Duration::from_mins(2);
const LOOK: Duration = Duration::from_millis(50);

/// A cluster that runs until this value is dropped, or this process dies.
pub struct Cluster {
    pub(super) access: Access,
    pub(super) api_server: ApiServer,
    pub(super) processes: Processes,
    /// The port at which KWOK serves what kubelets do: the logs of containers.
    pub(super) kubelet: u16,
}

impl Cluster {
    /// The one that all tests of this process share, started by the first that asks. None where there are no programs:
    /// it is then said that the test of this name is skipped.
    pub fn shared(test: &str) -> Result<Option<&'static Self>, String> {
        static SHARED: OnceLock<Result<Cluster, String>> = OnceLock::new();
        let Some(programs) = told(test) else { return Ok(None) };
        SHARED.get_or_init(|| Self::start(&programs)).as_ref().map(Some).map_err(Clone::clone)
    }

    /// One for a test alone, which may do anything to it; none as [`Cluster::shared`] says.
    pub fn own(test: &str) -> Result<Option<Self>, String> {
        told(test).map(|programs| Self::start(&programs)).transpose()
    }

    /// How it is reached.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Makes a namespace that no other test has, whose name begins so.
    pub fn namespace(&self, begin: &str) -> Result<String, String> {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let name = format!("{begin}-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        self.make_namespace(&name)?;
        Ok(name)
    }

    /// Makes a namespace of this very name.
    pub fn make_namespace(&self, name: &str) -> Result<(), String> {
        self.kubectl(&["create", "namespace", name], "")?;
        // No pod is taken before.
        self.wait("the service account", &["get", "serviceaccount", "default", "--namespace", name])
    }

    /// What `kubectl` prints, given a text to read; an error is what it says when it fails.
    pub fn kubectl(&self, arguments: &[&str], stdin: &str) -> Result<String, String> {
        let mut kubectl = self.access.kubectl();
        kubectl.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = kubectl.spawn().map_err(|error| format!("`kubectl` can't be started: {error}"))?;
        if let Some(mut pipe) = child.stdin.take() {
            // One that reads nothing may be gone already.
            let _ = pipe.write_all(stdin.as_bytes());
        }
        let output = child.wait_with_output().map_err(|error| error.to_string())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// Starts the API server, and waits until it is ready.
    pub(super) fn serve(&mut self, certificate: Certificate) -> Result<(), String> {
        let arguments = self.api_server.arguments(certificate);
        self.start_one((ApiServer::NAME, arguments))?;
        self.wait("the API server", &["get", "--raw", "/readyz", "--insecure-skip-tls-verify"])
    }

    /// Starts all that acts on what the API server holds.
    pub(super) fn control(&mut self) -> Result<(), String> {
        components::controllers(self.kubelet).into_iter().try_for_each(|component| self.start_one(component))
    }

    pub(super) fn start_one(&mut self, (name, arguments): Component) -> Result<(), String> {
        self.processes.start(name, &self.access.programs().get(name), &arguments)
    }

    /// Waits until `kubectl` succeeds, as long as all processes run.
    pub(super) fn wait(&self, what: &str, arguments: &[&str]) -> Result<(), String> {
        let deadline = Instant::now() + READY_WITHIN;
        while let Err(why) = self.kubectl(arguments, "") {
            self.processes.all_run()?;
            if Instant::now() > deadline {
                return Err(format!("{what} is not ready after {}s: {why}", READY_WITHIN.as_secs()));
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }
}

/// The programs; where there are none, who looks at the output must see it, though the test passes.
fn told(test: &str) -> Option<Programs> {
    let programs = Programs::told();
    if programs.is_none() {
        let why = "no programs of a test cluster (SWITCHBACK_PROGRAMS, which `cargo xtask test` sets)";
        let _ = writeln!(std::io::stderr(), "skipped: {test}: {why}");
    }
    programs
}
