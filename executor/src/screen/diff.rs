//! Line diffs of texts, and the sentence that stands for one of bytes.

use super::layout::hang;
use super::look::Look;
use super::quantity::size;
use super::style::Style;
use super::text::safe;
use similar::{ChangeTag, DiffOp, TextDiff};

/// What a line of a diff is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Kind {
    /// The head of a hunk, `@@ -1,3 +1,3 @@`.
    Hunk,
    /// A line that both texts have.
    Same,
    /// A line of the old text only.
    Removed,
    /// A line of the new text only.
    Added,
    /// A fact in words, instead of lines or about the line above.
    Note,
}

/// A line of a diff, without its sign.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DiffLine {
    /// What it is.
    pub kind: Kind,
    /// Its text as it is in the file, without the line end.
    pub text: String,
}

impl DiffLine {
    fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

/// Larger texts are not compared line by line: nobody reads that diff, and the bundle carries it.
///
/// The bound is a size and not a time, because a diff is part of what is signed: a slow machine must find the same one.
const MOST_BYTES: usize = 1 << 20;
/// Texts with more lines than this can take seconds when they have nothing in common.
const MOST_LINES: usize = 40_000;

/// The lines in which two texts differ, in hunks with this many lines around them; none when they are equal.
///
/// A text that was or becomes empty is one hunk without a head, as there is nothing to be numbered against.
pub fn unified(old: &str, new: &str, context: usize) -> Vec<DiffLine> {
    if old == new {
        return Vec::new();
    }
    let (old_lines, new_lines) = (lines(old), lines(new));
    if old.len() + new.len() > MOST_BYTES || old_lines.len() + new_lines.len() > MOST_LINES {
        return vec![DiffLine::new(Kind::Note, format!("too large to show line by line, {}", change(old, new)))];
    }
    let diff = TextDiff::configure().diff_slices(&old_lines, &new_lines);
    let headed = !old.is_empty() && !new.is_empty();
    diff.grouped_ops(context).iter().flat_map(|ops| hunk(&diff, ops, headed)).collect()
}

/// As [`unified`], for contents that need not be text: of others only sizes and digests are told.
pub fn of_bytes(old: &[u8], new: &[u8], context: usize) -> Vec<DiffLine> {
    match (text(old), text(new)) {
        (Some(old), Some(new)) => unified(old, new, context),
        _ if old == new => Vec::new(),
        _ => vec![DiffLine::new(Kind::Note, format!("binary, {}", change(old, new)))],
    }
}

/// UTF-8 without a NUL, as git tells text from other bytes.
fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// `12 KiB → 13 KiB, b3:… → b3:…`.
fn change(old: impl AsRef<[u8]>, new: impl AsRef<[u8]>) -> String {
    let (old, new) = (old.as_ref(), new.as_ref());
    format!("{} → {}, {} → {}", size(old.len() as u64), size(new.len() as u64), digest(old), digest(new))
}

fn digest(bytes: &[u8]) -> String {
    let hex: String = blake3::hash(bytes).to_hex().chars().take(12).collect();
    format!("b3:{hex}")
}

/// Lines with their ends; only `\n` ends a line, as for every tool that numbers them.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn hunk<'a>(diff: &TextDiff<'a, 'a, str>, ops: &[DiffOp], headed: bool) -> Vec<DiffLine> {
    let mut out = Vec::new();
    if headed {
        out.extend(head(ops).map(|head| DiffLine::new(Kind::Hunk, head)));
    }
    for change in ops.iter().flat_map(|op| diff.iter_changes(op)) {
        let line = change.value();
        let kind = match change.tag() {
            ChangeTag::Equal => Kind::Same,
            ChangeTag::Delete => Kind::Removed,
            ChangeTag::Insert => Kind::Added,
        };
        let text = line.strip_suffix('\n').unwrap_or(line);
        // A carriage return is told where it may be the change itself.
        let text = if kind == Kind::Same { text.strip_suffix('\r').unwrap_or(text) } else { text };
        out.push(DiffLine::new(kind, text));
        if !line.ends_with('\n') {
            out.push(DiffLine::new(Kind::Note, "this line has no line end"));
        }
    }
    out
}

/// `@@ -1,3 +1,3 @@`.
fn head(ops: &[DiffOp]) -> Option<String> {
    let (first, last) = (ops.first()?, ops.last()?);
    let old = range(first.old_range().start, last.old_range().end);
    let new = range(first.new_range().start, last.new_range().end);
    Some(format!("@@ -{old} +{new} @@"))
}

/// First line and number of lines; nothing is numbered by the line before it (POSIX `diff -u`).
fn range(start: usize, end: usize) -> String {
    match end.saturating_sub(start) {
        0 => format!("{start},0"),
        number => format!("{},{number}", start + 1),
    }
}

/// The column where signs stand.
const SIGN_COLUMN: &str = "      ";

/// The lines as a screen shows them; no line is cut or wrapped but for notes.
pub fn render(lines: &[DiffLine], look: Look) -> String {
    lines.iter().map(|line| shown(line, look)).collect()
}

