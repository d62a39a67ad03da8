//! `helm rollback`.

use super::shared::Shared;
use crate::world::helm::fault::HelmFault;
use crate::world::helm::program::{Generation, Helm};

/// A new revision that is an older one again.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rollback {
    /// Which release, and how.
    pub shared: Shared,
    /// The older one. It is always named: without, Helm takes the one before the last, whatever that is.
    pub revision: u32,
}

impl Rollback {
    /// The arguments.
    pub fn arguments(&self, helm: &Helm) -> Result<Vec<String>, HelmFault> {
        let mut arguments = self.shared.begin("rollback", &[&self.revision.to_string()])?;
        if self.shared.forces_conflicts && helm.generation == Generation::Four {
            arguments.push("--force-conflicts".to_owned());
        }
        arguments.extend(self.shared.history_and_waits(helm.generation));
        Ok(arguments)
    }
}
