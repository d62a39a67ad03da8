//! Text to lines, pieces and blocks, with every comment in its place.

use crate::scan::{Kind, Scanner, Token, is_newline, scan};
use crate::spelling::{begins_as_number, is_reserved};
use std::borrow::Cow;

/// What stands between two braces, or in a file.
#[derive(Debug, Default)]
pub(super) struct Block<'a> {
    pub lines: Vec<Line<'a>>,
    /// The comment behind the `{`.
    pub comment: Option<&'a str>,
    /// Written without an end of line inside.
    pub is_flat: bool,
}

/// A node, or a comment with a line of its own.
#[derive(Debug, Default)]
pub(super) struct Line<'a> {
    pub pieces: Vec<Piece<'a>>,
    /// The comment at its end.
    pub comment: Option<&'a str>,
    pub has_blank_before: bool,
}

/// A part of a line; blanks go between them.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    /// A name, an argument or a whole property.
    Word(Cow<'a, str>),
    /// `/* … */`
    Comment(&'a str),
    /// `/-`, which touches what it takes out.
    Slashdash,
    /// A backslash, with the comment behind it.
    Continued(Option<&'a str>),
    /// A comment behind `/-`, which ends its line but not the node.
    Broken(&'a str),
    /// A block.
    Block(Block<'a>),
}

/// The tree of a sound text.
pub(super) fn tree(text: &str) -> Block<'_> {
    let mut reader = Reader { tokens: scan(text), text };
    reader.block()
}

/// A name as the printer spells it: without quotes where it can be.
pub(super) fn name<'a>(token: &Token<'a>) -> Token<'a> {
    let bare = token.text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    match bare.filter(|bare| token.kind == Kind::Quoted && is_plain(bare)) {
        Some(bare) => Token { kind: Kind::Word, text: bare, ..*token },
        None => *token,
    }
}

fn is_plain(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins && !is_reserved(text) && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// A value as the printer spells it: a bare string gets its quotes.
pub(super) fn value<'a>(token: &Token<'a>) -> Cow<'a, str> {
    if token.kind == Kind::Word && !begins_as_number(token.text) {
        Cow::Owned(format!("\"{}\"", token.text))
    } else {
        Cow::Borrowed(token.text)
    }
}

