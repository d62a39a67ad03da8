//! Traps that make the parser fail.

use super::place::{self, Ended, Place};
use super::{block, line, string, word};
use crate::diagnostic::{Diagnostic, Page};
use crate::guard::INVALID;
use crate::scan::{Kind, Token, scan};
use crate::source::SourceSet;
use std::collections::BTreeSet;

/// All pages of this file.
pub static PAGES: &[&Page] = &[&NOT_A_PLAN];

/// More than [`MOST_TOLD`] lines at fault.
pub static NOT_A_PLAN: Page = Page {
    code: "syntax::not-a-plan",
    text: "The file has more than 64 lines at fault. It is something else under the name of a plan (JSON, YAML, a \
           program's output), and a longer list of single errors would not help.",
    right: "step \"a\"",
    ..Page::ERROR
};

/// Lines at fault that are told one by one.
const MOST_TOLD: usize = 64;
/// Faults of one line that are told: each takes a look at the whole line, and a line may be long.
const MOST_IN_LINE: usize = 16;

/// Turns errors of the parser into ours, in the order of the text.
///
/// Only the place where an error ends can be trusted, and one fault brings several errors, so the text is read again.
/// Unbalanced braces are told only when nothing else is wrong: they follow from much of it.
pub fn loud(sources: &SourceSet, base: u32, error: &kdl::KdlError) -> Vec<Diagnostic> {
    let text = place::text_of(sources, base);
    faults(text, base).unwrap_or_else(|| vec![invalid(text, base, error)])
}

/// The traps that can be seen without the parser; none when it is something else.
pub(super) fn faults(text: &str, base: u32) -> Option<Vec<Diagnostic>> {
    let found = Walk::new(text, base).run();
    if found.is_empty() { block::unbalanced(text, base).map(|braces| vec![braces]) } else { Some(found) }
}

/// A trap: what it has to say, and up to which byte it has said it all.
pub(super) type Found = Option<(Diagnostic, usize)>;

const TRAPS: &[fn(&Place<'_>) -> Found] = &[
    block::behind_a_block,
    line::property_alone,
    line::block_alone,
    line::hash,
    line::backslash,
    string::prefixed,
    string::escape,
    string::open,
    string::neighbour,
    string::lines,
    word::cut,
    word::dollar,
    word::comma,
    word::keyword,
    word::path,
    word::number,
];

struct Walk<'a> {
    text: &'a str,
    base: u32,
    found: Vec<Diagnostic>,
    /// What lies before this byte was told already.
    told: usize,
    before: Option<Token<'a>>,
    last: Option<Token<'a>>,
    node: Option<usize>,
    previous: Option<Ended>,
    /// The nodes whose blocks are open.
    parents: Vec<usize>,
    /// How many lines are at fault; the end of the last one, its faults, and what is told of it only once.
    lines: usize,
    line: usize,
    in_line: usize,
    once: BTreeSet<&'static str>,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str, base: u32) -> Self {
        let (before, last, node, previous) = (None, None, None, None);
        let (found, parents, once) = (Vec::new(), Vec::new(), BTreeSet::new());
        Self { text, base, found, told: 0, before, last, node, previous, parents, lines: 0, line: 0, in_line: 0, once }
    }

    fn run(mut self) -> Vec<Diagnostic> {
        for token in scan(self.text) {
            self.look(token);
            self.step(token);
            self.before = Some(token);
            if self.lines > MOST_TOLD {
                self.found.push(not_a_plan(self.base, token.start));
                break;
            }
        }
        self.found
    }

    fn look(&mut self, token: Token<'a>) {
        if token.start < self.told || matches!(token.kind, Kind::Space | Kind::Newline) || token.kind.is_comment() {
            return;
        }
        let node = self.node.unwrap_or(token.start);
        let (text, base, before, last, previous) = (self.text, self.base, self.before, self.last, self.previous);
        let place = Place { text, base, token, before, last, node, previous };
        if let Some((diagnostic, told)) = TRAPS.iter().find_map(|trap| trap(&place)) {
            self.told = told.max(token.end());
            let line = place.line_end();
            let is_new = line > self.line;
            self.lines += usize::from(is_new);
            self.line = line;
            if is_new {
                self.in_line = 0;
                self.once.clear();
            }
            self.in_line += 1;
            if self.in_line == MOST_IN_LINE {
                self.told = self.told.max(line);
            }
            // One comma in a list is told for all of them.
            if !diagnostic.page.code.starts_with("syntax::comma") || self.once.insert(diagnostic.page.code) {
                self.found.push(diagnostic);
            }
        }
    }

    /// Keeps count of nodes and blocks.
    fn step(&mut self, token: Token<'a>) {
        match token.kind {
            Kind::Space | Kind::LineComment | Kind::BlockComment => {}
            Kind::Newline if self.continues() => {}
            Kind::Newline | Kind::Semicolon => self.end_node(),
            Kind::Open => {
                self.parents.push(self.node.unwrap_or(token.start));
                (self.node, self.last, self.previous) = (None, None, None);
            }
            Kind::Close => {
                self.node = Some(self.parents.pop().unwrap_or(token.start));
                self.last = Some(token);
            }
            _ => {
                self.node.get_or_insert(token.start);
                self.last = Some(token);
            }
        }
    }

    fn continues(&self) -> bool {
        self.last.is_some_and(|last| matches!(last.kind, Kind::Backslash | Kind::Slashdash))
    }

    fn end_node(&mut self) {
        if let (Some(start), Some(last)) = (self.node.take(), self.last.take()) {
            self.previous = Some(Ended { start, end: last.end(), has_block: last.kind == Kind::Close });
        }
    }
}

fn not_a_plan(base: u32, at: usize) -> Diagnostic {
    Diagnostic::new(&NOT_A_PLAN, format!("more than {MOST_TOLD} lines are no KDL"))
        .label(place::span(base, at..at), "the rest was not looked at")
        .help("look whether this file is a plan at all")
}

fn invalid(text: &str, base: u32, error: &kdl::KdlError) -> Diagnostic {
    let first = error.diagnostics.first();
    let message = first.and_then(|first| first.message.as_deref()).unwrap_or("this is not KDL");
    let (start, end) = first.map_or((0, 0), |first| (first.span.offset(), first.span.offset() + first.span.len()));
    // A span over several lines begins where the parser began to try, which says nothing.
    let end = text.get(..end).map_or(text.len(), |before| before.trim_end().len());
    let line = place::line_at(text, end);
    let start = if start < line.start || start > end { end.saturating_sub(1).max(line.start) } else { start };
    let start = (start..=end).find(|at| text.is_char_boundary(*at)).unwrap_or(end);
    let label = first.and_then(|first| first.label.clone()).unwrap_or_default();
    let told = Diagnostic::new(&INVALID, fragment(message)).label(place::span(base, start..end), label);
    match first.and_then(|first| first.help.as_deref()) {
        Some(help) => told.help(fragment(help)),
        None => told,
    }
}

/// A sentence as a fragment: the first letter small, no full stop.
fn fragment(sentence: &str) -> String {
    let mut letters = sentence.trim_end_matches('.').chars();
    let first = letters.next().map(|first| first.to_lowercase().collect::<String>()).unwrap_or_default();
    first + letters.as_str()
}
