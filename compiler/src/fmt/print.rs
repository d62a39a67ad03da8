//! Lines, pieces and blocks to text.

use super::tree::{Block, Line, Piece};
use unicode_width::UnicodeWidthStr;

/// Columns that a block on one line may reach.
const MAX_WIDTH: usize = 120;
const INDENT: usize = 4;

/// Prints a file.
pub(super) fn print(file: &Block<'_>) -> String {
    let mut page = Page::default();
    page.lines(&file.lines, 0);
    page.finish()
}

/// A line of the output; its comment is placed when all are known.
struct Row<'a> {
    text: String,
    comment: Option<&'a str>,
}

impl Row<'_> {
    fn has_trailing_comment(&self) -> bool {
        self.comment.is_some() && !self.text.trim().is_empty()
    }

    /// Columns up to its end; of a text of several lines, those of the last.
    fn width(&self) -> usize {
        last_width(&self.text)
    }
}

fn last_width(text: &str) -> usize {
    text.rsplit('\n').next().unwrap_or_default().width()
}

/// Whether a backslash only puts a `{` on another line, for which there is room on this one.
fn is_idle(piece: &Piece<'_>, next: Option<&Piece<'_>>, text: &str) -> bool {
    let is_before_block = matches!((piece, next), (Piece::Continued(None), Some(Piece::Block(_))));
    is_before_block && last_width(text) + " {".len() <= MAX_WIDTH
}

#[derive(Default)]
struct Page<'a> {
    rows: Vec<Row<'a>>,
}

impl<'a> Page<'a> {
    fn lines(&mut self, lines: &[Line<'a>], depth: usize) {
        for line in lines {
            if line.has_blank_before {
                self.rows.push(Row { text: String::new(), comment: None });
            }
            self.line(line, depth);
        }
    }

    fn line(&mut self, line: &Line<'a>, depth: usize) {
        let mut text = " ".repeat(depth * INDENT);
        let mut touches = true;
        for (index, piece) in line.pieces.iter().enumerate() {
            if is_idle(piece, line.pieces.get(index + 1), &text) {
                continue;
            }
            if !touches || matches!(piece, Piece::Comment(_)) && text.ends_with("/-") {
                text.push(' ');
            }
            touches = matches!(piece, Piece::Slashdash);
            match piece {
                Piece::Block(block) => self.block(block, &mut text, depth),
                Piece::Continued(comment) => {
                    text.push('\\');
                    self.turn(&mut text, *comment, depth);
                    touches = true;
                }
                Piece::Broken(comment) => {
                    self.turn(&mut text, Some(*comment), depth);
                    touches = true;
                }
                _ => piece.push_to(&mut text),
            }
        }
        self.rows.push(Row { text, comment: line.comment });
    }

    /// Ends the row; the node goes on in the next one, a level deeper.
    fn turn(&mut self, text: &mut String, comment: Option<&'a str>, depth: usize) {
        let next = " ".repeat((depth + 1) * INDENT);
        let text = std::mem::replace(text, next).trim_end().to_string();
        self.rows.push(Row { text, comment });
    }

    fn block(&mut self, block: &Block<'a>, text: &mut String, depth: usize) {
        if block.lines.is_empty() && block.comment.is_none() {
            text.push_str("{}");
            return;
        }
        if block.is_flat {
            let before = text.len();
            block.push_flat(text);
            if last_width(text) <= MAX_WIDTH {
                return;
            }
            text.truncate(before);
        }
        text.push('{');
        self.rows.push(Row { text: std::mem::take(text), comment: block.comment });
        self.lines(&block.lines, depth + 1);
        *text = " ".repeat(depth * INDENT) + "}";
    }

    fn finish(self) -> String {
        let mut out = String::new();
        for run in self.rows.chunk_by(|above, below| above.has_trailing_comment() && below.has_trailing_comment()) {
            let column = run.iter().map(Row::width).max().unwrap_or_default() + 1;
            for row in run {
                row.print(column, &mut out);
            }
        }
        out
    }
}

impl Row<'_> {
    fn print(&self, column: usize, out: &mut String) {
        out.push_str(&self.text);
        if let Some(comment) = self.comment {
            let blanks = if self.has_trailing_comment() { column - self.width() } else { 0 };
            out.extend(std::iter::repeat_n(' ', blanks));
            out.push_str(comment);
        }
        out.push('\n');
    }
}

impl Block<'_> {
    fn push_flat(&self, text: &mut String) {
        if self.lines.is_empty() {
            text.push_str("{}");
            return;
        }
        text.push('{');
        for (index, line) in self.lines.iter().enumerate() {
            text.push_str(if index == 0 { " " } else { "; " });
            line.push_flat(text);
        }
        text.push_str(" }");
    }
}

impl Line<'_> {
    fn push_flat(&self, text: &mut String) {
        let mut touches = true;
        for piece in &self.pieces {
            if !touches || matches!(piece, Piece::Comment(_)) && text.ends_with("/-") {
                text.push(' ');
            }
            touches = matches!(piece, Piece::Slashdash);
            piece.push_to(text);
        }
    }
}

impl Piece<'_> {
    fn push_to(&self, text: &mut String) {
        match self {
            Self::Word(word) => text.push_str(word),
            Self::Comment(comment) => text.push_str(comment),
            Self::Slashdash => text.push_str("/-"),
            Self::Block(block) => block.push_flat(text),
            Self::Continued(_) | Self::Broken(_) => {}
        }
    }
}
