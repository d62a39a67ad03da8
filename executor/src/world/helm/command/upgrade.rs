//! `helm upgrade`, which installs as well.

use super::shared::Shared;
use super::values::{Former, Values};
use crate::world::helm::fault::HelmFault;
use crate::world::helm::program::{Generation, Helm};
use std::path::{Path, PathBuf};

/// A new revision of a release from a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Upgrade {
    /// Which release, and how.
    pub shared: Shared,
    /// The chart's folder or archive.
    pub chart: PathBuf,
    /// What it is given.
    pub values: Values,
    /// Whether a release that is not there is installed; else it is an error.
    pub install: bool,
    /// Whether objects of nobody, or of another release, become the release's.
    pub takes_ownership: bool,
    /// What the record says of it when it is done.
    pub description: Option<String>,
}

impl Upgrade {
    /// The arguments; `folder` is where Helm must run, and gets what it is to read.
    pub fn arguments(&self, helm: &Helm, folder: &Path) -> Result<Vec<String>, HelmFault> {
        let mut arguments = self.begin(folder)?;
        if self.takes_ownership {
            arguments.push("--take-ownership".to_owned());
        }
        if let Some(description) = &self.description {
            arguments.extend(["--description".to_owned(), description.clone()]);
        }
        if helm.version.is_newer() {
            // A chart's notes tell passwords at times, and what Helm says goes to a log.
            arguments.push("--hide-notes".to_owned());
        }
        if self.shared.forces_conflicts && helm.generation == Generation::Four {
            arguments.push("--force-conflicts".to_owned());
        }
        arguments.extend(self.shared.history_and_waits(helm.generation));
        Ok(arguments)
    }

    /// The arguments for a dry run that tells all of the revision that would be made. To whom objects belong is looked at
    /// by us, so Helm is told not to refuse to render for that; and it need not read the schemas of all kinds, which takes
    /// longer than all else, since the server itself is asked for each object.
    pub fn dry_run(&self, helm: &Helm, folder: &Path) -> Result<Vec<String>, HelmFault> {
        let mut arguments = self.begin(folder)?;
        if helm.version.is_newer() {
            arguments.push("--take-ownership".to_owned());
        }
        arguments.extend(["--disable-openapi-validation", "--dry-run=server", "--output=json"].map(str::to_owned));
        Ok(arguments)
    }

    /// The arguments to render the chart without a cluster.
    pub fn template(&self, folder: &Path) -> Result<Vec<String>, HelmFault> {
        let chart = self.chart()?;
        let mut arguments = self.shared.begin("template", &[&chart])?;
        let values = Values { former: Former::AsHelm, ..self.values.clone() };
        arguments.extend(values.arguments(folder)?);
        Ok(arguments)
    }

    fn chart(&self) -> Result<String, HelmFault> {
        let chart = std::path::absolute(&self.chart).map_err(HelmFault::file("find", &self.chart))?;
        Ok(chart.to_string_lossy().into_owned())
    }

    fn begin(&self, folder: &Path) -> Result<Vec<String>, HelmFault> {
        let mut arguments = self.shared.begin("upgrade", &[&self.chart()?])?;
        if self.install {
            arguments.push("--install".to_owned());
        }
        arguments.extend(self.values.arguments(folder)?);
        Ok(arguments)
    }
}
