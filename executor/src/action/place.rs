//! Paths of the target as calls name them, and the places that are no plan's business.

use crate::site::{Fault, Scene};
use crate::world::{OWN_FOLDER, RelPath};
use serde_json::Value as Json;
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Objection, Touch};

/// The path of a call; the directory itself where it has none.
pub(super) fn of(call: &Call, scene: &Scene<'_>) -> Result<RelPath, Fault> {
    match call.known("path").unwrap_or_default() {
        "" => Ok(RelPath::root()),
        path => scene.path(path),
    }
}

/// The path of a call, for people.
pub(super) fn words(call: &Call) -> String {
    match call.known("path") {
        Some(path) if !path.is_empty() => path.to_owned(),
        _ => "the target's directory".to_owned(),
    }
}

/// All paths of a call whose argument may come more than once.
pub(super) fn all(call: &Call) -> impl Iterator<Item = &str> {
    let paths = call.values.get("path").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    paths.iter().filter_map(Json::as_str)
}

/// That a call writes one file.
pub(super) fn file_touch(call: &Call) -> Vec<Touch> {
    call.known("path").map(Touch::file).into_iter().collect()
}

/// That a call writes what it likes below a folder.
pub(super) fn tree_touch(call: &Call) -> Vec<Touch> {
    call.known("path").map(Touch::tree).into_iter().collect()
}

/// What is wrong with the one path of a call that writes a file.
pub(super) fn file_objections(call: &Call) -> Vec<Objection> {
    call.known("path").into_iter().filter_map(file_objection).collect()
}

/// What is wrong with a path where a file is written.
pub(super) fn file_objection(path: &str) -> Option<Objection> {
    let whole = || Objection {
        about: "path",
        text: "this is the target's directory itself".into(),
        help: "name a file in it".into(),
    };
    path.is_empty().then(whole).or_else(|| own_objection(path))
}

/// What is wrong with the folder of a call that writes below it.
pub(super) fn folder_objections(call: &Call) -> Vec<Objection> {
    call.known("path").and_then(own_objection).into_iter().collect()
}

/// What Switchback keeps for itself is nobody else's.
pub(super) fn own_objection(path: &str) -> Option<Objection> {
    let is_own = path.split('/').next() == Some(OWN_FOLDER);
    is_own.then(|| Objection {
        about: "path",
        text: format!("`{OWN_FOLDER}` is where Switchback keeps its lock and its mark"),
        help: "choose another place".into(),
    })
}
