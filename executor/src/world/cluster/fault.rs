//! What can go wrong between us and a cluster.

use super::write::FIELD_MANAGER;
use std::time::Duration;

/// A request that did not do what it was for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Fault {
    /// What kind of fault it is, for who decides what comes next.
    pub kind: FaultKind,
    /// What was found, in words.
    pub what: String,
    /// The way out, where there is one.
    pub help: Option<String>,
}

/// The kinds of faults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// There is no such object, or no such kind of objects.
    Absent,
    /// Nobody serves such an address: the cluster has no such kind of objects, or no longer in this version.
    Unserved,
    /// There is one already.
    Exists,
    /// Others own fields that would be changed.
    Conflict(Vec<FieldConflict>),
    /// The object is not the one, or not at the change, that the request was for.
    Changed,
    /// The server does not take what it was given.
    Invalid(Vec<FieldError>),
    /// Whoever we are may not do this.
    Forbidden,
    /// The server does not take us for anybody, or no longer.
    Unauthorized,
    /// What was asked for is too long ago: a place in a list or a watch.
    Expired,
    /// The server can't now, and did nothing. It may have said when to ask again.
    Transient(Option<Duration>),
    /// Nobody answers, and nothing was done.
    Unreachable,
    /// Somebody answers whose certificate is not to be trusted; nothing was done.
    Untrusted,
    /// A write was sent and no answer came: it may or may not have been done. Only a look can tell.
    Unknown,
    /// How to reach the cluster can't be found out.
    Setup,
    /// More was answered than may be held in memory.
    TooLarge,
    /// The server refused for a reason of its own, such as a webhook that failed.
    Refused,
}

/// A field that another manager owns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct FieldConflict {
    /// `.spec.replicas`.
    pub field: String,
    /// `kubectl-client-side-apply`.
    pub manager: String,
}

/// A field that is not as the server takes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct FieldError {
    /// `spec.replicas`; empty where the server named none.
    pub field: String,
    /// Why, in its words.
    pub why: String,
}

impl FaultKind {
    /// Whether the same request may succeed a little later without anybody's help.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Transient(_) | Self::Unreachable)
    }

    /// Whether we are not let in, or may not do this: asking again changes nothing.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Forbidden | Self::Unauthorized)
    }
}

impl Fault {
    pub(super) fn new(kind: FaultKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), help: None }
    }

    #[must_use]
    pub(super) fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Whether there is no such object.
    pub fn is_absent(&self) -> bool {
        matches!(self.kind, FaultKind::Absent | FaultKind::Unserved)
    }

    /// Whether all that is in the way of an apply is what we ourselves wrote.
    pub(super) fn is_with_ourselves(&self) -> bool {
        let FaultKind::Conflict(fields) = &self.kind else { return false };
        !fields.is_empty() && fields.iter().all(|field| field.manager == FIELD_MANAGER)
    }

    /// Whether the namespace that it would be in is not there, or is being deleted.
    pub fn lacks_room(&self) -> bool {
        match self.kind {
            FaultKind::Absent => self.what.starts_with("namespaces \"") && self.what.ends_with("\" not found"),
            FaultKind::Forbidden => self.what.ends_with("because it is being terminated"),
            _ => false,
        }
    }

    /// Whether the same request may succeed a little later without anybody's help.
    pub fn may_pass(&self) -> bool {
        self.kind.may_pass()
    }

    /// Whether we are not let in, or may not do this: asking again changes nothing.
    pub fn is_refusal(&self) -> bool {
        self.kind.is_refusal()
    }

    /// Whether it is not known whether the request was carried out.
    pub fn leaves_unknown(&self) -> bool {
        self.kind == FaultKind::Unknown
    }
}
