//! What can go wrong between us, Helm and the records of releases.

use crate::world::cluster;

/// Something that was to be done with Helm and was not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct HelmFault {
    /// What kind of fault it is, for who decides what comes next.
    pub kind: HelmFaultKind,
    /// What was found, in words.
    pub what: String,
    /// The way out, where there is one.
    pub help: Option<String>,
    /// The last lines that Helm said, where it said any.
    pub said: Vec<String>,
}

/// The kinds of faults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HelmFaultKind {
    /// There is no Helm that can be used.
    Program,
    /// Helm was asked for something and refused it: a chart that does not render, values that don't fit its schema.
    Refused,
    /// Helm did not end in time.
    Late,
    /// What was told to Helm can't be: the name of a release, a key of a value.
    Invalid,
    /// A record of a release, or a manifest in it, can't be read.
    Damaged,
    /// The records are kept where we don't read them.
    Storage,
    /// A file of ours could not be written or read.
    File,
    /// The cluster.
    Cluster(cluster::FaultKind),
}

impl HelmFault {
    pub(super) fn new(kind: HelmFaultKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), help: None, said: Vec::new() }
    }

    #[must_use]
    pub(super) fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    #[must_use]
    pub(super) fn with_words(self, said: Vec<String>) -> Self {
        Self { said, ..self }
    }

    /// For an error of a file of ours.
    pub(super) fn file<'p>(tried: &'p str, path: &'p std::path::Path) -> impl FnOnce(std::io::Error) -> Self + 'p {
        move |error| {
            let words = crate::world::wording::fault(&error);
            Self::new(HelmFaultKind::File, format!("can't {tried} `{}`: {words}", path.display()))
        }
    }
}

impl From<cluster::Fault> for HelmFault {
    fn from(cluster::Fault { kind, what, help }: cluster::Fault) -> Self {
        Self { kind: HelmFaultKind::Cluster(kind), what, help, said: Vec::new() }
    }
}
