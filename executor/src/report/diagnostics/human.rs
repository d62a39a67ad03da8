//! Diagnostics for people: what, where, the way out, the code; then what was not looked at.

use super::frame::frames;
use crate::screen::{Look, Style, hang, pad_left, safe};
use std::collections::BTreeSet;
use switchback_compiler::diagnostic::{Diagnostic, Help, Severity};
use switchback_compiler::source::SourceSet;

/// All diagnostics in their order, a blank line after each, then a line for each thing that was skipped.
pub fn human(sources: &SourceSet, diagnostics: &[Diagnostic], look: Look) -> String {
    let told: String = diagnostics.iter().map(|diagnostic| one(sources, diagnostic, look) + "\n").collect();
    told + &skipped(diagnostics, look)
}

fn one(sources: &SourceSet, diagnostic: &Diagnostic, look: Look) -> String {
    let lead = format!("{} ", severity(diagnostic.severity, look));
    let code = Style::Dim.paint(diagnostic.page.code, look);
    hang(&lead, &safe(&diagnostic.message, look), look)
        + &frames(sources, &diagnostic.labels, look)
        + &help(sources, diagnostic, look)
        + &format!("  code: {code}\n")
}

fn severity(severity: Severity, look: Look) -> String {
    let style = match severity {
        Severity::Error => Style::Red,
        Severity::Warning => Style::Yellow,
        Severity::Note => Style::Cyan,
    };
    style.paint(&format!("{}:", severity.word()), look)
}

/// The lines of help, all under the first one's text.
fn help(sources: &SourceSet, diagnostic: &Diagnostic, look: Look) -> String {
    let home = sources.file_of(diagnostic.span()).map(|file| file.path.as_str());
    let mut lead = "  help: ";
    let mut out = String::new();
    for line in &diagnostic.help {
        for (text, wraps) in help_lines(line, home, look) {
            let drawn = || format!("{lead}{text}").trim_end().to_owned() + "\n";
            out.push_str(&if wraps { hang(lead, &text, look) } else { drawn() });
            lead = "        ";
        }
    }
    out
}

/// The lines of one help, each with whether it may be wrapped: a picture and a line to type may not.
fn help_lines(help: &Help, home: Option<&str>, look: Look) -> Vec<(String, bool)> {
    match help {
        Help::Text(text) => vec![(safe(text, look), true)],
        Help::Drawn(text) => text.lines().map(|line| (safe(line, look), false)).collect(),
        Help::Add { path, line, text } => {
            let elsewhere = path.as_deref().filter(|path| Some(*path) != home);
            let file = elsewhere.map(|path| (format!("in {}:", safe(path, look)), true));
            // Four columns a tab, as in the frames.
            let text = safe(&text.replace('\t', "    "), look);
            let added = Style::Green.paint(&format!("{} + {text}", pad_left(&line.to_string(), 2)), look);
            file.into_iter().chain([(added, false)]).collect()
        }
    }
}

fn skipped(diagnostics: &[Diagnostic], look: Look) -> String {
    let mut seen = BTreeSet::new();
    let mut out = String::new();
    for diagnostic in diagnostics {
        for what in &diagnostic.skipped {
            let code = diagnostic.page.code;
            if seen.insert((what, code)) {
                out.push_str(&hang("skipped: ", &format!("{}, because of {code}", safe(what, look)), look));
            }
        }
    }
    out
}
