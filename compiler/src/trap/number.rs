//! Traps of numbers: KDL reads one where something else was meant.

use crate::diagnostic::{Diagnostic, Page};
use crate::source::Span;
use crate::spelling::begins_as_number;

/// All pages of this file.
pub static PAGES: &[&Page] = &[&VERSION_UNQUOTED, &NUMBER_SPELLING];

/// `at=24.20`
pub static VERSION_UNQUOTED: Page = Page {
    code: "version::unquoted",
    rule: "R26",
    text: "A version stands without quotes and looks like a number. KDL reads a number then, and 24.20 and 24.2 are \
           different versions but the same number. Versions are quoted.",
    wrong: "step \"a\" { moves from=1.9 to=1.10; file.write \"a\" content=\"1\" }",
    right: "step \"a\" { moves from=\"1.9\" to=\"1.10\"; file.write \"a\" content=\"1\" }",
    ..Page::ERROR
};

/// `0x10`, `1_000`, `0644`
pub static NUMBER_SPELLING: Page = Page {
    code: "value::number-spelling",
    rule: "R26",
    text: "A number is spelled in a way that reads differently from what KDL takes: with a base, an underscore, an \
           exponent, a plus or a zero in front. Numbers in plans are counts, written with digits; a file's mode is a \
           quoted string.",
    wrong: "step \"a\" { file.write \"a\" content=\"1\" mode=0644 }",
    right: "step \"a\" { file.write \"a\" content=\"1\" mode=\"0644\" }",
    ..Page::ERROR
};

/// Whether an unquoted number may have been meant as a version: digits, perhaps with a dot among them.
pub(super) fn looks_like_version(typed: &str) -> bool {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    typed.split('.').all(is_digits)
}

/// Judges a number by its spelling; `place` is where it stands, `name` the property with its `=`, if it is one.
pub(super) fn judge(typed: &str, at: Span, name: &str) -> Option<Diagnostic> {
    if !begins_as_number(typed) {
        return None;
    }
    if looks_like_version(typed) && typed.contains('.') && typed.ends_with('0') {
        return Some(version(typed, at, name));
    }
    let digits = typed.strip_prefix('-').unwrap_or(typed);
    let plain = looks_like_version(digits) && (!digits.starts_with('0') || digits.starts_with("0.") || digits == "0");
    if plain { None } else { Some(spelling(typed, at, name)) }
}

/// What a version is told as that KDL reads as a number.
pub(crate) fn version(typed: &str, at: Span, name: &str) -> Diagnostic {
    let read = if typed.contains('.') { typed.trim_end_matches('0').trim_end_matches('.') } else { typed };
    let found =
        Diagnostic::new(&VERSION_UNQUOTED, format!("a version is written as a number, which would be read as {read}"))
            .label(at, format!("KDL reads a number here, and this number is {read}"))
            .help(format!("quote it: {name}\"{typed}\""));
    if read == typed {
        return found;
    }
    found.help(format!("{typed} and {read} are different versions, but the same number"))
}

fn spelling(typed: &str, at: Span, name: &str) -> Diagnostic {
    let told = Diagnostic::new(&NUMBER_SPELLING, format!("`{typed}` is an odd way to write a number"));
    match value(typed) {
        Some(value) => told
            .label(at, format!("KDL reads the number {value} here"))
            .help(format!("quote it: {name}\"{typed}\", or write {name}{value} when a count is meant")),
        None => told.label(at, "KDL reads a number here").help(format!("quote it: {name}\"{typed}\"")),
    }
}

/// What KDL reads, when it is a whole number.
fn value(typed: &str) -> Option<i128> {
    let (sign, unsigned) = match typed.strip_prefix('-') {
        Some(unsigned) => (-1, unsigned),
        None => (1, typed.strip_prefix('+').unwrap_or(typed)),
    };
    let digits = unsigned.replace('_', "").to_lowercase();
    let prefixed = [("0x", 16), ("0o", 8), ("0b", 2)]
        .iter()
        .find_map(|(prefix, radix)| digits.strip_prefix(prefix).map(|digits| i128::from_str_radix(digits, *radix)));
    prefixed.unwrap_or_else(|| digits.parse()).ok().map(|number| number * sign)
}

/// What an unquoted value that begins with a digit was probably meant to be.
pub(super) fn meant(typed: &str) -> &'static str {
    let rest = typed.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_unit = |units: &[&str]| units.iter().any(|unit| rest.starts_with(unit));
    match rest.chars().next() {
        Some(':') => "a time",
        Some('.') => "a version",
        _ if is_unit(&["Ki", "Mi", "Gi", "Ti", "kB", "KB", "MB", "GB", "B"]) => "a size",
        _ if is_unit(&["ms", "s", "m", "h", "d"]) => "a duration",
        _ => "a value",
    }
}
