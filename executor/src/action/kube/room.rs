//! The namespace that objects are in: without it there can be none of them.

use crate::world::cluster::{Cluster, ObjectName};

/// What is wrong with a namespace, as far as it can be looked at: `namespace web is being deleted`.
pub(in crate::action) async fn missing_room(cluster: &Cluster, namespace: Option<&str>) -> Option<String> {
    let name = namespace?.to_owned();
    let room = ObjectName { group: String::new(), kind: "Namespace".to_owned(), namespace: None, name: name.clone() };
    match cluster.get(&room).await {
        Ok(None) => Some(format!("namespace `{name}` is not there")),
        Ok(Some(room)) if room.is_ending() => Some(format!("namespace `{name}` is being deleted")),
        // Whoever may not look there is told by what he wanted in it.
        Ok(Some(_)) | Err(_) => None,
    }
}
