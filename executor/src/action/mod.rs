//! Actions, checks, things, readers and messages: one kind a file, and the registry that lists them.
//!
//! A kind's file says everything of it: its form and documentation (the compiler's half), what it touches, how it
//! observes, previews, applies, is probed after a crash, and undoes. Adding a kind is adding a file and a line here.

mod account;
mod change;
mod evidence;
mod foreseen;
mod predicted;
mod values;

mod copies;
mod moves;
mod place;
mod shown;
mod source_folder;
mod steps;
mod want;
mod writes;

mod archive_unpack;
mod dir;
mod dir_copy;
mod dir_mirror;
mod dir_restore;
mod file;
mod file_contains;
mod file_exists;
mod file_line;
mod file_remove;
mod file_restore;
mod file_write;
mod helm;
mod http;
mod kube;
mod program;
mod service;
mod tcp_open;
mod tls_serves;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod trials;

pub use account::{Account, Effect, Told};
pub use change::{Body, Change, Learnt, What};
pub use foreseen::Foreseen;
pub(crate) use kube::{changed_by_others, written_by_others};
pub use predicted::{Laid, Now, Other, Predicted};
pub use program::conceal;
pub use want::{Content, Mode, Want};
pub use writes::Writes;

use crate::resource::{Observed, Resource};
use crate::site::{Fault, Scene, Site};
use crate::world::RelPath;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::value::{RawValue, to_raw_value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Registry};

/// All kinds, in the order of the catalogue.
static NOUNS: &[&dyn Noun] = &[
    &file_write::FileWrite,
    &file_remove::FileRemove,
    &file_line::FileLine,
    &file_restore::FileRestore,
    &dir_copy::DirCopy,
    &dir_mirror::DirMirror,
    &dir_restore::DirRestore,
    &archive_unpack::ArchiveUnpack,
    &file_exists::FileExists,
    &file_exists::FileAbsent,
    &file_contains::FileContains,
    &file::File,
    &dir::Dir,
    &service::ServiceStart,
    &service::ServiceStop,
    &service::ServiceRestart,
    &service::ServiceRunning,
    &kube::KubeApply,
    &kube::KubePatch,
    &kube::KubeDelete,
    &kube::KubeScale,
    &kube::KubeAnnotate,
    &kube::KubeRestart,
    &kube::KubeRestore,
    &kube::KubeCreateJob,
    &kube::KubeObject,
    &kube::KubeReady,
    &kube::KubeExists,
    &kube::KubeAbsent,
    &kube::KubeCondition,
    &kube::KubeJobsComplete,
    &kube::KubeField,
    &kube::KubeEqual,
    &kube::ArgocdPause,
    &kube::FluxSuspend,
    &helm::HelmUpgrade,
    &helm::HelmRollback,
    &helm::HelmUninstall,
    &helm::HelmRelease,
    &helm::HelmReady,
    &program::Program,
    &http::HttpRequest,
    &http::HttpGet,
    &http::HttpPost,
    &tcp_open::TcpOpen,
    &tls_serves::TlsServes,
];

/// The registry that the compiler is handed.
pub fn registry() -> Registry<'static> {
    Registry::new(NOUNS.iter().map(|noun| *noun as &dyn Kind))
}

/// The kind of that name.
pub fn noun(name: &str) -> Option<&'static dyn Noun> {
    NOUNS.iter().find(|noun| noun.form().name == name).copied()
}

/// What an action works on, in a few words.
pub fn words(call: &Call) -> String {
    let action = noun(&call.kind).and_then(|noun| noun.action());
    action.map_or_else(|| call.kind.clone(), |action| action.words(call))
}

/// A kind with its effects: which of them it has, by the place where it may stand.
pub trait Noun: Kind {
    /// As what a step does.
    fn action(&self) -> Option<&dyn Action> {
        None
    }

    /// As what must hold.
    fn check(&self) -> Option<&dyn Check> {
        None
    }

    /// As what is read.
    fn reader(&self) -> Option<&dyn Reader> {
        None
    }

    /// As what a backup copies.
    fn thing(&self) -> Option<&dyn Thing> {
        None
    }

    /// As how a notification speaks.
    fn message(&self) -> Option<&dyn Message> {
        None
    }
}

/// All that undoing an action needs, or settling it after a crash; written to the journal before the action.
///
/// It holds no secret and no large content: contents lie in the run's store, by digest. Every fold of a journal keeps the
/// recipes, so they are shared, and stay text until somebody reads them: going on with a run meets thousands, and
/// takes few of them back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Recipe(Arc<RawValue>);

impl Default for Recipe {
    fn default() -> Self {
        Self(Arc::from(RawValue::NULL.to_owned()))
    }
}

impl PartialEq for Recipe {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl Recipe {
    /// From whatever an action wants to keep.
    pub fn of(value: &impl Serialize) -> Result<Self, Fault> {
        to_raw_value(value)
            .map(|value| Self(Arc::from(value)))
            .map_err(|error| Fault::new(format!("its recipe can't be written: {error}")))
    }

    /// Whether there is nothing to do at all: no path to write, nothing to start.
    pub fn needs_nothing(&self) -> bool {
        self.0.get() == "[]"
    }

    /// What an action kept.
    pub fn read<T: for<'de> Deserialize<'de>>(&self) -> Result<T, Fault> {
        serde_json::from_str(self.0.get()).map_err(|error| Fault::new(format!("its recipe can't be read: {error}")))
    }
}

/// What an action did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Resources that it changed; 0: all was so already.
    pub changed: u64,
    /// What there is to say.
    pub note: Option<String>,
    /// What is seen afterwards of resources whose state it did not know before.
    pub left: BTreeMap<Resource, Observed>,
}