struct Reader<'a> {
    tokens: Scanner<'a>,
    text: &'a str,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.clone().next()
    }

    /// Reads to the `}` or the end of the text, and takes it.
    fn block(&mut self) -> Block<'a> {
        let mut block = Block::default();
        let start = self.peek().map_or(self.text.len(), |token| token.start);
        let mut newlines = 0;
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::Space | Kind::Semicolon | Kind::Close => _ = self.tokens.next(),
                Kind::Newline => {
                    self.tokens.next();
                    newlines += 1;
                }
                Kind::LineComment if newlines == 0 && block.may_take(start) && block.takes(token.text) => {
                    _ = self.tokens.next();
                }
                _ => {
                    let has_blank_before = newlines > 1 && !block.lines.is_empty();
                    block.lines.push(Line { has_blank_before, ..self.line() });
                    newlines = 0;
                }
            }
            if token.kind == Kind::Close {
                block.is_flat = !self.text.get(start..token.start).unwrap_or_default().contains(is_newline);
                break;
            }
        }
        block
    }

    /// Reads a node up to what ends it.
    fn line(&mut self) -> Line<'a> {
        let mut line = Line::default();
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::Newline if line.is_taking_out() => _ = self.tokens.next(),
                Kind::Newline | Kind::Semicolon | Kind::Close => break,
                Kind::LineComment if !line.is_taking_out() => {
                    self.tokens.next();
                    line.comment = Some(token.text.trim_end());
                    break;
                }
                _ => self.piece(token, &mut line),
            }
        }
        line.without_idle_backslash()
    }

    fn piece(&mut self, token: Token<'a>, line: &mut Line<'a>) {
        self.tokens.next();
        match token.kind {
            Kind::LineComment => line.pieces.push(Piece::Broken(token.text.trim_end())),
            Kind::BlockComment => line.pieces.push(Piece::Comment(token.text)),
            Kind::Slashdash => line.pieces.push(Piece::Slashdash),
            Kind::Backslash => self.continuation(&mut line.pieces),
            Kind::Open => line.pieces.push(Piece::Block(self.block())),
            kind if kind.is_value() && line.has_name() => self.entry(&token, line),
            kind if kind.is_value() => line.pieces.push(Piece::Word(Cow::Borrowed(name(&token).text))),
            _ => {}
        }
    }

    /// Reads what follows a backslash, to the beginning of the next line.
    fn continuation(&mut self, pieces: &mut Vec<Piece<'a>>) {
        let mut comment = None;
        for token in self.tokens.by_ref() {
            match token.kind {
                Kind::BlockComment => pieces.push(Piece::Comment(token.text)),
                Kind::LineComment => comment = Some(token.text.trim_end()),
                Kind::Newline => break,
                _ => {}
            }
        }
        pieces.push(Piece::Continued(comment));
    }

    /// Reads an argument or a property; comments around its `=` go in front of it.
    fn entry(&mut self, first: &Token<'a>, line: &mut Line<'a>) {
        let mut ahead = Reader { tokens: self.tokens.clone(), text: self.text };
        let mut between = Vec::new();
        if ahead.significant(&mut between).is_none_or(|token| token.kind != Kind::Equals) {
            line.pieces.push(Piece::Word(value(first)));
            return;
        }
        let Some(second) = ahead.significant(&mut between) else { return };
        self.tokens = ahead.tokens;
        let end = line.pieces.len();
        let slashdash = line.pieces.iter().rposition(|piece| matches!(piece, Piece::Slashdash));
        let at = slashdash.filter(|_| line.is_taking_out()).unwrap_or(end);
        line.pieces.splice(at..at, between);
        line.pieces.push(Piece::Word(Cow::Owned(format!("{}={}", name(first).text, value(&second)))));
    }

    /// The next token that is neither blank nor comment nor the end of a continued line; those go to `between`.
    fn significant(&mut self, between: &mut Vec<Piece<'a>>) -> Option<Token<'a>> {
        loop {
            let token = self.tokens.next()?;
            match token.kind {
                Kind::Space => {}
                Kind::BlockComment => between.push(Piece::Comment(token.text)),
                Kind::Backslash => self.continuation(between),
                _ => return Some(token),
            }
        }
    }
}

impl<'a> Block<'a> {
    /// Whether there is a line that a comment could stand at the end of: a file, which begins at 0, has no `{`.
    fn may_take(&self, start: usize) -> bool {
        start > 0 || !self.lines.is_empty()
    }

    /// Takes a comment that stands on the line of its `{`, or of its last node.
    fn takes(&mut self, comment: &'a str) -> bool {
        let place = match self.lines.last_mut() {
            Some(last) => &mut last.comment,
            None => &mut self.comment,
        };
        let is_free = place.is_none();
        if is_free {
            *place = Some(comment.trim_end());
        }
        is_free
    }
}

impl Line<'_> {
    /// Whether `/-` still waits for what it takes out.
    fn is_taking_out(&self) -> bool {
        let mut last =
            self.pieces.iter().rev().skip_while(|piece| matches!(piece, Piece::Comment(_) | Piece::Broken(_)));
        matches!(last.next(), Some(Piece::Slashdash))
    }

    fn has_name(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Word(_)))
    }

    /// Drops a backslash that continues with nothing.
    fn without_idle_backslash(mut self) -> Self {
        if let Some(Piece::Continued(comment)) = self.pieces.last() {
            self.comment = self.comment.or(*comment);
            self.pieces.pop();
        }
        self
    }
}
