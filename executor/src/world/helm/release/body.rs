//! A revision of a release, as its record has it.

use super::chart::Chart;
use super::hook::Hook;
use super::status::Status;
use super::tolerant;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// How a revision's objects were changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apply {
    /// By patches that were made on Helm's side.
    ClientSide,
    /// By server-side apply.
    ServerSide,
}

/// A revision of a release. Its manifest and its values may hold secrets, so they are not printed.
#[derive(Clone, PartialEq)]
pub struct Release {
    /// The release's name.
    pub name: String,
    /// The namespace that it is in.
    pub namespace: String,
    /// From 1.
    pub revision: u32,
    /// What it is.
    pub status: Status,
    /// What was made of it.
    pub chart: Chart,
    /// What Helm, or whoever ran it, says about it: `Upgrade complete`, `Rollback to 3`.
    pub description: String,
    /// When this revision was made.
    pub deployed: Option<Timestamp>,
    /// How its objects were changed; releases that don't say were made by Helm 3.
    pub apply: Apply,
    /// The uid of its record: of a release that is made anew the numbers begin again, and the uids do not. Empty where it
    /// was not read from a cluster.
    pub uid: String,
    /// Its hooks.
    pub hooks: Vec<Hook>,
    manifest: String,
    values: Value,
}

impl std::fmt::Debug for Release {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, namespace, revision, status, chart, .. } = self;
        write!(f, "Release({namespace}/{name} {revision} {status} {} {})", chart.name, chart.version)
    }
}

impl Release {
    /// The manifest of its objects, without hooks. Secret values are in it: never print it.
    pub fn manifest(&self) -> &str {
        &self.manifest
    }

    /// The values that were given to the chart. Secret ones may be in it: never print it.
    pub fn values(&self) -> &Value {
        &self.values
    }

    /// The revision that it is a rollback to, by its description.
    pub fn rollback_to(&self) -> Option<u32> {
        self.description.strip_prefix("Rollback to ")?.parse().ok()
    }

    /// Whether another revision makes the very same objects, of the same chart with the same values.
    pub fn is_as(&self, other: &Self) -> bool {
        self.manifest == other.manifest && self.values == other.values && self.chart == other.chart
    }

    /// Whether it can be a rollback to a revision, as Helm describes one. One that failed since its objects did not become
    /// ready is described as a failed install is (helm, `pkg/action/rollback.go`, the same in 3 and 4): then its manifest
    /// tells it apart.
    pub(in crate::world::helm) fn can_be_rollback_to(&self, target: Option<&Self>) -> bool {
        let unready = self.status == Status::Failed && self.description.starts_with("Release ");
        self.description.starts_with("Rollback ")
            || (unready && target.is_some_and(|target| target.manifest == self.manifest))
    }

    /// The hook that runs, of a revision that is pending.
    pub fn running_hook(&self) -> Option<&Hook> {
        self.hooks.iter().find(|hook| self.status.is_pending() && hook.is_running())
    }

    /// Reads a record's JSON; an error says what about it can't be, and never shows it.
    pub(in crate::world::helm) fn read(json: &[u8]) -> Result<Self, String> {
        if json.is_empty() {
            return Err("it is empty".to_owned());
        }
        let record: Record = serde_json::from_slice(json).map_err(|error| {
            format!("it is not the JSON of a release: line {}, column {}", error.line(), error.column())
        })?;
        record.release()
    }
}

/// The JSON of a record; all but the name and the revision may be missing.
#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    name: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    version: u32,
    #[serde(default, deserialize_with = "tolerant::whole")]
    info: Info,
    #[serde(default, deserialize_with = "tolerant::whole")]
    chart: Chart,
    #[serde(default)]
    config: Value,
    #[serde(default, deserialize_with = "tolerant::text")]
    manifest: String,
    #[serde(default, deserialize_with = "tolerant::list")]
    hooks: Vec<Hook>,
    #[serde(default, deserialize_with = "tolerant::text")]
    apply_method: String,
}

#[derive(Default, Deserialize)]
struct Info {
    #[serde(default, deserialize_with = "tolerant::time")]
    last_deployed: Option<Timestamp>,
    #[serde(default, deserialize_with = "tolerant::text")]
    description: String,
    #[serde(default, deserialize_with = "tolerant::text")]
    status: String,
}

impl Record {
    fn release(self) -> Result<Release, String> {
        let Self { name, namespace, version, info, chart, config, manifest, hooks, apply_method } = self;
        if name.is_empty() || version == 0 {
            return Err("it names no release".to_owned());
        }
        let Info { last_deployed, description, status } = info;
        let apply = if apply_method == "ssa" { Apply::ServerSide } else { Apply::ClientSide };
        Ok(Release {
            name,
            namespace,
            revision: version,
            status: Status::of(&status),
            chart,
            description,
            deployed: last_deployed,
            apply,
            uid: String::new(),
            hooks,
            manifest,
            values: config,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: &Value) -> Release {
        Release::read(value.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn what_both_helms_write_is_read() {
        let three = json!({
            "name": "portal", "namespace": "lumen", "version": 41, "manifest": "---\n", "config": null, "hooks": null,
            "info": { "first_deployed": "2026-11-21T22:00:00.123456789+01:00", "last_deployed": "2026-11-21T22:00:00+01:00", "deleted": "",
                      "description": "Upgrade complete", "status": "deployed" },
            "chart": { "metadata": { "name": "portal", "version": "4.0.0", "appVersion": "4.0" }, "lock": null, "templates": [], "files": null },
        });
        let release = read(&three);
        assert_eq!((release.revision, release.status, release.apply), (41, Status::Deployed, Apply::ClientSide));
        assert_eq!(release.deployed.unwrap().to_string(), "2026-11-21T21:00:00Z");
        assert_eq!(release.chart.app_version.as_deref(), Some("4.0"));
        let hooks = json!([{ "name": "a", "last_run": { "started_at": "", "phase": "Succeeded" } },
            { "name": "b", "last_run": { "started_at": "2026-11-21T22:00:00+01:00", "phase": "Running" } }]);
        let four = json!({ "name": "portal", "version": 42, "apply_method": "ssa", "hooks": hooks, "chart": null, "info": { "status": "pending-rollback", "description": "Rollback to 40" } });
        let release = read(&four);
        assert_eq!((release.apply, release.rollback_to(), release.deployed), (Apply::ServerSide, Some(40), None));
        assert!(release.status.is_pending());
        assert_eq!(release.running_hook().map(|hook| hook.name.as_str()), Some("b"));
    }

    #[test]
    fn no_time_is_refused() {
        for time in ["", "0001-01-01T00:00:00Z", "yesterday"] {
            let release = read(&json!({ "name": "a", "version": 1, "info": { "last_deployed": time } }));
            assert_eq!(release.deployed, None, "{time}");
        }
    }

    #[test]
    fn a_release_shows_neither_manifest_nor_values() {
        let release =
            read(&json!({ "name": "a", "version": 1, "manifest": "pin: tulip", "config": { "pin": "rose" } }));
        let shown = format!("{release:?}");
        assert!(!shown.contains("tulip") && !shown.contains("rose"), "{shown}");
        let fault = Release::read(br#"{"name":"a","version":1,"config":{"pin":"tulip""#).unwrap_err();
        assert_eq!(fault, "it is not the JSON of a release: line 1, column 47");
    }
}
