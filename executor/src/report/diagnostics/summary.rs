//! The line under all diagnostics.

use crate::screen::{count, list, of};
use std::collections::BTreeSet;
use switchback_compiler::diagnostic::{Diagnostic, Severity};
use switchback_compiler::source::SourceSet;

/// How many plans compile, of how many.
#[derive(Clone, Copy, Debug)]
pub struct Plans {
    /// Plans without errors.
    pub compiled: usize,
    /// All plans that were looked at.
    pub all: usize,
}

/// `3 errors in 2 files; 1 of 2 plans compiles`; files are those that any label points into.
pub fn summary(sources: &SourceSet, diagnostics: &[Diagnostic], plans: Plans) -> String {
    let compiles = if plans.compiled == 1 || plans.all == 1 { "compiles" } else { "compile" };
    let plans = format!("{} {compiles}", of(plans.compiled, plans.all, "plan"));
    match found(sources, diagnostics) {
        Some(found) => format!("{found}; {plans}"),
        None => plans,
    }
}

/// `2 errors and 1 warning in 2 files`; none when nothing was found.
pub fn found(sources: &SourceSet, diagnostics: &[Diagnostic]) -> Option<String> {
    let found: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (severity, diagnostics.iter().filter(|found| found.severity == severity).count()))
        .filter(|(_, number)| *number > 0)
        .map(|(severity, number)| count(number, severity.word()))
        .collect();
    let place = match files(sources, diagnostics) {
        0 => String::new(),
        files => format!(" in {}", count(files, "file")),
    };
    (!found.is_empty()).then(|| format!("{}{place}", list(&found)))
}

fn files(sources: &SourceSet, diagnostics: &[Diagnostic]) -> usize {
    let labels = diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels);
    let bases: BTreeSet<u32> = labels.filter_map(|label| sources.file_of(label.span)).map(|file| file.base).collect();
    bases.len()
}
