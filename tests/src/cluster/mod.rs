//! A real Kubernetes on loopback, without root or containers: etcd, the API server, its controllers, the scheduler, and
//! KWOK, which makes the pods of a simulated node ready.
//!
//! What is not there: containers, images, a network between pods, logs and `exec`. A pod is ready when a stage of KWOK
//! says so (`tests/stages/`); a check that must reach a real service talks to a real process of the test.

mod access;
mod api_server;
mod cache;
mod components;
mod faults;
mod pki;
mod place;
mod port;
mod process;
mod programs;
mod record;
mod running;
mod spawner;
mod stages;
mod start;
mod status;

pub use access::{Access, Helm};
pub use api_server::Certificate;
pub use cache::cache;
pub use programs::Programs;
pub use running::Cluster;
pub use status::{Status, down, status, up};
