//! Definitions of kinds: what goes with one, and whether those of a chart are those of the cluster.

use super::tell::Look;
use crate::world::cluster::{Cluster, Fault, Object, Selection};
use crate::world::helm::fault::HelmFault;
use futures_util::future::try_join_all;
use std::time::Duration;

/// The kind of definitions.
const DEFINITION: &str = "CustomResourceDefinition";

/// A definition that a chart brings in `crds/`, and what is there of it. Helm makes it where it is missing at an install,
/// and never changes or deletes it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Definition {
    /// `backups.lumen.example`.
    pub name: String,
    /// How it stands.
    pub state: DefinitionState,
}

/// How a definition of a chart stands in the cluster.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefinitionState {
    /// As the chart has it.
    Equal,
    /// It is there, and the chart's is another: it stays as it is.
    Differs,
    /// It is not there.
    Missing,
}

impl Look<'_> {
    /// How many objects go with one, where it is a definition.
    pub(super) async fn objects_of(&self, object: &Object) -> Result<Option<usize>, Fault> {
        if object.kind() != DEFINITION {
            return Ok(None);
        }
        let (group, kind) = (object.text("/spec/group"), object.text("/spec/names/kind"));
        let (Some(group), Some(kind)) = (group, kind) else { return Ok(None) };
        match self.cluster.kind(group, kind).await {
            Ok(kind) => Ok(Some(self.cluster.list(&kind, &Selection::default()).await?.len())),
            // It is not served, so there are none.
            Err(fault) if fault.is_absent() => Ok(Some(0)),
            Err(fault) => Err(fault),
        }
    }
}

/// How the definitions of a chart stand.
pub async fn definitions(cluster: &Cluster, of_chart: &[Object]) -> Result<Vec<Definition>, HelmFault> {
    let each = of_chart.iter().map(async |definition| {
        let name = cluster.name_of(definition, "", Duration::ZERO).await?;
        let state = match cluster.get(&name).await? {
            None => DefinitionState::Missing,
            Some(live) if says(live.get("/spec"), definition.get("/spec")) => DefinitionState::Equal,
            Some(_) => DefinitionState::Differs,
        };
        Ok::<_, Fault>(Definition { name: definition.name().to_owned(), state })
    });
    Ok(try_join_all(each).await?)
}

/// Whether a live value says all that a manifest says; what it says more, the server added.
fn says(live: Option<&serde_json::Value>, manifest: Option<&serde_json::Value>) -> bool {
    use serde_json::Value;
    match (live, manifest) {
        (_, None | Some(Value::Null)) => true,
        (Some(Value::Object(live)), Some(Value::Object(manifest))) => {
            manifest.iter().all(|(key, value)| says(live.get(key), Some(value)))
        }
        (Some(Value::Array(live)), Some(Value::Array(manifest))) => {
            live.len() == manifest.len() && live.iter().zip(manifest).all(|(live, value)| says(Some(live), Some(value)))
        }
        (live, manifest) => live == manifest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_server_adds_is_no_difference() {
        let manifest = json!({ "group": "a.io", "versions": [{ "name": "v1", "served": true }], "x": null });
        let live = json!({ "group": "a.io", "conversion": {}, "versions": [{ "name": "v1", "served": true, "y": 1 }] });
        assert!(says(Some(&live), Some(&manifest)));
        let more = json!({ "group": "a.io", "versions": [{ "name": "v1" }, { "name": "v2" }] });
        assert!(!says(Some(&live), Some(&more)) && !says(None, Some(&manifest)) && !says(Some(&more), Some(&manifest)));
    }
}
