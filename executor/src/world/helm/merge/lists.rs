//! Lists in strategic merge patches: items are found by their key, or by being equal.

use super::schema::{Merge, Schema};
use super::three_way::{Half, NoPatch, map};
use serde_json::{Map, Value, json};

/// In which order the items of the new manifest stand.
pub(super) const ORDER: &str = "$setElementOrder/";
/// Which plain items go.
const GONE: &str = "$deleteFromPrimitiveList/";
/// What is done with an item.
pub(super) const DIRECTIVE: &str = "$patch";

/// Puts into half a patch what it says of a list.
pub(super) fn list(
    name: &str,
    from: &[Value],
    to: &[Value],
    schema: Schema<'_>,
    half: Half,
    patch: &mut Map<String, Value>,
) -> Result<(), NoPatch> {
    if from.is_empty() {
        if !to.is_empty() && half == Half::Set {
            patch.insert(name.to_owned(), to.into());
        }
        return Ok(());
    }
    match schema.merge() {
        Merge::ByKey(Some(key)) if from.iter().all(Value::is_object) => {
            let (from, to) = (keyed(name, key, from)?, keyed(name, key, to)?);
            maps((name, key), &from, &to, schema, half, patch)
        }
        _ => {
            plain(name, from, to, half, patch);
            Ok(())
        }
    }
}

fn plain(name: &str, from: &[Value], to: &[Value], half: Half, patch: &mut Map<String, Value>) {
    let without = |items: &[Value], others: &[Value]| -> Vec<Value> {
        let mut left: Vec<_> = items.iter().filter(|item| !others.contains(item)).cloned().collect();
        left.dedup();
        left
    };
    // The library sorts what is there before it looks whether the order is another.
    let mut sorted = from.to_vec();
    sorted.sort_by_key(text);
    let (part, items, ordered) = match half {
        Half::Set => (name.to_owned(), without(to, from), sorted != to),
        Half::Gone => (format!("{GONE}{name}"), without(from, to), false),
    };
    if (ordered || !items.is_empty()) && !to.is_empty() {
        patch.insert(format!("{ORDER}{name}"), to.into());
    }
    if !items.is_empty() {
        patch.insert(part, items.into());
    }
}

fn maps(
    (name, key): (&str, &str),
    from: &[Keyed<'_>],
    to: &[Keyed<'_>],
    schema: Schema<'_>,
    half: Half,
    patch: &mut Map<String, Value>,
) -> Result<(), NoPatch> {
    let mut items = Vec::new();
    for (at, (id, wanted)) in to.iter().enumerate() {
        // The same key may be there twice: ports of one number and two protocols. They are paired in their order.
        let nth = to.iter().take(at).filter(|(other, _)| other == id).count();
        match from.iter().filter(|(other, _)| other == id).nth(nth) {
            Some((_, there)) => {
                let mut part = map(there, wanted, schema.items(), half, schema.retains_keys())?;
                if !part.is_empty() {
                    part.insert(key.to_owned(), (*id).clone());
                    items.push(part.into());
                }
            }
            None if half == Half::Set => items.push(Value::Object((*wanted).clone())),
            None => {}
        }
    }
    let ids = |items: &[Keyed<'_>]| items.iter().map(|(id, _)| (*id).clone()).collect::<Vec<Value>>();
    let (there, wanted) = (ids(from), ids(to));
    if half == Half::Gone {
        let mut gone: Vec<_> = there.iter().filter(|id| !wanted.contains(id)).collect();
        gone.sort_by_key(|id| text(id));
        items.extend(gone.into_iter().map(|id| json!({ DIRECTIVE: "delete", key: id })));
    }
    if !wanted.is_empty() && (!items.is_empty() || (half == Half::Set && there != wanted)) {
        let order: Vec<_> = wanted.into_iter().map(|id| json!({ key: id })).collect();
        patch.insert(format!("{ORDER}{name}"), order.into());
    }
    if !items.is_empty() {
        patch.insert(name.to_owned(), items.into());
    }
    Ok(())
}

/// As the library compares plain values.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// An item with what tells it from others.
type Keyed<'v> = (&'v Value, &'v Map<String, Value>);

fn keyed<'v>(list: &str, key: &str, items: &'v [Value]) -> Result<Vec<Keyed<'v>>, NoPatch> {
    let missing = || NoPatch::NoKey { list: list.to_owned(), key: key.to_owned() };
    let each = items.iter().map(|item| {
        let item = item.as_object().ok_or_else(missing)?;
        Ok((item.get(key).ok_or_else(missing)?, item))
    });
    each.collect()
}
