//! A module is named after what it holds; some names say that nobody knew.

use super::finding::Finding;
use super::rust::{Rust, line};
use proc_macro2::TokenTree;

const EMPTY: &[&str] = &["utils", "util", "helpers", "helper", "misc", "imp"];

/// File and module names.
pub fn check(rust: &Rust) -> Vec<Finding> {
    let mut found: Vec<Finding> = rust.path.split('/').filter_map(|part| file(&rust.path, part)).collect();
    let pairs = rust.groups.iter().flat_map(|tokens| tokens.windows(2));
    found.extend(pairs.filter_map(|pair| match pair {
        [TokenTree::Ident(keyword), TokenTree::Ident(name)] if keyword == "mod" && empty(&name.to_string()) => {
            Some(Finding::new(&rust.path, line(name.span()), told(&name.to_string())))
        }
        _ => None,
    }));
    found
}

fn file(path: &str, part: &str) -> Option<Finding> {
    let stem = part.strip_suffix(".rs").unwrap_or(part);
    empty(stem).then(|| Finding::new(path, 1, told(stem)))
}

fn empty(name: &str) -> bool {
    EMPTY.contains(&name)
}

fn told(name: &str) -> String {
    format!("`{name}` says nothing of what is in it")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn empty_names_of_files_folders_and_modules_are_found() {
        let found = |path: &str, text: &str| check(&Rust::read(path, text).unwrap()).len();
        assert_eq!(found("a/utils.rs", "//! a"), 1);
        assert_eq!(found("a/helpers/b.rs", "//! a"), 1);
        assert_eq!(found("a/b.rs", "mod imp { }"), 1);
        assert_eq!(found("a/important.rs", "mod implement { fn utils() {} }"), 0);
    }
}
