//! What a chart would make of a release, by a dry run of Helm itself.

use super::rendered::Rendered;
use crate::world::cluster::Cluster;
use crate::world::helm::command::Upgrade;
use crate::world::helm::fault::{HelmFault, HelmFaultKind};
use crate::world::helm::program::{Generation, Helm, Home, Question, ask};
use crate::world::helm::release::{Apply, Chart, Release};
use std::path::Path;
use std::time::Duration;

/// Large charts take seconds, and an API server that is replaced is away for half a minute.
const PATIENCE: Duration = Duration::from_mins(3);
/// The manifests of the largest charts have some ten megabytes, and the chart itself comes with them.
const MOST: usize = 256 << 20;
/// What Helm says where a template is of a kind that the cluster does not know.
const UNKNOWN_KIND: &str = "no matches for kind";

impl Helm {
    /// What an upgrade, or an install, would make. `folder` is where it runs; texts of values are put there.
    ///
    /// The server is asked, so that `lookup` and the cluster's versions are what they will be. A chart that brings
    /// definitions and objects of them can't be rendered so before the first install; it is then rendered alone, with the
    /// versions of the cluster, and the result says so.
    pub async fn render(
        &self,
        home: &Home,
        cluster: &Cluster,
        upgrade: &Upgrade,
        folder: &Path,
    ) -> Result<Rendered, HelmFault> {
        let told = self.ask(home, upgrade.dry_run(self, folder)?, folder).await;
        match told {
            Ok(told) => self.read(home, upgrade, folder, &told).await,
            Err(fault) if upgrade.install && is_unknown_kind(&fault) => {
                let alone = self.render_alone(home, cluster, upgrade, folder).await?;
                // Then it is not for the chart to define it.
                if alone.definitions.is_empty() { Err(fault) } else { Ok(alone) }
            }
            Err(fault) => Err(fault),
        }
    }

    async fn read(&self, home: &Home, upgrade: &Upgrade, folder: &Path, told: &[u8]) -> Result<Rendered, HelmFault> {
        let begin = told.iter().position(|byte| *byte == b'{').unwrap_or(told.len());
        let release = Release::read(told.get(begin..).unwrap_or_default()).map_err(|why| strange(&why))?;
        let mut rendered = Rendered::of(&release)?;
        if release.chart.has_parts {
            // Those of the charts in it are not told by a dry run.
            let definitions = self.show(home, "crds", &upgrade.chart, folder).await?;
            rendered.definitions = Rendered::of_text("", release.chart, &definitions, release.apply)?.definitions;
        }
        rendered.apply = self.apply(rendered.apply);
        Ok(rendered)
    }

    /// Helm 3 knows only its own way, whatever a record says.
    pub fn apply(&self, recorded: Apply) -> Apply {
        if self.generation == Generation::Three { Apply::ClientSide } else { recorded }
    }

    async fn render_alone(
        &self,
        home: &Home,
        cluster: &Cluster,
        upgrade: &Upgrade,
        folder: &Path,
    ) -> Result<Rendered, HelmFault> {
        let mut arguments = upgrade.template(folder)?;
        arguments.extend(["--kube-version".to_owned(), cluster.version().to_owned()]);
        arguments.extend(["--api-versions".to_owned(), api_versions(cluster).await?]);
        let text = self.ask(home, arguments, folder).await?;
        let chart = self.show(home, "chart", &upgrade.chart, folder).await?;
        let chart = Chart::of_yaml(&chart).ok_or_else(|| strange("`Chart.yaml` can't be read"))?;
        let definitions = self.show(home, "crds", &upgrade.chart, folder).await?;
        let apply = self.apply(Apply::ServerSide);
        Rendered::of_text(&String::from_utf8_lossy(&text), chart, &definitions, apply)
    }

    /// Part of a chart, as Helm shows it: `chart`, `crds`, `values`.
    async fn show(&self, home: &Home, part: &str, chart: &Path, folder: &Path) -> Result<String, HelmFault> {
        let chart = std::path::absolute(chart).map_err(HelmFault::file("find", chart))?;
        let arguments = vec!["show".to_owned(), part.to_owned(), chart.to_string_lossy().into_owned()];
        let text = self.ask(home, arguments, folder).await?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Which chart is in a folder or an archive. Only an archive is worth a start of Helm.
    pub async fn chart(&self, home: &Home, chart: &Path) -> Result<Chart, HelmFault> {
        let text = if chart.is_dir() {
            let file = chart.join("Chart.yaml");
            std::fs::read_to_string(&file).map_err(HelmFault::file("read", &file))?
        } else {
            self.show(home, "chart", chart, home.folder()).await?
        };
        Chart::of_yaml(&text).ok_or_else(|| strange("`Chart.yaml` can't be read"))
    }

    pub(super) async fn ask(&self, home: &Home, args: Vec<String>, cwd: &Path) -> Result<Vec<u8>, HelmFault> {
        let environment = &home.variables();
        ask(Question { program: &self.path, args, cwd, environment, within: PATIENCE, most: MOST }).await
    }
}

fn is_unknown_kind(fault: &HelmFault) -> bool {
    fault.kind == HelmFaultKind::Refused && fault.said.iter().any(|line| line.contains(UNKNOWN_KIND))
}

fn strange(why: &str) -> HelmFault {
    HelmFault::new(HelmFaultKind::Refused, format!("what Helm says can't be read: {why}"))
}

/// `apps/v1,apps/v1/Deployment`: what a template asks for with `.Capabilities.APIVersions.Has`.
async fn api_versions(cluster: &Cluster) -> Result<String, HelmFault> {
    let kinds = cluster.kinds().await?;
    let each = kinds.all().iter().flat_map(|kind| {
        let version = kind.api_version();
        [version.clone(), format!("{version}/{}", kind.kind)]
    });
    let mut each: Vec<_> = each.collect();
    each.sort();
    each.dedup();
    Ok(each.join(","))
}