impl Applied {
    /// So many resources were changed, and there is no more to say.
    pub fn changed(changed: u64) -> Self {
        Self { changed, ..Self::default() }
    }
}

/// What a look after a crash tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// It happened.
    Done(String),
    /// It did not happen, or not whole, and may be done (again).
    NotDone(String),
    /// It happened, and failed: why.
    Failed(String),
    /// Looking does not tell; what is seen, a line each.
    Unknown(Vec<String>),
}

/// How an action was taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// What was done, in words: `1 file put back`.
    pub what: String,
    /// What is not as it was, a line each: somebody else changed it since.
    pub left: Vec<String>,
}

/// What a step does.
///
/// The order of a run is: `prepare`, the journal's intent, `apply`, the journal's outcome. After a crash `probe` looks
/// before anything is done again. `undo` works from the recipe alone, and doing it twice is the same as once.
#[async_trait]
pub trait Action: Send + Sync {
    /// What it would change in the predicted world, which it moves on. Nothing is written.
    async fn preview(&self, call: &Call, scene: &Scene<'_>, world: &mut Predicted) -> Result<Vec<Change>, Fault>;

    /// Gathers and stores (durably) all that undoing and probing will need. Nothing of the target is touched.
    async fn prepare(&self, call: &Call, scene: &Scene<'_>) -> Result<Recipe, Fault>;

    /// Does it.
    async fn apply(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Applied, Fault>;

    /// Looks, after a crash, whether it happened.
    async fn probe(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Probe, Fault>;

    /// What of it still goes on by itself, in words: until that has ended nobody can say what it did.
    fn goes_on(&self, _recipe: &Recipe, _site: &Site) -> Option<String> {
        None
    }

    /// Takes it back; only asked of actions that have a way back of their own.
    async fn undo(&self, call: &Call, recipe: &Recipe, scene: &Scene<'_>) -> Result<Undone, Fault>;

    /// How long taking it back may take where doing it has a limit: longer where a program has that for each of its parts.
    fn undo_takes(&self, within: Duration) -> Duration {
        within
    }

    /// What comparing finds after an undo: what is not as it was before the action, a line each.
    async fn compare(&self, _call: &Call, _recipe: &Recipe, _scene: &Scene<'_>) -> Result<Vec<String>, Fault> {
        Ok(Vec::new())
    }

    /// What its recipe says of the target, as far as it is known before it is done.
    fn account(&self, _call: &Call, _recipe: &Recipe) -> Result<Account, Fault> {
        Ok(Account::default())
    }

    /// The paths that it would look at or change, were it to act now.
    fn looks(&self, _call: &Call, _scene: &Scene<'_>) -> Result<BTreeSet<RelPath>, Fault> {
        Ok(BTreeSet::new())
    }

    /// What it does, in a few words, as progress and reports say it: `www/a.json`, `pg-upgrade`.
    fn words(&self, call: &Call) -> String;
}

/// What one look at a check saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Whether it holds.
    pub holds: bool,
    /// What was seen, a fragment: `status 503`, `connection refused`.
    pub says: String,
    /// Whether looking again can't change it: a wait ends at once.
    pub settled: bool,
    /// Why, as far as that is seen beside: `pod web-1: ImagePullBackOff`. What moves only here is no progress.
    pub beside: Option<String>,
}

impl Seen {
    /// It holds.
    pub fn holds(says: impl Into<String>) -> Self {
        Self { holds: true, says: says.into(), settled: false, beside: None }
    }

    /// It does not hold (yet).
    pub fn not(says: impl Into<String>) -> Self {
        Self { holds: false, says: says.into(), settled: false, beside: None }
    }
}

/// What must hold.
#[async_trait]
pub trait Check: Send + Sync {
    /// Looks once. Waiting, `for`, `every` and `failures` are the run's.
    async fn look(&self, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault>;

    /// What is looked at, in a few words: `http://127.0.0.1/health`.
    fn words(&self, call: &Call) -> String;

    /// How long one look may take at most, inside its wait: a server that hangs must not eat all of it.
    fn look_takes(&self) -> Duration {
        Duration::from_secs(30)
    }
}

/// What is read.
#[async_trait]
pub trait Reader: Send + Sync {
    /// The value, trimmed.
    async fn read(&self, call: &Call, scene: &Scene<'_>) -> Result<String, Fault>;
}

/// What a backup copies.
#[async_trait]
pub trait Thing: Send + Sync {
    /// What it would copy, in words with its size: `file etc/a.conf, 1.2 KiB`; the predicted world remembers it under
    /// the backup's name, so that later steps can be previewed that restore it.
    async fn preview(
        &self,
        call: &Call,
        backup: &str,
        scene: &Scene<'_>,
        world: &mut Predicted,
    ) -> Result<String, Fault>;

    /// Copies it into a store, durably, and reads it back.
    async fn copy(
        &self,
        call: &Call,
        scene: &Scene<'_>,
        store: &std::path::Path,
    ) -> Result<crate::event::Copied, Fault>;
}

/// How a notification speaks.
#[async_trait]
pub trait Message: Send + Sync {
    /// Says `facts` (an object of texts that a body's template may use).
    async fn send(&self, call: &Call, facts: &Json, scene: &Scene<'_>) -> Result<(), Fault>;
}
