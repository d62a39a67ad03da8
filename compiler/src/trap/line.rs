//! Traps of lines: what a new line begins, continues, or leaves out as a comment.

use super::loud::Found;
use super::place::{Ended, Place, indent_at, line_at};
use crate::diagnostic::{Diagnostic, Page, nearest};
use crate::scan::{Kind, is_word, scan_from};

/// All pages of this file.
pub static PAGES: &[&Page] =
    &[&LINE_NOT_CONTINUED, &ASSIGNMENT, &BRACE_ON_OWN_LINE, &HASH_COMMENT, &UNKNOWN_KEYWORD, &BACKSLASH];

/// A property on the line after its node.
pub static LINE_NOT_CONTINUED: Page = Page {
    code: "syntax::line-not-continued",
    rule: "R26",
    text: "A property stands at the beginning of a line. In KDL a node ends with its line, so a new line begins a new \
           node. A backslash at the end of a line lets the node go on.",
    wrong: "insert \"move\"\n    chain=\"up\"",
    right: "insert \"move\" \\\n    chain=\"up\"",
    see: &["syntax::assignment"],
    ..Page::ERROR
};

/// `title="x"` where a node belongs.
pub static ASSIGNMENT: Page = Page {
    code: "syntax::assignment",
    rule: "R26",
    text: "A value is assigned where a node belongs. A block holds nodes: a name, a blank, and what belongs to it. `=` \
           stands only between the name and the value of a property, behind the name of its node.",
    wrong: "plan \"a\" {\n    title=\"Two\"\n}",
    right: "plan \"a\" {\n    title \"Two\"\n}",
    see: &["syntax::line-not-continued"],
    ..Page::ERROR
};

/// `{` on its own line.
pub static BRACE_ON_OWN_LINE: Page = Page {
    code: "syntax::brace-on-own-line",
    rule: "R26",
    text: "A block begins on a line of its own. In KDL a node ends with its line, so the `{` has no node it could \
           belong to. It stands at the end of its node's line.",
    wrong: "step \"a\"\n{\n    needs \"b\"\n}",
    right: "step \"a\" {\n    needs \"b\"\n}",
    ..Page::ERROR
};

/// `# comment`
pub static HASH_COMMENT: Page = Page {
    code: "syntax::hash-comment",
    rule: "R26",
    text: "A comment begins with `#`. In KDL comments begin with `//`; `#` begins a raw string or one of `#true`, \
           `#false`, `#null`.",
    wrong: "# first the copy\nstep \"a\"",
    right: "// first the copy\nstep \"a\"",
    ..Page::ERROR
};

/// `#yes`
pub static UNKNOWN_KEYWORD: Page = Page {
    code: "syntax::unknown-keyword",
    rule: "R26",
    text: "A word with `#` is none of KDL's. There are `#true`, `#false` and `#null`, in small letters.",
    wrong: "input \"pg-url\" secret=#True",
    right: "input \"pg-url\" secret=#true",
    ..Page::ERROR
};

/// `\` elsewhere than at the end of a line.
pub static BACKSLASH: Page = Page {
    code: "syntax::backslash",
    rule: "R26",
    text: "A backslash stands in the middle of a line. It lets a node go on in the next line, so only a comment may \
           follow it. A path with backslashes must be a raw string.",
    wrong: "program \"./x.sh\" \\ \"a\"",
    right: "program \"./x.sh\" \\\n    \"a\"",
    ..Page::ERROR
};

pub(super) fn property_alone(place: &Place<'_>) -> Found {
    let equals = place.follower().filter(|next| next.kind == Kind::Equals)?;
    if !place.is_fresh() || !place.token.kind.is_value() {
        return None;
    }
    let previous = place.previous.filter(|previous| continues(place, previous));
    Some(previous.map_or_else(|| assignment(place, equals.end()), |previous| not_continued(place, previous)))
}

fn assignment(place: &Place<'_>, value_from: usize) -> (Diagnostic, usize) {
    let name = place.token.text;
    let value = scan_from(place.text, value_from).find(|token| token.kind != Kind::Space);
    let value = value.filter(|value| value.kind.is_value()).map_or("\"…\"", |value| value.text);
    let told = Diagnostic::new(&ASSIGNMENT, format!("`{name}` is given a value where a node belongs"))
        .label(place.span(place.token.start..value_from), "a node has no `=` behind its name")
        .help(format!("write it as a node: {name} {value}"));
    (told, place.line_end())
}

