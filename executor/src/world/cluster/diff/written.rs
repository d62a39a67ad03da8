//! Values as a line or a few of a diff.

use super::super::place::is_plain;
use crate::screen::size;
use crate::world::Digest;
use serde_json::Value;

/// What is longer is written over several lines.
const WIDEST: usize = 100;

/// Of a text in one line that is longer, such as a file in base64, nobody reads more than its size and digest.
const LONGEST: usize = 2_000;

/// `key: value`, over as many lines as it takes.
pub(super) fn entry(key: &str, value: &Value) -> Vec<String> {
    let key = if is_plain(key) { key.to_owned() } else { quoted(key) };
    if let Value::String(text) = value
        && text.contains('\n')
    {
        let lines = text.lines().map(|line| format!("  {line}"));
        return [format!("{key}: |")].into_iter().chain(lines).collect();
    }
    let line = format!("{key}: {}", inline(value));
    if !is_container(value) || (line.chars().count() <= WIDEST && !has_lines(value)) {
        return vec![line];
    }
    [format!("{key}:")].into_iter().chain(block(value).into_iter().map(|line| format!("  {line}"))).collect()
}

/// An item of a list without names.
pub(super) fn item(value: &Value) -> String {
    format!("- {}", inline(value))
}

fn block(value: &Value) -> Vec<String> {
    match value {
        Value::Object(entries) => entries.iter().flat_map(|(key, value)| entry(key, value)).collect(),
        Value::Array(items) => items.iter().flat_map(bullet).collect(),
        other => vec![inline(other)],
    }
}

fn bullet(value: &Value) -> Vec<String> {
    let short = inline(value).chars().count() <= WIDEST && !has_lines(value);
    let lines = if short { vec![inline(value)] } else { block(value) };
    let begun = |(at, line): (usize, String)| format!("{}{line}", if at == 0 { "- " } else { "  " });
    lines.into_iter().enumerate().map(begun).collect()
}

/// Whether a text of several lines is in it, which is read by lines.
fn has_lines(value: &Value) -> bool {
    match value {
        Value::Object(entries) => entries.values().any(has_lines),
        Value::Array(items) => items.iter().any(has_lines),
        Value::String(text) => text.contains('\n'),
        _ => false,
    }
}

fn is_container(value: &Value) -> bool {
    matches!(value, Value::Object(_) | Value::Array(_))
}

/// In one line, as YAML would take it.
pub(super) fn inline(value: &Value) -> String {
    match value {
        Value::Object(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Object(entries) => {
            let key = |key: &str| if is_plain(key) { key.to_owned() } else { quoted(key) };
            let entries: Vec<_> =
                entries.iter().map(|(name, value)| format!("{}: {}", key(name), nested(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(nested).collect::<Vec<_>>().join(", ")),
        Value::String(text) if text.len() > LONGEST => {
            let digest: String = Digest::of(text.as_bytes()).to_string().chars().take(15).collect();
            format!("‹{}, {digest}›", size(text.len() as u64))
        }
        Value::String(text) if needs_no_quotes(text) => text.clone(),
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// Inside brackets some more texts need quotes.
fn nested(value: &Value) -> String {
    match value {
        Value::String(text) if text.contains([',', '[', ']', '{', '}']) => quoted(text),
        other => inline(other),
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Whether a text can't be taken for anything else: `"8080"` is not 8080, and the difference may be the change.
fn needs_no_quotes(text: &str) -> bool {
    let words = ["true", "false", "null", "~", "yes", "no", "on", "off", "y", "n"];
    let begins = |first: char| first.is_alphanumeric() || "/._‹*-+<>=^$(\\;".contains(first);
    let strange = |letter: char| letter.is_control() || letter == '"';
    text.starts_with(begins)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.chars().any(strange)
        && !words.iter().any(|word| text.eq_ignore_ascii_case(word))
        && text.parse::<f64>().is_err()
        && !text.starts_with("- ")
}
