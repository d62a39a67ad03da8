//! R10: places in files of values that a person was to fill in.

use crate::source::Span;

/// Files whose scalars are looked at.
const ENDINGS: [&str; 4] = [".yaml", ".yml", ".json", ".toml"];

/// Places that were never filled in, with what is told of each.
pub(crate) fn find(path: &str, text: &str) -> Vec<(Span, String)> {
    let name = path.strip_suffix(".hbs").unwrap_or(path);
    if !ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        return Vec::new();
    }
    let yaml = name.ends_with("yaml") || name.ends_with("yml");
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        for (start, value) in scalars(line) {
            if yaml && value.starts_with("**") {
                let why = "`**` left from a document (YAML takes `*…` as an alias)";
                found.push((Span::new(at + start, value.len()), why.to_owned()));
            } else if let Some((offset, len)) = capitals(value) {
                found.push((Span::new(at + start + offset, len), "a placeholder".to_owned()));
            }
        }
        at += line.len();
    }
    found
}

/// Whether a whole string is a placeholder.
pub(crate) fn is_one(text: &str) -> bool {
    text.starts_with('<') && capitals(text).is_some()
}

/// The values of a line, without a comment: what follows `key:`, `key =` or `-`, else each text in quotes.
fn scalars(line: &str) -> Vec<(usize, &str)> {
    if line.trim_start().starts_with(['#', '/']) {
        return Vec::new();
    }
    let bare = [": ", "= ", "- "].iter().find_map(|separator| line.find(separator)).and_then(|at| bare(line, at + 2));
    match bare {
        Some((start, value)) if !value.starts_with(['"', '\'', '[', '{']) => vec![(start, value)],
        _ => quoted(line),
    }
}

fn bare(line: &str, after: usize) -> Option<(usize, &str)> {
    let rest = line.get(after..)?;
    let start = after + rest.len() - rest.trim_start().len();
    let value = line.get(start..)?;
    let end = value.find(" #").unwrap_or(value.len());
    Some((start, value.get(..end)?.trim_end().trim_end_matches(',')))
}

/// Texts in quotes, with their quotes.
fn quoted(line: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = line.get(from..).and_then(|rest| rest.find(['"', '\''])).map(|at| from + at) {
        // A comment follows.
        if line.get(from..start).is_some_and(|between| between.contains(" #")) {
            break;
        }
        let Some((quote, inside)) = line.get(start..).and_then(|rest| rest.split_at_checked(1)) else { break };
        let Some(len) = inside.find(quote).map(|len| len + 2) else { break };
        found.extend(line.get(start..start + len).map(|text| (start, text)));
        from = start + len;
    }
    found
}

/// A scalar that is, apart from quotes and stars, `<CAPITALS>` alone.
fn capitals(value: &str) -> Option<(usize, usize)> {
    let bare = value.trim_matches(|c: char| matches!(c, '"' | '\'' | '*'));
    let inside = bare.strip_prefix('<')?.strip_suffix('>')?;
    let named = inside.len() > 1
        && inside.starts_with(|c: char| c.is_ascii_uppercase())
        && inside.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | ' '));
    named.then(|| (value.find('<').unwrap_or(0), bare.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_scalars_are_placeholders() {
        let text = "a: <FILL_ME> # here\nb: '<KEY>'\nc: a <B> c\n# d: <D>\ne: **<TAG> # up **\nf: <br>\ng: x\n";
        let found: Vec<String> = find("v.yaml", text)
            .into_iter()
            .map(|(span, _)| text[span.start as usize..span.end()].to_owned())
            .collect();
        assert_eq!(found, ["<FILL_ME>", "<KEY>", "**<TAG>"]);
        let json: Vec<Span> =
            find("v.json", "{\"a\":\"<KEY>\", \"b\": [\"<B2>\", \"x <C3> y\"]}").into_iter().map(|one| one.0).collect();
        assert_eq!(json, [Span::new(6, 5), Span::new(21, 4)]);
        assert!(find("index.html", "a: <FILL_ME>").is_empty());
    }
}
