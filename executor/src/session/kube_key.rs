//! Values of inputs that lie on the target's cluster: `from="kube:secret/pg-0-admin#uri"`.

use super::connect::connected;
use super::inputs::{InputError, MAX_SECRET};
use crate::world::cluster::{Object, ObjectName};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use switchback_compiler::plan::{KubeKey, Target};
use switchback_compiler::words::list;

/// As many keys as one reads.
const MOST_NAMED: usize = 10;

/// The value as it is now, without line ends at its end: `kubectl create secret --from-file` keeps that of the file.
pub(super) async fn read(name: &str, key: &KubeKey<'_>, target: Option<&Target>) -> Result<String, InputError> {
    let KubeKey { secret, name: object, key: entry } = *key;
    let spoken = format!("{}/{object}", if secret { "secret" } else { "configmap" });
    let wrong = |why: String, help: &str| InputError::new(name, why, help);
    let Some((target, kube)) = target.and_then(|target| Some((target, target.kube.as_ref()?))) else {
        return Err(wrong(
            format!("{spoken} is looked for on the target's cluster, and the target has none"),
            "say it in switchback.kdl: target \"NAME\" { kube context=\"CONTEXT\" namespace=\"NAMESPACE\" }",
        ));
    };
    let kind = if secret { "Secret" } else { "ConfigMap" };
    let namespace = Some(kube.namespace.clone());
    let full = ObjectName { group: String::new(), kind: kind.to_owned(), namespace, name: object.to_owned() };
    let cluster = connected(target, kube).await;
    let cluster =
        cluster.map_err(|fault| wrong(fault.why, "look whether the cluster answers, or give it by its env"))?;
    let found = cluster.get(&full).await;
    let found = found.map_err(|fault| wrong(format!("{spoken}: {}", fault.what), "look whether it may be read"))?;
    let Some(found) = found else {
        let why = format!("{spoken} is not there, in namespace `{}`", kube.namespace);
        return Err(wrong(why, "make it, or name another one"));
    };
    match value(&found, entry, secret) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(wrong(format!("{spoken} has no key `{entry}`"), &keys(&found))),
        Err(why) => Err(wrong(format!("key `{entry}` of {spoken} {why}"), "an input is a text of at most 64 KiB")),
    }
}

fn data(object: &Object) -> Option<&Map<String, Value>> {
    object.get("/data").and_then(Value::as_object)
}

fn keys(object: &Object) -> String {
    let keys: Vec<&String> = data(object).map(|data| data.keys().collect()).unwrap_or_default();
    match keys.as_slice() {
        [] => "it has none".to_owned(),
        few if few.len() <= MOST_NAMED => format!("it has {}", list(few)),
        many => format!("it has {} others", many.len()),
    }
}

/// The value of a key; the error says, without it, why it is none.
fn value(object: &Object, key: &str, is_secret: bool) -> Result<Option<String>, &'static str> {
    let Some(written) = data(object).and_then(|data| data.get(key)).and_then(Value::as_str) else { return Ok(None) };
    let bytes =
        if is_secret { STANDARD.decode(written).map_err(|_| "can't be read")? } else { written.as_bytes().to_vec() };
    if bytes.len() as u64 > MAX_SECRET {
        return Err("is larger than 64 KiB");
    }
    let text = String::from_utf8(bytes).map_err(|_| "is no text")?;
    Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_a_text_of_some_length() {
        let of = |data: Value| {
            Object::new(json!({ "apiVersion": "v1", "kind": "Secret", "metadata": {}, "data": data })).unwrap()
        };
        let secret = of(json!({ "uri": STANDARD.encode("pg://a\n"), "raw": STANDARD.encode([0xff]), "bad": "%" }));
        assert_eq!(value(&secret, "uri", true), Ok(Some("pg://a".to_owned())));
        assert_eq!(value(&secret, "none", true), Ok(None));
        assert!(value(&secret, "raw", true).is_err() && value(&secret, "bad", true).is_err());
        let large = of(json!({ "a": "x".repeat(MAX_SECRET as usize + 1), "b": "x" }));
        assert!(value(&large, "a", false).is_err());
        assert_eq!(value(&large, "b", false), Ok(Some("x".to_owned())));
        assert_eq!(keys(&large), "it has a and b");
    }
}
