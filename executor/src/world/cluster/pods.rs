//! Whether an object is ready that wants no pods any more: the last ones may still end.

use super::client::Cluster;
use super::fault::{Fault, FaultKind};
use super::object::Object;
use super::read::Selection;
use super::ready::Readiness;
use serde_json::Value;
use std::collections::BTreeMap;
use switchback_compiler::words::count;

impl Cluster {
    /// Whether an object is ready, its pods included: one that wants none is when the last one has ended, since until then
    /// it may still write.
    pub async fn readiness(&self, object: &Object) -> Result<Readiness, Fault> {
        let readiness = object.readiness();
        let (Readiness::Ready(says), Some(selection)) = (&readiness, of_none(object)) else { return Ok(readiness) };
        let kind = self.kind("", "Pod").await?;
        let pods = match self.list(&kind, &selection).await {
            Err(fault) if fault.kind == FaultKind::Forbidden => {
                return Ok(Readiness::Ready(format!("{says}; whether its pods have ended may not be asked")));
            }
            pods => pods?,
        };
        Ok(match pods.iter().filter(|pod| pod.is_ending()).count() {
            0 => readiness,
            ending => Readiness::Waits(format!("{} still ending", count(ending, "pod"))),
        })
    }
}

/// The pods of an object that wants none.
fn of_none(object: &Object) -> Option<Selection> {
    let scales = matches!(
        (object.group(), object.kind()),
        ("apps", "Deployment" | "StatefulSet" | "ReplicaSet") | ("", "ReplicationController")
    );
    let none = scales && object.get("/spec/replicas").and_then(Value::as_u64) == Some(0);
    let labels = object.get("/spec/selector").filter(|_| none).and_then(labels)?;
    Some(Selection { namespace: object.namespace().map(str::to_owned), labels: Some(labels), fields: None })
}

/// A selector in the words of a query: `app=portal,tier in (a,b)`; none where it selects nothing.
pub(super) fn labels(selector: &Value) -> Option<String> {
    let equal = selector.get("matchLabels");
    let rules = selector.get("matchExpressions").and_then(Value::as_array);
    // That of a ReplicationController has labels alone.
    let equal = if equal.is_none() && rules.is_none() { Some(selector) } else { equal };
    let equal = equal.and_then(Value::as_object).into_iter().flatten();
    let equal: BTreeMap<&String, &str> = equal.filter_map(|(key, value)| Some((key, value.as_str()?))).collect();
    let equal = equal.into_iter().map(|(key, value)| format!("{key}={value}"));
    let all: Vec<String> = equal.chain(rules.into_iter().flatten().filter_map(rule)).collect();
    (!all.is_empty()).then(|| all.join(","))
}

fn rule(rule: &Value) -> Option<String> {
    let (key, operator) = (rule.get("key")?.as_str()?, rule.get("operator")?.as_str()?);
    let values = rule.get("values").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let values = values.collect::<Vec<_>>().join(",");
    Some(match operator {
        "In" => format!("{key} in ({values})"),
        "NotIn" => format!("{key} notin ({values})"),
        "DoesNotExist" => format!("!{key}"),
        _ => key.to_owned(),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_selector_is_asked_for_as_it_is_written() {
        let rules = json!([
            { "key": "tier", "operator": "In", "values": ["a", "b"] }, { "key": "old", "operator": "DoesNotExist" },
            { "key": "zone", "operator": "NotIn", "values": ["x"] }, { "key": "app", "operator": "Exists" },
        ]);
        let selector = json!({ "matchLabels": { "b": "2", "a": "1" }, "matchExpressions": rules });
        assert_eq!(labels(&selector).unwrap(), "a=1,b=2,tier in (a,b),!old,zone notin (x),app");
        assert_eq!(labels(&json!({ "app": "web" })).unwrap(), "app=web");
        assert_eq!(labels(&json!({})), None);
    }

    #[test]
    fn only_what_wants_no_pods_has_its_last_ones_looked_at() {
        let of = |kind: &str, replicas: u64| {
            let spec = json!({ "replicas": replicas, "selector": { "matchLabels": { "app": "a" } } });
            let metadata = json!({ "name": "a", "namespace": "n" });
            Object::new(json!({ "apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": spec })).unwrap()
        };
        let wanted = Selection { namespace: Some("n".into()), labels: Some("app=a".into()), fields: None };
        assert_eq!(of_none(&of("Deployment", 0)), Some(wanted));
        assert_eq!((of_none(&of("Deployment", 1)), of_none(&of("DaemonSet", 0))), (None, None));
    }
}
