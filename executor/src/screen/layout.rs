//! Columns, right edges and wrapped text.

use super::look::Look;
use super::text::width;

/// The text with spaces after it, to this many columns; a longer one is never cut.
pub fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text with spaces before it, to this many columns.
pub fn pad_left(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Below this width a tail at the right edge is too far from nothing to be worth its column.
const TAIL_FROM: usize = 80;

/// A line with a tail that ends at the right edge; two spaces before it where the line is long or the screen narrow.
pub fn tail(line: &str, tail: &str, look: Look) -> String {
    if tail.is_empty() {
        return line.to_owned();
    }
    let used = width(line) + width(tail);
    let gap = if look.width < TAIL_FROM { 2 } else { look.edge().saturating_sub(used).max(2) };
    format!("{line}{}{tail}", " ".repeat(gap))
}

/// The text broken at spaces into lines of at most `columns`.
///
/// What stands in back-ticks is something to type and stays whole when it can; a word that is too long is never cut.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for word in words(text) {
        if width(&word) > columns {
            word.split(' ').for_each(|part| push_word(&mut lines, part, columns));
        } else {
            push_word(&mut lines, &word, columns);
        }
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

fn push_word(lines: &mut Vec<String>, word: &str, columns: usize) {
    match lines.last_mut() {
        Some(line) if width(line) + 1 + width(word) <= columns => {
            line.push(' ');
            line.push_str(word);
        }
        _ => lines.push(word.to_owned()),
    }
}

/// Words, and runs in back-ticks with what touches them, as one word each.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quoted) = (String::new(), false);
    // A back-tick without its partner quotes nothing.
    let mut left = text.matches('`').count() & !1;
    for c in text.chars() {
        if c == '`' && left > 0 {
            (quoted, left) = (!quoted, left - 1);
        }
        if c == ' ' && !quoted {
            words.push(std::mem::take(&mut word));
        } else {
            word.push(c);
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// A line that wraps at the edge under its own text: `lead` stands before the first line and as spaces before others.
pub fn hang(lead: &str, text: &str, look: Look) -> String {
    let indent = width(lead);
    let lines = wrap(text, look.edge().saturating_sub(indent));
    let rest = format!("\n{}", " ".repeat(indent));
    format!("{lead}{}\n", lines.join(&rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_counts_columns_and_cuts_nothing() {
        assert_eq!(pad("漢字", 6), "漢字  ");
        assert_eq!(pad_left("12", 4), "  12");
        assert_eq!(pad("orders-copy", 4), "orders-copy");
    }

    #[test]
    fn a_tail_ends_at_the_edge() {
        let line = tail("  site", "~1", Look::plain());
        assert!(line.len() == 80 && line.ends_with("  ~1"), "{line}");
        assert_eq!(tail("  site", "~1", Look { width: 60, ..Look::plain() }), "  site  ~1");
        let long = "x".repeat(79);
        assert_eq!(tail(&long, "~1", Look::plain()), format!("{long}  ~1"));
        assert_eq!(tail("  site", "", Look::plain()), "  site");
    }

    #[test]
    fn text_wraps_under_itself() {
        let look = Look { width: 40, ..Look::plain() };
        let said = hang("  help: ", "its properties are `within`, `for`, `every`, `failures`", look);
        assert_eq!(said, "  help: its properties are `within`,\n        `for`, `every`, `failures`\n");
    }

    #[test]
    fn what_can_be_typed_stays_whole() {
        assert_eq!(wrap("add `needs \"site\"` to it", 17), ["add", "`needs \"site\"` to", "it"]);
        assert_eq!(wrap("`too long to stand whole`", 10), ["`too long", "to stand", "whole`"]);
        assert_eq!(wrap("one ` two three", 9), ["one ` two", "three"]);
        assert_eq!(wrap("b3:4f1c9e02d7aa", 4), ["b3:4f1c9e02d7aa"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
