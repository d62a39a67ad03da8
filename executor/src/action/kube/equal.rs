//! `kube.equal`: objects are as a backup has them.

use super::{NAMESPACE, reference};
use crate::action::{Check, Noun, Seen, copies};
use crate::preview::without_key;
use crate::resource::is_given_secret;
use crate::site::{Fault, Scene, Site};
use crate::world::cluster::{Change, MaskKey, Normal, Object, ObjectName, compare};
use async_trait::async_trait;
use serde_json::Value;
use std::time::Duration;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection};
use switchback_compiler::schema::{Example, Form};
use switchback_compiler::words::count;

/// So many differences are told; who wants all looks at `kube.restore`'s diff.
const MOST_TOLD: usize = 4;
/// Of a value so much is told.
const LONGEST: usize = 60;

/// The kind.
pub struct KubeEqual;

static FORM: Form = Form {
    name: "kube.equal",
    args: &[reference::OBJECTS],
    props: &[copies::COPY, copies::VERSION, copies::MAX_AGE, NAMESPACE],
    summary: "objects are as a backup has them",
    text: "Compared is what `kube.restore` would write: all but the status, the owners of fields and what the server \
           writes by itself. Each place that differs is told with what is there and what the copy has; values of \
           Secrets are masked. They are looked at once; with `within` they are waited for. The copy is one of this \
           plan, or with `copy=\"PLAN/NAME\"` and `version=` one of an earlier run, as `kube.restore` finds it.",
    within: 30,
    once: true,
    examples: &[Example {
        title: "a rollback of the release left the settings as they were saved",
        text: "kube.equal \"configmap/portal\" copy=\"portal-2.0/settings\" version=\"2.0.x\"",
    }],
    ..Form::CHECK
};

impl Kind for KubeEqual {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        reference::objections(call)
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

impl Noun for KubeEqual {
    fn check(&self) -> Option<&dyn Check> {
        Some(self)
    }
}

#[async_trait]
impl Check for KubeEqual {
    async fn look(&self, call: &Call, scene: &Scene<'_>) -> Result<Seen, Fault> {
        let names = reference::meant(call, scene).await?;
        for name in &names {
            let copy = match copies::object(call, name, scene) {
                Ok(copy) => copy,
                // Looking again does not bring it.
                Err(fault) => return Ok(Seen { settled: true, ..Seen::not(fault.why) }),
            };
            let spoken = name.spoken(&scene.site.namespace);
            match now(name, &copy, scene).await? {
                None => return Ok(Seen::not(format!("{spoken} is not there"))),
                Some(live) if live.is_ending() => return Ok(Seen::not(format!("{spoken} is being deleted"))),
                Some(live) if Normal::of(&live) == Normal::of(&copy) => {}
                Some(live) => {
                    let differs = differences(&copy, &live, scene.site);
                    return Ok(Seen::not(format!("{spoken} differs: {differs}")));
                }
            }
        }
        Ok(Seen::holds(if names.len() == 1 { "as the copy has it" } else { "all as the copy has them" }))
    }

    fn words(&self, call: &Call) -> String {
        reference::words(call)
    }
}

/// The object in the version that the copy has, as a restore writes it.
async fn now(name: &ObjectName, copy: &Object, scene: &Scene<'_>) -> Result<Option<Object>, Fault> {
    let cluster = scene.site.cluster()?;
    let kind = cluster.kind_of(copy, Duration::ZERO).await?;
    Ok(cluster.get_as(&kind, name).await?)
}

/// `data.value is new, the copy has old; data.more is 1, the copy has nothing`.
fn differences(copy: &Object, live: &Object, site: &Site) -> String {
    let key = site.key.map(MaskKey::new).or_else(|| MaskKey::random().ok());
    let key = key.unwrap_or_else(|| MaskKey::new([0; 32]));
    let shown = |object: &Object| Normal::of(object).shown(&key);
    let found = compare(shown(copy).value(), shown(live).value());
    let hides = [copy, live].into_iter().any(|object| is_given_secret(site, object));
    let told: Vec<String> = found.iter().take(MOST_TOLD).map(|change| told(change, hides)).collect();
    let more = found.len().saturating_sub(MOST_TOLD);
    let more = if more == 0 { String::new() } else { format!("; and {}", count(more, "other place")) };
    let told = told.join("; ") + &more;
    // Without a key of the target no two masks can be compared.
    if site.key.is_none() { without_key(&told) } else { told }
}

fn told(Change { place, old, new, order }: &Change, hides: bool) -> String {
    if *order {
        return format!("the order of {place} is another");
    }
    let place = if place.steps().is_empty() { "all of it".to_owned() } else { place.to_string() };
    match (old, new) {
        (None, Some(_)) if hides => format!("{place} is new"),
        (Some(_), None) if hides => format!("{place} is gone"),
        _ if hides => format!("{place} is another"),
        (old, new) => {
            let (is, has) = (new.as_ref().map(value), old.as_ref().map(value));
            let (is, has) = (is.as_deref().unwrap_or("not there"), has.as_deref().unwrap_or("nothing there"));
            format!("{place} is {is}, the copy has {has}")
        }
    }
}

fn value(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(LONGEST).collect();
    if cut.len() < line.len() { format!("{cut}…") } else { cut }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::super::testing::Bench;
    use super::*;
    use serde_json::json;

    fn differ(kind: &str, old: &Value, new: &Value) -> String {
        let object = |data: &Value| Object::new(json!({ "apiVersion": "v1", "kind": kind, "data": data })).unwrap();
        differences(&object(old), &object(new), &Bench::new().site)
    }

    #[test]
    fn what_differs_is_told_by_its_place_and_bounded() {
        let (old, new) = (json!({ "a": "1", "b": "2\n3" }), json!({ "b": "2\n4", "c": "5" }));
        let told = "data.a is not there, the copy has 1; data.b is 2 4, the copy has 2 3; data.c is 5, the copy has nothing there";
        assert_eq!(differ("ConfigMap", &old, &new), told);
        let many = |value: &str| (0..9).map(|at| (format!("k{at}"), json!(value))).collect::<serde_json::Map<_, _>>();
        let told = differ("ConfigMap", &many("1").into(), &many("2").into());
        assert!(told.ends_with("the copy has 1; and 5 other places"), "{told}");
    }

    #[test]
    fn of_a_secret_no_value_is_told() {
        let told = differ("Secret", &json!({ "pin": "cm9zZQ==" }), &json!({ "pin": "dHVsaXA=" }));
        assert!(told.starts_with("data.pin is ‹hidden") && !told.contains("cm9z") && !told.contains("dHVs"), "{told}");
    }
}
