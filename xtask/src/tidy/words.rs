//! What no Rust file may hold, and what each must begin with.

use super::finding::Finding;
use super::rust::{Rust, attribute, ident, is_punct, line};
use proc_macro2::TokenTree;

/// Macros that say that something is not finished.
const UNFINISHED: &[&str] = &["todo", "unimplemented", "dbg"];

/// No unfinished code, in tests neither.
pub fn macros(rust: &Rust) -> Vec<Finding> {
    let pairs = rust.groups.iter().flat_map(|tokens| tokens.windows(2));
    pairs.filter_map(|pair| unfinished(&rust.path, pair)).collect()
}

fn unfinished(path: &str, pair: &[TokenTree]) -> Option<Finding> {
    let [TokenTree::Ident(name), sign] = pair else { return None };
    let named = UNFINISHED.iter().any(|macro_name| name == macro_name) && is_punct(sign, '!');
    named.then(|| Finding::new(path, line(name.span()), format!("`{name}!` is not finished code")))
}

/// An exception from a lint says why.
pub fn reasons(rust: &Rust) -> Vec<Finding> {
    let outer = rust.groups.iter().flat_map(|tokens| tokens.windows(2)).filter_map(attribute);
    let inner = rust.groups.iter().flat_map(|tokens| tokens.windows(3)).filter_map(|three| match three {
        [hash, sign, _] if is_punct(hash, '#') && is_punct(sign, '!') => match three.last() {
            Some(TokenTree::Group(group)) => Some(group),
            _ => None,
        },
        _ => None,
    });
    let mut found = Vec::new();
    for group in outer.chain(inner) {
        let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
        if let [TokenTree::Ident(name), TokenTree::Group(arguments)] = tokens.as_slice() {
            let reasoned =
                arguments.stream().into_iter().any(|token| ident(&token).is_some_and(|word| word == "reason"));
            if (name == "expect" || name == "allow") && !reasoned {
                found.push(Finding::new(&rust.path, line(name.span()), format!("`#[{name}]` without a reason")));
            }
        }
    }
    found
}

/// A file says first what it is for.
pub fn opening(rust: &Rust) -> Vec<Finding> {
    let opens = rust.text.starts_with("//!");
    (!opens).then(|| Finding::new(&rust.path, 1, "does not begin with `//!` and what it is for")).into_iter().collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn read(text: &str) -> Rust {
        Rust::read("a.rs", text).unwrap()
    }

    #[test]
    fn unfinished_code_is_found_in_any_depth_and_never_in_words() {
        assert_eq!(macros(&read("fn a() { assert!({ todo!() }); }")).len(), 1);
        assert_eq!(macros(&read("fn a() {\n dbg!(1); unimplemented!() }")).len(), 2);
        assert_eq!(macros(&read("/// todo!()\nfn a() { f(\"dbg!(1)\") } // dbg!(1)")), []);
    }

    #[test]
    fn an_exception_needs_a_reason() {
        assert_eq!(reasons(&read("#[expect(clippy::panic)]\nfn a() {}")).len(), 1);
        assert_eq!(reasons(&read("#![allow(dead_code)]")).len(), 1);
        assert_eq!(reasons(&read("#[expect(clippy::panic, reason = \"a test\")]\nfn a() {}")), []);
        assert_eq!(reasons(&read("#[derive(Debug)]\nstruct A;")), []);
    }

    #[test]
    fn a_file_without_an_opening_is_found() {
        assert_eq!(opening(&read("//! A.\n")), []);
        assert_eq!(opening(&read("// A.\n")).len(), 1);
    }
}
