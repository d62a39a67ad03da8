//! Traps of blocks: braces without their counterpart, and what stands behind one.

use super::loud::Found;
use super::place::{Place, line_at, span};
use crate::diagnostic::{Diagnostic, Help, Page};
use crate::scan::{Kind, Token, scan};

/// All pages of this file.
pub static PAGES: &[&Page] = &[&UNCLOSED_BLOCK, &STRAY_BRACE, &BEHIND_BLOCK];

/// `{` without its `}`.
pub static UNCLOSED_BLOCK: Page = Page {
    code: "syntax::unclosed-block",
    rule: "R26",
    text: "A block has no `}`. Which one it is can only be told from the indentation: it is the first whose block a \
           line leaves without closing it.",
    wrong: "step \"a\" {\n    verify {\n        file.exists \"x\"\n}\nstep \"b\"",
    right: "step \"a\" {\n    verify {\n        file.exists \"x\"\n    }\n}\nstep \"b\"",
    ..Page::ERROR
};

/// `}` without its `{`.
pub static STRAY_BRACE: Page = Page {
    code: "syntax::stray-brace",
    rule: "R26",
    text: "A `}` closes nothing. It is one too many, or a block above ends too early.",
    wrong: "step \"a\" {\n    needs \"b\"\n}\n}",
    right: "step \"a\" {\n    needs \"b\"\n}",
    ..Page::ERROR
};

/// `{ a } b`
pub static BEHIND_BLOCK: Page = Page {
    code: "syntax::behind-block",
    rule: "R26",
    text: "Something stands behind the `}` of a block, on the same line. A node ends with its block: properties stand \
           before it, and another node needs a `;` or a new line.",
    wrong: "hold { http.get \"http://a/\" } at-most=\"7d\"",
    right: "hold at-most=\"7d\" { http.get \"http://a/\" }",
    ..Page::ERROR
};

pub(super) fn behind_a_block(place: &Place<'_>) -> Found {
    let close = place.last.filter(|last| last.kind == Kind::Close)?;
    if !place.token.kind.is_value() {
        return None;
    }
    let is_property = place.follower().is_some_and(|next| next.kind == Kind::Equals);
    let told = Diagnostic::new(&BEHIND_BLOCK, "something stands behind a block")
        .label(place.here(), "the node ended with its `}`")
        .label(place.span(close.start..close.end()), "here");
    let told = if is_property {
        told.help("write the property in front of the `{`")
    } else {
        told.help(format!("begin another node: }}; {}", place.token.text))
    };
    Some((told, place.line_end()))
}

#[derive(Clone, Copy)]
struct Block {
    /// Where its node begins, where its `{` stands, and how far the line is indented.
    node: usize,
    brace: usize,
    indent: usize,
}

/// Braces that have no counterpart: at most one diagnostic, as all others may follow from it.
pub(super) fn unbalanced(text: &str, base: u32) -> Option<Diagnostic> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut suspect = None;
    let mut line = Line { node: None, indent: 0, is_new: true };
    for token in scan(text) {
        if line.is_new && !token.kind.is_comment() && !matches!(token.kind, Kind::Space | Kind::Newline) {
            suspect = suspect.or_else(|| left_open(&blocks, &token, line.indent));
        }
        match token.kind {
            Kind::Open => {
                blocks.push(Block { node: line.node.unwrap_or(token.start), brace: token.start, indent: line.indent });
            }
            Kind::Close if blocks.pop().is_none() => return Some(stray(base, &token, &line)),
            _ => {}
        }
        line.pass(&token);
    }
    let (block, evidence) = match suspect.filter(|_| !blocks.is_empty()) {
        Some((block, evidence)) => (block, Some(evidence)),
        None => (blocks.pop()?, None),
    };
    Some(unclosed(text, base, &block, evidence))
}

/// Where the reading stands in its line.
struct Line {
    node: Option<usize>,
    indent: usize,
    is_new: bool,
}

impl Line {
    fn pass(&mut self, token: &Token<'_>) {
        match token.kind {
            Kind::Newline => *self = Self { node: None, indent: 0, is_new: true },
            Kind::Space if self.is_new => self.indent += token.text.len(),
            Kind::Space | Kind::LineComment | Kind::BlockComment => {}
            Kind::Open | Kind::Close | Kind::Semicolon => (self.node, self.is_new) = (None, false),
            _ => {
                self.node.get_or_insert(token.start);
                self.is_new = false;
            }
        }
    }
}

/// The innermost block, when a line stands too far left to be inside it, or to be its own `}`.
fn left_open(blocks: &[Block], token: &Token<'_>, indent: usize) -> Option<(Block, usize)> {
    let innermost = blocks.last()?;
    let is_left = if token.kind == Kind::Close { indent < innermost.indent } else { indent <= innermost.indent };
    is_left.then_some((*innermost, token.start))
}

fn unclosed(text: &str, base: u32, block: &Block, evidence: Option<usize>) -> Diagnostic {
    let head = text.get(block.node..block.brace).unwrap_or_default().trim_end();
    let brace = text.get(..=block.brace).unwrap_or_default().len();
    let told = Diagnostic::new(&UNCLOSED_BLOCK, format!("the block of `{}` is not closed", word_of(head)))
        .label(span(base, block.brace..brace), "no `}` for this one");
    let at = evidence.unwrap_or(text.trim_end().len());
    let line = line_at(text, at);
    let told = match evidence {
        Some(_) => {
            let typed = text.get(line.clone()).unwrap_or_default().trim_end().len();
            told.label(span(base, at..line.start + typed.max(at - line.start)), "this stands outside of it already")
        }
        None => told,
    };
    let number = text.get(..at).unwrap_or_default().matches('\n').count() as u32 + 1;
    let number = if evidence.is_some() { number } else { number + 1 };
    let indent = " ".repeat(block.indent);
    told.help_line(Help::Add { path: None, line: number, text: format!("{indent}}}") })
}

/// The name of a node and its first argument, as they stand.
fn word_of(head: &str) -> String {
    head.split_whitespace().take(2).filter(|word| !word.contains('=')).collect::<Vec<_>>().join(" ")
}

fn stray(base: u32, token: &Token<'_>, line: &Line) -> Diagnostic {
    let told = Diagnostic::new(&STRAY_BRACE, "a `}` closes nothing")
        .label(span(base, token.start..token.end()), "no block is open here");
    if line.is_new && line.indent == 0 {
        told.help("remove it, or look for a block above that ends too early")
    } else {
        told.help("look for a block above that ends too early, or remove it")
    }
}
