//! `helm.release`: the record of a release, as what a backup copies and as what is read.

use super::{NAME, NAMESPACE, VERSION_BY, by, name, namespace};
use crate::action::{Check, Noun, Predicted, Reader, Seen, Thing};
use crate::event::Copied;
use crate::site::{Fault, Scene};
use crate::world::cluster::ObjectName;
use crate::world::helm::{History, Release, Status};
use crate::world::{RelPath, Tree};
use async_trait::async_trait;
use std::path::Path;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Touch};
use switchback_compiler::schema::{Example, Form, OwnWayBack, Param, Role, Ty};

/// The kind.
pub struct HelmRelease;

static FORM: Form = Form {
    name: "helm.release",
    roles: &[Role::Thing, Role::Reader, Role::Check],
    args: &[NAME],
    props: &[
        NAMESPACE,
        VERSION_BY,
        Param::optional(
            "fact",
            Ty::OneOf(&["version", "revision", "status", "chart"]),
            "what is read; left out, its version",
        ),
    ],
    summary: "a release of Helm: copied by a backup, looked at, or read",
    text: "A backup copies the record of what stands (a Secret), with its manifest, its values and its chart, and reads \
           the copy back; only the owner of copies may read them. As a reader it gives the version of what stands: the \
           chart's, or with `version-by=\"app\"` that of what it installs; or another `fact` of its last revision. As a \
           check it holds when a revision stands, or when what is read is as its comparator wants it.",
    way_back: OwnWayBack::NotNeeded,
    within: 30,
    examples: &[
        Example {
            title: "a product that others move, and that must stand at its version first",
            text: "helm.release \"cndbtier\" version-by=\"app\" matches=#\"^24\\.2\\.\"#",
        },
        Example { title: "a copy before a change", text: "backup \"record\" keep=\"30d\" { helm.release \"portal\" }" },
        Example {
            title: "what stands, for later steps",
            text: "output \"portal\" pattern=\"[0-9.]+\" { helm.release \"portal\" version-by=\"app\" }",
        },
    ],
    ..Form::ACTION
};

impl Kind for HelmRelease {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn reads(&self, call: &Call) -> Vec<Touch> {
        super::touches(call)
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        super::objections(call)
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

impl Noun for HelmRelease {
    fn check(&self) -> Option<&dyn Check> {
        Some(self)
    }

    fn reader(&self) -> Option<&dyn Reader> {
        Some(self)
    }

    fn thing(&self) -> Option<&dyn Thing> {
        Some(self)
    }
}

#[async_trait]
impl Reader for HelmRelease {
    async fn read(&self, call: &Call, scene: &Scene<'_>) -> Result<String, Fault> {
        let history = history(call, scene).await?;
        let last = history.last().ok_or_else(|| absent(call))?;
        let stands = || history.deployed().ok_or_else(|| Fault::new(format!("nothing of `{}` stands", name(call))));
        Ok(match call.known("fact") {
            Some("revision") => last.revision.to_string(),
            Some("status") => last.status.to_string(),
            Some("chart") => last.chart.name.clone(),
            _ => {
                let stands = stands()?;
                let version = by(call).of(stands).map(str::to_owned);
                version.ok_or_else(|| Fault::new(format!("revision {} says no such version", stands.revision)))?
            }
        })
    }
}

#[async_trait]
impl Check for HelmRelease {
    async fn look(&self, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
        Ok(match history(call, scene).await?.deployed() {
            Some(stands) => Seen::holds(words(stands)),
            None => Seen::not(format!("nothing of `{}` stands", name(call))),
        })
    }

    fn words(&self, call: &Call) -> String {
        format!("release {}", name(call))
    }
}

#[async_trait]
impl Thing for HelmRelease {
    async fn preview(
        &self,
        call: &Call,
        _backup: &str,
        scene: &Scene<'_>,
        _world: &mut Predicted,
    ) -> Result<String, Fault> {
        let history = history(call, scene).await?;
        Ok(words(stands(&history, call)?))
    }

    async fn copy(&self, call: &Call, scene: &Scene<'_>, store: &Path) -> Result<Copied, Fault> {
        let history = history(call, scene).await?;
        let stands = stands(&history, call)?;
        let record = ObjectName {
            group: String::new(),
            kind: "Secret".to_owned(),
            namespace: Some(namespace(call).to_owned()),
            name: format!("sh.helm.release.v1.{}.v{}", name(call), stands.revision),
        };
        let object = scene.site.cluster()?.get(&record).await?.ok_or_else(|| absent(call))?;
        let folder = scene.store()?;
        let failed = |error: std::io::Error| Fault::new(format!("the copy can't be written: {error}"));
        crate::durable::make_dirs(&folder, 0o700).map_err(failed)?;
        let passing = tempfile::tempdir_in(folder).map_err(failed)?;
        crate::durable::write(&passing.path().join("0"), &object.to_bytes(), 0o600).map_err(failed)?;
        let snapshot = Tree::open(passing.path())?.snapshot(&RelPath::root(), store)?;
        snapshot.verify(store)?;
        Ok(Copied { what: words(stands), path: String::new(), snapshot, objects: vec![record] })
    }
}

async fn history(call: &Call, scene: &Scene<'_>) -> Result<History, Fault> {
    let history = History::read(scene.site.cluster()?, namespace(call), name(call)).await?;
    match history.damaged_last() {
        Some(damaged) => Err(Fault::new(damaged.to_string())),
        None => Ok(history),
    }
}

/// The revision that stands; a copy of nothing would promise a way back that is none.
fn stands<'h>(history: &'h History, call: &Call) -> Result<&'h Release, Fault> {
    let last = history.last().filter(|last| last.status != Status::Uninstalled).ok_or_else(|| absent(call))?;
    let why =
        || Fault::new(format!("nothing of `{}` stands: revision {} is {}", name(call), last.revision, last.status));
    history.deployed().ok_or_else(why)
}

fn absent(call: &Call) -> Fault {
    Fault::new(format!("there is no release `{}` in namespace `{}`", name(call), namespace(call)))
}

fn words(Release { name, revision, chart, .. }: &Release) -> String {
    format!("release {name}, revision {revision}, {} {}", chart.name, chart.version)
}
