//! Our printer of plans: one way to write each thing, and no comment lost.
//!
//! The KDL crate's own printer drops comments and rewrites strings, so this one works on the text: tokens are kept as
//! typed, and only what stands between them is written anew. What it returns was proven first: it reads as the same
//! nodes, holds the same tokens and comments, and is formatted already.

mod print;
mod tree;

use crate::diagnostic::Diagnostic;
use crate::scan::{Kind, scan};
use crate::source::SourceSet;
use crate::syntax::{Entry, Node, Value};
use crate::trap;
use std::borrow::Cow;

/// Why a text was left as it is.
#[derive(Debug)]
pub enum FmtError {
    /// It is no plan, or means something else than it looks like; places count from the beginning of the text.
    Refused(Vec<Diagnostic>),
    /// The printer would have changed more than the looks: a mistake in Switchback.
    Unfaithful(Unfaithful),
}

/// What the printer would have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfaithful {
    /// The output can't be read.
    Unreadable,
    /// It reads as other nodes or values.
    Meaning,
    /// It lost or changed something, perhaps in what was taken out with `/-`.
    Tokens,
    /// It lost or changed a comment.
    Comments,
    /// Formatted again it looks different.
    Unstable,
}

impl std::fmt::Display for FmtError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self {
            Self::Refused(found) => {
                let first = found.first().map_or("it can't be read", |first| first.message.as_str());
                return write!(f, "not formatted: {first}");
            }
            Self::Unfaithful(Unfaithful::Unreadable) => "the result could not be read again",
            Self::Unfaithful(Unfaithful::Meaning) => "the result would mean something else",
            Self::Unfaithful(Unfaithful::Tokens) => "a value would be changed or lost",
            Self::Unfaithful(Unfaithful::Comments) => "a comment would be changed or lost",
            Self::Unfaithful(Unfaithful::Unstable) => "formatting it again would change it",
        };
        write!(f, "left as it is: {what}; this is a bug in Switchback")
    }
}

impl std::error::Error for FmtError {}

/// Formats a plan, a library or a project file.
pub fn format(text: &str) -> Result<String, FmtError> {
    let nodes = read(text).map_err(FmtError::Refused)?;
    let plain = plain(text);
    let printed = print::print(&tree::tree(&plain));
    match changed(&plain, &nodes, &printed) {
        Some(what) => Err(FmtError::Unfaithful(what)),
        None => Ok(printed),
    }
}

/// The text without the mark of byte order, each line ending with a line feed alone.
fn plain(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
}

fn read(text: &str) -> Result<Vec<Node>, Vec<Diagnostic>> {
    let mut sources = SourceSet::default();
    let base = sources.add("", text);
    // No word is known here: a word that could begin a node becomes a quoted value, and so can be seen.
    let (nodes, found) = trap::read(&sources, base, &|_| false);
    if found.is_empty() { Ok(nodes) } else { Err(found) }
}

fn changed(text: &str, nodes: &[Node], printed: &str) -> Option<Unfaithful> {
    let Ok(again) = read(printed) else { return Some(Unfaithful::Unreadable) };
    if !same_nodes(nodes, &again) {
        Some(Unfaithful::Meaning)
    } else if tokens(text) != tokens(printed) {
        Some(Unfaithful::Tokens)
    } else if comments(text) != comments(printed) {
        Some(Unfaithful::Comments)
    } else if print::print(&tree::tree(printed)) != printed {
        Some(Unfaithful::Unstable)
    } else {
        None
    }
}

/// All names, values and signs in order, as the printer spells them; continued lines may melt into one.
fn tokens(text: &str) -> Vec<Cow<'_, str>> {
    let is_kept = |kind: Kind| {
        !kind.is_comment() && !matches!(kind, Kind::Space | Kind::Newline | Kind::Semicolon | Kind::Backslash)
    };
    scan(text).filter(|token| is_kept(token.kind)).map(|token| tree::value(&tree::name(&token))).collect()
}

/// All comments, sorted: one inside a property moves in front of it.
fn comments(text: &str) -> Vec<&str> {
    let mut comments: Vec<_> =
        scan(text).filter(|token| token.kind.is_comment()).map(|token| token.text.trim_end()).collect();
    comments.sort_unstable();
    comments
}

fn same_nodes(left: &[Node], right: &[Node]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same_node(left, right))
}

fn same_node(left: &Node, right: &Node) -> bool {
    let Node { name, entries, children, span: _, whole: _, scope } = left;
    *name.value == *right.name.value
        && *scope == right.scope
        && entries.len() == right.entries.len()
        && entries.iter().zip(&right.entries).all(|(left, right)| same_entry(left, right))
        && children.is_some() == right.children.is_some()
        && same_nodes(left.children(), right.children())
}

fn same_entry(left: &Entry, right: &Entry) -> bool {
    let Entry { name, value, value_span: _, span: _ } = left;
    let has_same_name = name.as_ref().map(|name| &*name.value) == right.name.as_ref().map(|name| &*name.value);
    has_same_name && same_value(value, &right.value)
}

fn same_value(left: &Value, right: &Value) -> bool {
    match (left, right) {
        // `#nan` is not equal to itself, and still the same value.
        (Value::Float(left), Value::Float(right)) => left.to_bits() == right.to_bits(),
        _ => left == right,
    }
}

#[cfg(test)]
mod tests;
