//! Reads a plan, the libraries that it uses and the project file: guard, parse, nodes.

use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, Page, Severity};
use crate::files::{self, FileError};
use crate::guard;
use crate::source::Span;
use crate::syntax::{Node, Spanned};
use crate::trap;
use std::collections::BTreeSet;
use std::rc::Rc;

/// The project file's path.
pub const PROJECT: &str = "switchback.kdl";

/// How the names of libraries end.
pub(crate) const LIBRARY: &str = ".lib.kdl";

/// How the names of plans end.
pub(crate) const PLAN: &str = ".plan.kdl";

/// All that was read, unexpanded.
#[derive(Default)]
pub(crate) struct Read {
    pub(crate) plan: Vec<Node>,
    pub(crate) libraries: Vec<Node>,
    pub(crate) project: Vec<Node>,
    /// Whether every file could be read and parsed; if not, names may be missing that are not at fault.
    pub(crate) whole: bool,
}

/// Reads everything from the root plan on; each library once, however often it is used.
pub(crate) fn read(cx: &mut Cx<'_>, root: &str) -> Read {
    let mut read = Read { whole: true, ..Read::default() };
    match file(cx, root, None) {
        Some(nodes) => read.plan = nodes,
        None => read.whole = false,
    }
    let mut seen = BTreeSet::from([root.to_owned()]);
    let mut open = uses(cx, &read.plan);
    while let Some((path, span)) = open.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        match file(cx, &path, Some(span)) {
            Some(nodes) => {
                open.extend(uses(cx, &nodes));
                read.libraries.extend(nodes);
            }
            None => read.whole = false,
        }
    }
    if cx.files.executable(PROJECT) != Err(FileError::Missing) {
        match file(cx, PROJECT, None) {
            Some(nodes) => read.project = nodes,
            None => read.whole = false,
        }
    }
    read
}

/// Reads the project file alone; no nodes when it can't be read.
pub(crate) fn project(cx: &mut Cx<'_>) -> Vec<Node> {
    file(cx, PROJECT, None).unwrap_or_default()
}

/// The libraries that some nodes use; the last first, since they are taken from the end.
fn uses(cx: &mut Cx<'_>, nodes: &[Node]) -> Vec<(String, Span)> {
    let named = nodes.iter().filter(|node| &*node.name.value == "use").filter_map(Node::first_string);
    let mut found = Vec::new();
    for name in named {
        let folder = cx.folder_of(name.span);
        if !name.value.ends_with(LIBRARY) {
            cx.sink.push(not_a_library(&name));
            continue;
        }
        match files::join(&folder, &name.value) {
            Some(path) => found.push((path, name.span)),
            None => cx.sink.push(outside(name.span, &name.value)),
        }
    }
    found.reverse();
    found
}

fn not_a_library(name: &Spanned<Rc<str>>) -> Diagnostic {
    Diagnostic::new(&NOT_A_LIBRARY, format!("`{}` is no library", name.value))
        .label(name.span, "its name does not end in .lib.kdl")
        .help("what plans share stands in files called NAME.lib.kdl; a plan is never part of another one")
}

/// Reads and parses one file; `None` when it could not be, which is told.
fn file(cx: &mut Cx<'_>, path: &str, from: Option<Span>) -> Option<Vec<Node>> {
    let bytes = match cx.files.read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let at = from.unwrap_or_else(|| Span::new(cx.sources.add(path, "") as usize, 0));
            cx.sink.push(unreadable(at, path, &error));
            return None;
        }
    };
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            cx.not_utf8(path, from, &error);
            return None;
        }
    };
    parse(cx, path, text)
}

/// Nodes of what could be read; `None` where an error may hide names that others need.
fn parse(cx: &mut Cx<'_>, path: &str, text: String) -> Option<Vec<Node>> {
    let base = cx.sources.add(path, text);
    let (nodes, found) = trap::read(&cx.sources, base, &|name| cx.is_word(name));
    let broken = found.iter().any(|one| one.severity == Severity::Error);
    cx.sink.extend(found);
    (!broken || !nodes.is_empty()).then_some(nodes)
}

/// What a file that can't be read is told as.
pub(crate) fn unreadable(at: Span, path: &str, error: &FileError) -> Diagnostic {
    match error {
        FileError::Missing => Diagnostic::new(&MISSING, format!("there is no `{path}`"))
            .label(at, "no such file")
            .help("paths are relative to the file that writes them"),
        FileError::Outside => outside(at, path),
        FileError::TooLarge { .. } if path.strip_suffix(".kdl").is_some() => guard::too_large(at),
        FileError::TooLarge { limit } => Diagnostic::new(&UNREADABLE, format!("`{path}` is too large for a source"))
            .label(at, format!("more than {} MiB", limit >> 20))
            .help("let a program of the plan bring large data, and keep sources small"),
        FileError::Unreadable(why) => Diagnostic::new(&UNREADABLE, format!("`{path}` can't be read"))
            .label(at, why.clone())
            .help("look at its owner and its permission bits; nothing was compiled from it"),
    }
}

/// A path that leaves the project.
pub(crate) fn outside(at: Span, path: &str) -> Diagnostic {
    Diagnostic::new(&OUTSIDE, format!("`{path}` leaves the project's folder"))
        .label(at, "what a plan reads lies below the folder of switchback.kdl")
        .help("copy it into the project, or make it an input")
}

/// A source that is not there.
pub static MISSING: Page = Page {
    code: "file::missing",
    rule: "R16",
    text: "A plan, a library or a file that a step writes from is not there. Paths of sources are relative to the \
           file that writes them, not to the folder in which Switchback was started.",
    wrong: "step \"site\" { file.write \"www/index.html\" from=\"fils/index.html\" }",
    right: "step \"site\" { file.write \"www/index.html\" from=\"files/index.html\" }",
    ..Page::ERROR
};

/// A source that is there and can't be read.
pub static UNREADABLE: Page = Page {
    code: "file::unreadable",
    rule: "R16",
    text: "A source is there but can't be read: its permissions forbid it, it is a folder, or it is larger than a \
           source may be.",
    see: &["file::missing"],
    ..Page::ERROR
};

/// A path that leaves its root.
pub static OUTSIDE: Page = Page {
    code: "path::outside",
    rule: "R29",
    text: "What a plan reads lies below the project's folder, and what a directory target's actions touch lies below \
           its directory. Absolute paths, a `..` that leaves, and links that lead outside are refused, now and again \
           at the moment of use.",
    wrong: "step \"site\" { file.write \"../../etc/motd\" content=\"hello\" }",
    right: "step \"site\" { file.write \"etc/motd\" content=\"hello\" }",
    ..Page::ERROR
};

/// A `use` of something else than a library.
pub static NOT_A_LIBRARY: Page = Page {
    code: "use::not-a-library",
    text: "`use` takes in the declarations of a library: inputs, components, defaults, templates. A library's name ends \
           in .lib.kdl, so that everyone sees that the file never acts by itself; plans can't be used by plans.",
    wrong: "use \"steps.kdl\"\nstep \"a\" { file.write \"a\" content=\"1\" }",
    right: "step \"a\" { file.write \"a\" content=\"1\" }",
    ..Page::ERROR
};

/// A source that is not UTF-8.
pub static NOT_UTF8: Page = Page {
    code: "file::not-utf8",
    rule: "R16",
    text: "Plans, libraries, the project file and templates are UTF-8 text. Other files may hold any bytes.",
    ..Page::ERROR
};
