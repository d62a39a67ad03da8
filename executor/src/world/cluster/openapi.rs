//! What a server says its objects look like.

use super::answer::Effect;
use super::client::{Cluster, get};
use super::fault::{Fault, FaultKind};
use super::secret::Hidden;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{Mutex, OnceCell};

/// What is known of schemas, by group and version; its copies share it.
#[derive(Clone, Default)]
pub(super) struct Schemas(Arc<Mutex<BTreeMap<String, Slot>>>);

type Slot = Arc<OnceCell<Arc<Value>>>;

impl Cluster {
    /// The schemas of a group and version (`apps/v1`) that Kubernetes itself has, by their names, as `OpenAPI` 3 has them;
    /// asked for once.
    pub async fn schemas(&self, api_version: &str) -> Result<Arc<Value>, Fault> {
        let slot = self.schemas.0.lock().await.entry(api_version.to_owned()).or_default().clone();
        slot.get_or_try_init(async || self.schemas_now(api_version).await.map(Arc::new)).await.cloned()
    }

    async fn schemas_now(&self, api_version: &str) -> Result<Value, Fault> {
        let root = if api_version.contains('/') { "apis" } else { "api" };
        let request = get(&format!("/openapi/v3/{root}/{api_version}"))?;
        let told = self.ask(&request, Effect::None, &Hidden::default()).await?;
        let mut told: Value = serde_json::from_slice(&told).map_err(|_| unreadable(api_version))?;
        told.pointer_mut("/components/schemas").map(Value::take).ok_or_else(|| unreadable(api_version))
    }
}

fn unreadable(api_version: &str) -> Fault {
    let what = format!("what the server says about the objects of `{api_version}` can't be read");
    Fault::new(FaultKind::Setup, what).with_help("clusters from 1.27 on are supported")
}
