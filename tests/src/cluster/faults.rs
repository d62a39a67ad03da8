//! What may happen to a cluster's API server. A cluster that others use as well must not be treated so.

use super::api_server::{ApiServer, Certificate};
use super::running::Cluster;
use rustix::process::Signal;

impl Cluster {
    /// Kills the API server; connections are refused from then on. What it holds lies in etcd.
    pub fn kill_api_server(&mut self) -> Result<(), String> {
        self.processes.kill(ApiServer::NAME)
    }

    /// Starts the API server on the same port as before, and waits until it is ready.
    pub fn start_api_server(&mut self, certificate: Certificate) -> Result<(), String> {
        let arguments = self.api_server.arguments(certificate);
        self.start_one((ApiServer::NAME, arguments))?;
        self.wait("the API server", &["get", "--raw", "/readyz", "--insecure-skip-tls-verify"])
    }

    /// Stops the API server as `SIGSTOP` does: it takes connections and does not answer.
    pub fn hang_api_server(&mut self) -> Result<(), String> {
        self.processes.signal(ApiServer::NAME, Signal::STOP)
    }

    /// Lets the API server go on after [`Cluster::hang_api_server`].
    pub fn wake_api_server(&mut self) -> Result<(), String> {
        self.processes.signal(ApiServer::NAME, Signal::CONT)
    }
}
