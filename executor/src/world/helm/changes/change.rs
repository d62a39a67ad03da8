//! What a change of a release does to one object.

use super::ownership::Owner;
use crate::screen::diff::DiffLine;
use crate::world::cluster::{Fault, MaskKey, Normal, Object, ObjectName, difference};

/// What becomes of an object. It may hold secret values, so only its name and its effect are printed.
#[derive(Clone, PartialEq)]
pub struct ObjectChange {
    /// Which object.
    pub name: ObjectName,
    /// What is done to it.
    pub effect: Effect,
    /// It as it is; none if it is not there.
    pub before: Option<Object>,
    /// It as it would be; none if it would not be there, or is not known.
    pub after: Option<Object>,
    /// Where it is not as the last manifest of the release says.
    pub drift: Vec<Drift>,
    /// How it is known.
    pub learnt: Learnt,
}

/// What is done to an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is there, belongs to no revision that counts, and becomes the release's.
    Adopt,
    /// It stays as it is.
    Equal,
    /// It is deleted; with a definition all of its objects, of which there are so many.
    Delete {
        /// None for what is no definition.
        takes_along: Option<usize>,
    },
    /// It is no longer the release's, and stays: its annotation says so.
    Keep,
    /// It would be deleted, and is gone already.
    Gone,
    /// Helm would fail here.
    Refused(Refusal),
}

/// Why Helm would fail at an object.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// It is there already and not the release's.
    #[error("{}", owned(.0))]
    Owner(Owner),
    /// The server does not take the change.
    #[error(transparent)]
    Server(#[from] Fault),
    /// No patch can be made of the manifests.
    #[error("no patch can be made: {0}")]
    Patch(String),
}

fn owned(owner: &Owner) -> String {
    match owner {
        Owner::Other { release, namespace } => {
            format!("it is there already and belongs to release `{release}` in namespace `{namespace}`")
        }
        Owner::This | Owner::Nobody => "it is there already and belongs to no release".to_owned(),
    }
}

impl Refusal {
    /// The way out.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Owner(_) => Some("rename one of them, delete it, or let the release take it over".to_owned()),
            Self::Server(fault) => fault.help.clone(),
            Self::Patch(_) => Some("look at the chart's template of it".to_owned()),
        }
    }
}

/// A place where an object is not as its last manifest says.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Drift {
    /// Where; empty for the object itself, which is then gone.
    pub field: String,
    /// Who changed it, as far as the server tells.
    pub manager: Option<String>,
    /// Whether it stays so.
    pub stays: bool,
}

/// How it is known what becomes of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Learnt {
    /// The server tried the very patch that Helm would send.
    Validated,
    /// From the manifest alone, for this reason.
    Simulated(&'static str),
}

impl std::fmt::Debug for ObjectChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ObjectChange({} {:?} {:?})", self.name, self.effect, self.drift)
    }
}

impl ObjectChange {
    /// The lines in which it differs, with masks for the values of a Secret.
    pub fn lines(&self, key: &MaskKey, context: usize) -> Vec<DiffLine> {
        let shown = |object: Option<&Object>| object.map(|object| Normal::of(object).shown(key));
        difference(shown(self.before.as_ref()).as_ref(), shown(self.after.as_ref()).as_ref(), context, |change| change)
    }

    /// Whether it changes something, or would if Helm did not fail.
    pub fn is_change(&self) -> bool {
        !matches!(self.effect, Effect::Equal | Effect::Keep | Effect::Gone)
    }
}
