//! Traps of strings with quotes.

use super::loud::Found;
use super::place::Place;
use super::silent::colon_behind;
use crate::diagnostic::{Diagnostic, Page};
use crate::guard;
use crate::scan::{Kind, Token};
use crate::spelling::{illegal_escape, outdented, stands_apart};

/// All pages of this file.
pub static PAGES: &[&Page] =
    &[&RAW_STRING, &ILLEGAL_ESCAPE, &UNCLOSED_STRING, &QUOTES_INSIDE, &NO_BLANK, &COMMA_BETWEEN, &LINES_APART];

/// `r"…"` of KDL 1.
pub static RAW_STRING: Page = Page {
    code: "syntax::raw-string",
    rule: "R26",
    text: "A raw string is written as in KDL 1, with `r`. KDL 2 writes it with `#` alone: `#\"…\"#`.",
    wrong: "matches r\"[0-9]+\\.\"",
    right: "matches #\"[0-9]+\\.\"#",
    see: &["syntax::illegal-escape"],
    ..Page::ERROR
};

/// `"\d"`
pub static ILLEGAL_ESCAPE: Page = Page {
    code: "syntax::illegal-escape",
    rule: "R26",
    text: "A backslash in a quoted string begins an escape, and this is none. There are `\\n`, `\\r`, `\\t`, `\\b`, \
           `\\f`, `\\s`, `\\\"`, `\\\\` and `\\u{…}`. A pattern or a path with backslashes is best a raw string.",
    wrong: "matches \"\\d+\"",
    right: "matches #\"\\d+\"#",
    ..Page::ERROR
};

/// `"…` to the end of the line.
pub static UNCLOSED_STRING: Page = Page {
    code: "syntax::unclosed-string",
    rule: "R26",
    text: "A quoted string does not end on its line. A text of several lines stands between three quotes, each three on \
           a line of their own behind the opening ones.",
    wrong: "title \"Two\nstep \"a\"",
    right: "title \"Two\"\nstep \"a\"",
    see: &["syntax::unclosed-text"],
    ..Page::ERROR
};

/// `"{{secret "x"}}"`
pub static QUOTES_INSIDE: Page = Page {
    code: "syntax::quotes-inside",
    rule: "R26",
    text: "Quotes stand inside a quoted string, so the string ends at the first of them. In a raw string, `#\"…\"#`, \
           they mean themselves; in a quoted one they are written `\\\"`.",
    wrong: "values \"{{dashed \"x\"}}\"",
    right: "values #\"{{dashed \"x\"}}\"#",
    ..Page::ERROR
};

/// `"a"b`
pub static NO_BLANK: Page = Page {
    code: "syntax::no-blank",
    rule: "R26",
    text: "Two values touch each other. Between all that belongs to a node there is a blank.",
    wrong: "http.get \"http://a/\"status=200",
    right: "http.get \"http://a/\" status=200",
    ..Page::ERROR
};

/// `"a", "b"`
pub static COMMA_BETWEEN: Page = Page {
    code: "syntax::comma",
    rule: "R26",
    text: "A comma stands between values. KDL separates them with blanks; a comma becomes a part of a bare word.",
    wrong: "needs \"a\", \"b\"",
    right: "needs \"a\" \"b\"",
    ..Page::ERROR
};

/// `"""text"""`
pub static LINES_APART: Page = Page {
    code: "syntax::text-quotes",
    rule: "R26",
    text: "The three quotes around a text of several lines stand apart from it: the text begins on the line behind the \
           opening ones, and the closing ones have a line of their own, indented no deeper than the text.",
    wrong: "title \"\"\"Two\n    lines\"\"\"",
    right: "title \"\"\"\n    Two\n    lines\n    \"\"\"",
    ..Page::ERROR
};

/// A raw string with this text.
pub(super) fn raw(text: &str) -> String {
    let after_quotes = text.split('"').skip(1).map(|rest| rest.len() - rest.trim_start_matches('#').len());
    let hashes = "#".repeat(after_quotes.max().unwrap_or_default() + 1);
    format!("{hashes}\"{text}\"{hashes}")
}

pub(super) fn prefixed(place: &Place<'_>) -> Found {
    let next = place.next().filter(|next| next.kind.is_string())?;
    if place.token.kind != Kind::Word {
        return None;
    }
    if place.token.text != "r" {
        return Some((no_blank(place, &next), 0));
    }
    let typed = next.text.trim_matches('#');
    let inner = typed.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(typed);
    let told = Diagnostic::new(&RAW_STRING, "a raw string is written with `r`, as in KDL 1")
        .label(place.span(place.token.start..next.end()), "KDL 2 writes it with `#` alone")
        .help(format!("write {}", raw(inner)));
    Some((told, next.end()))
}

pub(super) fn escape(place: &Place<'_>) -> Found {
    let token = &place.token;
    if !matches!(token.kind, Kind::Quoted | Kind::Lines) {
        return None;
    }
    let (at, c) = illegal_escape(token.text)?;
    let start = token.start + at;
    let told = Diagnostic::new(&ILLEGAL_ESCAPE, format!("`\\{c}` is not an escape"))
        .label(place.span(start..start + 1 + c.len_utf8()), "a backslash begins an escape in a quoted string")
        .help(without_escape(token));
    // A backslash before the closing quote moves the end of the string, and of all that follows on the line.
    let is_whole = place
        .next()
        .is_none_or(|next| matches!(next.kind, Kind::Space | Kind::Newline | Kind::Semicolon | Kind::Close));
    Some((told, if is_whole { token.end() } else { place.line_end() }))
}

