//! What is told to a person: codes with their pages, severities, labels, and the way out.
//!
//! A [`Page`] stands beside the rule that uses it; [`crate::pages`] lists them all. Rendering is the executor's.

use crate::source::Span;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU64;

/// How grave a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The plan can't run.
    Error,
    /// The plan runs, and something deserves a second look.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word that a person reads.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// The page that `switchback explain CODE` prints: one a code.
#[derive(Debug)]
pub struct Page {
    /// `area::what`.
    pub code: &'static str,
    /// How grave it is when nothing changes that.
    pub severity: Severity,
    /// The rule of the language it holds up, `"R3"`; empty when it is about form alone.
    pub rule: &'static str,
    /// What is wrong and why it matters, in sentences.
    pub text: &'static str,
    /// A fragment of a plan that gets this code; empty where no text can show it.
    pub wrong: &'static str,
    /// The same, put right.
    pub right: &'static str,
    /// Codes of pages near this one.
    pub see: &'static [&'static str],
    /// Whether `accept` may waive it.
    pub waivable: bool,
}

impl Page {
    /// An error without a rule; the rest by struct update.
    pub const ERROR: Self = Self {
        code: "",
        severity: Severity::Error,
        rule: "",
        text: "",
        wrong: "",
        right: "",
        see: &[],
        waivable: false,
    };
}

/// A place and what is to be said about it.
#[derive(Clone, Debug)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What, a lower-case fragment; may be empty.
    pub text: String,
}

/// A line of help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Help {
    /// A sentence fragment.
    Text(String),
    /// A line to add, with the line number it will have, indented as it will stand.
    Add {
        /// The path of the file when it is not the one of the first label.
        path: Option<String>,
        /// Line number, from 1.
        line: u32,
        /// The whole line.
        text: String,
    },
    /// A line of a picture, never wrapped.
    Drawn(String),
}

/// One thing that is wrong, or worth knowing.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Its page, and so its code.
    pub page: &'static Page,
    /// As told; policy may have changed it from the page's.
    pub severity: Severity,
    /// What is wrong: a fragment, names in back-ticks, no full stop.
    pub message: String,
    /// The places, the one at fault first.
    pub labels: Vec<Label>,
    /// The way out.
    pub help: Vec<Help>,
    /// What was not looked at because of this.
    pub skipped: Vec<String>,
    /// How much it is, where that is another figure on each target: the greatest is the one to tell.
    pub measure: Option<NonZeroU64>,
}

impl Diagnostic {
    /// A diagnostic of this page, still without a place.
    pub fn new(page: &'static Page, message: impl Into<String>) -> Self {
        Self {
            page,
            severity: page.severity,
            message: message.into(),
            labels: Vec::new(),
            help: Vec::new(),
            skipped: Vec::new(),
            measure: None,
        }
    }

    /// Adds a place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds a line of help.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(Help::Text(text.into()));
        self
    }

    /// Adds any line of help.
    #[must_use]
    pub fn help_line(mut self, line: Help) -> Self {
        self.help.push(line);
        self
    }

    /// Says what was not looked at because of this.
    #[must_use]
    pub fn skips(mut self, what: impl Into<String>) -> Self {
        self.skipped.push(what.into());
        self
    }

    /// Says how much it is, so that of several targets the one with most is told.
    #[must_use]
    pub fn measured(mut self, much: u64) -> Self {
        self.measure = NonZeroU64::new(much);
        self
    }

    fn skip(&mut self, what: &str) {
        self.skipped.push(what.to_owned());
    }

    /// The place at fault.
    pub fn span(&self) -> Span {
        self.labels.first().map(|label| label.span).unwrap_or_default()
    }
}

/// Diagnostics that are kept: nobody reads so many, and a hostile file could ask for millions.
const MOST_KEPT: usize = 10_000;

/// Collects what the stages find.
#[derive(Debug, Default)]
pub struct Sink {
    found: Vec<Diagnostic>,
    errors: usize,
    dropped: usize,
}

impl Sink {
    /// Takes one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let is_error = diagnostic.severity == Severity::Error;
        // What stops the plan is kept as long as there is room for it, so a plan with errors never compiles.
        let kept = if is_error { self.errors } else { self.found.len() };
        if kept < MOST_KEPT {
            self.errors += usize::from(is_error);
            self.found.push(diagnostic);
        } else {
            self.dropped += 1;
        }
    }

    /// Takes several.
    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        diagnostics.into_iter().for_each(|one| self.push(one));
    }

    /// Whether anything found so far stops the plan.
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|found| found.severity == Severity::Error)
    }

    /// How many were found so far.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All, in source order, each once: what a template repeats is told the first time only.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        let key = |one: &Diagnostic| (one.span(), one.severity, one.page.code);
        self.found.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message)));
        if let Some(last) = self.found.last_mut().filter(|_| self.dropped > 0) {
            last.skip("what else is wrong, after the first 10,000");
        }
        self.found.dedup_by(|a, b| a.page.code == b.page.code && a.span() == b.span() && a.message == b.message);
        self.found
    }
}

/// Letters of a name that a near one is looked for.
const LONGEST_NAME: usize = 128;

/// The nearest of some names, only when it is near (R15): at most a third of the letters differ.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearer(name, known, name.chars().count().max(3) / 3)
}

/// The nearest of some names, where at most so many letters differ.
pub fn nearer<'a>(name: &str, known: impl IntoIterator<Item = &'a str>, limit: usize) -> Option<&'a str> {
    let length = name.chars().count();
    // The distance costs the product of both lengths.
    let is_alike = |known: &&str| length <= LONGEST_NAME && known.chars().count().abs_diff(length) <= limit;
    known
        .into_iter()
        .filter(is_alike)
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_near_name_is_proposed() {
        assert_eq!(nearest("withn", ["for", "within", "every"]), Some("within"));
        assert_eq!(nearest("colour", ["for", "within", "every"]), None);
    }
}
