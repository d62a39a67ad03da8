//! A folder of the project as the plan holds it.

use super::place;
use super::want::{Content, Mode, Want};
use crate::site::{Fault, Scene};
use crate::world::RelPath;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::Objection;

/// Its files: their paths counted from it, without the ending .hbs of templates.
pub(super) fn files(call: &Call) -> impl Iterator<Item = (&str, &Json)> {
    let files = call.values.get("from").and_then(|from| from.get("files")).and_then(Json::as_array);
    let files = files.map(Vec::as_slice).unwrap_or_default();
    files.iter().filter_map(|file| Some((file.get("path")?.as_str()?, file)))
}

/// Where each file goes: the paths on the target.
pub(super) fn goals(call: &Call) -> Vec<String> {
    let Some(folder) = call.known("path") else { return Vec::new() };
    let goal = |path: &str| if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
    files(call).map(|(path, _)| goal(path)).collect()
}

/// What is wanted of each file.
pub(super) fn wants(call: &Call, scene: &Scene<'_>) -> Result<Vec<(RelPath, Want)>, Fault> {
    let folder = place::of(call, scene)?;
    let want = |(path, source): (&str, &Json)| {
        let content = Content::of(source, scene)?;
        Ok((folder.join(&scene.path(path)?), Want::File { content, mode: Mode::of(source) }))
    };
    files(call).map(want).collect()
}

/// What is wrong with a folder as a source.
pub(super) fn objections(call: &Call) -> Vec<Objection> {
    let mut found = place::folder_objections(call);
    let object = |text: String, help: &str| Objection { about: "from", text, help: help.to_owned() };
    if call.values.get("from").is_some_and(|from| from.get("files").is_some()) && files(call).next().is_none() {
        found.push(object("there is no file in it".into(), "name a folder with files in it"));
    }
    let mut known = BTreeSet::new();
    for (path, _) in files(call).filter(|(path, _)| !known.insert(*path)) {
        let text = format!("`{path}` and `{path}.hbs` would both become `{path}`");
        found.push(object(text, "take one of them away, or give it another name"));
    }
    if goals(call).iter().any(|goal| place::own_objection(goal).is_some()) && found.is_empty() {
        let text = "it holds `.switchback`, which is Switchback's own".to_owned();
        found.push(object(text, "name a folder without it"));
    }
    found
}
