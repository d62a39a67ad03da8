//! KDL text to nodes of our own, every part with its place.

use crate::source::{SourceSet, Span};
use std::rc::Rc;

/// A string with its place.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// The thing.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// A KDL value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Any kind of string; KDL gives raw, quoted and bare ones the same meaning.
    String(Rc<str>),
    /// A whole number.
    Integer(i128),
    /// A number with a fraction.
    Float(f64),
    /// `#true`, `#false`.
    Bool(bool),
    /// `#null`.
    Null,
}

/// An argument (without a name) or a property (with one).
#[derive(Clone, Debug)]
pub struct Entry {
    /// The property's name.
    pub name: Option<Spanned<Rc<str>>>,
    /// The value.
    pub value: Value,
    /// The place of the value alone.
    pub value_span: Span,
    /// The place of the whole entry.
    pub span: Span,
}

/// Which `insert` put a node where it is; 0 is the file itself.
pub type ScopeId = u32;

/// A node.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its name.
    pub name: Spanned<Rc<str>>,
    /// Arguments and properties, as written.
    pub entries: Vec<Entry>,
    /// The block, when there is one; shared, since templates repeat it.
    pub children: Option<Rc<Vec<Node>>>,
    /// From its name to the end of its entries, without the block.
    pub span: Span,
    /// All of it, with its block.
    pub whole: Span,
    /// Where its names are looked up.
    pub scope: ScopeId,
}

impl Node {
    /// Arguments in order.
    pub fn args(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.name.is_none())
    }

    /// Properties in order.
    pub fn props(&self) -> impl Iterator<Item = (&Spanned<Rc<str>>, &Entry)> {
        self.entries.iter().filter_map(|entry| entry.name.as_ref().map(|name| (name, entry)))
    }

    /// The children, none without a block.
    pub fn children(&self) -> &[Self] {
        self.children.as_deref().map_or(&[], Vec::as_slice)
    }

    /// The first argument as a string.
    pub fn first_string(&self) -> Option<Spanned<Rc<str>>> {
        self.args().next().and_then(|entry| match &entry.value {
            Value::String(text) => Some(Spanned { value: Rc::clone(text), span: entry.value_span }),
            _ => None,
        })
    }
}

/// Turns a parsed document into our nodes; `base` is where its file begins.
pub fn nodes(document: kdl::KdlDocument, base: u32) -> Vec<Node> {
    let mut document = document;
    std::mem::take(document.nodes_mut()).into_iter().map(|node| convert(node, base)).collect()
}

fn convert(mut node: kdl::KdlNode, base: u32) -> Node {
    let outer = node.span();
    let children = node.children_mut().take().map(|block| Rc::new(nodes(block, base)));
    let name = spanned(node.name(), base);
    let entries: Vec<Entry> = std::mem::take(node.entries_mut()).iter().map(|e| entry(e, base)).collect();
    let span = entries.last().map_or(name.span, |last| name.span.to(last.span));
    let whole = shifted(outer, base);
    Node { name, entries, children, span, whole, scope: 0 }
}

fn spanned(identifier: &kdl::KdlIdentifier, base: u32) -> Spanned<Rc<str>> {
    Spanned { value: Rc::from(identifier.value()), span: shifted(identifier.span(), base) }
}

fn shifted(span: miette::SourceSpan, base: u32) -> Span {
    Span::new(span.offset() + base as usize, span.len())
}

fn entry(entry: &kdl::KdlEntry, base: u32) -> Entry {
    let span = shifted(entry.span(), base);
    let name = entry.name().map(|name| spanned(name, base));
    // Blanks may stand around the `=`, so the value is found from the end, by its length as typed.
    let typed = entry.format().map_or(span.len as usize, |format| format.value_repr.len().min(span.len as usize));
    let value_span = if name.is_some() { Span::new(span.end() - typed, typed) } else { span };
    let value = match entry.value() {
        kdl::KdlValue::String(text) => Value::String(Rc::from(text.as_str())),
        kdl::KdlValue::Integer(number) => Value::Integer(*number),
        kdl::KdlValue::Float(number) => Value::Float(*number),
        kdl::KdlValue::Bool(truth) => Value::Bool(*truth),
        kdl::KdlValue::Null => Value::Null,
    };
    Entry { name, value, value_span, span }
}

/// The text of an entry's value as typed: `24.20` stays `24.20`.
pub fn typed<'a>(sources: &'a SourceSet, entry: &Entry) -> &'a str {
    sources.text(entry.value_span)
}
