//! From text to objects.

use super::super::name::is_segment;
use super::super::object::Object;
use super::super::place::{Place, Step};
use super::doubt::{Doubtful, text_is_meant};
use super::error::ManifestError;
use super::node::Node;
use serde_json::Value;
use serde_saphyr::{Location, Spanned};

/// Longer texts are refused before they are looked at. The definitions of the largest operators have 5 MiB.
pub(super) const MOST_BYTES: usize = 32 << 20;
/// The schemas of definitions go down 40 levels and more.
pub(super) const DEEPEST: usize = 128;
pub(super) const MOST_NODES: usize = 2_000_000;
/// What all aliases together may add.
const MOST_FROM_ALIASES: usize = 100_000;
/// At this depth a value needs more stack than the 2 MiB of a thread of a debug build.
const STACK: usize = 32 << 20;

/// An object that a manifest says, and where.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The object.
    pub object: Object,
    /// Which document of the text it is in, from 1; empty ones don't count.
    pub document: usize,
    /// The line where it begins, from 1.
    pub line: usize,
    /// What YAML read otherwise than it was surely meant.
    pub doubtful: Vec<Doubtful>,
}

/// Reads all objects of a text; the items of lists are objects of their own. A text without any is empty, not wrong.
pub fn read(text: &str) -> Result<Vec<Manifest>, ManifestError> {
    if text.len() > MOST_BYTES {
        let what = format!("{} bytes are more than a manifest may have ({MOST_BYTES})", text.len());
        return Err(ManifestError::at((1, 1), what, "split it into several files"));
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let reading = thread.spawn_scoped(scope, || read_here(text)).map(std::thread::ScopedJoinHandle::join);
        reading.ok().and_then(Result::ok).unwrap_or_else(|| {
            Err(ManifestError::at(
                (1, 1),
                "this text could not be read",
                "this is a bug: please report it with the text",
            ))
        })
    })
}

fn read_here(text: &str) -> Result<Vec<Manifest>, ManifestError> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST, flow_nesting_limit: DEEPEST, max_nodes: MOST_NODES, max_events: 2 * MOST_NODES,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MOST_FROM_ALIASES },
        // As kubectl reads them: `defaultMode: 0644` is 420.
        legacy_octal_numbers: true,
    };
    let documents: Vec<Spanned<Node>> = serde_saphyr::from_multiple_with_options(text, options)
        .map_err(|error| ManifestError::of_yaml(&error, text))?;
    let documents = documents.into_iter().filter(|document| !matches!(document.value, Node::Null));
    let mut manifests = Vec::new();
    for (document, number) in documents.zip(1..) {
        take(document, number, text, &mut manifests)?;
    }
    Ok(manifests)
}

/// Takes an object, or the items of a list.
fn take(node: Spanned<Node>, document: usize, text: &str, into: &mut Vec<Manifest>) -> Result<(), ManifestError> {
    let place = position(&node.referenced);
    let Node::Map(entries) = node.value else {
        return Err(ManifestError::at(place, "this is no object", "an object has `apiVersion`, `kind` and `metadata`"));
    };
    let kind = text_of(&entries, "kind").unwrap_or_default().to_owned();
    if kind.ends_with("List") && entries.iter().any(|(key, value)| key.value == "items" && is_list(&value.value)) {
        let items = entries.into_iter().filter(|(key, _)| key.value == "items").map(|(_, value)| value.value);
        let items = items.filter_map(|items| if let Node::List(items) = items { Some(items) } else { None });
        return items.flatten().try_for_each(|item| take(item, document, text, into));
    }
    let mut lowering = Lowering { kind: &kind, text, doubtful: Vec::new() };
    let value = lowering.map(entries, &Place::default());
    let doubtful = lowering.doubtful;
    // A map is always an object here.
    let Some(object) = Object::new(value) else { return Ok(()) };
    whole(&object, place)?;
    into.push(Manifest { object, document, line: place.0, doubtful });
    Ok(())
}

/// Whether an object says what it is and which one.
fn whole(object: &Object, place: (usize, usize)) -> Result<(), ManifestError> {
    let missing = |what: &str, help: &str| Err(ManifestError::at(place, what, help));
    if object.api_version().is_empty() {
        return missing("this object has no `apiVersion`", "add it, such as `apiVersion: apps/v1`");
    }
    if object.kind().is_empty() {
        return missing("this object has no `kind`", "add it, such as `kind: Deployment`");
    }
    if object.name().is_empty() {
        let help = "add it; `generateName` makes another object at each run, so that none could be found again";
        return missing(&format!("this {} has no `metadata.name`", object.kind()), help);
    }
    if !is_segment(object.name()) || !object.namespace().is_none_or(is_segment) {
        return missing("its name or namespace can't be one", "letters, digits, `-` and `.` are allowed");
    }
    Ok(())
}

/// Makes JSON of nodes, and notes what is doubtful on the way.
struct Lowering<'t> {
    kind: &'t str,
    text: &'t str,
    doubtful: Vec<Doubtful>,
}

impl Lowering<'_> {
    fn node(&mut self, node: Spanned<Node>, place: &Place) -> Value {
        if matches!(node.value, Node::Null | Node::Bool(_) | Node::Number(_)) {
            self.doubt(&node.defined, place, matches!(node.value, Node::Null));
        }
        match node.value {
            Node::Null => Value::Null,
            Node::Bool(value) => Value::Bool(value),
            Node::Number(value) => Value::Number(value),
            Node::Text(value) => Value::String(value),
            Node::List(items) => {
                let items = items.into_iter().enumerate();
                items.map(|(at, item)| self.node(item, &place.then(Step::Index(at)))).collect()
            }
            Node::Map(entries) => self.map(entries, place),
        }
    }

    fn map(&mut self, entries: Vec<(Spanned<String>, Spanned<Node>)>, place: &Place) -> Value {
        let entries = entries.into_iter();
        let entries = entries.map(|(key, value)| {
            let value = self.node(value, &place.key(&key.value));
            (key.value, value)
        });
        Value::Object(entries.collect())
    }

    fn doubt(&mut self, at: &Location, place: &Place, null: bool) {
        let written = slice(self.text, at);
        // Nothing at all is how a server-side apply takes a label away, and is meant.
        if null || !text_is_meant(self.kind, place, written) {
            return;
        }
        let text = if self.kind == "Secret" { "‹hidden›" } else { written };
        let (line, column) = position(at);
        self.doubtful.push(Doubtful { place: place.clone(), text: text.to_owned(), line, column });
    }
}

fn position(at: &Location) -> (usize, usize) {
    (at.line() as usize, at.column() as usize)
}

fn slice<'t>(text: &'t str, at: &Location) -> &'t str {
    let span = at.span();
    let range = span.byte_offset().zip(span.byte_len()).map(|(from, length)| from as usize..(from + length) as usize);
    range.and_then(|range| text.get(range)).unwrap_or_default().trim()
}

fn is_list(node: &Node) -> bool {
    matches!(node, Node::List(_))
}

fn text_of<'n>(entries: &'n [(Spanned<String>, Spanned<Node>)], name: &str) -> Option<&'n str> {
    let value = entries.iter().find(|(key, _)| key.value == name).map(|(_, value)| &value.value);
    value.and_then(|value| if let Node::Text(text) = value { Some(text.as_str()) } else { None })
}
