//! What may happen to a cluster's API server. A cluster that others use as well must not be treated so.

use super::api_server::{ApiServer, Certificate};
use super::components;
use super::running::Cluster;
use rustix::process::Signal;

impl Cluster {
    /// Kills the API server; connections are refused from then on. What it holds lies in etcd.
    pub fn kill_api_server(&mut self) -> Result<(), String> {
        self.processes.kill(ApiServer::NAME)
    }

    /// Starts the API server on the same port as before, and waits until it is ready.
    ///
    /// Who lost it waits up to half a minute before it asks again. So that a test need not, the controllers begin anew;
    /// not where they would refuse the certificate.
    pub fn start_api_server(&mut self, certificate: Certificate) -> Result<(), String> {
        self.serve(certificate)?;
        if certificate == Certificate::Foreign {
            return Ok(());
        }
        components::controllers().iter().try_for_each(|(name, _)| self.processes.kill(name))?;
        self.control()
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
