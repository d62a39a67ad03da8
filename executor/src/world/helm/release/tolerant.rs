//! Reading what Helm 3 and Helm 4 write differently: a null for an empty list, an empty text for no time.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

/// A list; null is an empty one.
pub(super) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

/// A text; null is an empty one.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default())
}

/// A time; an empty text, the year 1 and what is no time are none: no release is refused for when it was.
pub(super) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    let time: Option<Timestamp> = text.parse().ok();
    Ok(time.filter(|time| time.as_second() > 0))
}

/// Something with parts; null is one without any.
pub(super) fn whole<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}
