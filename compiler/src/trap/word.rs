//! Traps of bare words: values that need quotes.

use super::loud::Found;
use super::number;
use super::place::{Place, line_at, run_at, span};
use crate::diagnostic::{Diagnostic, Page};
use crate::scan::{Kind, is_word};
use crate::spelling::{begins_as_number, is_number, is_reserved};
use std::ops::Range;

/// All pages of this file.
pub static PAGES: &[&Page] =
    &[&CUT_BY_COMMENT, &DOLLAR_BRACE, &COMMA, &BARE_KEYWORD, &UNQUOTED_PATH, &UNQUOTED_VALUE, &COMPARATOR];

/// `http://a/b`
pub static CUT_BY_COMMENT: Page = Page {
    code: "syntax::cut-by-comment",
    rule: "R26",
    text: "A value without quotes is cut off at `//`, because that begins a comment. What follows on the line, \
           properties and braces too, is not read.",
    wrong: "http.get http://shop.example/healthz status=200",
    right: "http.get \"http://shop.example/healthz\" status=200",
    ..Page::ERROR
};

/// `${A}`
pub static DOLLAR_BRACE: Page = Page {
    code: "syntax::dollar-brace",
    rule: "R26",
    text: "A reference is written as in a shell. To KDL `${A}` is the word `$` and a block with the node `A`. \
           References are written `{{name}}`, in a quoted string.",
    wrong: "file.remove ${CONF}",
    right: "file.remove \"{{conf}}\"",
    ..Page::ERROR
};

/// `a, b`
pub static COMMA: Page = Page {
    code: "syntax::comma-in-word",
    rule: "R26",
    text: "A bare word has a comma at its end. KDL separates values with blanks, and the comma becomes a part of the \
           word, so that `a,` is looked for and not found.",
    wrong: "needs a, b",
    right: "needs \"a\" \"b\"",
    see: &["syntax::comma"],
    ..Page::ERROR
};

/// `true`
pub static BARE_KEYWORD: Page = Page {
    code: "syntax::bare-keyword",
    rule: "R26",
    text: "`true`, `false` and `null` stand without `#`, as in KDL 1. KDL 2 writes `#true`, `#false` and `#null`.",
    wrong: "input \"pg-url\" secret=true",
    right: "input \"pg-url\" secret=#true",
    ..Page::ERROR
};

/// `a/b`
pub static UNQUOTED_PATH: Page = Page {
    code: "syntax::unquoted-path",
    rule: "R26",
    text: "A value without quotes has a character that ends a bare word: `/`, `\\`, `[`, `]`, `(` or `)`. Paths, \
           patterns and lists of other formats are quoted.",
    wrong: "helm.upgrade \"shop\" chart=charts/shop",
    right: "helm.upgrade \"shop\" chart=\"charts/shop\"",
    ..Page::ERROR
};

/// `2m`, `24.3.x`, `22:00`
pub static UNQUOTED_VALUE: Page = Page {
    code: "syntax::unquoted-value",
    rule: "R26",
    text: "A value without quotes begins with a digit and is no number. Durations, sizes, versions and times are quoted \
           strings; bare numbers are for counts.",
    wrong: "deadline 2h",
    right: "deadline \"2h\"",
    see: &["version::unquoted"],
    ..Page::ERROR
};

/// `requires x >=2.1`
pub static COMPARATOR: Page = Page {
    code: "syntax::comparator",
    rule: "R26",
    text: "A range of versions stands without quotes. KDL reads a property with the name `>` and the value behind the \
           `=`, so nothing is required.",
    wrong: "requires \"metis\" >=2.1",
    right: "requires \"metis\" \">=2.1\"",
    ..Page::ERROR
};

pub(super) fn cut(place: &Place<'_>) -> Found {
    place.next().filter(|next| next.kind == Kind::LineComment && is_cut(place.token.text, next.text))?;
    if place.token.kind != Kind::Word {
        return None;
    }
    let told = cut_by_comment(place.text, place.base, place.node, place.token.start..place.token.end());
    Some((told, place.line_end()))
}

/// A comment that touches a word, and is touched by its own words, was meant as a part of it.
pub(super) fn is_cut(word: &str, comment: &str) -> bool {
    word.ends_with(':') || comment.strip_prefix("//").is_some_and(|rest| rest.starts_with(is_word))
}

/// A bare word was cut off; `node` is where its node begins.
pub(super) fn cut_by_comment(text: &str, base: u32, node: usize, word: Range<usize>) -> Diagnostic {
    let line = line_at(text, word.start);
    let value = run_at(text, word.start);
    let rest = text.get(word.start + value.len()..line.end).unwrap_or_default();
    let head = text.get(node.max(line.start)..word.start).unwrap_or_default();
    let what = if word.is_empty() || !text.get(word.clone()).unwrap_or_default().ends_with(':') {
        "a value"
    } else {
        "an address"
    };
    Diagnostic::new(&CUT_BY_COMMENT, format!("{what} without quotes is cut off at `//`"))
        .label(
            span(base, word.clone()),
            format!("and this as the whole {}", what.rsplit(' ').next().unwrap_or_default()),
        )
        .label(span(base, word.end..line.end), "KDL reads this as a comment")
        .help(format!("quote it: {head}\"{value}\"{}", rest.trim_end()))
}

