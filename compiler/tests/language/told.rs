//! What a compilation told, in a form that tests can compare.

use crate::sources::Sources;
use switchback_compiler::Compiled;
use switchback_compiler::diagnostic::{Diagnostic, Help, Severity};

/// The codes, in the order in which they are told.
pub fn codes(compiled: &Compiled) -> Vec<&'static str> {
    compiled.diagnostics.iter().map(|one| one.page.code).collect()
}

/// `file:line code`, in the order in which they are told.
pub fn places(compiled: &Compiled) -> Vec<String> {
    let place = |one: &Diagnostic| format!("{} {}", compiled.sources.locate(one.span()), one.page.code);
    compiled.diagnostics.iter().map(place).collect()
}

/// The codes that a plan gets.
pub fn of(text: &str) -> Vec<&'static str> {
    codes(&Sources::plan(text).compile())
}

/// The one diagnostic that a plan gets.
pub fn only(text: &str) -> Diagnostic {
    sole(Sources::plan(text).compile(), text)
}

/// The one diagnostic of a compilation.
pub fn sole(compiled: Compiled, about: &str) -> Diagnostic {
    let found = codes(&compiled);
    assert_eq!(found.len(), 1, "{about}\n{found:?}");
    compiled.diagnostics.into_iter().next().unwrap()
}

/// The help of a diagnostic as lines that can be read.
pub fn help(one: &Diagnostic) -> String {
    let line = |help: &Help| match help {
        Help::Text(text) | Help::Drawn(text) => text.clone(),
        Help::Add { line, text, .. } => format!("{line} + {text}"),
    };
    one.help.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Asserts that a plan compiles without a word.
pub fn sound(text: &str) {
    is_sound(&Sources::plan(text).compile(), text);
}

/// Asserts that a compilation gave a plan without a word.
pub fn is_sound(compiled: &Compiled, about: &str) {
    assert_eq!(places(compiled), Vec::<String>::new(), "{about}");
    assert!(compiled.plan.is_some(), "{about}");
}

/// Whether nothing stops a plan.
pub fn has_errors(compiled: &Compiled) -> bool {
    compiled.diagnostics.iter().any(|one| one.severity == Severity::Error)
}
