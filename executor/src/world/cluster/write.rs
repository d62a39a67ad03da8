//! Changing objects. Nothing here is ever sent twice, but for dry runs.

use super::answer::{Answer, Effect};
use super::client::Cluster;
use super::fault::{Fault, FaultKind};
use super::kinds::Kind;
use super::name::ObjectName;
use super::object::Object;
use super::owners::is_shared;
use super::read::{object, path};
use super::secret::Hidden;
use super::send::unsendable;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request};
use serde_json::{Value, json};

/// The name under which we own fields. It never changes, or we would be in conflict with ourselves.
pub const FIELD_MANAGER: &str = "switchback";

/// Whether a change is made or only tried. A server that tries does everything but store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Make it.
    Real,
    /// Only try it; what comes back is what would be.
    DryRun,
}

/// What is done where others own fields that an apply would change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflicts {
    /// Refuse.
    Refuse,
    /// Take the fields over.
    Force,
}

/// Part of an object, in one of three languages.
#[derive(Clone, PartialEq)]
pub enum Patch {
    /// JSON merge patch (RFC 7386): null removes, a list is replaced.
    Merge(Value),
    /// Kubernetes' own: lists are merged by the names of their items. Only for kinds of Kubernetes itself.
    Strategic(Value),
    /// JSON patch (RFC 6902): a list of operations.
    Json(Value),
}

impl Patch {
    /// What it says.
    pub fn value(&self) -> &Value {
        self.parts().1
    }

    pub(super) fn parts(&self) -> (&'static str, &Value) {
        match self {
            Self::Merge(value) => ("application/merge-patch+json", value),
            Self::Strategic(value) => ("application/strategic-merge-patch+json", value),
            Self::Json(value) => ("application/json-patch+json", value),
        }
    }
}

/// What becomes of the objects that an object made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Propagation {
    /// They are deleted afterwards.
    Background,
    /// They are deleted first.
    Foreground,
    /// They stay.
    Orphan,
}

/// How an object is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delete {
    /// What becomes of the objects that it made.
    pub propagation: Propagation,
    /// Only this very object, not another one of its name.
    pub uid: Option<String>,
    /// Only as long as nobody changed it.
    pub resource_version: Option<String>,
}

impl Delete {
    /// Of the very object that was looked at, as long as nobody changed it.
    pub fn exactly(live: &Object) -> Self {
        let text = |of: Option<&str>| of.map(str::to_owned);
        let (uid, resource_version) = (text(live.uid()), text(live.resource_version()));
        Self { propagation: Propagation::Background, uid, resource_version }
    }
}

impl Cluster {
    /// Server-side apply: the fields of this object become ours and as said here, all others stay.
    ///
    /// What a patch of ours wrote is ours as well, though a server takes who patched and who applied for two owners of one
    /// name; it is taken over as long as nobody changes the object in between.
    pub async fn apply(
        &self,
        name: &ObjectName,
        wanted: &Object,
        conflicts: Conflicts,
        mode: Mode,
    ) -> Result<Object, Fault> {
        let is_bound = mode == Mode::DryRun || wanted.resource_version().is_some();
        let answer = match self.applied(name, wanted, conflicts, mode).await {
            Err(fault) if is_bound && fault.is_with_ourselves() => {
                self.applied(name, wanted, Conflicts::Force, mode).await
            }
            told => told,
        };
        object(&answer?.body)
    }

    /// Server-side apply, where there is no such object: the one that is made. Whoever made one of its name in between keeps
    /// it as it is, and that is a fault ([`FaultKind::Exists`]).
    ///
    /// A server has no condition for that, but says whether it made the object. What was merged into somebody else's is
    /// taken out again: an apply that says nothing gives up all that we own. Where nobody else owns any of it another run
    /// made it, and that would be emptied.
    pub async fn apply_new(&self, name: &ObjectName, wanted: &Object) -> Result<Object, Fault> {
        let exists = || Fault::new(FaultKind::Exists, format!("somebody else made `{name}` at the same moment"));
        match self.applied(name, wanted, Conflicts::Refuse, Mode::Real).await {
            Ok(answer) if answer.status == CREATED => object(&answer.body),
            Ok(answer) if !object(&answer.body).is_ok_and(|merged| is_shared(&merged)) => Err(exists()),
            Ok(_) => {
                let nothing = json!({ "apiVersion": wanted.api_version(), "kind": wanted.kind(),
                                      "metadata": { "name": wanted.name() } });
                let nothing = Object::new(nothing).unwrap_or_else(|| wanted.clone());
                match self.applied(name, &nothing, Conflicts::Refuse, Mode::Real).await {
                    Ok(_) => Err(exists()),
                    Err(fault) => Err(exists().with_help(format!("what was merged into it is still there: {fault}"))),
                }
            }
            Err(fault) if matches!(fault.kind, FaultKind::Conflict(_)) => Err(exists()),
            Err(fault) => Err(fault),
        }
    }

