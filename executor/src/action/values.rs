//! Reading the values of a call as the plan holds them.

use crate::site::{Fault, Scene};
use serde_json::Value as Json;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::Objection;
use switchback_compiler::value::Text;

/// A text; none where the plan does not say it.
pub(super) fn text(call: &Call, name: &str) -> Result<Option<Text>, Fault> {
    call.values.get(name).map(parse).transpose()
}

/// A text with all its parts.
pub(super) fn filled(call: &Call, name: &str, scene: &Scene<'_>) -> Result<Option<String>, Fault> {
    text(call, name)?.map(|text| scene.fill(&text)).transpose()
}

/// A text as a person may see it; empty where the plan does not say it.
pub(super) fn shown(call: &Call, name: &str) -> String {
    text(call, name).ok().flatten().map(|text| text.to_string()).unwrap_or_default()
}

/// A whole number.
pub(super) fn number(call: &Call, name: &str) -> Option<u64> {
    call.values.get(name).and_then(Json::as_u64)
}

/// What `env` or `header` children say: name and value, in written order.
pub(super) fn pairs(call: &Call, child: &str) -> Result<Vec<(String, Text)>, Fault> {
    let Some(all) = call.values.get(child) else { return Ok(Vec::new()) };
    serde_json::from_value(all.clone()).map_err(|error| unread(&error))
}

/// The same with all parts of their values.
pub(super) fn filled_pairs(call: &Call, child: &str, scene: &Scene<'_>) -> Result<Vec<(String, String)>, Fault> {
    pairs(call, child)?.into_iter().map(|(name, value)| Ok((name, scene.fill(&value)?))).collect()
}

/// A text of the plan.
pub(super) fn parse(json: &Json) -> Result<Text, Fault> {
    serde_json::from_value(json.clone()).map_err(|error| unread(&error))
}

/// The objection to children that the block of actions allows and this kind has no use for.
pub(super) fn stray(call: &Call, child: &str, instead: &str) -> Option<Objection> {
    call.values.contains_key(child).then(|| {
        Objection::new(format!("`{child}` says nothing to `{}`", call.kind), format!("take it out: {instead}"))
    })
}

fn unread(error: &serde_json::Error) -> Fault {
    Fault::new(format!("the plan's text can't be read: {error}"))
}
