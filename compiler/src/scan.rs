//! Cuts KDL 2 text into tokens, without judging it.
//!
//! The KDL parser drops comments and tells errors far from where they were made. What needs the text itself (the
//! guard, the traps, the printer) reads it through this scanner. Tokens lie end to end: put together they are the text.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Blanks, and the mark of byte order at the very beginning.
    Space,
    /// One end of a line.
    Newline,
    /// Anything bare: a name, a number, a string without quotes.
    Word,
    /// `#` and the word behind it, sound (`#true`) or not.
    Keyword,
    /// `"…"`
    Quoted,
    /// `#"…"#`
    Raw,
    /// `"""…"""`
    Lines,
    /// `#"""…"""#`
    RawLines,
    /// `// …`, without the end of the line.
    LineComment,
    /// `/* … */`
    BlockComment,
    /// `/-`
    Slashdash,
    /// `{`
    Open,
    /// `}`
    Close,
    /// `;`
    Semicolon,
    /// `=`
    Equals,
    /// `(`
    TypeOpen,
    /// `)`
    TypeClose,
    /// `\`
    Backslash,
    /// A character that stands nowhere in KDL outside strings and comments.
    Stray,
}

impl Kind {
    /// Whether it is a string with quotes.
    pub fn is_string(self) -> bool {
        matches!(self, Self::Quoted | Self::Raw | Self::Lines | Self::RawLines)
    }

    /// Whether it can be a name or a value.
    pub fn is_value(self) -> bool {
        self.is_string() || matches!(self, Self::Word | Self::Keyword)
    }

    /// Whether it is a comment.
    pub fn is_comment(self) -> bool {
        matches!(self, Self::LineComment | Self::BlockComment)
    }
}

/// A piece of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// As typed, with quotes and all.
    pub text: &'a str,
    /// First byte in the text.
    pub start: usize,
    /// Whether a string or comment has its end; true for all others.
    pub closed: bool,
}

impl Token<'_> {
    /// The first byte after it.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// Iterates over the tokens of a text.
#[derive(Clone, Debug)]
pub struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

/// The tokens of this text.
pub fn scan(text: &str) -> Scanner<'_> {
    Scanner { text, at: 0 }
}

/// The tokens from a place on, which must not lie inside one.
pub fn scan_from(text: &str, at: usize) -> Scanner<'_> {
    Scanner { text, at }
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = self.text.get(self.at..)?;
        let first = *rest.as_bytes().first()?;
        let (kind, len, closed) = match first {
            b'{' => (Kind::Open, 1, true),
            b'}' => (Kind::Close, 1, true),
            b';' => (Kind::Semicolon, 1, true),
            b'=' => (Kind::Equals, 1, true),
            b'(' => (Kind::TypeOpen, 1, true),
            b')' => (Kind::TypeClose, 1, true),
            b'\\' => (Kind::Backslash, 1, true),
            b'/' => slash(rest),
            b'"' => quoted(rest),
            b'#' => hash(rest),
            _ => plain(rest, self.at == 0),
        };
        let token = Token { kind, text: rest.get(..len)?, start: self.at, closed };
        self.at += len;
        Some(token)
    }
}

type Cut = (Kind, usize, bool);

fn slash(rest: &str) -> Cut {
    match rest.as_bytes().get(1) {
        Some(b'/') => (Kind::LineComment, line_len(rest), true),
        Some(b'*') => block_comment(rest),
        Some(b'-') => (Kind::Slashdash, 2, true),
        _ => (Kind::Stray, 1, true),
    }
}

/// Block comments may hold block comments.
fn block_comment(rest: &str) -> Cut {
    let bytes = rest.as_bytes();
    let (mut depth, mut at) = (0_u32, 0);
    while let Some(pair) = bytes.get(at..at + 2) {
        match pair {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return (Kind::BlockComment, at, true);
        }
    }
    (Kind::BlockComment, rest.len(), false)
}

fn quoted(rest: &str) -> Cut {
    if rest.starts_with("\"\"\"") { lines(rest) } else { one_line(rest) }
}

fn lines(rest: &str) -> Cut {
    let bytes = rest.as_bytes();
    let mut at = 3;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' if bytes.get(at..at + 3) == Some(b"\"\"\"") => return (Kind::Lines, at + 3, true),
            _ => at += 1,
        }
    }
    (Kind::Lines, rest.len(), false)
}

fn one_line(rest: &str) -> Cut {
    let mut at = 1;
    loop {
        let Some(tail) = rest.get(at..) else { return (Kind::Quoted, rest.len(), false) };
        match tail.as_bytes().first() {
            Some(b'"') => return (Kind::Quoted, at + 1, true),
            Some(b'\\') => at += 1 + escaped_len(tail.get(1..).unwrap_or_default()),
            Some(byte) if byte.is_ascii_graphic() || *byte == b' ' => at += 1,
            Some(_) if newline_len(tail) == 0 => at += char_len(tail),
            _ => return (Kind::Quoted, at, false),
        }
    }
}

/// A backslash takes the next character, or all blanks and ends of lines that follow it.
fn escaped_len(tail: &str) -> usize {
    let blanks = tail.len() - tail.trim_start_matches(|c| is_space(c) || is_newline(c)).len();
    if blanks > 0 { blanks } else { char_len(tail) }
}

