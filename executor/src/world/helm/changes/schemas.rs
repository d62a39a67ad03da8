//! The schemas of a cluster, each asked for once.

use crate::world::cluster::{Cluster, Fault};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{Mutex, OnceCell};

/// What is known of schemas, by group and version; its copies share it.
#[derive(Clone, Default)]
pub struct Schemas(Arc<Mutex<BTreeMap<String, Slot>>>);

type Slot = Arc<OnceCell<Arc<Value>>>;

impl Schemas {
    /// All of a group and version.
    pub(super) async fn of(&self, cluster: &Cluster, api_version: &str) -> Result<Arc<Value>, Fault> {
        let slot = self.0.lock().await.entry(api_version.to_owned()).or_default().clone();
        let asked = slot.get_or_try_init(async || cluster.schemas(api_version).await.map(Arc::new)).await;
        asked.cloned()
    }
}
