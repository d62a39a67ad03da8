//! Differences as lines, grouped by place.

use super::super::place::{Place, Step};
use super::super::shown::Shown;
use super::compare::{Change, compare};
use super::written::{entry, inline, item};
use crate::screen::diff::{DiffLine, Kind, unified};
use serde_json::{Map, Value};

/// Nobody reads more, and a bundle carries it.
pub(super) const MOST_LINES: usize = 5_000;
/// Lists without names up to this width stand in one line.
const WIDEST: usize = 80;

/// The lines in which two objects differ; none when they are equal. One that was not there, or won't be, is told whole, but
/// for what it is called.
///
/// `context` is the number of lines around a change in a text of several lines; `cover` hides in a change what is not to be
/// shown.
pub fn difference(
    old: Option<&Shown>,
    new: Option<&Shown>,
    context: usize,
    cover: impl Fn(Change) -> Change,
) -> Vec<DiffLine> {
    let body = |shown: Option<&Shown>, alone: bool| match shown {
        Some(shown) if alone => nameless(shown.value()),
        Some(shown) => shown.value().clone(),
        None => Value::Object(Map::new()),
    };
    let alone = old.is_none() || new.is_none();
    let changes = compare(&body(old, alone), &body(new, alone));
    let mut lines = Vec::new();
    let mut last = Place::default();
    let mut groups: Vec<_> = changes.into_iter().map(|change| told(&cover(change), context)).collect();
    // What stands in no part needs no head if it comes first.
    groups.sort_by_key(|(group, _)| *group != last);
    for (group, told) in groups {
        // A text with several hunks has a head for each.
        let headed = told.first().is_some_and(|first| first.kind == Kind::Hunk);
        if headed {
            last = group;
        } else if group != last {
            lines.push(line(Kind::Hunk, format!("@@ {group} @@")));
            last = group;
        }
        lines.extend(told);
    }
    bounded(lines)
}

/// An object without what it is called, which stands above its lines.
fn nameless(value: &Value) -> Value {
    let mut value = value.clone();
    let Some(entries) = value.as_object_mut() else { return value };
    entries.retain(|key, _| key != "apiVersion" && key != "kind");
    if let Some(metadata) = entries.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|key, _| key != "name" && key != "namespace");
        if metadata.is_empty() {
            entries.remove("metadata");
        }
    }
    value
}

fn line(kind: Kind, text: impl Into<String>) -> DiffLine {
    DiffLine { kind, text: text.into() }
}

/// In which group a change stands, and its lines.
fn told(change: &Change, context: usize) -> (Place, Vec<DiffLine>) {
    let Change { place, old, new, order } = change;
    match (old, new) {
        (Some(old), Some(new)) if *order => {
            let told = format!("another order: {} was {}", inline(new), inline(old));
            (place.clone(), vec![line(Kind::Note, told)])
        }
        (Some(Value::String(old)), Some(Value::String(new))) if old.contains('\n') || new.contains('\n') => {
            (place.clone(), text(place, old, new, context))
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) if is_wide(old) || is_wide(new) => {
            (place.clone(), items(old, new))
        }
        _ => part(place, old.as_ref(), new.as_ref()),
    }
}

/// A part that is another, or is there on one side only: `-image: a`, `+image: b`.
fn part(place: &Place, old: Option<&Value>, new: Option<&Value>) -> (Place, Vec<DiffLine>) {
    let written = |value: &Value, kind: Kind| -> Vec<DiffLine> {
        let lines = match (place.steps().last(), value) {
            // A thing of a list is told by what it has; its name is in the group's head.
            (Some(Step::Item(name)), Value::Object(entries)) => {
                let others = entries.iter().filter(|(key, value)| *key != "name" || value.as_str() != Some(name));
                others.flat_map(|(key, value)| entry(key, value)).collect()
            }
            (Some(Step::Key(key)), value) => entry(key, value),
            (_, value) => vec![inline(value)],
        };
        lines.into_iter().map(|text| line(kind, text)).collect()
    };
    let mut lines = old.map(|old| written(old, Kind::Removed)).unwrap_or_default();
    lines.extend(new.map(|new| written(new, Kind::Added)).unwrap_or_default());
    let group = if matches!(place.steps().last(), Some(Step::Key(_))) { place.parent() } else { place.clone() };
    (group, lines)
}

/// A text of several lines; where it has several hunks, each tells its lines.
fn text(place: &Place, old: &str, new: &str, context: usize) -> Vec<DiffLine> {
    let lines = unified(old, new, context);
    let heads = lines.iter().filter(|line| line.kind == Kind::Hunk).count();
    let told = lines.into_iter().filter_map(|line| match line.kind {
        Kind::Hunk if heads == 1 => None,
        Kind::Hunk => {
            let numbers = line.text.trim_start_matches("@@ ");
            Some(DiffLine { text: format!("@@ {place} {numbers}"), ..line })
        }
        _ => Some(line),
    });
    told.collect()
}

fn is_wide(items: &[Value]) -> bool {
    inline(&Value::Array(items.to_vec())).chars().count() > WIDEST
}

/// The items of a list without names, one a line.
fn items(old: &[Value], new: &[Value]) -> Vec<DiffLine> {
    let text = |items: &[Value]| -> String { items.iter().map(|value| item(value) + "\n").collect() };
    let lines = unified(&text(old), &text(new), 0);
    lines.into_iter().filter(|line| line.kind != Kind::Hunk).collect()
}

fn bounded(mut lines: Vec<DiffLine>) -> Vec<DiffLine> {
    let more = lines.len().saturating_sub(MOST_LINES);
    if more > 0 {
        lines.truncate(MOST_LINES);
        lines.push(line(Kind::Note, format!("{more} more lines are not shown")));
    }
    lines
}
