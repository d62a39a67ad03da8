//! `kube.field`: a value of an object of the target's cluster.

use super::{NAMESPACE, reference};
use crate::action::{Check, Noun, Reader, Seen};
use crate::site::{Fault, Scene};
use crate::world::cluster::Object;
use async_trait::async_trait;
use jsonpath_rust::JsonPath;
use jsonpath_rust::parser::parse_json_path;
use serde_json::Value;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection};
use switchback_compiler::schema::{Example, Form, Param, Role, Ty};

/// More is no value.
const MOST_READ: usize = 64 << 10;

/// The kind.
pub struct KubeField;

static FORM: Form = Form {
    name: "kube.field",
    roles: &[Role::Check, Role::Reader],
    args: &[
        reference::OBJECT,
        Param::one(
            "PATH",
            Ty::Known,
            "where in it, as JSONPath (RFC 9535): .data.id, .status.conditions[?@.type=='Ready'].status",
        ),
    ],
    props: &[NAMESPACE],
    summary: "a value of an object: looked at, or read",
    text: "As a check it holds when there is a value at that place, or when the value is as its comparator wants it. \
           Read, it gives the value: a text as it is, all else as JSON; several values stand in lines. A key with a \
           dot in it is written in brackets: .data['pgbouncer.ini']. Values of Secrets are not read: what is read is \
           written down.",
    within: 30,
    examples: &[
        Example { title: "as a check", text: "kube.field \"deployment/web\" \".spec.replicas\" at-least=2" },
        Example {
            title: "a value for later steps",
            text: "output \"id\" pattern=\"[0-9a-f]{4}\" { kube.field \"configmap/catalog\" \".data.id\" }",
        },
    ],
    ..Form::CHECK
};

impl Kind for KubeField {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        let mut found = reference::objections(call);
        let path = call.known("path").unwrap_or_default();
        if !path.contains('‹') && parse_json_path(&rooted(path)).is_err() {
            found.push(Objection {
                about: "path",
                text: "this is no JSONPath".to_owned(),
                help: "write it like \".spec.replicas\" or \".data['a.b']\"".to_owned(),
            });
        }
        found
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

/// As kubectl takes it, from the object on, with or without braces.
fn rooted(path: &str) -> String {
    let bare = path.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(path);
    if bare.starts_with('$') { bare.to_owned() } else { format!("${bare}") }
}

impl Noun for KubeField {
    fn check(&self) -> Option<&dyn Check> {
        Some(self)
    }

    fn reader(&self) -> Option<&dyn Reader> {
        Some(self)
    }
}

/// The value; none where nothing stands there.
fn value(object: &Object, path: &str) -> Result<Option<String>, Fault> {
    let told = told(object);
    let found = told.query(&rooted(path));
    let found = found.map_err(|_| Fault::new(format!("`{path}` is no JSONPath")))?;
    let text = |value: &&Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let found: Vec<String> = found.iter().filter(|value| !value.is_null()).map(text).collect();
    let whole = found.join("\n");
    if whole.len() > MOST_READ {
        return Err(Fault::new("it is more than 64 KiB, which is no value"));
    }
    Ok((!found.is_empty()).then_some(whole))
}

/// What of an object may be read: of a Secret no values, also not those that a program copied into an annotation.
fn told(object: &Object) -> Value {
    let mut value = object.value().clone();
    if object.kind() == "Secret"
        && let Some(entries) = value.as_object_mut()
    {
        entries.retain(|key, _| key != "data" && key != "stringData");
        if let Some(metadata) = entries.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("annotations");
        }
    }
    value
}

async fn read(call: &Call, scene: &Scene<'_>) -> Result<Option<String>, Fault> {
    let name = reference::the_one(call, scene).await?;
    let path = call.known("path").unwrap_or_default();
    match scene.site.cluster()?.get(&name).await? {
        Some(object) => value(&object, path),
        None => Err(Fault::new(format!("{} is not there", name.spoken(&scene.site.namespace)))),
    }
}

#[async_trait]
impl Check for KubeField {
    async fn look(&self, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
        Ok(match read(call, scene).await? {
            Some(value) => Seen::holds(value.lines().next().unwrap_or_default()),
            None => Seen::not("nothing stands there"),
        })
    }

    fn words(&self, call: &Call) -> String {
        format!("{} {}", reference::words(call), call.known("path").unwrap_or_default())
    }
}

#[async_trait]
impl Reader for KubeField {
    async fn read(&self, call: &Call, scene: &Scene<'_>) -> Result<String, Fault> {
        let nothing = || Fault::new(format!("nothing stands at {}", call.known("path").unwrap_or_default()));
        read(call, scene).await?.map(|value| value.trim().to_owned()).ok_or_else(nothing)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_found_by_its_path() {
        let object = Object::new(json!({
            "kind": "ConfigMap", "data": { "id": "beef", "a.ini": "x" }, "spec": { "replicas": 3, "none": null },
            "status": { "conditions": [{ "type": "Ready", "status": "True" }, { "type": "Other", "status": "False" }] },
        }));
        let object = object.unwrap();
        let of = |path: &str| value(&object, path).unwrap();
        assert_eq!(of(".data.id").as_deref(), Some("beef"));
        assert_eq!(of("{.spec.replicas}").as_deref(), Some("3"));
        assert_eq!(of(".data['a.ini']").as_deref(), Some("x"));
        assert_eq!(of(".status.conditions[?@.type=='Ready'].status").as_deref(), Some("True"));
        assert_eq!((of(".spec.none"), of(".spec.other")), (None, None));
        let secret = Object::new(json!({ "kind": "Secret", "data": { "a": "eA==" } })).unwrap();
        assert_eq!(value(&secret, ".data.a").unwrap(), None);
        assert_eq!(value(&secret, "$..a").unwrap(), None);
    }
}
