//! What is wrong with a manifest, and the way out.

use serde_saphyr::Error;
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{MessageFormatter as _, UserMessageFormatter};

/// A manifest that can't be taken, and where it says so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct ManifestError {
    /// From 1.
    pub line: usize,
    /// From 1, in letters.
    pub column: usize,
    /// What was found.
    pub what: String,
    /// What to do about it.
    pub help: String,
}

impl ManifestError {
    pub(super) fn at((line, column): (usize, usize), what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { line, column, what: what.into(), help: help.into() }
    }

    /// What the YAML library found.
    pub(super) fn of_yaml(error: &Error, text: &str) -> Self {
        let error = error.without_snippet();
        let place = error.location().map_or((1, 1), |place| (place.line() as usize, place.column() as usize));
        let (what, help) = words(error, text.lines().nth(place.0.saturating_sub(1)).unwrap_or_default());
        Self::at(place, what, help)
    }
}

fn words(error: &Error, line: &str) -> (String, String) {
    match error {
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().map_or_else(|| "this key".to_owned(), |key| format!("`{key}`"));
            (format!("{key} is there twice"), "keep one of them".to_owned())
        }
        Error::AliasError { error, .. } => words(error, line),
        Error::Budget { breach, .. } => over(breach),
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => too_many_aliases(),
        Error::UnknownAnchor { .. } => {
            ("this alias (`*name`) has no anchor (`&name`)".to_owned(), "quote it, if it is a text".to_owned())
        }
        other => (UserMessageFormatter.format_message(other).into_owned(), way_out(line)),
    }
}

fn over(breach: &BudgetBreach) -> (String, String) {
    match breach {
        BudgetBreach::Depth { .. } => {
            ("this is nested deeper than any object".to_owned(), "look for brackets without an end".to_owned())
        }
        BudgetBreach::Aliases { .. }
        | BudgetBreach::Anchors { .. }
        | BudgetBreach::AliasAnchorRatio { .. }
        | BudgetBreach::RecordedAnchorEvents { .. }
        | BudgetBreach::RecordedAnchorBytes { .. }
        | BudgetBreach::MergeKeys { .. } => too_many_aliases(),
        _ => ("this is more than a manifest may have".to_owned(), "split it into several files".to_owned()),
    }
}

fn too_many_aliases() -> (String, String) {
    ("its aliases (`*name`) make too much out of little".to_owned(), "write it out".to_owned())
}

/// What most often is behind a text that is no YAML.
fn way_out(line: &str) -> String {
    if line.contains("{{") {
        "a manifest with `{{…}}` is a template, and its file ends in `.hbs`".to_owned()
    } else if line.contains('\t') {
        "YAML is indented by spaces, not by tabs".to_owned()
    } else {
        "indent by spaces, and quote what has `: `, ` #` or begins with `*`, `&`, `!`, `%`, `@`".to_owned()
    }
}