pub(super) fn dollar(place: &Place<'_>) -> Found {
    place.next().filter(|next| next.kind == Kind::Open)?;
    if place.token.kind != Kind::Word || !place.token.text.ends_with('$') {
        return None;
    }
    // Its `}` is taken for the end of a block, so all that follows would be told to stand behind one.
    Some((dollar_brace(place.text, place.base, place.token.start..place.token.end()), place.line_end()))
}

/// The word that ends with `$` stands in front of a block.
pub(super) fn dollar_brace(text: &str, base: u32, word: Range<usize>) -> Diagnostic {
    let line = line_at(text, word.start);
    let tail = text.get(word.start..line.end).unwrap_or_default();
    let close = tail.find('}').map_or(tail.len(), |at| at + 1);
    let after = tail.get(close..).unwrap_or_default();
    let typed = tail.get(..close + run_at(after, 0).len()).unwrap_or(tail);
    let meant = typed.replace("${", "{{").replace('}', "}}").to_lowercase().replace('_', "-");
    Diagnostic::new(&DOLLAR_BRACE, format!("`{typed}` is not a reference"))
        .label(span(base, word.start..word.start + typed.len()), "KDL reads a word and a block here")
        .help(format!("write \"{meant}\""))
}

/// `1,`: a bare word of digits with a comma is no number, and the comma is at fault.
pub(super) fn comma(place: &Place<'_>) -> Found {
    let number = place.token.text.strip_suffix(',').filter(|number| begins_as_number(number))?;
    if place.token.kind != Kind::Word {
        return None;
    }
    let value = if is_number(number) { number.to_string() } else { format!("\"{number}\"") };
    Some((comma_in_word(place.base, place.token.start..place.token.end(), &value), 0))
}

/// A bare word ends with a comma; `value` is how it should be written.
pub(super) fn comma_in_word(base: u32, word: Range<usize>, value: &str) -> Diagnostic {
    Diagnostic::new(&COMMA, "a comma stands between values")
        .label(span(base, word.end - 1..word.end), "KDL takes it as a part of the word before it")
        .help(format!("separate values by blanks: {value}"))
}

pub(super) fn keyword(place: &Place<'_>) -> Found {
    let word = place.token.text;
    let touches = place.next().is_some_and(|next| matches!(next.kind, Kind::Stray | Kind::Backslash));
    if place.token.kind != Kind::Word || !is_reserved(word) || touches {
        return None;
    }
    let told = Diagnostic::new(&BARE_KEYWORD, format!("`{word}` stands without `#`"))
        .label(place.here(), "KDL 2 keeps this word for itself")
        .help(format!("write #{word}, or \"{word}\" when the word is meant"));
    Some((told, 0))
}

pub(super) fn path(place: &Place<'_>) -> Found {
    let breaks = |kind: Kind| matches!(kind, Kind::Stray | Kind::Backslash | Kind::TypeOpen | Kind::TypeClose);
    let is_word = place.token.kind == Kind::Word;
    let is_broken = is_word && place.next().is_some_and(|next| breaks(next.kind));
    let begins_broken = breaks(place.token.kind) && place.token.kind != Kind::Backslash;
    if !is_broken && !begins_broken {
        return None;
    }
    let typed = run_at(place.text, place.token.start);
    let sign = typed.chars().find(|c| !crate::scan::is_word(*c)).unwrap_or('/');
    let range = place.token.start..place.token.start + typed.len();
    let told = Diagnostic::new(&UNQUOTED_PATH, format!("a value with `{sign}` stands without quotes"))
        .label(place.span(range.clone()), format!("a bare word ends before `{sign}`"))
        .help(format!("quote it: {}", quoted(typed)));
    Some((told, range.end))
}

fn quoted(typed: &str) -> String {
    if typed.contains(['\\', '"']) { super::string::raw(typed) } else { format!("\"{typed}\"") }
}

pub(super) fn number(place: &Place<'_>) -> Found {
    let typed = place.token.text;
    if place.token.kind != Kind::Word || !begins_as_number(typed) || is_number(typed) {
        return None;
    }
    if let Some(told) = compared(place) {
        return Some((told, 0));
    }
    let what = number::meant(typed);
    let told = Diagnostic::new(&UNQUOTED_VALUE, format!("{what} stands without quotes"))
        .label(place.here(), "it begins with a digit, so KDL wants a number here")
        .help(format!("quote it: \"{typed}\""));
    Some((told, 0))
}

/// `>=1.2.3`: the number is the value of a property called `>`.
fn compared(place: &Place<'_>) -> Option<Diagnostic> {
    let before = place.slice(line_at(place.text, place.token.start).start..place.token.start).strip_suffix('=')?;
    let name = before.len() - before.trim_end_matches(is_comparator_sign).len();
    let start = place.token.start - 1 - name;
    (name > 0).then(|| comparator(place.text, place.base, start..place.token.end()))
}

/// Whether a property's name is only a comparator.
pub(super) fn is_comparator(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_comparator_sign)
}

fn is_comparator_sign(c: char) -> bool {
    matches!(c, '>' | '<' | '!' | '~' | '^')
}

/// A range of versions without quotes.
pub(super) fn comparator(text: &str, base: u32, range: Range<usize>) -> Diagnostic {
    let typed = text.get(range.clone()).unwrap_or_default();
    let name = typed.split('=').next().unwrap_or_default();
    Diagnostic::new(&COMPARATOR, "a range of versions stands without quotes")
        .label(span(base, range), format!("KDL reads a property called `{name}` here"))
        .help(format!("quote it: \"{typed}\""))
}
