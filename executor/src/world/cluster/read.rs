//! Reading objects.

use super::answer::Effect;
use super::client::{Cluster, get};
use super::fault::{Fault, FaultKind};
use super::kinds::Kind;
use super::name::{ObjectName, is_segment};
use super::object::Object;
use super::secret::Hidden;
use super::send::unsendable;
use futures_util::future::join_all;
use kube::core::params::ListParams;
use serde_json::Value;

/// Objects in one answer; a list goes on over several.
const PAGE: u32 = 500;
/// A list that is so old that its next page is gone begins anew; one that can't be read in so many tries never will.
const MOST_BEGINNINGS: usize = 3;

/// Which objects of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Those of a namespace; else of all.
    pub namespace: Option<String>,
    /// Those with these labels: `app=portal,tier!=web`.
    pub labels: Option<String>,
    /// Those with these fields: `metadata.name=portal`.
    pub fields: Option<String>,
}

impl Cluster {
    /// An object in the version that the server prefers; none if it is not there.
    pub async fn get(&self, name: &ObjectName) -> Result<Option<Object>, Fault> {
        let kind = self.kind(&name.group, &name.kind).await?;
        self.get_as(&kind, name).await
    }

    /// An object in a version of its kind; none if it is not there.
    pub async fn get_as(&self, kind: &Kind, name: &ObjectName) -> Result<Option<Object>, Fault> {
        let request = get(&path(kind, name)?)?;
        match self.ask(&request, Effect::None, &Hidden::default()).await {
            Ok(body) => object(&body).map(Some),
            Err(fault) if fault.is_absent() => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Many objects at once, in the order of their names; a fault of one is not one of the others.
    pub async fn get_all(&self, names: &[ObjectName]) -> Vec<Result<Option<Object>, Fault>> {
        join_all(names.iter().map(|name| self.get(name))).await
    }

    /// All objects of a kind that are selected, by namespace and name.
    pub async fn list(&self, kind: &Kind, selection: &Selection) -> Result<Vec<Object>, Fault> {
        let mut beginnings = 1;
        loop {
            match self.list_once(kind, selection).await {
                Err(fault) if fault.kind == FaultKind::Expired && beginnings < MOST_BEGINNINGS => beginnings += 1,
                told => return told,
            }
        }
    }

    async fn list_once(&self, kind: &Kind, selection: &Selection) -> Result<Vec<Object>, Fault> {
        let path = kind.path(selection.namespace.as_deref());
        let mut params = ListParams::default().limit(PAGE);
        (params.label_selector, params.field_selector) = (selection.labels.clone(), selection.fields.clone());
        let mut objects = Vec::new();
        loop {
            let request = kube::core::Request::new(&path).list(&params).map_err(|error| unsendable(&error))?;
            let body = self.ask(&request, Effect::None, &Hidden::default()).await?;
            let mut page: Value = serde_json::from_slice(&body).map_err(|_| no_object())?;
            objects.extend(items(&mut page, kind));
            match page.pointer("/metadata/continue").and_then(Value::as_str).filter(|token| !token.is_empty()) {
                Some(token) => params = params.continue_token(token),
                None => return Ok(objects),
            }
        }
    }
}

/// The items of a list, which themselves don't say what they are.
fn items(page: &mut Value, kind: &Kind) -> Vec<Object> {
    let items = page.get_mut("items").map(Value::take).unwrap_or_default();
    let Value::Array(items) = items else { return Vec::new() };
    let whole = items.into_iter().map(|mut item| {
        if let Some(entries) = item.as_object_mut() {
            entries.insert("apiVersion".to_owned(), kind.api_version().into());
            entries.insert("kind".to_owned(), kind.kind.clone().into());
        }
        item
    });
    whole.filter_map(Object::new).collect()
}

/// The object in an answer.
pub(super) fn object(body: &[u8]) -> Result<Object, Fault> {
    Object::from_bytes(body).ok_or_else(no_object)
}

fn no_object() -> Fault {
    Fault::new(FaultKind::Refused, "the server's answer is no object")
        .with_help("look whether something stands between")
}

/// The path of an object. A name that could lead elsewhere is never sent.
pub(super) fn path(kind: &Kind, name: &ObjectName) -> Result<String, Fault> {
    if !is_segment(&name.name) || !name.namespace.as_deref().is_none_or(is_segment) {
        return Err(Fault::new(FaultKind::Setup, format!("`{name}` can't be the name of an object")));
    }
    if kind.namespaced && name.namespace.is_none() {
        return Err(Fault::new(FaultKind::Setup, format!("`{name}` is in a namespace, and none is named")));
    }
    let namespace = name.namespace.as_deref().filter(|_| kind.namespaced);
    Ok(format!("{}/{}", kind.path(namespace), name.name))
}
