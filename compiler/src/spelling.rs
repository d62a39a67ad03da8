//! Whether single tokens are spelled as KDL 2 wants them.

use crate::scan::{Kind, Token, is_newline};

/// Words that KDL keeps from being bare strings.
pub fn is_reserved(word: &str) -> bool {
    matches!(word, "true" | "false" | "null" | "inf" | "-inf" | "nan")
}

/// Whether a word with `#` is one of KDL's.
pub fn is_keyword(word: &str) -> bool {
    word.strip_prefix('#').is_some_and(is_reserved)
}

/// Whether a bare word can only be a number: it begins like one.
pub fn begins_as_number(word: &str) -> bool {
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    unsigned.strip_prefix('.').unwrap_or(unsigned).starts_with(|c: char| c.is_ascii_digit())
}

/// Whether it is a number of KDL that fits.
pub fn is_number(word: &str) -> bool {
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    let radix = |prefixes: [&str; 2], radix: u32, max: usize| {
        let digits = prefixes.iter().find_map(|prefix| unsigned.strip_prefix(prefix));
        digits.map(|digits| is_digits(digits, radix) && digits.len() <= max)
    };
    radix(["0x", "0X"], 16, 31)
        .or_else(|| radix(["0o", "0O"], 8, 42))
        .or_else(|| radix(["0b", "0B"], 2, 126))
        .unwrap_or_else(|| is_decimal(unsigned))
}

fn is_decimal(unsigned: &str) -> bool {
    let (number, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    // The parser reads each part as an integer of 128 bits first.
    let fits = |digits: &str| is_digits(digits, 10) && digits.len() <= 38;
    fits(whole) && fraction.is_none_or(fits) && exponent.is_none_or(fits)
}

fn is_digits(text: &str, radix: u32) -> bool {
    text.starts_with(|c: char| c.is_digit(radix)) && text.chars().all(|c| c == '_' || c.is_digit(radix))
}

/// The first escape in a quoted string that KDL does not know: its place and its letter.
pub fn illegal_escape(text: &str) -> Option<(usize, char)> {
    let mut rest = text.char_indices();
    while let Some((at, c)) = rest.next() {
        if c != '\\' {
            continue;
        }
        let (_, escaped) = rest.next()?;
        let legal = match escaped {
            '\\' | '"' | 'n' | 'r' | 't' | 'b' | 'f' | 's' => true,
            'u' => is_unicode_escape(text.get(at + 2..).unwrap_or_default()),
            _ => escaped.is_whitespace(),
        };
        if !legal {
            return Some((at, escaped));
        }
    }
    None
}

fn is_unicode_escape(text: &str) -> bool {
    let digits = text.strip_prefix('{').and_then(|text| text.split_once('}')).map(|(digits, _)| digits);
    let number = digits
        .filter(|digits| (1..=6).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_hexdigit()))
        .and_then(|digits| u32::from_str_radix(digits, 16).ok());
    number.and_then(char::from_u32).is_some()
}

/// Whether a text of several lines begins behind its opening line and ends on a line of its own.
pub fn stands_apart(token: &Token<'_>) -> bool {
    let inner = token.text.trim_matches('#').strip_prefix("\"\"\"").unwrap_or_default();
    let Some(body) = inner.strip_suffix("\"\"\"").filter(|body| body.starts_with(is_newline)) else { return false };
    let before = body.trim_end_matches([' ', '\t']);
    before.ends_with(is_newline) && !(token.kind == Kind::Lines && joins_next(before.trim_end_matches(is_newline)))
}

/// Whether a line ends with a backslash that takes the end of the line away.
fn joins_next(line: &str) -> bool {
    let line = line.trim_end();
    (line.len() - line.trim_end_matches('\\').len()) % 2 == 1
}

/// The first line of such a text that is not indented as its closing quotes are: its place and length.
pub fn outdented(token: &Token<'_>) -> Option<(usize, usize)> {
    let last = token.text.rfind(is_newline)? + 1;
    let closing = token.text.get(last..)?;
    let indent = closing.get(..closing.find(['"', '#'])?)?;
    let (mut at, mut joined) = (0, true);
    for line in token.text.split_inclusive(is_newline) {
        let typed = line.trim_end();
        if !joined && !typed.is_empty() && !typed.starts_with(indent) {
            return Some((at, typed.len()));
        }
        joined = token.kind == Kind::Lines && joins_next(line);
        at += line.len();
    }
    None
}

/// Whether a token by itself is sound.
pub fn is_sound(token: &Token<'_>) -> bool {
    let text = token.text;
    match token.kind {
        Kind::Word => !is_reserved(text) && (!begins_as_number(text) || is_number(text)),
        Kind::Keyword => is_keyword(text),
        Kind::Quoted => token.closed && (!text.contains('\\') || illegal_escape(text).is_none()),
        Kind::Raw => token.closed && text.trim_matches('#') != "\"\"\"",
        Kind::Lines => stands_apart(token) && illegal_escape(text).is_none() && outdented(token).is_none(),
        Kind::RawLines => stands_apart(token) && outdented(token).is_none(),
        Kind::Stray | Kind::TypeOpen | Kind::TypeClose => false,
        _ => token.closed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parses(text: &str) -> bool {
        kdl::KdlDocument::parse_v2(text).is_ok()
    }

    proptest! {
        #[test]
        fn numbers_are_those_of_the_parser(word in "[-+]?[0-9]([0-9a-fxXobBOeE_.+]{0,6})") {
            prop_assert_eq!(is_number(&word), parses(&format!("a {word}")), "{}", word);
        }

        #[test]
        fn escapes_are_those_of_the_parser(inner in "([a ]|\\\\[a-z \"/\\\\]|\\\\u\\{[0-9a-fD]{0,7}\\}){0,4}") {
            let text = format!("\"{inner}\"");
            prop_assert_eq!(illegal_escape(&text).is_none(), parses(&format!("a {text}")), "{}", text);
        }
    }

    #[test]
    fn long_numbers_are_refused_where_the_parser_gives_up() {
        for (word, sound) in [("9".repeat(38), true), ("9".repeat(39), false), (format!("0x{}", "f".repeat(31)), true)]
        {
            assert_eq!((is_number(&word), parses(&format!("a {word}"))), (sound, sound), "{word}");
        }
    }
}
