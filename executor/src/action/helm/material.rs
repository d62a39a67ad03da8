//! What Helm is given: a home with one cluster, and the chart and the values of a call as files.

use super::{name, namespace, truth};
use crate::action::values;
use crate::site::{Fault, Scene};
use crate::world::RelPath;
use crate::world::helm::{Apply, Former, Helm, History, Home, Release, Shared, Single, Status, Upgrade, Values};
use serde_json::Value as Json;
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use switchback_compiler::plan::Call;
use tokio::sync::OnceCell;

const HOME: &str = "home";
const WORK: &str = "work";

/// Helm in a folder of its own. There are credentials and secret values in it: only its owner may look into it, and it goes
/// when the command has ended.
pub(super) struct Material {
    pub helm: Helm,
    pub home: Home,
    /// Where Helm runs.
    pub work: PathBuf,
}

impl Material {
    /// Made in a folder.
    pub async fn at(folder: &Path, scene: &Scene<'_>) -> Result<Self, Fault> {
        let helm = found().await?;
        let home = Home::prepare(&folder.join(HOME), scene.site.cluster()?.kubeconfig())?;
        let work = folder.join(WORK);
        make(&work)?;
        let work = std::path::absolute(&work).unwrap_or(work);
        Ok(Self { helm, home, work })
    }

    /// Takes away what was made in a folder, as far as it is there.
    pub fn clear(folder: &Path) -> std::io::Result<()> {
        for part in [HOME, WORK] {
            match std::fs::remove_dir_all(folder.join(part)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether the server merges what Helm sends, by the release that it goes on from or back to, or installs where there is
    /// none. Only there are conflicts, and elsewhere Helm fails when it is told what to do with them.
    pub fn server_merges(&self, release: Option<&Release>) -> bool {
        self.helm.apply(release.map_or(Apply::ServerSide, |release| release.apply)) == Apply::ServerSide
    }

    /// The upgrade of a call, with its files.
    pub fn upgrade(&self, call: &Call, history: &History, scene: &Scene<'_>) -> Result<Upgrade, Fault> {
        let mut shared = shared(call, scene);
        let last = history.last().filter(|last| last.status != Status::Uninstalled);
        shared.forces_conflicts &= self.server_merges(last);
        Ok(Upgrade {
            shared,
            chart: self.chart(call, scene)?,
            values: self.values(call, scene)?,
            install: true,
            takes_ownership: truth(call, "adopt", false),
            description: None,
        })
    }

    fn chart(&self, call: &Call, scene: &Scene<'_>) -> Result<PathBuf, Fault> {
        let chart = call.values.get("chart").ok_or_else(|| Fault::new("the plan names no chart"))?;
        let Some(files) = chart.get("files").and_then(Json::as_array) else {
            let archive = self.work.join("chart.tgz");
            write(&archive, &scene.bytes(chart)?)?;
            return Ok(archive);
        };
        let folder = self.work.join("chart");
        for file in files {
            let path = file.get("path").and_then(Json::as_str).unwrap_or_default();
            let path = RelPath::parse(path).map_err(|error| Fault::new(error.to_string()))?;
            write(&folder.join(path.as_str()), &scene.bytes(file)?)?;
        }
        Ok(folder)
    }

    fn values(&self, call: &Call, scene: &Scene<'_>) -> Result<Values, Fault> {
        let mut files = Vec::new();
        for (number, source) in (1..).zip(sources(call.values.get("values"))) {
            let file = self.work.join(format!("values-{number}.yaml"));
            write(&file, &scene.bytes(source)?)?;
            files.push(file);
        }
        let former = if call.known("former") == Some("keep") { Former::Keep } else { Former::Forget };
        Ok(Values { files, single: single(call, scene)?, former })
    }
}

/// Which release, and how it is changed. Helm's limit is for each thing that it waits for, and ends before ours.
pub(super) fn shared(call: &Call, scene: &Scene<'_>) -> Shared {
    Shared {
        within: scene.within.mul_f64(0.9),
        waits: truth(call, "ready", true),
        forces_conflicts: truth(call, "force", false),
        ..Shared::of(name(call), namespace(call))
    }
}

/// The files among what `values` children say, in their order.
fn sources(said: Option<&Json>) -> Vec<&Json> {
    match said {
        Some(Json::Array(all)) => all.iter().flat_map(|one| sources(Some(one))).collect(),
        Some(source) if source.get("source").is_some() => vec![source],
        _ => Vec::new(),
    }
}

fn single(call: &Call, scene: &Scene<'_>) -> Result<Vec<Single>, Fault> {
    let said = call.values.get("set").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut all = Vec::new();
    for pair in said {
        let Some([key, value]) = pair.as_array().map(Vec::as_slice) else { continue };
        let key = key.as_str().unwrap_or_default().to_owned();
        let value = match value {
            Json::Bool(_) | Json::Number(_) => value.clone(),
            text => Json::from(scene.fill(&values::parse(text)?)?),
        };
        all.push(Single { key, value });
    }
    Ok(all)
}

/// Found once: it is the same program as long as we run.
pub(super) async fn found() -> Result<Helm, Fault> {
    static HELM: OnceCell<Helm> = OnceCell::const_new();
    Ok(HELM.get_or_try_init(|| Helm::find(None)).await?.clone())
}

fn make(folder: &Path) -> Result<(), Fault> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| Fault::new(format!("can't make `{}`: {error}", folder.display())))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    path.parent().map(make).transpose()?;
    let opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    let written = opened.and_then(|mut file| file.write_all(bytes));
    written.map_err(|error| Fault::new(format!("can't write `{}`: {error}", path.display())))
}
