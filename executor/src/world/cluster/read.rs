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
use hyper::header::{ACCEPT, HeaderValue};
use kube::core::params::ListParams;
use serde_json::Value;
use std::collections::BTreeMap;

/// Objects in one answer; a list goes on over several.
const PAGE: u32 = 500;
/// From so many on a list costs less than a look at each.
const MANY: usize = 16;
/// Where that is too much for one answer.
const SMALLEST_PAGE: u32 = 5;
/// No cluster has as many of a kind; etcd ends before.
const MOST_OBJECTS: usize = 1_000_000;
/// The form of a list in which objects have only their metadata.
const METADATA: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
/// A list that is so old that its next page is gone begins anew; one that can't be read in so many tries never will.
const MOST_BEGINNINGS: usize = 3;

/// Who says that it has a kind and serves none of it says nothing about an object; a server on its way up does so.
fn not_served(fault: Fault, kind: &Kind) -> Fault {
    match fault.kind {
        FaultKind::Unserved => {
            let what =
                format!("the server says that it has {} in {}, and does not serve it", kind.kind, kind.api_version());
            Fault::new(FaultKind::Transient(None), what)
        }
        _ => fault,
    }
}

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
    /// An object in the version that the server prefers; none if it is not there, nor where there are no objects of its
    /// kind.
    pub async fn get(&self, name: &ObjectName) -> Result<Option<Object>, Fault> {
        match self.kind(&name.group, &name.kind).await {
            Ok(kind) => self.get_as(&kind, name).await,
            Err(fault) if fault.is_absent() => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// An object in a version of its kind; none if it is not there. Where that version is served no more, in the one that is.
    pub async fn get_as(&self, kind: &Kind, name: &ObjectName) -> Result<Option<Object>, Fault> {
        match self.get_once(kind, name).await {
            Err(fault) if fault.kind == FaultKind::Unserved => match self.served_now(kind).await? {
                Some(kind) => self.get_once(&kind, name).await.map_err(|fault| not_served(fault, &kind)),
                None => Ok(None),
            },
            told => told,
        }
    }

    async fn get_once(&self, kind: &Kind, name: &ObjectName) -> Result<Option<Object>, Fault> {
        let request = get(&path(kind, name)?)?;
        match self.ask(&request, Effect::None, &Hidden::default()).await {
            Ok(body) => object(&body).map(Some),
            Err(fault) if fault.kind == FaultKind::Absent => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Many objects at once, in the order of their names; a fault of one is not one of the others.
    pub async fn get_all(&self, names: &[ObjectName]) -> Vec<Result<Option<Object>, Fault>> {
        join_all(names.iter().map(|name| self.get(name))).await
    }

    /// Many objects in versions of their kinds, in their order. Of a kind of which many are wanted in a namespace one list
    /// tells most, for a tenth of the server's work; who may not list, or has more of them than are wanted, is asked one by
    /// one. So are Secrets: those that nobody wants are nobody's business.
    pub async fn get_all_as(&self, wanted: &[(Kind, ObjectName)]) -> Vec<Result<Option<Object>, Fault>> {
        let mut groups: BTreeMap<(String, Option<String>), Vec<&Kind>> = BTreeMap::new();
        for (kind, name) in wanted {
            groups.entry((kind.path(None), name.namespace.clone())).or_default().push(kind);
        }
        let is_open = |kind: &&Kind| (kind.group.as_str(), kind.kind.as_str()) != ("", "Secret");
        let many = groups.into_iter().filter(|(_, kinds)| kinds.len() >= MANY && kinds.first().is_some_and(is_open));
        let listed = many.filter_map(|((_, namespace), kinds)| {
            let kind = (*kinds.first()?).clone();
            let page = u32::try_from(2 * kinds.len()).unwrap_or(PAGE);
            Some(async move { self.first_page(&kind, namespace, page).await })
        });
        let listed: BTreeMap<ObjectName, Object> = join_all(listed).await.into_iter().flatten().collect();
        let each = wanted.iter().map(async |(kind, name)| match listed.get(name) {
            Some(object) if object.api_version() == kind.api_version() => Ok(Some(object.clone())),
            _ => self.get_as(kind, name).await,
        });
        join_all(each).await
    }

    /// What a first page of a list tells; nothing where it can't be read at once, for it is never the only way.
    pub(super) async fn first_page(
        &self,
        kind: &Kind,
        namespace: Option<String>,
        page: u32,
    ) -> Vec<(ObjectName, Object)> {
        let path = kind.path(namespace.as_deref());
        let request = kube::core::Request::new(&path).list(&ListParams::default().limit(page));
        let Ok(request) = request else { return Vec::new() };
        let Ok(body) = self.impatient().ask(&request, Effect::None, &Hidden::default()).await else {
            return Vec::new();
        };
        let Ok(mut told) = serde_json::from_slice::<Value>(&body) else { return Vec::new() };
        items(&mut told, kind).into_iter().map(|object| (object.full_name(), object)).collect()
    }

    /// All objects of a kind that are selected, by namespace and name.
    pub async fn list(&self, kind: &Kind, selection: &Selection) -> Result<Vec<Object>, Fault> {
        self.list_of(kind, selection, Parts::All).await
    }

    /// The same without what is in them: names, owners and other metadata.
    pub(super) async fn list_metadata(&self, kind: &Kind, selection: &Selection) -> Result<Vec<Object>, Fault> {
        self.list_of(kind, selection, Parts::Metadata).await
    }

    async fn list_of(&self, kind: &Kind, selection: &Selection, parts: Parts) -> Result<Vec<Object>, Fault> {
        let (mut beginnings, mut page) = (1, PAGE);
        loop {
            match self.list_once(kind, selection, parts, page).await {
                Err(fault) if fault.kind == FaultKind::Expired && beginnings < MOST_BEGINNINGS => beginnings += 1,
                Err(fault) if fault.kind == FaultKind::TooLarge && page > SMALLEST_PAGE => page /= 10,
                told => return told,
            }
        }
    }

    async fn list_once(
        &self,
        kind: &Kind,
        selection: &Selection,
        parts: Parts,
        page: u32,
    ) -> Result<Vec<Object>, Fault> {
        let path = kind.path(selection.namespace.as_deref());
        let mut params = ListParams::default().limit(page);
        (params.label_selector, params.field_selector) = (selection.labels.clone(), selection.fields.clone());
        let mut objects = Vec::new();
        loop {
            let mut request = kube::core::Request::new(&path).list(&params).map_err(|error| unsendable(&error))?;
            if parts == Parts::Metadata {
                request.headers_mut().insert(ACCEPT, HeaderValue::from_static(METADATA));
            }
            let body = self.ask(&request, Effect::None, &Hidden::default()).await?;
            let mut page: Value = serde_json::from_slice(&body).map_err(|_| no_object())?;
            objects.extend(items(&mut page, kind));
            let token = page.pointer("/metadata/continue").and_then(Value::as_str).filter(|token| !token.is_empty());
            let Some(token) = token else { return Ok(objects) };
            if params.continue_token.as_deref() == Some(token) || objects.len() > MOST_OBJECTS {
                return Err(endless(&path));
            }
            params = params.continue_token(token);
        }
    }
}

/// What of objects is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parts {
    All,
    Metadata,
}

fn endless(path: &str) -> Fault {
    Fault::new(FaultKind::Refused, format!("the server's list of `{path}` has no end"))
        .with_help("look whether something stands between")
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
