//! An entry as programs are told it.

use super::{Entry, Event};
use serde::ser::{Error, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// The time, the kind and the fields of an entry side by side: `{"at": "…", "event": "unit-done", "unit": 3, …}`.
///
/// A journal holds the fields behind their kind. That is harder on people, but such a record is read in one pass: a kind
/// among its fields is known only when all of them were read, and put aside.
pub struct Told<'a>(pub &'a Entry);

impl Serialize for Told<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, fields) = kind_and_fields(&self.0.event).map_err(S::Error::custom)?;
        let mut told = serializer.serialize_map(Some(fields.len() + 2))?;
        told.serialize_entry("at", &self.0.at)?;
        told.serialize_entry("event", &kind)?;
        fields.iter().try_for_each(|(name, value)| told.serialize_entry(name, value))?;
        told.end()
    }
}

/// What kind of event it is, and its fields by name.
pub fn kind_and_fields(event: &Event) -> serde_json::Result<(String, Map<String, Value>)> {
    let told = match serde_json::to_value(event)? {
        Value::Object(told) => told.into_iter().next(),
        _ => None,
    };
    match told {
        Some((kind, Value::Object(fields))) => Ok((kind, fields)),
        _ => Err(serde_json::Error::custom("an event has no fields")),
    }
}
