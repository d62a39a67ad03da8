//! `--format json`: one object, stable within its version.
//!
//! ```json
//! {"version": 1, "diagnostics": [{
//!   "code": "needs::unknown", "severity": "error", "message": "…", "rule": "R7",
//!   "labels": [{"path": "a.plan.kdl", "line": 44, "column": 15, "end_line": 44, "end_column": 22,
//!               "offset": 1031, "length": 7, "text": "no such step"}],
//!   "help": [{"kind": "text", "text": "…"}, {"kind": "add", "path": "a.plan.kdl", "line": 25, "text": "…"},
//!            {"kind": "drawn", "text": "…"}],
//!   "skipped": ["…"]
//! }]}
//! ```
//!
//! Lines and columns count from 1, columns in characters and `end_column` after the place; `offset` and `length` are
//! bytes of the file; `rule` is null where a diagnostic is about form alone; the `path` of an added line is always said. New keys may come within a version; none goes or changes its meaning.

use super::place::Place;
use crate::screen::is_hostile;
use serde::Serialize;
use std::fmt::Write;
use switchback_compiler::diagnostic::{Diagnostic, Help, Label, Severity};
use switchback_compiler::source::SourceSet;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    diagnostics: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    severity: Severity,
    message: &'a str,
    rule: Option<&'a str>,
    labels: Vec<Mark<'a>>,
    help: Vec<Line<'a>>,
    skipped: &'a [String],
}

#[derive(Serialize)]
struct Mark<'a> {
    path: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    offset: u32,
    length: u32,
    text: &'a str,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Line<'a> {
    Text { text: &'a str },
    Add { path: Option<String>, line: u32, text: &'a str },
    Drawn { text: &'a str },
}

/// All diagnostics as one JSON object on one line.
pub fn json(sources: &SourceSet, diagnostics: &[Diagnostic]) -> serde_json::Result<String> {
    let diagnostics = diagnostics.iter().map(|diagnostic| entry(sources, diagnostic)).collect();
    Ok(inert(&serde_json::to_string(&Document { version: 1, diagnostics })?) + "\n")
}

fn entry<'a>(sources: &SourceSet, diagnostic: &'a Diagnostic) -> Entry<'a> {
    // Destructured, so that a new field asks to be decided here.
    let Diagnostic { page, severity, message, labels, help, skipped, measure: _ } = diagnostic;
    Entry {
        code: page.code,
        severity: *severity,
        message,
        rule: Some(page.rule).filter(|rule| !rule.is_empty()),
        labels: labels.iter().filter_map(|label| mark(sources, label)).collect(),
        help: help.iter().map(|help| line(sources, diagnostic, help)).collect(),
        skipped,
    }
}

fn mark<'a>(sources: &SourceSet, label: &'a Label) -> Option<Mark<'a>> {
    let Place { path, line, column, end_line, end_column, offset, length } = Place::of(sources, label.span)?;
    Some(Mark { path, line, column, end_line, end_column, offset, length, text: &label.text })
}

fn line<'a>(sources: &SourceSet, of: &Diagnostic, help: &'a Help) -> Line<'a> {
    let home = || sources.file_of(of.span()).map(|file| file.path.clone());
    match help {
        Help::Text(text) => Line::Text { text },
        Help::Add { path, line, text } => Line::Add { path: path.clone().or_else(home), line: *line, text },
        Help::Drawn(text) => Line::Drawn { text },
    }
}

/// The same JSON with every character escaped that would act on a terminal; such characters stand in strings only.
pub(crate) fn inert(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        // serde_json writes no control character below 0x20 outside of escapes, but for line ends of pretty output.
        if is_hostile(c) && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing into a string can't fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}
