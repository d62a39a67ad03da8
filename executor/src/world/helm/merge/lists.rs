//! Lists in strategic merge patches: items are found by their key, or by being equal.

use super::schema::{Merge, Schema};
use super::three_way::{NoPatch, Sides, map};
use serde_json::{Map, Value, json};

/// In which order the items of the new manifest stand.
const ORDER: &str = "$setElementOrder/";
/// Which plain items go.
const GONE: &str = "$deleteFromPrimitiveList/";

/// The three sides of a list.
#[derive(Clone, Copy)]
pub(super) struct Parts<'v> {
    pub(super) old: &'v [Value],
    pub(super) new: &'v [Value],
    pub(super) live: &'v [Value],
}

/// Puts into a patch what it says of a list.
pub(super) fn list(
    name: &str,
    parts: Parts<'_>,
    schema: Schema<'_>,
    patch: &mut Map<String, Value>,
) -> Result<(), NoPatch> {
    let Parts { old, new, live } = parts;
    if live.is_empty() && old.is_empty() {
        if !new.is_empty() {
            patch.insert(name.to_owned(), new.into());
        }
        return Ok(());
    }
    let of_maps = [live, new, old].iter().find_map(|items| items.first()).is_some_and(Value::is_object);
    match schema.merge() {
        Merge::ByKey(Some(key)) if of_maps => maps(name, key, parts, schema.items(), patch),
        _ => {
            plain(name, parts, patch);
            Ok(())
        }
    }
}

fn plain(name: &str, Parts { old, new, live }: Parts<'_>, patch: &mut Map<String, Value>) {
    let mut gone: Vec<_> = old.iter().filter(|item| !new.contains(item)).cloned().collect();
    gone.dedup();
    let added: Vec<_> = new.iter().filter(|item| !live.contains(item)).cloned().collect();
    if (!live.is_empty() && live != new) || !gone.is_empty() {
        patch.insert(format!("{ORDER}{name}"), new.into());
    }
    if !added.is_empty() {
        patch.insert(name.to_owned(), added.into());
    }
    if !gone.is_empty() {
        patch.insert(format!("{GONE}{name}"), gone.into());
    }
}

fn maps(
    name: &str,
    key: &str,
    parts: Parts<'_>,
    schema: Schema<'_>,
    patch: &mut Map<String, Value>,
) -> Result<(), NoPatch> {
    let Parts { old, new, live } = parts;
    let (old, new, live) = (keyed(name, key, old)?, keyed(name, key, new)?, keyed(name, key, live)?);
    let mut items = Vec::new();
    for (at, (id, item)) in new.iter().enumerate() {
        // The same key may be there twice: ports of one number and two protocols. They are paired in their order.
        let nth = new.iter().take(at).filter(|(other, _)| other == id).count();
        let Some(there) = find(&live, id, nth) else {
            items.push(Value::Object((*item).clone()));
            continue;
        };
        let nothing = Map::new();
        let sides = Sides { old: find(&old, id, nth).unwrap_or(&nothing), new: item, live: there };
        let mut part = map(sides, schema, false)?;
        if !part.is_empty() {
            part.insert(key.to_owned(), (*id).clone());
            items.push(part.into());
        }
    }
    let gone = old.iter().filter(|(id, _)| find(&new, id, 0).is_none());
    items.extend(gone.map(|(id, _)| json!({ "$patch": "delete", key: id })));
    let ids = |items: &[Keyed<'_>]| items.iter().map(|(id, _)| (*id).clone()).collect::<Vec<Value>>();
    if !items.is_empty() || (!live.is_empty() && ids(&live) != ids(&new)) {
        let order: Vec<_> = ids(&new).into_iter().map(|id| json!({ key: id })).collect();
        patch.insert(format!("{ORDER}{name}"), order.into());
    }
    if !items.is_empty() {
        patch.insert(name.to_owned(), items.into());
    }
    Ok(())
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

fn find<'v>(items: &[Keyed<'v>], id: &Value, nth: usize) -> Option<&'v Map<String, Value>> {
    items.iter().filter(|(other, _)| *other == id).nth(nth).map(|(_, item)| *item)
}
