//! What may happen to a cluster's API server. A cluster that others use as well must not be treated so.

use super::api_server::{ApiServer, Certificate};
use super::components;
use super::running::Cluster;
use rustix::process::Signal;

impl Cluster {
    /// Kills the API server; connections are refused from then on. What it holds lies in etcd.
    pub fn kill_api_server(&mut self) -> Result<(), String> {
        // Those that had just begun would end by themselves, and the others would wait up to half a minute before they ask
        // again. So they begin anew with it.
        self.end_controllers()?;
        self.processes.kill(ApiServer::NAME)
    }

    /// Starts the API server on the same port as before, and waits until it is ready.
    pub fn start_api_server(&mut self, certificate: Certificate) -> Result<(), String> {
        self.serve(certificate)?;
        match certificate {
            Certificate::Own => self.control(),
            // They would refuse it too.
            Certificate::Foreign => Ok(()),
        }
    }

    /// Stops the API server as `SIGSTOP` does: it takes connections and does not answer.
    pub fn hang_api_server(&mut self) -> Result<(), String> {
        self.end_controllers()?;
        self.processes.signal(ApiServer::NAME, Signal::STOP)
    }

    /// Lets the API server go on after [`Cluster::hang_api_server`].
    pub fn wake_api_server(&mut self) -> Result<(), String> {
        self.processes.signal(ApiServer::NAME, Signal::CONT)?;
        self.control()
    }

    fn end_controllers(&mut self) -> Result<(), String> {
        for (name, _) in components::controllers(self.kubelet) {
            if self.processes.has(name) {
                self.processes.kill(name)?;
            }
        }
        Ok(())
    }
}
