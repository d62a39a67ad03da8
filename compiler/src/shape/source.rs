//! Sources that a plan writes from: their bytes go into the bundle, templates are rendered.

use super::fault::{faults_in, place_of};
use super::pages::PLACEHOLDER;
use super::typed::{Typed, remember_outputs};
use crate::check::placeholder;
use crate::cx::Cx;
use crate::diagnostic::Diagnostic;
use crate::env::Env;
use crate::files;
use crate::read::{NOT_UTF8, outside, unreadable};
use crate::source::Span;
use crate::syntax::Node;
use crate::template::Fault;
use crate::value::Text;
use serde_json::{Value as Json, json};

/// A file: `{"source", "text", "executable"}` when it is a template, else `{"source", "blob", "size", "executable"}`.
pub(super) fn file(cx: &mut Cx<'_>, env: &Env, node: &Node, path: &str, at: Span) -> Option<Typed> {
    let full = resolved(cx, path, at)?;
    held(cx, env, node, &full, at).map(Typed::Source)
}

/// A folder: `{"source", "files": [{"path", …as a file}]}`.
pub(super) fn folder(cx: &mut Cx<'_>, env: &Env, node: &Node, path: &str, at: Span) -> Option<Typed> {
    let full = resolved(cx, path, at)?;
    let mut found = match cx.files.list(&full) {
        Ok(found) => found,
        Err(error) => {
            cx.sink.push(unreadable(at, path, &error));
            return None;
        }
    };
    // A plan is the same however its files are listed.
    found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    let mut files = Vec::with_capacity(found.len());
    for one in found {
        let mut held = held(cx, env, node, &files::join(&full, &one.path).unwrap_or_default(), at)?;
        if let Json::Object(fields) = &mut held {
            let name = one.path.strip_suffix(".hbs").unwrap_or(&one.path);
            fields.insert("path".into(), Json::from(name));
        }
        files.push(held);
    }
    Some(Typed::Source(json!({ "source": full, "files": files })))
}

/// A chart: as a folder, or as one file where it is an archive. What is in it are templates of Helm's, and never ours.
pub(super) fn chart(cx: &mut Cx<'_>, path: &str, at: Span) -> Option<Typed> {
    let full = resolved(cx, path, at)?;
    if path.rsplit('.').next() == Some("tgz") {
        return raw(cx, &full, at).map(Typed::Source);
    }
    let mut found = match cx.files.list(&full) {
        Ok(found) => found,
        Err(error) => {
            cx.sink.push(unreadable(at, path, &error));
            return None;
        }
    };
    found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    let mut files = Vec::with_capacity(found.len());
    for one in found {
        let mut held = raw(cx, &files::join(&full, &one.path).unwrap_or_default(), at)?;
        if let Json::Object(fields) = &mut held {
            fields.insert("path".into(), Json::from(one.path));
        }
        files.push(held);
    }
    Some(Typed::Source(json!({ "source": full, "files": files })))
}

/// A word of a command line: one that begins with `./` is a source, whose copy in the bundle runs.
pub(super) fn word(cx: &mut Cx<'_>, env: &Env, node: &Node, text: &Text, at: Span) -> Option<Typed> {
    match text.known().filter(|known| known.starts_with("./")) {
        Some(path) => file(cx, env, node, path, at),
        None => Some(Typed::Text(text.clone())),
    }
}

fn resolved(cx: &mut Cx<'_>, path: &str, at: Span) -> Option<String> {
    let full = files::join(&cx.folder_of(at), path);
    if full.is_none() {
        cx.sink.push(outside(at, path));
    }
    full
}

fn held(cx: &mut Cx<'_>, env: &Env, node: &Node, path: &str, at: Span) -> Option<Json> {
    let (bytes, executable) = read(cx, path, at)?;
    placeholders(cx, path, &bytes, at);
    if is_template(path) {
        return rendered(cx, env, node, path, bytes, at)
            .map(|text| json!({ "source": path, "text": text, "executable": executable }));
    }
    Some(kept(cx, path, bytes, executable))
}

/// A file as it is, whatever its name says.
fn raw(cx: &mut Cx<'_>, path: &str, at: Span) -> Option<Json> {
    let (bytes, executable) = read(cx, path, at)?;
    Some(kept(cx, path, bytes, executable))
}