/// Whether a property was meant for the node before: that one has no block and stands further left.
fn continues(place: &Place<'_>, previous: &Ended) -> bool {
    !previous.has_block && indent_at(place.text, previous.start) < indent_at(place.text, place.token.start)
}

fn not_continued(place: &Place<'_>, previous: Ended) -> (Diagnostic, usize) {
    let name = place.token.text;
    let (line, end) = (line_at(place.text, place.token.start), properties_end(place));
    let before = line_at(place.text, previous.end);
    let typed = place.slice(before.start.max(previous.start)..previous.end);
    let told = Diagnostic::new(&LINE_NOT_CONTINUED, "a property stands at the beginning of a line")
        .label(
            place
                .span(place.token.start..place.slice(place.token.start..line.end).trim_end().len() + place.token.start),
            format!("a new line begins a new node, and a node is not called `{name}=`"),
        )
        .label(place.span(previous.start..previous.end), "this node ended with its line")
        .help(format!("end the line before with a backslash: `{} \\`", typed.trim()));
    (told, end)
}

/// The end of the last line of a run of lines that begin with a property: they have one fault together.
fn properties_end(place: &Place<'_>) -> usize {
    let mut end = place.line_end();
    while let Some(line) = place.text.get(end + 1..).map(|_| line_at(place.text, end + 1)) {
        let words = place.slice(line.clone()).trim_start();
        let name = words.trim_start_matches(is_word);
        if line.end <= end || name.len() == words.len() || !name.starts_with('=') {
            break;
        }
        end = line.end;
    }
    end
}

pub(super) fn block_alone(place: &Place<'_>) -> Found {
    if place.token.kind != Kind::Open || !place.is_fresh() {
        return None;
    }
    let told = Diagnostic::new(&BRACE_ON_OWN_LINE, "a block has no node in front of it");
    let told = told.label(place.here(), "the line before ended its node, so this block has no name");
    let told = match place.previous.filter(|previous| !previous.has_block) {
        Some(previous) => {
            let typed = place.slice(line_at(place.text, previous.end).start.max(previous.start)..previous.end).trim();
            told.label(place.span(previous.start..previous.end), "the node it was meant for")
                .help(format!("put it at the end of the line before: {typed} {{"))
        }
        None => told.help("write the name of the node in front of it"),
    };
    Some((told, place.line_end()))
}

pub(super) fn hash(place: &Place<'_>) -> Found {
    let word = place.token.text;
    let keywords = ["#true", "#false", "#null"];
    let others = ["#inf", "#-inf", "#nan"];
    if place.token.kind != Kind::Keyword || keywords.contains(&word) || others.contains(&word) {
        return None;
    }
    let small = word.to_lowercase();
    let meant = match small.as_str() {
        "#yes" | "#on" | "#t" => Some("#true"),
        "#no" | "#off" | "#f" => Some("#false"),
        _ => nearest(&small, keywords),
    };
    let is_value = place.before.is_some_and(|before| before.kind == Kind::Equals);
    if is_value || (meant.is_some() && !place.is_fresh()) {
        let told = Diagnostic::new(&UNKNOWN_KEYWORD, format!("`{word}` is not a value"))
            .label(place.here(), "KDL knows `#true`, `#false` and `#null`");
        let text = word.trim_start_matches('#');
        return Some((told.help(meant.map_or(format!("quote it: \"{text}\""), |meant| format!("write {meant}"))), 0));
    }
    let comment = place.slice(place.token.start..place.line_end());
    let told = Diagnostic::new(&HASH_COMMENT, "a comment begins with `#`")
        .label(place.span(place.token.start..place.token.start + 1), "in KDL comments begin with `//`")
        .help(format!("write // {}", comment.trim_start_matches('#').trim()));
    Some((told, place.line_end()))
}

pub(super) fn backslash(place: &Place<'_>) -> Found {
    let next = place.ahead().find(|token| !matches!(token.kind, Kind::Space | Kind::BlockComment))?;
    let touches_word = place.before.is_some_and(|before| before.kind.is_value());
    if place.token.kind != Kind::Backslash || touches_word || matches!(next.kind, Kind::Newline | Kind::LineComment) {
        return None;
    }
    let told = Diagnostic::new(&BACKSLASH, "a backslash stands in the middle of a line")
        .label(place.here(), "it lets a node go on in the next line")
        .help("end the line behind it, or remove it");
    Some((told, 0))
}
