//! Commands to be pasted: the one that was typed with what it lacked, and others about the same plan.

use crate::screen::{command, program, quoted};
use std::path::Path;

/// The command line once more, with `more` words behind it.
///
/// `once` are options that are taken out where they stand, with their value, since they may stand only once. Values of inputs
/// are seen, since a secret can't be given on a command line.
pub(super) fn again(once: &[&str], more: &[String]) -> String {
    let typed = std::env::args_os().skip(1);
    line(typed.map(|word| word.to_string_lossy().into_owned()), once, more)
}

fn line(mut typed: impl Iterator<Item = String>, once: &[&str], more: &[String]) -> String {
    let mut words = vec![program().to_owned()];
    while let Some(word) = typed.next() {
        let name = word.split_once('=').map_or(word.as_str(), |(name, _)| name);
        if !once.contains(&name) {
            words.push(quoted(&word));
        } else if name == word {
            typed.next();
        }
    }
    words.extend(more.iter().map(|word| quoted(word)));
    words.join(" ")
}

/// `switchback VERB FILE` in the same folder, for the same target, with the same inputs.
pub(super) fn about(verb: &str, file: &Path, target: Option<&str>, inputs: &[(String, String)]) -> String {
    let mut words = vec![verb.to_owned(), quoted(&file.display().to_string())];
    words.extend(target.map(|target| format!("-t {}", quoted(target))));
    words.extend(inputs.iter().map(|(name, value)| format!("-i {}", quoted(&format!("{name}={value}")))));
    command(words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(typed: &[&str], once: &[&str], more: &[&str]) -> String {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        line(words(typed).into_iter(), once, &words(more))
    }

    #[test]
    fn what_was_typed_is_typed_again_for_a_shell() {
        let typed = ["-C", "my project", "run", "a.plan.kdl", "-i", "note=it's", "--confirm", "go=x"];
        assert_eq!(
            said(&typed, &[], &["--confirm", "go=a b"]),
            r"switchback -C 'my project' run a.plan.kdl -i 'note=it'\''s' --confirm go=x --confirm 'go=a b'"
        );
    }

    #[test]
    fn what_may_stand_once_is_replaced() {
        for typed in [["run", "--deletes", "3", "a"].as_slice(), &["run", "--deletes=3", "a"]] {
            assert_eq!(said(typed, &["--deletes"], &["--deletes", "7"]), "switchback run a --deletes 7");
        }
    }
}
