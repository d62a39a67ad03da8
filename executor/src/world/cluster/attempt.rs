//! What the change of another program would come to: tried on the server under that program's name, and never made.

use super::answer::Effect;
use super::client::Cluster;
use super::fault::Fault;
use super::kinds::Kind;
use super::name::ObjectName;
use super::object::Object;
use super::read::{object, path};
use super::secret::Hidden;
use super::send::unsendable;
use super::write::{Conflicts, Patch, placed};
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request};
use serde_json::Value;

/// As whom a change is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Author {
    /// The name under which that program owns fields.
    pub manager: &'static str,
    /// Whether that program has unknown fields refused; without it the server takes them and says nothing to us.
    pub strict: bool,
}

/// A change that another program would send.
#[derive(Clone, PartialEq)]
pub enum Attempt {
    /// Makes an object.
    Create(Object),
    /// Server-side apply.
    Apply(Object, Conflicts),
    /// Changes part of an object.
    Patch(Patch),
}

struct Try {
    method: Method,
    path: String,
    content: &'static str,
    force: bool,
    body: Value,
}

impl Cluster {
    /// Tries a change in a version of its kind; what comes back is what would be. The server does everything but store.
    pub async fn try_as(
        &self,
        author: Author,
        kind: &Kind,
        name: &ObjectName,
        attempt: &Attempt,
    ) -> Result<Object, Fault> {
        let Try { method, path, content, force, body } = tried(kind, name, attempt)?;
        let validation = if author.strict { "Strict" } else { "Ignore" };
        let force = if force { "&force=true" } else { "" };
        let to = format!("{path}?dryRun=All&fieldManager={}&fieldValidation={validation}{force}", author.manager);
        let bytes = serde_json::to_vec(&body).map_err(|error| unsendable(&error))?;
        let request = Request::builder().method(method).uri(to).header(CONTENT_TYPE, content).body(bytes);
        let request = request.map_err(|error| unsendable(&error))?;
        object(&self.ask(&request, Effect::None, &Hidden::of(&kind.kind, &body)).await?)
    }
}

fn tried(kind: &Kind, name: &ObjectName, attempt: &Attempt) -> Result<Try, Fault> {
    let (patch, own) = (Method::PATCH, path(kind, name)?);
    Ok(match attempt {
        Attempt::Create(wanted) => {
            let path = kind.path(name.namespace.as_deref().filter(|_| kind.namespaced));
            let body = placed(wanted, kind, name);
            Try { method: Method::POST, path, content: "application/json", force: false, body }
        }
        Attempt::Apply(wanted, conflicts) => {
            let (force, body) = (*conflicts == Conflicts::Force, placed(wanted, kind, name));
            Try { method: patch, path: own, content: "application/apply-patch+yaml", force, body }
        }
        Attempt::Patch(part) => {
            let (content, body) = part.parts();
            Try { method: patch, path: own, content, force: false, body: body.clone() }
        }
    })
}
