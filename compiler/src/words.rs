//! Counts, lists and choices as sentences need them; no inline plurals anywhere else.

/// `1 step`, `3 steps`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {}", plural(noun)) }
}

fn plural(noun: &str) -> String {
    let vowel = |c: char| "aeiou".contains(c);
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(vowel) => format!("{stem}ies"),
        _ if noun.ends_with('s') || noun.ends_with("ch") => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub fn list<S: AsRef<str>>(items: &[S]) -> String {
    joined(items, "and")
}

/// `"a" or "b"`.
pub fn one_of<S: AsRef<str>>(items: &[S]) -> String {
    joined(&items.iter().map(|item| format!("\"{}\"", item.as_ref())).collect::<Vec<_>>(), "or")
}

/// `` `a` or `b` ``.
pub fn ticked<S: AsRef<str>>(items: &[S], last: &str) -> String {
    joined(&items.iter().map(|item| format!("`{}`", item.as_ref())).collect::<Vec<_>>(), last)
}

fn joined<S: AsRef<str>>(items: &[S], last: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [before @ .., end] => {
            let before: Vec<&str> = before.iter().map(AsRef::as_ref).collect();
            format!("{} {last} {}", before.join(", "), end.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_counts_read_like_sentences() {
        assert_eq!(count(1, "library"), "1 library");
        assert_eq!(count(2, "library"), "2 libraries");
        assert_eq!(count(2, "day"), "2 days");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(one_of(&["a", "b"]), "\"a\" or \"b\"");
    }
}
