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
    /// `file:…`.
    pub from: Option<String>,
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
