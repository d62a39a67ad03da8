//! Where a run happens: all that actions may use, handed to them.

pub use crate::secrets::Secrets;

use crate::resource::Resource;
use crate::target::{Found, Held};
use crate::world::cluster::{Cluster, Fault as ClusterFault};
use crate::world::helm::{HelmFault, HelmFaultKind};
use crate::world::{RelPath, Tree, TreeError};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use switchback_compiler::plan::Service;
use switchback_compiler::value::{Segment, Text};

/// Bytes of the bundle's sources, by digest.
#[derive(Clone, Debug, Default)]
pub struct Blobs(Arc<BTreeMap<String, Vec<u8>>>);

impl Blobs {
    /// These.
    pub fn new(blobs: BTreeMap<String, Vec<u8>>) -> Self {
        Self(Arc::new(blobs))
    }

    /// The bytes of a digest.
    pub fn get(&self, digest: &str) -> Option<&[u8]> {
        self.0.get(digest).map(Vec::as_slice)
    }

    /// All of them.
    pub fn all(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.0
    }
}

/// Why an action, a check or a look could not do its work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Fault {
    /// The nearest reason: a fragment, what was tried on what.
    pub why: String,
    /// Evidence, a line each.
    pub details: Vec<String>,
    /// Whether it is unknown if the effect happened.
    pub unknown: bool,
    /// Whether trying again can't change it, so that a wait ends at once: whoever we are may not do this.
    pub lasting: bool,
    /// Whether the same may succeed a little later without anybody's help: the cluster is away.
    pub passes: bool,
}

impl Fault {
    /// It is known that it failed.
    pub fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), details: Vec::new(), unknown: false, lasting: false, passes: false }
    }

    /// It is not known what happened.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self { unknown: true, ..Self::new(why) }
    }

    /// With evidence.
    #[must_use]
    pub fn details(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.details.extend(lines);
        self
    }
}

impl Fault {
    /// Of this: `manifests/a.yaml:3: …`.
    #[must_use]
    pub fn about(self, what: &str) -> Self {
        Self { why: format!("{what}: {}", self.why), ..self }
    }
}

impl From<ClusterFault> for Fault {
    fn from(fault: ClusterFault) -> Self {
        let (unknown, lasting, passes) = (fault.leaves_unknown(), fault.is_refusal(), fault.may_pass());
        Self { why: fault.what, details: fault.help.into_iter().collect(), unknown, lasting, passes }
    }
}

impl From<HelmFault> for Fault {
    fn from(fault: HelmFault) -> Self {
        let said = fault.said.iter().map(|line| format!("| {line}"));
        let (lasting, passes) = match &fault.kind {
            HelmFaultKind::Cluster(kind) => (kind.is_refusal(), kind.may_pass()),
            _ => (false, false),
        };
        Self { lasting, passes, ..Self::new(fault.what) }.details(fault.help.into_iter().chain(said))
    }
}

impl From<TreeError> for Fault {
    fn from(error: TreeError) -> Self {
        Self::new(error.to_string())
    }
}

/// What the whole run shares.
#[derive(Debug)]
pub struct Site {
    /// The target's directory, when it has one.
    pub tree: Option<Arc<Tree>>,
    /// The same, as a path.
    pub directory: Option<PathBuf>,
    /// The target's cluster, where the plan works on it.
    pub cluster: Option<Arc<Cluster>>,
    /// The Lease that this run holds on it.
    pub lease: Option<Held>,
    /// The namespace of what names none there.
    pub namespace: String,
    /// The project's folder.
    pub project: PathBuf,
    /// The run's folder: outputs of programs, old contents, the bundle's copy. While only looking: none.
    pub folder: Option<PathBuf>,
    /// Where backups are kept beyond the run.
    pub backups: PathBuf,
    /// The run's id.
    pub run: String,
    /// The bytes of the bundle.
    pub blobs: Blobs,
    /// Values of secrets.
    pub secrets: Secrets,
    /// Local processes of the target.
    pub services: BTreeMap<String, Service>,
    /// Resources that are no files and that steps of the plan write secrets into.
    pub hidden: BTreeSet<Resource>,
    /// Which steps of the plan write which paths: what `dir.mirror` leaves alone.
    pub written: BTreeMap<String, Vec<String>>,
    /// The program that executes the plan.
    pub program: PathBuf,
    /// Key of the target for digests of hidden values; none before its first run.
    pub key: Option<[u8; 32]>,
    /// Copies taken so far, by the backup's name.
    pub copies: Mutex<BTreeMap<String, Vec<crate::event::Copied>>>,
    /// Copies of earlier runs that the plan restores, by what it asks for; else why there is none.
    pub found: BTreeMap<String, Result<Found, String>>,
    /// Values given out so far, by step and name.
    pub outputs: Mutex<BTreeMap<(String, String), String>>,
}