fn hash(rest: &str) -> Cut {
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    let quotes = rest.get(hashes..).unwrap_or_default();
    if !quotes.starts_with('"') {
        return (Kind::Keyword, hashes + word_len(quotes), true);
    }
    let spans_lines = quotes.strip_prefix("\"\"\"").is_some_and(|after| newline_len(after) > 0);
    if spans_lines { raw(Kind::RawLines, rest, hashes, 3) } else { raw(Kind::Raw, rest, hashes, 1) }
}

fn raw(kind: Kind, rest: &str, hashes: usize, quotes: usize) -> Cut {
    let begin = hashes + quotes;
    let body = rest.get(begin..).unwrap_or_default();
    let closing = quotes + hashes;
    let ends_at = |at: usize| {
        let tail = body.as_bytes().get(at..at + closing).unwrap_or_default();
        let (quotes, hashes) = tail.split_at_checked(quotes).unwrap_or_default();
        !hashes.is_empty() && quotes.iter().all(|byte| *byte == b'"') && hashes.iter().all(|byte| *byte == b'#')
    };
    for (at, c) in body.char_indices() {
        if c == '"' && ends_at(at) {
            return (kind, begin + at + closing, true);
        }
        if kind == Kind::Raw && is_newline(c) {
            return (kind, begin + at, false);
        }
    }
    (kind, rest.len(), false)
}

fn plain(rest: &str, at_start: bool) -> Cut {
    let newline = newline_len(rest);
    if newline > 0 {
        return (Kind::Newline, newline, true);
    }
    let space = rest.len() - rest.trim_start_matches(is_space).len();
    if space > 0 {
        return (Kind::Space, space, true);
    }
    if at_start && rest.starts_with('\u{FEFF}') {
        return (Kind::Space, '\u{FEFF}'.len_utf8(), true);
    }
    match word_len(rest) {
        0 => (Kind::Stray, char_len(rest), true),
        len => (Kind::Word, len, true),
    }
}

fn word_len(rest: &str) -> usize {
    rest.len() - rest.trim_start_matches(is_word).len()
}

/// Whether a character may stand in a bare word.
pub fn is_word(c: char) -> bool {
    match c {
        '\\' | '/' | '(' | ')' | '{' | '}' | '[' | ']' | ';' | '"' | '#' | '=' => false,
        '!'..='~' => true,
        _ => !is_space(c) && !is_newline(c) && !is_forbidden(c),
    }
}

fn is_space(c: char) -> bool {
    matches!(c, '\t' | ' ' | '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}')
}

/// Whether a character ends a line for KDL.
pub fn is_newline(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether KDL forbids a character everywhere, in comments too.
pub fn is_forbidden(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{8}'
            | '\u{E}'..='\u{1F}'
            | '\u{7F}'
            | '\u{200E}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}'
            | '\u{FEFF}'
    )
}

fn newline_len(rest: &str) -> usize {
    if rest.starts_with("\r\n") {
        return 2;
    }
    rest.chars().next().filter(|c| is_newline(*c)).map_or(0, char::len_utf8)
}

fn line_len(rest: &str) -> usize {
    rest.find(is_newline).unwrap_or(rest.len())
}

fn char_len(rest: &str) -> usize {
    rest.chars().next().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(text: &str) -> Vec<Kind> {
        scan(text).map(|token| token.kind).filter(|kind| *kind != Kind::Space).collect()
    }

    #[test]
    fn strings_of_all_spellings_are_one_token_each() {
        for (text, kind) in [
            (r#""a \" // { b""#, Kind::Quoted),
            ("\"a \\\n   b\"", Kind::Quoted),
            (r##"#"a " /* } b"#"##, Kind::Raw),
            (r###"##"a "# b"##"###, Kind::Raw),
            (r##"#"""a"#"##, Kind::Raw),
            ("\"\"\"\n a \"\" \\\"\"\" b\n \"\"\"", Kind::Lines),
            ("#\"\"\"\n \"\"\" b\n \"\"\"#", Kind::RawLines),
        ] {
            assert_eq!(kinds(text), [kind], "{text}");
        }
    }

    #[test]
    fn comments_end_where_kdl_ends_them() {
        use Kind::{BlockComment, LineComment, Newline, Slashdash, Word};
        assert_eq!(kinds("a // b /* c\nd"), [Word, LineComment, Newline, Word]);
        assert_eq!(kinds("/* a /* b */ // c */d"), [BlockComment, Word]);
        assert_eq!(kinds("/-a/**/http://x"), [Slashdash, Word, BlockComment, Word, LineComment]);
        assert_eq!(kinds("/*/ a */"), [BlockComment]);
    }

    #[test]
    fn an_open_string_ends_with_its_line_and_an_open_comment_with_the_text() {
        let open: Vec<_> = scan("\"a\n#\"b\n/* c\nd").filter(|token| !token.closed).map(|token| token.text).collect();
        assert_eq!(open, ["\"a", "#\"b", "/* c\nd"]);
    }

    proptest! {
        #[test]
        fn tokens_put_together_are_the_text(text in "[-a1 .\\\\/*\"#{}()=;\\[\n\r\u{e9}\u{feff}\u{2028}]{0,60}") {
            let joined: String = scan(&text).map(|token| token.text).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
