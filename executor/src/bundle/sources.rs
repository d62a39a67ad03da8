//! The blobs that a plan's JSON speaks of, found while it is read, without building it in memory.

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// The first blob that a source names (an object with `source` and `blob`) and the bundle lacks.
///
/// Depth is bounded by the reader of JSON.
pub(super) fn missing_blob(
    json: &[u8],
    blobs: &BTreeMap<String, Vec<u8>>,
) -> Result<Option<String>, serde_json::Error> {
    let mut look = Look { blobs, missing: None };
    let mut json = serde_json::Deserializer::from_slice(json);
    look.deserialize(&mut json)?;
    json.end()?;
    Ok(look.missing)
}

struct Look<'a> {
    blobs: &'a BTreeMap<String, Vec<u8>>,
    missing: Option<String>,
}

/// Looks through a value, and gives its text where it is one.
impl<'de> DeserializeSeed<'de> for &mut Look<'_> {
    type Value = Option<Cow<'de, str>>;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Look<'_> {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Self::Value, A::Error> {
        while all.next_element_seed(&mut *self)?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut source, mut blob) = (false, None);
        while let Some(key) = map.next_key_seed(&mut *self)? {
            let value = map.next_value_seed(&mut *self)?;
            match key.as_deref() {
                Some("source") => source = true,
                Some("blob") => blob = value,
                _ => {}
            }
        }
        let missing = blob.filter(|blob| source && !self.blobs.contains_key(blob.as_ref()));
        self.missing = self.missing.take().or(missing.map(Cow::into_owned));
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(json: &str) -> Option<String> {
        missing_blob(json.as_bytes(), &BTreeMap::from([("ab".to_owned(), Vec::new())]))
            .unwrap_or(Some("no JSON".into()))
    }

    #[test]
    fn a_source_that_is_not_there_is_found_at_any_depth() {
        assert_eq!(missing(r#"[{"a": [1, {"blob": "cd", "source": "x.txt"}]}]"#).as_deref(), Some("cd"));
        assert_eq!(missing(r#"{"source": {"source": "x", "blob": "cd"}, "blob": "ab"}"#).as_deref(), Some("cd"));
        assert_eq!(missing(r#"{"source": "x.txt", "blob": "ab", "size": 1, "executable": false}"#), None);
        assert_eq!(missing(r#"{"blob": "cd"}"#), None, "not a source");
        assert_eq!(missing(r"{} x").as_deref(), Some("no JSON"));
    }
}
