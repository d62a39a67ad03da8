//! Hooks: objects that Helm makes beside a release, at events of it.

use crate::world::cluster::Object;
use crate::world::helm::fault::{HelmFault, HelmFaultKind};
use jiff::Timestamp;
use serde::Deserialize;

/// A hook, as the record of a release has it. Its manifest may hold secret values, so it is not printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Hook {
    /// The object's name.
    #[serde(default)]
    pub name: String,
    /// `Job`.
    #[serde(default)]
    pub kind: String,
    /// The template that it comes from.
    #[serde(default)]
    pub path: String,
    /// `pre-upgrade`, `post-rollback` and so on.
    #[serde(default, deserialize_with = "super::tolerant::list")]
    pub events: Vec<String>,
    /// Those of smaller weight run first.
    #[serde(default)]
    pub weight: i64,
    /// When its object is deleted; without any, before it is made again.
    #[serde(default, deserialize_with = "super::tolerant::list")]
    pub delete_policies: Vec<String>,
    /// How it went the last time, as far as it was recorded; Helm records that one runs before it makes its object.
    #[serde(default, deserialize_with = "super::tolerant::whole")]
    pub last_run: LastRun,
    #[serde(default, deserialize_with = "super::tolerant::text")]
    manifest: String,
}

/// How a hook went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct LastRun {
    /// When it began.
    #[serde(default, deserialize_with = "super::tolerant::time")]
    pub started_at: Option<Timestamp>,
    /// `Running`, `Succeeded`, `Failed`; empty or `Unknown` where it is not known.
    #[serde(default, deserialize_with = "super::tolerant::text")]
    pub phase: String,
}

/// What happens to a release, where hooks are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Its first revision.
    Install,
    /// A new revision from a chart.
    Upgrade,
    /// A new revision that is an older one again.
    Rollback,
    /// It is taken away.
    Uninstall,
}

/// On which side of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before objects are changed.
    Before,
    /// After that.
    After,
}

impl Operation {
    /// Helm's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Upgrade => "upgrade",
            Self::Rollback => "rollback",
            Self::Uninstall => "uninstall",
        }
    }

    fn event(self, when: When) -> String {
        let when = if when == When::Before { "pre" } else { "post" };
        let what = if self == Self::Uninstall { "delete" } else { self.word() };
        format!("{when}-{what}")
    }
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

impl Hook {
    /// The text of its manifest, which may hold secret values.
    pub fn manifest(&self) -> &str {
        &self.manifest
    }

    /// That of a rendered object, if it is one.
    pub(in crate::world::helm) fn of(object: &Object) -> Option<Self> {
        let annotation = |name: &str| object.get("/metadata/annotations").and_then(|all| all.get(name)?.as_str());
        // As Helm reads them; what a test was called by Helm 2 is one still.
        let word = |word: &str| match word.trim().to_lowercase() {
            old if old == "test-success" => "test".to_owned(),
            word => word,
        };
        let list = |text: &str| text.split(',').map(word).collect();
        let weight = annotation("helm.sh/hook-weight").and_then(|weight| weight.trim().parse().ok());
        Some(Self {
            name: object.name().to_owned(),
            kind: object.kind().to_owned(),
            path: String::new(),
            events: annotation("helm.sh/hook").map(list)?,
            weight: weight.unwrap_or_default(),
            delete_policies: annotation("helm.sh/hook-delete-policy").map(list).unwrap_or_default(),
            last_run: LastRun::default(),
            manifest: object.value().to_string(),
        })
    }

    /// Its object, as a manifest says it.
    pub fn object(&self) -> Result<Object, HelmFault> {
        let damaged = |why: String| {
            let what = format!("the manifest of hook `{}` ({}) can't be read: {why}", self.name, self.path);
            HelmFault::new(HelmFaultKind::Damaged, what)
        };
        let read = crate::world::cluster::read_manifests(&self.manifest).map_err(|error| damaged(error.to_string()))?;
        read.into_iter().next().map(|read| read.object).ok_or_else(|| damaged("it is empty".to_owned()))
    }

    /// Whether it runs, or whoever ran it is gone.
    pub fn is_running(&self) -> bool {
        self.last_run.phase == "Running"
    }
}

impl std::fmt::Debug for Hook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hook({} {} at {})", self.kind, self.name, self.events.join(", "))
    }
}

/// The hooks that run at an operation, in the order in which Helm runs them: by weight, then by name.
pub fn running(hooks: &[Hook], operation: Operation, when: When) -> Vec<&Hook> {
    let event = operation.event(when);
    let mut found: Vec<_> = hooks.iter().filter(|hook| hook.events.contains(&event)).collect();
    found.sort_by(|one, other| (one.weight, &one.name).cmp(&(other.weight, &other.name)));
    found
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    fn hook(name: &str, weight: i64, events: &[&str]) -> Hook {
        serde_json::from_value(json!({ "name": name, "kind": "Job", "weight": weight, "events": events })).unwrap()
    }

    #[test]
    fn hooks_run_by_weight_and_name_at_their_events() {
        let hooks = [
            hook("c", 0, &["pre-upgrade"]),
            hook("b", 5, &["pre-upgrade", "post-upgrade"]),
            hook("a", 5, &["pre-upgrade"]),
            hook("d", -1, &["pre-upgrade", "pre-rollback"]),
            hook("e", 0, &["pre-delete"]),
            hook("t", 0, &["test"]),
        ];
        let at = |operation, when| -> Vec<_> {
            running(&hooks, operation, when).into_iter().map(|hook| hook.name.as_str()).collect()
        };
        assert_eq!(at(Operation::Upgrade, When::Before), ["d", "c", "a", "b"]);
        assert_eq!(at(Operation::Upgrade, When::After), ["b"]);
        assert_eq!(at(Operation::Rollback, When::Before), ["d"]);
        assert_eq!(at(Operation::Uninstall, When::Before), ["e"]);
        assert!(at(Operation::Install, When::Before).is_empty());
    }

    #[test]
    fn a_hook_does_not_show_its_manifest() {
        let manifest = "apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData: { pin: tulip }\n";
        let hook: Hook =
            serde_json::from_value(json!({ "name": "a", "kind": "Secret", "manifest": manifest })).unwrap();
        assert!(!format!("{hook:?}").contains("tulip"));
        assert_eq!(hook.object().unwrap().text("/stringData/pin"), Some("tulip"));
        let empty: Hook = serde_json::from_value(json!({ "name": "a", "events": null })).unwrap();
        assert!(empty.object().unwrap_err().what.contains("it is empty"));
    }
}