/// One use of a noun: where it happens and who is told.
pub struct Scene<'a> {
    /// Where.
    pub site: &'a Site,
    /// The step's name.
    pub step: &'a str,
    /// The action's id in its step; also the name of what it leaves in the run's folder.
    pub act: &'a str,
    /// The time that is left.
    pub within: Duration,
    /// Told what happens right now, and whether it waits.
    pub progress: &'a (dyn Fn(String, bool) + Send + Sync),
}

impl Scene<'_> {
    /// The target's directory.
    pub fn tree(&self) -> Result<&Arc<Tree>, Fault> {
        self.site.tree.as_ref().ok_or_else(|| Fault::new("the target has no directory"))
    }

    /// The run's folder.
    pub fn folder(&self) -> Result<&PathBuf, Fault> {
        self.site.folder.as_ref().ok_or_else(|| Fault::new("nothing is written outside of a run"))
    }

    /// Where old contents lie that an undo needs.
    pub fn store(&self) -> Result<PathBuf, Fault> {
        Ok(self.folder()?.join("old"))
    }

    /// A text with all its parts.
    pub fn fill(&self, text: &Text) -> Result<String, Fault> {
        text.fill(|segment| self.site.value(segment))
    }

    /// A path on the target.
    pub fn path(&self, path: &str) -> Result<RelPath, Fault> {
        RelPath::parse(path).map_err(|error| Fault::new(error.to_string()))
    }

    /// The bytes of a source as the plan holds it.
    pub fn bytes(&self, source: &Json) -> Result<Vec<u8>, Fault> {
        if let Some(digest) = source.get("blob").and_then(Json::as_str) {
            let found = self.site.blobs.get(digest).map(<[u8]>::to_vec);
            return found.ok_or_else(|| Fault::new(format!("the bundle does not hold {digest}")));
        }
        let text: Text = source
            .get("text")
            .and_then(|text| serde_json::from_value(text.clone()).ok())
            .ok_or_else(|| Fault::new("the plan's source is neither bytes nor text"))?;
        self.fill(&text).map(String::into_bytes)
    }
}

impl Site {
    /// The target's cluster.
    pub fn cluster(&self) -> Result<&Arc<Cluster>, Fault> {
        self.cluster.as_ref().ok_or_else(|| Fault::new("the target has no cluster"))
    }

    /// Whether a resource may hold a secret of the plan.
    pub fn hides(&self, resource: &Resource) -> bool {
        self.hidden.iter().any(|hidden| hidden.may_be(resource))
    }

    /// The value of a part of a text that is known later.
    pub fn value(&self, segment: &Segment) -> Result<String, Fault> {
        match segment {
            Segment::Known(text) => Ok(text.clone()),
            Segment::Secret(name) => self
                .secrets
                .get(name)
                .map(ToOwned::to_owned)
                .ok_or_else(|| Fault::new(format!("secret `{name}` has no value"))),
            Segment::Output { step, output } => {
                let outputs = self.outputs.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let found = outputs.get(&(step.clone(), output.clone())).cloned();
                found.ok_or_else(|| Fault::new(format!("step `{step}` has not given out `{output}` yet")))
            }
            Segment::Run(fact) if fact == "switchback" => Ok(self.program.display().to_string()),
            Segment::Run(_) if self.run.is_empty() => Err(Fault::new("the run's id is known only when it runs")),
            Segment::Run(_) => Ok(self.run.clone()),
            Segment::Unset(input) => Err(Fault::new(format!("input `{input}` has no value"))),
        }
    }
}
