//! From a plan's path to a run: inputs, the site, the bundle, the checks before a run may begin.

mod connect;
mod execute;
mod further;
mod give_up;
mod inputs;
mod kube_key;
mod lease;
mod marks;
mod needed;
mod on_top;
mod open;
mod refused;

pub use connect::cluster;
pub use execute::{Execute, Executed, execute};
pub use further::{GoOn, Loaded, found_secrets, go_on, held_until, secrets, works_on};
pub use inputs::{InputError, Resolved, Sources, resolve};
pub use marks::{in_the_way, tidy};
pub use on_top::on_top;
pub use open::{Opened, directory, looking, touches, writing};
pub use refused::Refused;
