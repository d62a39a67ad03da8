//! `--format github`: workflow commands that become annotations of a pull request, one line a diagnostic.

use super::place::Place;
use crate::screen::{Look, safe};
use switchback_compiler::diagnostic::{Diagnostic, Help, Severity};
use switchback_compiler::source::SourceSet;

/// All diagnostics as annotations; each stands at its first label and names the others.
pub fn github(sources: &SourceSet, diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|diagnostic| annotation(sources, diagnostic)).collect()
}

fn annotation(sources: &SourceSet, diagnostic: &Diagnostic) -> String {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(at) = diagnostic.labels.first().and_then(|label| Place::of(sources, label.span)) {
        properties.push(("file", at.path));
        properties.push(("line", at.line.to_string()));
        properties.push(("endLine", at.end_line.to_string()));
        properties.push(("col", at.column.to_string()));
        properties.push(("endColumn", at.end_column.to_string()));
    }
    properties.push(("title", diagnostic.page.code.to_owned()));
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", escape_property(value))).collect();
    format!("::{command} {}::{}\n", properties.join(","), escape(&body(sources, diagnostic)))
}

fn body(sources: &SourceSet, diagnostic: &Diagnostic) -> String {
    let mut lines = vec![clean(&diagnostic.message)];
    let mut labels = diagnostic.labels.iter();
    lines.extend(labels.next().map(|label| clean(&label.text)).filter(|text| !text.is_empty()));
    lines.extend(labels.map(|label| clean(&format!("{}: {}", sources.locate(label.span), label.text))));
    let mut lead = "help: ";
    for text in diagnostic.help.iter().flat_map(help) {
        lines.push(format!("{lead}{text}"));
        lead = "      ";
    }
    lines.join("\n")
}

fn help(help: &Help) -> Vec<String> {
    match help {
        Help::Text(text) => vec![clean(text)],
        Help::Drawn(text) => text.lines().map(clean).collect(),
        Help::Add { path: Some(path), line, text } => vec![clean(&format!("{path}:{line} + {text}"))],
        Help::Add { path: None, line, text } => vec![clean(&format!("{line} + {text}"))],
    }
}

/// A log is read on a terminal too, so nothing in it may act on one.
fn clean(text: &str) -> String {
    safe(text, Look::plain())
}

/// What the message of a workflow command can't hold; `%` first, or the others would be escaped twice.
fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What the property of a workflow command can't hold.
fn escape_property(text: &str) -> String {
    escape(&clean(text)).replace(':', "%3A").replace(',', "%2C")
}