fn shown(line: &DiffLine, look: Look) -> String {
    let (sign, style) = match line.kind {
        Kind::Note => return hang(&format!("{SIGN_COLUMN}note: "), &safe(&line.text, look), look),
        Kind::Hunk => ("", Style::Plain),
        Kind::Same => (" ", Style::Plain),
        Kind::Removed => ("-", Style::Red),
        Kind::Added => ("+", Style::Green),
    };
    // Tabs stay, because what changed may be a tab; a terminal expands them.
    let text: Vec<String> = line.text.split('\t').map(|piece| safe(piece, look)).collect();
    let line = style.paint(&format!("{sign}{}", text.join("\t")), look);
    format!("{SIGN_COLUMN}{line}").trim_end_matches(' ').to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "a test ends where it fails")]

    use super::*;
    use std::time::{Duration, Instant};

    fn drawn(old: &str, new: &str, context: usize) -> String {
        render(&unified(old, new, context), Look::plain())
    }

    #[test]
    fn a_changed_line_stands_between_its_neighbours() {
        let old = "title   = \"Lumen\"\nrelease = \"4.9.3\"\ntheme   = \"dark\"\n";
        let told = drawn(old, &old.replace("4.9.3", "5.0.0"), 1);
        let wanted = "      @@ -1,3 +1,3 @@\n       title   = \"Lumen\"\n      -release = \"4.9.3\"\n      \
                      +release = \"5.0.0\"\n       theme   = \"dark\"\n";
        assert_eq!(told, wanted);
    }

    #[test]
    fn changes_that_are_far_apart_are_hunks_of_their_own() {
        let old: String = (0..20).map(|line| line.to_string() + "\n").collect();
        let new = old.replace("3\n4", "4").replace("18\n", "18\nnew\n");
        let heads: Vec<_> = unified(&old, &new, 1).into_iter().filter(|line| line.kind == Kind::Hunk).collect();
        let texts: Vec<_> = heads.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["@@ -3,3 +3,2 @@", "@@ -19,2 +18,3 @@"]);
        assert_eq!(unified("a\nb\n", "a\nc\nb\n", 0)[0].text, "@@ -1,0 +2,1 @@");
    }

    #[test]
    fn a_new_text_has_no_head() {
        assert_eq!(drawn("", "{ \"api\": \"v4\" }\n", 1), "      +{ \"api\": \"v4\" }\n");
        assert_eq!(drawn("a\nb\n", "", 1), "      -a\n      -b\n");
        assert_eq!(drawn("a\n", "a\n", 1), "");
    }

    #[test]
    fn a_missing_line_end_is_told_in_words() {
        let told = drawn("a", "a\n", 1);
        assert_eq!(told, "      @@ -1,1 +1,1 @@\n      -a\n      note: this line has no line end\n      +a\n");
    }

    #[test]
    fn a_carriage_return_is_seen_where_it_changes() {
        assert_eq!(drawn("a\r\nb\r\n", "a\r\nb\n", 1), "      @@ -1,2 +1,2 @@\n       a\n      -b\\r\n      +b\n");
    }

    #[test]
    fn bytes_are_told_by_size_and_digest() {
        let told = of_bytes(&[0; 12 * 1024], &[b'a'; 13 * 1024], 1);
        assert_eq!(told.len(), 1);
        assert!(told[0].text.starts_with("binary, 12 KiB → 13 KiB, b3:"), "{told:?}");
        assert_eq!(told[0].text.len(), "binary, 12 KiB → 13 KiB, b3:123456789012 → b3:123456789012".len());
        assert_eq!(of_bytes(b"\xff", b"\xff", 1), []);
        assert_eq!(of_bytes(b"a\n", b"b\n", 1).len(), 3);
        let ascii = render(&told, Look { ascii: true, ..Look::plain() });
        assert!(ascii.is_ascii() && ascii.starts_with("      note: binary, 12 KiB -> 13 KiB, b3:"), "{ascii}");
    }

    #[test]
    fn large_texts_are_bounded() {
        // Lines of four kinds in two random orders: of all that were tried, this takes the longest.
        let random = |mut seed: u64| -> String {
            let mut line = || {
                // Knuth's linear congruential generator (MMIX).
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                ["a\n", "b\n", "c\n", "d\n"][(seed >> 62) as usize]
            };
            (0..MOST_LINES / 2).map(|_| line()).collect()
        };
        let begun = Instant::now();
        assert!(unified(&random(1), &random(99), 1).len() > 1000);
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
        assert_eq!(unified(&"x\n".repeat(MOST_LINES), "y\n", 1).len(), 1);
        let large = unified(&"x".repeat(2 * MOST_BYTES), "y\n", 1);
        assert!(large[0].text.starts_with("too large to show line by line, 2 MiB → 2 bytes, b3:"), "{large:?}");
    }

    #[test]
    fn colours_and_hostile_lines() {
        let look = Look { color: true, ..Look::plain() };
        let told = render(&unified("a\u{1b}[2J\n", "a\tb\n", 1), look);
        let wanted = "      @@ -1,1 +1,1 @@\n      \u{1b}[31m-a\\u{1b}[2J\u{1b}[0m\n      \u{1b}[32m+a\tb\u{1b}[0m\n";
        assert_eq!(told, wanted);
    }
}
