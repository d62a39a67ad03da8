//! Scalars that YAML reads as numbers, where a text was surely meant.

use super::super::place::{Place, Step};

/// A scalar without quotes that YAML does not read as a text, at a place that takes nothing else: `version: 1.20` is 1.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubtful {
    /// Where in the object.
    pub place: Place,
    /// As it is written.
    pub text: String,
    /// Where in the text, from 1.
    pub line: usize,
    /// From 1, in letters.
    pub column: usize,
}

/// Maps whose values are texts, wherever they are.
const MAPS_OF_TEXTS: [&str; 4] = ["labels", "annotations", "matchLabels", "nodeSelector"];
/// Lists of texts.
const LISTS_OF_TEXTS: [&str; 2] = ["args", "command"];
/// What holds a version; as a whole number it may be meant, with a dot never.
const VERSIONS: [&str; 6] = ["version", "appVersion", "chartVersion", "targetRevision", "tag", "image"];

/// Whether only a text can be meant there.
pub(super) fn text_is_meant(kind: &str, place: &Place, written: &str) -> bool {
    // The schema of a definition names fields, it does not fill them.
    if place.steps().iter().any(|step| matches!(step, Step::Key(key) if key == "openAPIV3Schema")) {
        return false;
    }
    match place.steps() {
        [Step::Key(data), Step::Key(_)] => match (kind, data.as_str()) {
            ("ConfigMap", "data") | ("Secret", "data" | "stringData") => true,
            _ => is_version(place, written),
        },
        [Step::Key(spec), Step::Key(selector), Step::Key(_)] if kind == "Service" => {
            spec == "spec" && selector == "selector"
        }
        [.., Step::Key(env), Step::Index(_), Step::Key(value)] if env == "env" && value == "value" => true,
        [.., Step::Key(map), Step::Key(_)] if MAPS_OF_TEXTS.contains(&map.as_str()) => true,
        [.., Step::Key(list), Step::Index(_)] => LISTS_OF_TEXTS.contains(&list.as_str()),
        _ => is_version(place, written),
    }
}

fn is_version(place: &Place, written: &str) -> bool {
    let last = place.steps().last();
    matches!(last, Some(Step::Key(key)) if VERSIONS.contains(&key.as_str())) && written.contains('.')
}