fn read(cx: &mut Cx<'_>, path: &str, at: Span) -> Option<(Vec<u8>, bool)> {
    let read = cx.files.read(path).and_then(|bytes| Ok((bytes, cx.files.executable(path)?)));
    read.map_err(|error| cx.sink.push(unreadable(at, path, &error))).ok()
}

fn kept(cx: &mut Cx<'_>, path: &str, bytes: Vec<u8>, executable: bool) -> Json {
    let digest = blake3::hash(&bytes).to_hex().to_string();
    let size = bytes.len();
    cx.blobs.entry(digest.clone()).or_insert(bytes);
    json!({ "source": path, "blob": digest, "size": size, "executable": executable })
}

/// Only the ending in small letters makes a template: plans mean one thing on every file system.
fn is_template(path: &str) -> bool {
    path.strip_suffix(".hbs").is_some()
}

fn rendered(cx: &mut Cx<'_>, env: &Env, node: &Node, path: &str, bytes: Vec<u8>, at: Span) -> Option<Text> {
    let Ok(raw) = String::from_utf8(bytes) else {
        cx.sink.push(
            Diagnostic::new(&NOT_UTF8, format!("`{path}` is not UTF-8 text"))
                .label(at, "a template must be text")
                .help("take .hbs off its name to write it as it is"),
        );
        return None;
    };
    match env.render(&raw, node.scope) {
        Ok(text) => {
            remember_outputs(env, &text, at);
            Some(text)
        }
        Err(fault) => {
            let found = in_file(cx, env, node, &fault, at, (path, &raw));
            cx.sink.extend(found);
            None
        }
    }
}

/// Faults in a template file point into the file, with the line that uses it.
fn in_file(cx: &mut Cx<'_>, env: &Env, node: &Node, fault: &Fault, at: Span, file: (&str, &str)) -> Vec<Diagnostic> {
    if let Fault::Many(all) = fault {
        return all.iter().flat_map(|one| in_file(cx, env, node, one, at, file)).collect();
    }
    let (path, raw) = file;
    let place = place_in(raw, fault);
    let base = cx.sources.add_once(path, raw);
    let place = Span::new(base as usize + place.start as usize, place.len as usize);
    faults_in(cx, env, fault, place, node).into_iter().map(|found| found.label(at, "used here")).collect()
}

/// The name or the piece at fault in the text of a template; else its line.
fn place_in(raw: &str, fault: &Fault) -> Span {
    let (piece, line) = match fault {
        Fault::Unknown { name, .. } | Fault::NoValue(name) | Fault::TooLate(name) | Fault::Circular(name) => {
            (name.as_str(), 1)
        }
        Fault::Broken { line, piece, .. } => (piece.as_str(), *line),
        Fault::NoLists => ("#each", 1),
        Fault::TooLarge | Fault::Many(_) => ("", 1),
    };
    place_of(raw, piece).unwrap_or_else(|| line_span(raw, line))
}

fn line_span(raw: &str, line: usize) -> Span {
    let line = line.min(raw.lines().count()).max(1);
    let start: usize = raw.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let len = raw.get(start..).and_then(|rest| rest.lines().next()).map_or(0, str::len);
    Span::new(start, len)
}

/// Placeholders that a person was to fill in (R10), in files of values.
fn placeholders(cx: &mut Cx<'_>, path: &str, bytes: &[u8], at: Span) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let left: Vec<(Span, String)> = placeholder::find(path, text);
    if left.is_empty() {
        return;
    }
    let base = cx.sources.add_once(path, text) as usize;
    let count = left.len();
    let message = match count {
        1 => "a place in a file was never filled in".to_owned(),
        _ => format!("{count} places in a file were never filled in"),
    };
    let found = left.into_iter().take(5).fold(Diagnostic::new(&PLACEHOLDER, message), |found, (span, why)| {
        found.label(Span::new(base + span.start as usize, span.len as usize), why)
    });
    cx.sink.push(
        found.label(at, "used here").help("make it an input, and write {{its-name}} in a file that ends in .hbs"),
    );
}
