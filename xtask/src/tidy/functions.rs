//! No function is longer than a screen, tests included.

use super::finding::Finding;
use super::rust::{Rust, block, is_punct, line};
use proc_macro2::TokenTree;

/// Clippy counts lines of code only and allows 100; a reader has to scroll past all of them.
const MOST: usize = 70;

/// Lines of each function, from `fn` to its last brace.
pub fn check(rust: &Rust) -> Vec<Finding> {
    rust.groups.iter().flat_map(|tokens| long(&rust.path, tokens)).collect()
}

fn long(path: &str, tokens: &[TokenTree]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, pair) in tokens.windows(2).enumerate() {
        let [TokenTree::Ident(keyword), TokenTree::Ident(name)] = pair else { continue };
        if keyword != "fn" {
            continue;
        }
        let mut rest = tokens.iter().skip(index + 2).take_while(|token| !is_punct(token, ';'));
        let Some(body) = rest.find_map(block) else { continue };
        let lines = body.span_close().end().line + 1 - line(keyword.span());
        if lines > MOST {
            let what = format!("`{name}` has {lines} lines; {MOST} are allowed");
            found.push(Finding::new(path, line(keyword.span()), what));
        }
    }
    found
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<Finding> {
        check(&Rust::read("a.rs", text).unwrap())
    }

    #[test]
    fn a_long_function_is_found_also_inside_of_a_macro_and_of_an_impl() {
        let long = format!("fn a(b: [u8; 2]) -> u8 {{\n{}}}\n", "// x\n".repeat(MOST));
        let told = "`a` has 72 lines; 70 are allowed";
        assert_eq!(found(&long), [Finding::new("a.rs", 1, told)]);
        assert_eq!(found(&format!("proptest! {{\n{long}}}")), [Finding::new("a.rs", 2, told)]);
        assert_eq!(found(&format!("impl A {{\n\n{long}}}")), [Finding::new("a.rs", 3, told)]);
    }

    #[test]
    fn what_only_looks_like_a_long_function_is_none() {
        let fields = "a: u8,\n".repeat(MOST + 5);
        assert_eq!(found(&format!("trait T {{ fn a(&self);\n}}\nstruct S {{\n{fields}}}\n")), []);
        assert_eq!(found(&format!("struct S {{ a: fn(u8) -> u8,\n{fields}}}\n")), []);
    }
}
