//! How the lists of an object are merged: by the schema that the server tells (`OpenAPI` 3, with Kubernetes' extensions).

use serde_json::Value;

/// The schema of a part of an object; nothing is known of some parts.
#[derive(Clone, Copy)]
pub struct Schema<'s> {
    all: &'s Value,
    here: Option<&'s Value>,
}

/// How a part is merged into one that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge<'s> {
    /// It takes the other's place.
    Replace,
    /// Item by item: by this key those of a list, without one those that are equal.
    ByKey(Option<&'s str>),
}

impl<'s> Schema<'s> {
    /// That of a kind, among all of its group and version.
    pub fn of(all: &'s Value, group: &str, version: &str, kind: &str) -> Self {
        let schemas = all.as_object().into_iter().flat_map(|schemas| schemas.values());
        let here = schemas.into_iter().find(|schema| is_of(schema, group, version, kind));
        Self { all, here }
    }

    /// The schema of a field, or of an entry of a map.
    pub fn field(self, key: &str) -> Self {
        let of_field = |here: &'s Value| here.get("properties").and_then(|fields| fields.get(key));
        let of_entry = |here: &'s Value| here.get("additionalProperties").filter(|schema| schema.is_object());
        let here = self.resolved();
        Self { all: self.all, here: here.and_then(of_field).or(here.and_then(of_entry)) }
    }

    /// The schema of a list's items.
    pub fn items(self) -> Self {
        Self { all: self.all, here: self.resolved().and_then(|here| here.get("items")) }
    }

    /// How a list is merged.
    pub fn merge(self) -> Merge<'s> {
        if !self.strategies().any(|strategy| strategy == "merge") {
            return Merge::Replace;
        }
        Merge::ByKey(self.extension("x-kubernetes-patch-merge-key"))
    }

    /// Whether fields that are not named go: a union, of which only one member can be there. A list says it for its items.
    pub fn retains_keys(self) -> bool {
        self.strategies().any(|strategy| strategy == "retainKeys")
    }

    fn strategies(self) -> impl Iterator<Item = &'s str> {
        self.extension("x-kubernetes-patch-strategy").unwrap_or_default().split(',')
    }

    /// Extensions stand beside a reference, not behind it.
    fn extension(self, name: &str) -> Option<&'s str> {
        self.here.and_then(|here| here.get(name)).and_then(Value::as_str)
    }

    /// The schema behind references; one that leads in a circle knows nothing.
    fn resolved(self) -> Option<&'s Value> {
        let mut here = self.here?;
        for _ in 0..8 {
            let referred = here.get("$ref").or_else(|| here.pointer("/allOf/0/$ref"));
            let Some(name) = referred.and_then(Value::as_str).and_then(|path| path.rsplit('/').next()) else {
                return Some(here);
            };
            here = self.all.get(name)?;
        }
        None
    }
}

fn is_of(schema: &Value, group: &str, version: &str, kind: &str) -> bool {
    let kinds = schema.get("x-kubernetes-group-version-kind").and_then(Value::as_array);
    kinds.into_iter().flatten().any(|known| {
        let is = |key: &str, wanted: &str| known.get(key).and_then(Value::as_str).unwrap_or_default() == wanted;
        is("group", group) && is("version", version) && is("kind", kind)
    })
}
