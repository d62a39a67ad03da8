//! Counts and lists in words; no other place builds a plural.

/// A number with its noun: `1 step`, `3 steps`, `2 libraries`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {}", plural(number, noun))
}

/// The noun for this number.
pub fn plural(number: usize, noun: &str) -> String {
    if number == 1 {
        return noun.to_owned();
    }
    let before = |ending: char| noun.strip_suffix(ending).filter(|stem| !stem.ends_with(['a', 'e', 'i', 'o', 'u']));
    match before('y') {
        Some(stem) => format!("{stem}ies"),
        None if noun.ends_with(['s', 'x']) || noun.ends_with("ch") || noun.ends_with("sh") => format!("{noun}es"),
        None => format!("{noun}s"),
    }
}

/// How many of how many: `1 of 2 plans`, `1 of 1 target`.
pub fn of(number: usize, all: usize, noun: &str) -> String {
    format!("{number} of {}", count(all, noun))
}

/// A number in a table, where nothing is `.`.
pub fn figure(number: usize) -> String {
    if number == 0 { ".".to_owned() } else { number.to_string() }
}

/// All of them: `a, b and c`.
pub fn list<S: AsRef<str>>(items: &[S]) -> String {
    joined(items, "and")
}

/// One of them: `omar or ines`.
pub fn either<S: AsRef<str>>(items: &[S]) -> String {
    joined(items, "or")
}

fn joined<S: AsRef<str>>(items: &[S], word: &str) -> String {
    let Some((last, front)) = items.split_last() else { return String::new() };
    if front.is_empty() {
        return last.as_ref().to_owned();
    }
    let front: Vec<&str> = front.iter().map(AsRef::as_ref).collect();
    format!("{} {word} {}", front.join(", "), last.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_follow_their_number() {
        assert_eq!(count(1, "step"), "1 step");
        assert_eq!(count(0, "step"), "0 steps");
        assert_eq!(count(2, "library"), "2 libraries");
        assert_eq!(count(2, "key"), "2 keys");
        assert_eq!(count(2, "patch"), "2 patches");
        assert_eq!(of(1, 2, "plan"), "1 of 2 plans");
        assert_eq!(of(0, 1, "plan"), "0 of 1 plan");
    }

    #[test]
    fn lists_end_in_a_word() {
        assert_eq!(list::<&str>(&[]), "");
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(either(&["omar", "ines"]), "omar or ines");
    }

    #[test]
    fn nothing_is_a_dot_in_a_table() {
        assert_eq!((figure(0), figure(14)), (".".to_owned(), "14".to_owned()));
    }
}
