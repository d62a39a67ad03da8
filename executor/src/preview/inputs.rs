//! Secrets of the cluster that are inputs of the plan: nobody writes them down, so each process reads them again.

use super::{Blocked, Preview};
use crate::action::What;
use crate::world::cluster::ObjectName;
use switchback_compiler::plan::Plan;

/// Those that the plan itself changes: an undo would find another value, or none.
pub(super) fn changed(plan: &Plan, preview: &Preview) -> Vec<Blocked> {
    let namespace = plan.namespace();
    let changed: Vec<&str> = preview
        .changes()
        .filter(|(_, change)| matches!(change.what, What::Changed | What::Deleted))
        .map(|(_, change)| change.resource.as_str())
        .collect();
    let told = |(input, key): (&String, switchback_compiler::plan::KubeKey<'_>)| {
        let kind = if key.secret { "Secret" } else { "ConfigMap" }.to_owned();
        let name = key.name.to_owned();
        let object = ObjectName { group: String::new(), kind, namespace: Some(namespace.to_owned()), name };
        let spoken = object.spoken(namespace);
        changed.contains(&spoken.as_str()).then(|| Blocked {
            unit: None,
            why: format!(
                "input {input} is read from {spoken}, which the plan changes: an undo would read another value; give it by \
                 its env or a file"
            ),
        })
    };
    let keys = plan.secrets.iter().filter_map(|(input, source)| Some((input, source.kube()?)));
    keys.filter_map(told).collect()
}