    async fn applied(
        &self,
        name: &ObjectName,
        wanted: &Object,
        conflicts: Conflicts,
        mode: Mode,
    ) -> Result<Answer, Fault> {
        let kind = self.kind_of(wanted, std::time::Duration::ZERO).await?;
        let force = if conflicts == Conflicts::Force { "&force=true" } else { "" };
        let to = format!("{}?{}{force}", path(&kind, name)?, params(mode));
        let body = placed(wanted, &kind, name);
        let change = Change { method: Method::PATCH, to, content: "application/apply-patch+yaml", mode };
        self.change(change, &kind.kind, &body).await
    }

    /// Changes part of an object that is there.
    pub async fn patch(&self, name: &ObjectName, patch: &Patch, mode: Mode) -> Result<Object, Fault> {
        let kind = self.kind(&name.group, &name.kind).await?;
        let (content, body) = patch.parts();
        let to = format!("{}?{}", path(&kind, name)?, params(mode));
        object(&self.change(Change { method: Method::PATCH, to, content, mode }, &kind.kind, body).await?.body)
    }

    /// Makes an object that is not there yet.
    pub async fn create(&self, name: &ObjectName, wanted: &Object, mode: Mode) -> Result<Object, Fault> {
        let kind = self.kind_of(wanted, std::time::Duration::ZERO).await?;
        // Looked at, so that what could lead elsewhere is not sent.
        path(&kind, name)?;
        let to = format!("{}?{}", kind.path(name.namespace.as_deref().filter(|_| kind.namespaced)), params(mode));
        let body = placed(wanted, &kind, name);
        object(&self.change(Change { method: Method::POST, to, content: JSON, mode }, &kind.kind, &body).await?.body)
    }

    /// Replaces an object whole. With a `resourceVersion` in it only as long as nobody changed the object since.
    pub async fn replace(&self, name: &ObjectName, wanted: &Object, mode: Mode) -> Result<Object, Fault> {
        let kind = self.kind_of(wanted, std::time::Duration::ZERO).await?;
        let to = format!("{}?{}", path(&kind, name)?, params(mode));
        let body = placed(wanted, &kind, name);
        object(&self.change(Change { method: Method::PUT, to, content: JSON, mode }, &kind.kind, &body).await?.body)
    }

    /// Deletes an object. It may still be there afterwards, and end when those who hold it let go.
    pub async fn delete(&self, name: &ObjectName, delete: &Delete, mode: Mode) -> Result<(), Fault> {
        let kind = self.kind(&name.group, &name.kind).await?;
        let Delete { propagation, uid, resource_version } = delete;
        let mut body = json!({
            "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": format!("{propagation:?}"),
            "preconditions": { "uid": uid, "resourceVersion": resource_version },
        });
        if let (Some(entries), Mode::DryRun) = (body.as_object_mut(), mode) {
            entries.insert("dryRun".to_owned(), json!(["All"]));
        }
        // The body counts; whoever reads the server's log sees the address alone.
        let dry = if mode == Mode::DryRun { "?dryRun=All" } else { "" };
        let to = format!("{}{dry}", path(&kind, name)?);
        let change = Change { method: Method::DELETE, to, content: JSON, mode };
        self.change(change, &kind.kind, &body).await.map(drop)
    }

    async fn change(&self, change: Change, kind: &str, body: &Value) -> Result<Answer, Fault> {
        let Change { method, to, content, mode } = change;
        let effect = if mode == Mode::DryRun { Effect::None } else { Effect::Write };
        let request = Request::builder().method(method).uri(to).header(CONTENT_TYPE, content);
        let bytes = serde_json::to_vec(body).map_err(|error| unsendable(&error))?;
        let request = request.body(bytes).map_err(|error| unsendable(&error))?;
        self.answer(&request, effect, &Hidden::of(kind, body)).await
    }
}

const JSON: &str = "application/json";
/// The status of an answer by which a server says that it made an object.
const CREATED: u16 = 201;

struct Change {
    method: Method,
    to: String,
    content: &'static str,
    mode: Mode,
}

fn params(mode: Mode) -> String {
    let dry = if mode == Mode::DryRun { "&dryRun=All" } else { "" };
    format!("fieldManager={FIELD_MANAGER}&fieldValidation=Strict{dry}")
}

/// An object with the namespace that it goes to.
pub(super) fn placed(wanted: &Object, kind: &Kind, name: &ObjectName) -> Value {
    let mut value = wanted.value().clone();
    let metadata = value.get_mut("metadata").and_then(Value::as_object_mut);
    if let Some(metadata) = metadata {
        match name.namespace.as_deref().filter(|_| kind.namespaced) {
            Some(namespace) => metadata.insert("namespace".to_owned(), namespace.into()),
            None => metadata.remove("namespace"),
        };
    }
    value
}
