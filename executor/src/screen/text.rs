//! Foreign text made harmless, and how wide a text is.
//!
//! Sources, names and server messages are written by others. What they hold may not move the cursor, change colours,
//! reorder a line or hide in it, so every such character is shown as the escape that KDL writes for it.

use super::look::Look;
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// One foreign text on one line: no control, no bidirectional override, nothing invisible, and only ASCII where asked.
pub fn safe(text: &str, look: Look) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        shown(c, look, &mut out);
    }
    out
}

/// Writes one character as [`safe`] does.
pub fn shown(c: char, look: Look, out: &mut String) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        ' '..='~' => out.push(c),
        _ if is_hostile(c) => escape(c, out),
        _ if !look.ascii => out.push(c),
        _ => match in_ascii(c) {
            Some(known) => out.push_str(known),
            None => escape(c, out),
        },
    }
}

fn escape(c: char, out: &mut String) {
    // Writing into a string can't fail.
    let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
}

/// Whether a character acts on the text around it or hides, instead of standing there to be read.
pub(crate) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Soft hyphen, the Arabic letter mark, invisible spaces and joiners, and marks of direction.
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            // Line and paragraph separators, embeddings and overrides of direction.
            | '\u{2028}'..='\u{202e}'
            // Annotations, and tags that spell invisible text.
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What stands in ASCII for the characters that our own texts use.
fn in_ascii(c: char) -> Option<&'static str> {
    Some(match c {
        '→' => "->",
        '←' => "<-",
        '…' => "...",
        '‹' | '↶' => "<",
        '›' | '▸' => ">",
        '–' | '─' => "-",
        '×' | '✗' => "x",
        '✓' => "v",
        '◌' => "o",
        '┌' | '╭' => ",",
        '└' | '╰' => "`",
        '│' | '┬' => "|",
        '·' => ".",
        '≤' => "<=",
        '≥' => ">=",
        '\u{a0}' => " ",
        _ => return None,
    })
}

/// How many columns a text takes, without the colours that [`super::Style::paint`] put into it.
pub fn width(text: &str) -> usize {
    let mut pieces = text.split("\u{1b}[");
    let first = pieces.next().unwrap_or_default().width();
    first + pieces.map(|piece| piece.split_once('m').map_or(piece, |(_, rest)| rest).width()).sum::<usize>()
}

/// A word of a command line, in quotes where a shell would take it apart.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:@+,%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::Style;

    const ASCII: Look = Look { ascii: true, color: false, width: 80 };

    #[test]
    fn nothing_foreign_acts_on_the_terminal() {
        let hostile = "a\u{1b}[31mred\u{7}\u{9b}2J\r\n\t\u{202e}txt\u{2066}\u{200b}z";
        let told = safe(hostile, Look::plain());
        assert_eq!(told, "a\\u{1b}[31mred\\u{7}\\u{9b}2J\\r\\n\\t\\u{202e}txt\\u{2066}\\u{200b}z");
        assert_eq!(safe("Grüße, 漢字 é", Look::plain()), "Grüße, 漢字 é");
    }

    #[test]
    fn ascii_has_a_stand_in_for_each_of_our_characters() {
        assert_eq!(safe("3.8.2 → 4.0.0 …", ASCII), "3.8.2 -> 4.0.0 ...");
        assert_eq!(safe("┌▸ │ └─", ASCII), ",> | `-");
        assert_eq!(safe("é", ASCII), "\\u{e9}");
    }

    #[test]
    fn colours_take_no_columns() {
        let look = Look { color: true, ..Look::plain() };
        assert_eq!(width(&format!("{} {}", Style::RedBold.paint("漢", look), Style::Dim.paint("ab", look))), 5);
        assert_eq!(width("plain [m text"), 13);
    }
}