/// The way out: a raw string where all other escapes have one, else a second backslash.
fn without_escape(token: &Token<'_>) -> String {
    let inner = token.text.trim_matches('"');
    let plain = inner.replace("\\\\", "\u{0}").replace("\\\"", "\"");
    let has_others = ["\\n", "\\r", "\\t", "\\b", "\\f", "\\s", "\\u"].iter().any(|other| plain.contains(other));
    if has_others || token.kind == Kind::Lines || !token.closed {
        "write the backslash twice, or make it a raw string: #\"…\"#".to_string()
    } else {
        format!("make it a raw string: {}", raw(&plain.replace('\u{0}', "\\")))
    }
}

pub(super) fn open(place: &Place<'_>) -> Found {
    if place.token.kind != Kind::Quoted || place.token.closed {
        return None;
    }
    let typed = place.token.text.trim_end().trim_end_matches([';', '}']).trim_end();
    let told = Diagnostic::new(&UNCLOSED_STRING, "a quoted string does not end on its line")
        .label(place.span(place.token.start..place.token.start + 1), "it begins here")
        .help(format!("end it: {typed}\""));
    Some((told, place.token.end()))
}

/// Something touches the end of a string.
pub(super) fn neighbour(place: &Place<'_>) -> Found {
    let token = &place.token;
    let next = place.next().filter(|_| token.kind.is_string())?;
    let touches = next.kind.is_value() || matches!(next.kind, Kind::Stray | Kind::Backslash | Kind::TypeOpen);
    if !touches || (matches!(token.kind, Kind::Lines | Kind::RawLines) && !stands_apart(token)) {
        return None;
    }
    if next.text.starts_with(',') {
        return Some((comma(place, &next), next.end()));
    }
    if next.text.starts_with(':') {
        return Some((colon_behind(place.base, token.start..next.start + 1, token.text.trim_matches('"')), next.end()));
    }
    let follower = crate::scan::scan_from(place.text, next.end()).next();
    let is_property = next.kind == Kind::Word && follower.is_some_and(|follower| follower.kind == Kind::Equals);
    let end = meant_end(place).filter(|_| token.kind == Kind::Quoted && !is_property && next.kind != Kind::Quoted);
    Some((end.map_or_else(|| no_blank(place, &next), |end| quotes_inside(place, end)), place.line_end()))
}

/// Where a string with quotes inside was meant to end: at an even quote with a blank behind it, or the line's last.
fn meant_end(place: &Place<'_>) -> Option<usize> {
    let tail = place.slice(place.token.start..place.line_end());
    let quotes: Vec<usize> = tail.match_indices('"').map(|(at, _)| at + 1).collect();
    let ends_word =
        |end: &&usize| tail.get(**end..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ';', '\t']));
    let even = quotes.iter().skip(3).step_by(2).find(ends_word);
    even.or(quotes.last().filter(|_| quotes.len() > 2)).map(|end| place.token.start + end)
}

fn quotes_inside(place: &Place<'_>, end: usize) -> Diagnostic {
    let typed = place.slice(place.token.start..end);
    let inner = typed.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(typed);
    Diagnostic::new(&QUOTES_INSIDE, "quotes stand inside a quoted string")
        .label(place.here(), "the string is this, and ends here")
        .label(place.span(place.token.end()..end), "so this is outside of it")
        .help(format!("make it a raw string: {}", raw(inner)))
}

fn no_blank(place: &Place<'_>, next: &Token<'_>) -> Diagnostic {
    Diagnostic::new(&NO_BLANK, "two values touch each other")
        .label(place.span(place.token.start..next.end()), "a blank is missing inside")
        .help(format!("write {} {}", place.token.text, next.text))
}

fn comma(place: &Place<'_>, next: &Token<'_>) -> Diagnostic {
    let rest = next.text.trim_start_matches(',');
    let told = Diagnostic::new(&COMMA_BETWEEN, "a comma stands between values")
        .label(place.span(next.start..next.start + 1), "values are separated by blanks");
    told.help(format!("write {} {}", place.token.text, rest).trim_end().to_string())
}

/// A text of several lines whose quotes or indentation are not as KDL wants them.
pub(super) fn lines(place: &Place<'_>) -> Found {
    let token = &place.token;
    if !matches!(token.kind, Kind::Lines | Kind::RawLines) {
        return None;
    }
    if let Some(told) = guard::never_ends(token, place.base) {
        return Some((told, token.end()));
    }
    if stands_apart(token) {
        return outdented(token).map(|(start, len)| (outside(place, token.start + start, len), token.end()));
    }
    let opening = token.text.len() - token.text.trim_start_matches('#').len() + 3;
    let told = Diagnostic::new(&LINES_APART, "a text of several lines touches its three quotes")
        .label(place.span(token.start..token.start + opening), "the text begins on the line behind these")
        .label(place.span(token.end() - opening..token.end()), "and these have a line of their own")
        .help("break the line behind the opening quotes and before the closing ones");
    Some((told, token.end()))
}

fn outside(place: &Place<'_>, start: usize, len: usize) -> Diagnostic {
    let closing = place.span(place.token.end() - 3..place.token.end());
    Diagnostic::new(&LINES_APART, "a line of a text is indented less than the quotes that end it")
        .label(place.span(start..start + len), "this line")
        .label(closing, "as deep as these, with the same blanks")
        .help("indent the line like the closing quotes, or these less")
}
