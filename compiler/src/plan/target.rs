//! Where and when a plan runs, where its values come from, and who is told.

use super::Call;
use crate::value::Text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a plan runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// Its directory, relative to the project's folder.
    pub directory: Option<String>,
    /// What stands for the directory while it is absent.
    pub seed: Option<String>,
    /// Its cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube: Option<Kube>,
    /// Where backups are kept.
    pub backups: Option<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Local processes that outlive the run.
    pub services: BTreeMap<String, Service>,
}

/// The cluster of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kube {
    /// The context of the kubeconfig; none: its current one.
    pub context: Option<String>,
    /// The namespace of what names none itself. That of the context is not asked: a kubeconfig is no part of what is
    /// reviewed.
    pub namespace: String,
    /// The namespace in which the Lease lies that runs hold on the target; none: [`Self::NAMESPACE`], which is always there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<String>,
}

impl Kube {
    /// The namespace where the target says none.
    pub const NAMESPACE: &str = "default";
}

/// A local process that outlives the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// The program and its arguments.
    pub program: Vec<Text>,
    /// Its environment, on top of Switchback's own.
    pub env: BTreeMap<String, Text>,
}

/// Where an input's value is taken from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputSource {
    /// An environment variable.
    pub env: Option<String>,
    /// `file:…` or `kube:…`.
    pub from: Option<String>,
}

/// A key of an object of the target's namespace: `kube:secret/pg-0-admin#uri`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KubeKey<'t> {
    /// Whether it is one of a Secret; else of a `ConfigMap`.
    pub secret: bool,
    /// The object's name.
    pub name: &'t str,
    /// The key of its data.
    pub key: &'t str,
}

impl<'t> KubeKey<'t> {
    /// Where such places begin.
    pub const PREFIX: &'static str = "kube:";

    /// Reads one; none where it is written otherwise.
    pub fn parse(from: &'t str) -> Option<Self> {
        let (object, key) = from.strip_prefix(Self::PREFIX)?.split_once('#')?;
        let (kind, name) = object.split_once('/')?;
        let secret = match kind {
            "secret" | "secrets" => true,
            "configmap" | "configmaps" | "cm" => false,
            _ => return None,
        };
        let is_plain = |text: &str, more: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
            !text.is_empty() && text.chars().all(fits) && !matches!(text, "." | "..")
        };
        (is_plain(name, "-.") && is_plain(key, "-._")).then_some(Self { secret, name, key })
    }
}

impl InputSource {
    /// The key of an object that gives the value.
    pub fn kube(&self) -> Option<KubeKey<'_>> {
        self.from.as_deref().and_then(KubeKey::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::KubeKey;

    #[test]
    fn only_a_key_of_a_secret_or_a_config_map_is_one() {
        let key = KubeKey { secret: true, name: "pg-0-admin", key: "uri" };
        assert_eq!(KubeKey::parse("kube:secret/pg-0-admin#uri"), Some(key));
        assert_eq!(KubeKey::parse("kube:cm/a#b.conf"), Some(KubeKey { secret: false, name: "a", key: "b.conf" }));
        for wrong in
            ["kube:secret/a", "kube:pod/a#b", "kube:secret/a/b#c", "kube:secret/..#c", "secret/a#b", "kube:cm/a#"]
        {
            assert_eq!(KubeKey::parse(wrong), None, "{wrong}");
        }
    }
}

/// When changes may begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Days, `mon` to `sun`; every day when empty.
    pub days: Vec<String>,
    /// Minutes from midnight.
    pub from: u32,
    /// Minutes from midnight; less than `from`: on the next day.
    pub to: u32,
    /// IANA time zone.
    pub zone: String,
}

/// Who is told of what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notify {
    /// Its name.
    pub name: String,
    /// `start`, `failed`, `undone`, `done`.
    pub on: Vec<String>,
    /// How.
    pub messages: Vec<Call>,
}
