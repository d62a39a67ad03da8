//! Where a trap looks: a token, what is around it, and the node it stands in.

use crate::scan::{Kind, Scanner, Token, scan_from};
use crate::source::{SourceSet, Span};
use std::ops::Range;

/// The text of the file that begins at `base`.
pub(super) fn text_of(sources: &SourceSet, base: u32) -> &str {
    sources.file_of(Span { start: base, len: 0 }).map_or("", |file| file.text.as_str())
}

/// The line around a byte, without its end.
pub(super) fn line_at(text: &str, at: usize) -> Range<usize> {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let end = text.get(at..).and_then(|after| after.find(['\n', '\r'])).map_or(text.len(), |len| at + len);
    start..end.max(start)
}

/// Blanks at the beginning of the line around a byte.
pub(super) fn indent_at(text: &str, at: usize) -> usize {
    let line = text.get(line_at(text, at)).unwrap_or_default();
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// From a byte to the next blank or end of a node: what was meant to be one value.
pub(super) fn run_at(text: &str, at: usize) -> &str {
    let tail = text.get(at..).unwrap_or_default();
    let len = tail.find(|c: char| c.is_whitespace() || matches!(c, ';' | '{' | '}')).unwrap_or(tail.len());
    tail.get(..len).unwrap_or_default()
}

/// A node that was read to its end.
#[derive(Clone, Copy)]
pub(super) struct Ended {
    pub start: usize,
    pub end: usize,
    pub has_block: bool,
}

/// A token in its surroundings.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub text: &'a str,
    pub base: u32,
    pub token: Token<'a>,
    /// The token that touches it from the left, blanks included.
    pub before: Option<Token<'a>>,
    /// The last one that was no blank and no comment, in this node.
    pub last: Option<Token<'a>>,
    /// Where its node begins; its own place when it begins one.
    pub node: usize,
    /// The node before in the same block.
    pub previous: Option<Ended>,
}

impl<'a> Place<'a> {
    /// Whether the token begins a node.
    pub fn is_fresh(&self) -> bool {
        self.node == self.token.start
    }

    /// The place of some bytes of this file.
    pub fn span(&self, range: Range<usize>) -> Span {
        span(self.base, range)
    }

    /// The place of the token.
    pub fn here(&self) -> Span {
        self.span(self.token.start..self.token.end())
    }

    /// The token that touches it from the right.
    pub fn next(&self) -> Option<Token<'a>> {
        self.ahead().next()
    }

    /// All tokens behind it.
    pub fn ahead(&self) -> Scanner<'a> {
        scan_from(self.text, self.token.end())
    }

    /// The first token behind it that is no blank.
    pub fn follower(&self) -> Option<Token<'a>> {
        self.ahead().find(|token| token.kind != Kind::Space)
    }

    /// Some bytes of the text.
    pub fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    /// The first byte after the line that the token ends in.
    pub fn line_end(&self) -> usize {
        line_at(self.text, self.token.end()).end
    }
}

/// The place of some bytes of the file that begins at `base`.
pub(super) fn span(base: u32, range: Range<usize>) -> Span {
    Span::new(base as usize + range.start, range.len())
}
