//! Who made an object, and puts back what is changed of it.

use crate::site::Scene;
use crate::world::cluster::{Object, ObjectName};
use serde_json::Value;

/// By this Argo CD knows whose an object is: `parent:argoproj.io/Application:argocd/portal`.
const TRACKED: &str = "argocd.argoproj.io/tracking-id";

/// What is told of an Application that another object makes: that one may put back what is taken away here.
pub(super) async fn of_application(live: &Object, scene: &Scene<'_>) -> Vec<String> {
    let mut told = Vec::new();
    for set in owners(live, "ApplicationSet") {
        if !leaves_alone(&set, live, scene).await {
            told.push(format!("made by applicationset {set}, which puts its sync policy back: pause that too"));
        }
    }
    let tracked = live.get("/metadata/annotations").and_then(|all| all.get(TRACKED)).and_then(Value::as_str);
    let parent = tracked.and_then(|tracked| tracked.split(':').next()).filter(|parent| *parent != live.name());
    told.extend(parent.map(|parent| {
        format!("made by application {parent}, which puts its sync policy back when it heals itself: pause that too")
    }));
    told
}

fn owners(live: &Object, kind: &str) -> Vec<String> {
    let all = live.get("/metadata/ownerReferences").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let of = all.iter().filter(|one| one.get("kind").and_then(Value::as_str) == Some(kind));
    of.filter_map(|one| one.get("name")?.as_str().map(str::to_owned)).collect()
}

/// Whether an `ApplicationSet` says that it leaves this alone; one that can't be looked at may not.
async fn leaves_alone(set: &str, live: &Object, scene: &Scene<'_>) -> bool {
    let name = ObjectName {
        group: live.group().to_owned(),
        kind: "ApplicationSet".to_owned(),
        namespace: live.namespace().map(str::to_owned),
        name: set.to_owned(),
    };
    let Ok(cluster) = scene.site.cluster() else { return false };
    matches!(cluster.get(&name).await, Ok(Some(found)) if ignores(&found, live.name()))
}

/// By its `applicationsSync` or `ignoreApplicationDifferences`.
fn ignores(set: &Object, application: &str) -> bool {
    if matches!(set.text("/spec/syncPolicy/applicationsSync"), Some("create-only" | "create-delete")) {
        return true;
    }
    let rules = set.get("/spec/ignoreApplicationDifferences").and_then(Value::as_array);
    let texts = |rule: &Value, key: &str| {
        let all = rule.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        all.into_iter().filter_map(|one| one.as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    rules.into_iter().flatten().any(|rule| {
        let named = rule.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
        let pointed = ["/spec/syncPolicy", "/spec/syncPolicy/automated"];
        let queried = [".spec.syncPolicy", ".spec.syncPolicy.automated"];
        named.is_none_or(|named| named == application)
            && (texts(rule, "jsonPointers").iter().any(|one| pointed.contains(&one.as_str()))
                || texts(rule, "jqPathExpressions").iter().any(|one| queried.contains(&one.as_str())))
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_application_set_that_leaves_the_policy_alone_is_known() {
        let of = |spec: Value| ignores(&Object::new(json!({ "spec": spec })).unwrap(), "portal");
        assert!(!of(json!({})));
        assert!(of(json!({ "syncPolicy": { "applicationsSync": "create-only" } })));
        assert!(!of(json!({ "syncPolicy": { "applicationsSync": "create-update" } })));
        let rule =
            |name: &str, at: &str| json!({ "ignoreApplicationDifferences": [{ "name": name, "jsonPointers": [at] }] });
        assert!(of(rule("", "/spec/syncPolicy")) && of(rule("portal", "/spec/syncPolicy/automated")));
        assert!(!of(rule("other", "/spec/syncPolicy")) && !of(rule("", "/spec/source")));
        assert!(of(json!({ "ignoreApplicationDifferences": [{ "jqPathExpressions": [".spec.syncPolicy"] }] })));
    }
}
