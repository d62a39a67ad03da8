//! The compiler is pure, and packages depend on each other in one direction.

use super::finding::Finding;
use super::rust::{Rust, ident, is_punct, line};
use crate::outcome::Fault;
use crate::workspace::Workspace;
use proc_macro2::{Ident, TokenTree};
use std::collections::BTreeSet;

/// Modules of `std` that reach the world.
const WORLD: &[&str] = &["fs", "env", "net", "process", "thread", "io"];
/// The one place that works on several threads: what they read is put together by its place in the text.
const SIDE_BY_SIDE: &str = "compiler/src/pieces.rs";
/// Types that reach the clock, or whose order changes from run to run.
const UNSTEADY: &[&str] = &["SystemTime", "Instant", "HashMap", "HashSet"];

/// A package, and the packages that it may not be built from, directly or through others: the direction between our own,
/// and for the compiler the crates that reach the world.
const DIRECTION: &[(&str, &[&str])] = &[
    ("switchback-compiler", &["switchback", "switchback-tests", "xtask", "clap"]),
    ("switchback-compiler", &["tokio", "mio", "reqwest", "hyper", "rustls", "rustix", "kube", "tempfile", "getrandom"]),
    ("switchback", &["switchback-tests", "xtask"]),
    ("switchback-tests", &["xtask"]),
];

/// Uses of the world in the compiler's sources, outside its tests.
pub fn sources(rust: &Rust) -> Vec<Finding> {
    if !rust.path.starts_with("compiler/src/") {
        return Vec::new();
    }
    let reaching = rust.groups.iter().flat_map(|tokens| tokens.windows(4)).flat_map(of_std);
    let names = rust.groups.iter().flatten().filter_map(ident).cloned();
    let unsteady = names.filter(|name| UNSTEADY.iter().any(|word| name == word));
    let mut found: Vec<Finding> = reaching
        .chain(unsteady)
        .filter(|name| !rust.is_test(name.span()))
        .filter(|name| name != "thread" || rust.path != SIDE_BY_SIDE)
        .map(|name| Finding::new(&rust.path, line(name.span()), format!("`{name}`: the compiler is pure and steady")))
        .collect();
    found.dedup();
    found
}

/// What `std::fs` and `std::{fs, …}` name.
fn of_std(four: &[TokenTree]) -> Vec<Ident> {
    let [std, first, second, last] = four else { return Vec::new() };
    if ident(std).is_none_or(|name| name != "std") || !is_punct(first, ':') || !is_punct(second, ':') {
        return Vec::new();
    }
    let names: Vec<Ident> = match last {
        TokenTree::Group(group) => group.stream().into_iter().filter_map(|token| ident(&token).cloned()).collect(),
        token => ident(token).cloned().into_iter().collect(),
    };
    names.into_iter().filter(|name| WORLD.iter().any(|word| name == word)).collect()
}

/// Dependencies between packages, and of the compiler on what reaches the world.
pub fn packages(workspace: &Workspace) -> Result<Vec<Finding>, Fault> {
    let mut found = Vec::new();
    for (package, banned) in DIRECTION.iter().copied() {
        found.extend(reached(package, &workspace.built_from(package)?, banned));
    }
    Ok(found)
}

fn reached(package: &str, built_from: &BTreeSet<String>, banned: &[&str]) -> Vec<Finding> {
    let reached = banned.iter().filter(|name| built_from.contains(**name));
    reached.map(|name| Finding::new("Cargo.lock", 1, format!("`{package}` depends on `{name}`"))).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        sources(&Rust::read(path, text).unwrap()).len()
    }

    #[test]
    fn the_world_is_found_in_the_compiler_alone_and_outside_of_tests() {
        assert_eq!(found("compiler/src/a.rs", "use std::fs;"), 1);
        assert_eq!(found("compiler/src/a.rs", "use std::{collections::BTreeMap, env, net::TcpStream};"), 2);
        assert_eq!(found("compiler/src/a.rs", "fn a() { f(std::env::var(\"A\")); }"), 1);
        assert_eq!(found("compiler/src/a.rs", "fn a(b: Instant) {}"), 1);
        assert_eq!(found("compiler/src/a.rs", "// std::fs\nuse crate::env;"), 0);
        assert_eq!(found("compiler/src/a.rs", "#[cfg(test)]\nmod tests {\n use std::fs;\n}"), 0);
        assert_eq!(found("compiler/src/a.rs", "#[cfg(test)]\nmod tests;\nuse std::fs;"), 1);
        assert_eq!(found("executor/src/a.rs", "use std::fs;"), 0);
    }

    #[test]
    fn a_dependency_that_may_not_be_is_found() {
        let built_from = ["switchback", "tokio", "serde"].map(str::to_owned).into();
        let told = Finding::new("Cargo.lock", 1, "`compiler` depends on `tokio`");
        assert_eq!(reached("compiler", &built_from, &["tokio", "mio"]), [told]);
    }
}
