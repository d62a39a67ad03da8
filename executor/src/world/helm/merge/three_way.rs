//! Strategic merge patches of three sides: what Helm makes of the last manifest, the new one and the live object.
//!
//! What the new manifest says and the live object does not is set; what the last manifest said and the new one does not is
//! taken away; all else of the live object stays. Written after the behaviour of `k8s.io/apimachinery`,
//! `pkg/util/strategicpatch`, which Helm calls.

use super::lists::{Parts, list};
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

/// The three sides of an object, or of a part of it.
#[derive(Clone, Copy)]
pub(super) struct Sides<'v> {
    /// As the last manifest says it.
    pub(super) old: &'v Map<String, Value>,
    /// As the new one says it.
    pub(super) new: &'v Map<String, Value>,
    /// As it is.
    pub(super) live: &'v Map<String, Value>,
}

/// The patch that makes a live object what the new manifest says. It is empty if nothing is to be changed; not every patch
/// that is not changes something.
pub fn three_way(
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    live: &Map<String, Value>,
    schema: Schema<'_>,
) -> Result<Map<String, Value>, NoPatch> {
    map(Sides { old, new, live }, schema, false)
}

pub(super) fn map(sides: Sides<'_>, schema: Schema<'_>, retains: bool) -> Result<Map<String, Value>, NoPatch> {
    let Sides { old, new, live } = sides;
    let mut patch = Map::new();
    for (key, wanted) in new {
        let Some(there) = live.get(key) else {
            patch.insert(key.clone(), wanted.clone());
            continue;
        };
        field(key, old.get(key), wanted, there, schema.field(key), &mut patch)?;
    }
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    patch.extend(gone.map(|key| (key.clone(), Value::Null)));
    let other = |keys: &Map<String, Value>| keys.keys().any(|key| !new.contains_key(key));
    if retains && (!patch.is_empty() || other(live) || other(old)) {
        let mut kept: Vec<_> = new.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key.clone()).collect();
        kept.sort();
        if !kept.is_empty() {
            patch.insert(RETAIN.to_owned(), kept.into());
        }
    }
    Ok(patch)
}

fn field(
    key: &str,
    old: Option<&Value>,
    wanted: &Value,
    there: &Value,
    schema: Schema<'_>,
    patch: &mut Map<String, Value>,
) -> Result<(), NoPatch> {
    match (wanted, there) {
        (Value::Object(new), Value::Object(live)) => {
            let nothing = Map::new();
            let old = old.and_then(Value::as_object).unwrap_or(&nothing);
            let part = map(Sides { old, new, live }, schema, schema.retains_keys())?;
            if !part.is_empty() {
                patch.insert(key.to_owned(), part.into());
            }
        }
        (Value::Array(new), Value::Array(live)) if schema.merge() != Merge::Replace => {
            let old = old.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            list(key, Parts { old, new, live }, schema, patch)?;
        }
        _ if wanted != there => {
            patch.insert(key.to_owned(), wanted.clone());
        }
        _ => {}
    }
    Ok(())
}
