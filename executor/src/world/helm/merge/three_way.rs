//! Strategic merge patches of three sides: what Helm makes of the last manifest, the new one and the live object.
//!
//! What the new manifest says and the live object does not is set; what the last manifest said and the new one does not is
//! taken away; all else of the live object stays. Written after the behaviour of `k8s.io/apimachinery`,
//! `pkg/util/strategicpatch`, which Helm calls: the patch is that from the live object to the new manifest without what it
//! would take away, over the one from the last manifest to the new one with only that. So it has the oddities of Helm's,
//! too: a deletion inside of something that others deleted already is sent along, and the server may take it for an item.

use super::join::join;
use super::lists::list;
use super::schema::{Merge, Schema};
use serde_json::{Map, Value};

/// Lists the fields that stay, of a union.
const RETAIN: &str = "$retainKeys";

/// Why no patch can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPatch {
    /// An item of a list has not what items of it are told apart by.
    #[error("an item of `{list}` has no `{key}`, by which items of it are told apart")]
    NoKey {
        /// The list.
        list: String,
        /// The key.
        key: String,
    },
}

/// Which half of a patch is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    /// What is set, and nothing that goes.
    Set,
    /// What goes, and nothing that is set.
    Gone,
}

/// The patch that makes a live object what the new manifest says. It is empty if nothing is to be changed; not every patch
/// that is not changes something.
pub fn three_way(
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    live: &Map<String, Value>,
    schema: Schema<'_>,
) -> Result<Map<String, Value>, NoPatch> {
    let gone = map(old, new, schema, Half::Gone, false)?;
    let set = map(live, new, schema, Half::Set, false)?;
    Ok(join(gone, set, schema))
}

/// Half of the patch from one map to another; `retains` is whether it is a union.
pub(super) fn map(
    from: &Map<String, Value>,
    to: &Map<String, Value>,
    schema: Schema<'_>,
    half: Half,
    retains: bool,
) -> Result<Map<String, Value>, NoPatch> {
    let mut patch = Map::new();
    for (key, wanted) in to {
        match from.get(key) {
            Some(there) => field(key, there, wanted, schema.field(key), half, &mut patch)?,
            None if half == Half::Set => drop(patch.insert(key.clone(), wanted.clone())),
            None => {}
        }
    }
    let goes = || from.keys().filter(|key| !to.contains_key(*key));
    if half == Half::Gone {
        patch.extend(goes().map(|key| (key.clone(), Value::Null)));
    }
    if retains && (!patch.is_empty() || goes().next().is_some()) {
        let mut kept: Vec<_> = to.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key.clone()).collect();
        kept.sort();
        if !kept.is_empty() {
            patch.insert(RETAIN.to_owned(), kept.into());
        }
    }
    Ok(patch)
}

fn field(
    key: &str,
    there: &Value,
    wanted: &Value,
    schema: Schema<'_>,
    half: Half,
    patch: &mut Map<String, Value>,
) -> Result<(), NoPatch> {
    match (there, wanted) {
        (Value::Object(from), Value::Object(to)) => {
            let part = map(from, to, schema, half, schema.retains_keys())?;
            if !part.is_empty() {
                patch.insert(key.to_owned(), part.into());
            }
        }
        (Value::Array(from), Value::Array(to)) if schema.merge() != Merge::Replace => {
            list(key, from, to, schema, half, patch)?;
        }
        _ if half == Half::Set && there != wanted => {
            patch.insert(key.to_owned(), wanted.clone());
        }
        _ => {}
    }
    Ok(())
}
