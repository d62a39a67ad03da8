//! A Rust file as the rules see it: its text, and its tokens, group by group.
//!
//! Tokens, not a syntax tree: they are there inside of macros too, and comments and strings can't be taken for code.

use crate::outcome::Fault;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use std::ops::RangeInclusive;

/// A Rust file.
pub struct Rust {
    /// Relative to the repository's folder.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The tokens of the file, then those of each group in it.
    pub groups: Vec<Vec<TokenTree>>,
    /// The lines of what stands under `#[cfg(test)]`.
    tests: Vec<RangeInclusive<usize>>,
}

impl Rust {
    /// Splits a file into tokens.
    pub fn read(path: &str, text: &str) -> Result<Self, Fault> {
        let tokens: TokenStream = text.parse().map_err(|error| format!("{path}: no Rust: {error}"))?;
        let mut groups = Vec::new();
        collect(tokens, &mut groups);
        let tests = groups.iter().flat_map(|tokens| tests(tokens)).collect();
        Ok(Self { path: path.to_owned(), text: text.to_owned(), groups, tests })
    }

    /// Whether what stands there is compiled for tests only.
    pub fn is_test(&self, span: Span) -> bool {
        let file = self.path.starts_with("tests/") || self.path.contains("/tests/") || self.path.ends_with("/tests.rs");
        file || self.tests.iter().any(|lines| lines.contains(&line(span)))
    }
}

fn collect(tokens: TokenStream, groups: &mut Vec<Vec<TokenTree>>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let at = groups.len();
    groups.push(Vec::new());
    for token in &tokens {
        if let TokenTree::Group(group) = token {
            collect(group.stream(), groups);
        }
    }
    if let Some(place) = groups.get_mut(at) {
        *place = tokens;
    }
}

/// From each `#[cfg(test)]` to the end of the block or the `;` that follows.
fn tests(tokens: &[TokenTree]) -> Vec<RangeInclusive<usize>> {
    let mut found = Vec::new();
    for (index, pair) in tokens.windows(2).enumerate() {
        let Some(attribute) = attribute(pair) else { continue };
        let end = tokens.iter().skip(index + 2).find(|token| block(token).is_some() || is_punct(token, ';'));
        if attribute.to_string().replace(' ', "") == "[cfg(test)]" {
            let last = end.map_or(usize::MAX, |token| token.span().end().line);
            found.push(line(attribute.span())..=last);
        }
    }
    found
}

/// The `[…]` of an outer attribute.
pub fn attribute(pair: &[TokenTree]) -> Option<&Group> {
    match pair {
        [hash, TokenTree::Group(group)] if is_punct(hash, '#') && group.delimiter() == Delimiter::Bracket => {
            Some(group)
        }
        _ => None,
    }
}

/// The block that a token is.
pub fn block(token: &TokenTree) -> Option<&Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
        _ => None,
    }
}

/// The name that a token is.
pub fn ident(token: &TokenTree) -> Option<&Ident> {
    match token {
        TokenTree::Ident(ident) => Some(ident),
        _ => None,
    }
}

/// Whether a token is this sign.
pub fn is_punct(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

/// Where something begins, from 1.
pub fn line(span: Span) -> usize {
    span.start().line
}
