//! `helm uninstall`.

use super::shared::Shared;
use crate::world::helm::fault::HelmFault;
use crate::world::helm::program::Helm;

/// Takes a release away.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Uninstall {
    /// Which release, and how.
    pub shared: Shared,
    /// Whether its records stay, so that a rollback can bring it back.
    pub keeps_history: bool,
}

impl Uninstall {
    /// The arguments.
    pub fn arguments(&self, helm: &Helm) -> Result<Vec<String>, HelmFault> {
        let mut arguments = self.shared.begin("uninstall", &[])?;
        if self.keeps_history {
            arguments.push("--keep-history".to_owned());
        }
        arguments.extend(self.shared.limit_and_waits(helm.generation));
        Ok(arguments)
    }
}
