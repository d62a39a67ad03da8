//! `--format sarif`: SARIF 2.1.0 (OASIS, with errata 01), as code scanning reads it.

use super::json::inert;
use super::place::Place;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use switchback_compiler::diagnostic::{Diagnostic, Help, Label, Page, Severity};
use switchback_compiler::source::SourceSet;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// `reportingDescriptor`, 3.49.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_description: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Value>,
    default_configuration: Value,
    properties: Value,
}

/// `result`, 3.27.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Value,
    locations: Vec<Spot>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Spot>,
}

/// `location`, 3.28.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spot {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Value>,
}

/// All diagnostics as one log with one run; its rules are the pages that the diagnostics use.
pub fn sarif(sources: &SourceSet, diagnostics: &[Diagnostic]) -> serde_json::Result<String> {
    let pages: BTreeMap<&str, &Page> = diagnostics.iter().map(|found| (found.page.code, found.page)).collect();
    let index = |code: &str| pages.keys().position(|known| *known == code).unwrap_or_default();
    let finding = |found| finding(sources, found, index(found.page.code));
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "switchback",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": pages.values().map(|page| rule(page)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": diagnostics.iter().map(finding).collect::<Vec<_>>(),
        }],
    });
    Ok(inert(&serde_json::to_string_pretty(&log)?) + "\n")
}

fn rule(page: &Page) -> Rule<'_> {
    // Destructured, so that a new field asks to be decided here; other pages and the waiver are for `explain`.
    let Page { code, severity, rule, text, wrong, right, see: _, waivable: _ } = page;
    let tags: Vec<&str> = Some(*rule).filter(|rule| !rule.is_empty()).into_iter().collect();
    // A text that is there must not be empty.
    let told = !text.is_empty();
    Rule {
        id: code,
        full_description: told.then(|| json!({ "text": text })),
        help: told.then(|| help(text, wrong, right)),
        default_configuration: json!({ "level": level(*severity) }),
        properties: json!({ "tags": tags }),
    }
}

fn help(text: &str, wrong: &str, right: &str) -> Value {
    let examples = [("wrong", wrong), ("right", right)];
    let (mut plain, mut markdown) = (text.to_owned(), text.to_owned());
    for (name, body) in examples.into_iter().filter(|(_, body)| !body.is_empty()) {
        plain.extend(["\n\n", name, "\n", body]);
        markdown.extend(["\n\n", name, ":\n\n```kdl\n", body, "\n```"]);
    }
    json!({ "text": plain, "markdown": markdown })
}

fn finding<'a>(sources: &SourceSet, found: &'a Diagnostic, rule_index: usize) -> Finding<'a> {
    let mut spots = found.labels.iter().filter_map(|label| spot(sources, label));
    Finding {
        rule_id: found.page.code,
        rule_index,
        level: level(found.severity),
        message: message(&text(found)),
        locations: spots.next().into_iter().collect(),
        related_locations: spots.zip(1..).map(|(spot, id)| Spot { id: Some(id), ..spot }).collect(),
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// `message`, 3.11; braces are doubled in it because single ones hold placeholders.
fn message(text: &str) -> Value {
    json!({ "text": text.replace('{', "{{").replace('}', "}}") })
}

fn text(found: &Diagnostic) -> String {
    let help = found.help.iter().map(|line| match line {
        Help::Text(text) | Help::Drawn(text) => text.clone(),
        Help::Add { path: Some(path), line, text } => format!("{path}:{line} + {text}"),
        Help::Add { path: None, line, text } => format!("{line} + {text}"),
    });
    let help: Vec<String> = help.collect();
    if help.is_empty() { found.message.clone() } else { format!("{}\nhelp: {}", found.message, help.join("\n")) }
}

fn spot(sources: &SourceSet, label: &Label) -> Option<Spot> {
    let place = Place::of(sources, label.span)?;
    let physical_location = json!({
        "artifactLocation": { "uri": uri(&place.path), "uriBaseId": "%SRCROOT%" },
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        },
    });
    let message = Some(message(&label.text)).filter(|_| !label.text.is_empty());
    Some(Spot { id: None, physical_location, message })
}

/// A relative path as a URI reference: everything but unreserved characters and `/` is percent-encoded (RFC 3986).
fn uri(path: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    path.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uri_references() {
        assert_eq!(uri("plans/lumen-5.0.plan.kdl"), "plans/lumen-5.0.plan.kdl");
        assert_eq!(uri("a b/50%/ö:c.kdl"), "a%20b/50%25/%C3%B6%3Ac.kdl");
    }
}
