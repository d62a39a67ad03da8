//! Shaped nodes to a draft: the plan with names instead of ids, and spans for the checks.

mod act;
mod copies;
mod defaults;
pub(crate) mod draft;
mod head;
mod objections;
mod pages;
mod parts;
mod paths;
mod project;
mod step;

pub(crate) use draft::{Draft, DraftStep, Parts};
pub use head::judge;
pub use pages::{INPUT_VALUE, PAGES, TARGET_LACKS};
pub(crate) use parts::{KEEP_UNSAID, MEANWHILE};

use crate::cx::Cx;
use crate::declare::{Declared, repeated};
use crate::env::Env;
use crate::expand::Expanded;
use crate::plan::{Component, Installed, Stage};
use crate::read::{self, Read};
use crate::schema::Place;
use crate::shape::{Item, Typed, shape, uninserted};
use crate::source::Span;
use crate::syntax::{Node, Spanned, Value};
use crate::version::Version;
use defaults::Defaults;
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Where a block stands while it is lowered.
#[derive(Clone)]
pub(crate) struct Here {
    pub(crate) stage: Stage,
    pub(crate) layer: Option<String>,
    pub(crate) defaults: Rc<Defaults>,
}

/// Lowers everything.
pub(crate) fn lower(cx: &mut Cx<'_>, env: &mut Env, read: &Read, declared: &Declared, expanded: Expanded) -> Draft {
    let Expanded { nodes, left_out, used, lacks, is_stopped } = expanded;
    let mut draft = Draft { targets: declared.targets.clone(), left_out, lacks, ..Draft::default() };
    if !is_stopped {
        unused_templates(cx, declared, &used, &mut draft);
    }
    moves(env, &nodes);
    cx.moved = env.moves.keys().cloned().collect();
    draft.settings = settings(env, declared);
    let project_items = shape(cx, env, &read.project, Place::Project);
    project::project(cx, env, &project_items, &mut draft);
    let mut base = Defaults::default();
    base.add_all(cx, env, &read.project);
    let target_items = declared.target.as_ref().map(|target| (Defaults::default(), target));
    let library_nodes: Vec<Node> = nodes.iter().filter(|node| in_library(cx, node)).cloned().collect();
    base.add_all(cx, env, &library_nodes);
    if let Some((mut own, target)) = target_items {
        own.add_all(cx, env, target.children());
        base.extend(own);
    }
    let items = shape_top(cx, env, &nodes);
    let plan_nodes: Vec<Node> = nodes.into_iter().filter(|node| !in_library(cx, node)).collect();
    base.add_all(cx, env, &plan_nodes);
    let here = Here { stage: Stage::Change, layer: None, defaults: Rc::new(base) };
    head::head(cx, &items, &mut draft);
    for item in &items {
        top(cx, env, item, &here, &mut draft);
    }
    draft.parts = parts::parts(cx, &items, &here);
    objections::lacks(cx);
    draft
}

/// What the target sets, as far as it is known: shaping tells what is wrong with the rest.
fn settings(env: &Env, declared: &Declared) -> IndexMap<String, String> {
    let known = |raw: &str| env.render(raw, 0).ok()?.known().map(ToOwned::to_owned);
    declared.settings.iter().filter_map(|(name, raw)| Some((name.clone(), known(raw)?))).collect()
}

/// Nodes of libraries and of the plan are held against their own place.
fn shape_top<'a>(cx: &mut Cx<'a>, env: &Env, nodes: &[Node]) -> Vec<Item<'a>> {
    let (library, plan): (Vec<Node>, Vec<Node>) = nodes.iter().cloned().partition(|node| in_library(cx, node));
    let mut items = shape(cx, env, &plan, Place::Plan);
    items.extend(shape(cx, env, &library, Place::Library));
    items
}

/// A node put in by `insert` belongs to the file of the `insert`; others to their own.
fn in_library(cx: &Cx<'_>, node: &Node) -> bool {
    node.scope == 0 && cx.sources.file_of(node.span).is_some_and(|file| file.path.ends_with(read::LIBRARY))
}

fn unused_templates(cx: &mut Cx<'_>, declared: &Declared, used: &BTreeSet<Rc<str>>, draft: &mut Draft) {
    for (name, node) in declared.templates.iter().filter(|(name, _)| !used.contains(*name)) {
        uninserted(cx, node);
        // A library's templates are there for others too.
        let own = cx.sources.file_of(node.span).is_some_and(|file| file.path.ends_with(".plan.kdl"));
        if own {
            draft.unused.push(("template", name.to_string(), node.span));
        }
    }
}

/// Versions are needed before any text is rendered, so they are gathered first, without a word.
fn moves(env: &mut Env, nodes: &[Node]) {
    let mut found = Vec::new();
    for node in nodes {
        gather(env, node, &mut found);
    }
    env.moves.extend(found);
}

fn gather(env: &Env, node: &Node, found: &mut Vec<(String, (Version, Version))>) {
    let owner = node.first_string().and_then(|name| rendered(env, &name, node));
    for child in node.children() {
        if &*child.name.value == "moves" {
            let named = child.first_string().and_then(|name| rendered(env, &name, child));
            let version = |wanted: &str| {
                let (_, entry) = child.props().find(|(name, _)| &*name.value == wanted)?;
                let Value::String(text) = &entry.value else { return None };
                Version::parse(env.render(text, child.scope).ok()?.known()?)
            };
            if let (Some(name), Some(from), Some(to)) =
                (named.or_else(|| owner.clone()), version("from"), version("to"))
            {
                found.push((name, (from, to)));
            }
        } else if matches!(&*node.name.value, "stage" | "layer") {
            gather(env, child, found);
        }
    }
}

fn rendered(env: &Env, name: &Spanned<Rc<str>>, node: &Node) -> Option<String> {
    env.render(&name.value, node.scope).ok()?.known().map(ToOwned::to_owned)
}

fn top(cx: &mut Cx<'_>, env: &Env, item: &Item<'_>, here: &Here, draft: &mut Draft) {
    match item.name {
        "language" => head::language(cx, item),
        "input" => head::input(cx, env, item, draft),
        "component" => component(cx, item, here, draft),
        "paths" => paths::paths(cx, item, draft),
        "layers" => draft.layers_from(item),
        "stage" => step::stage(cx, env, item, here, draft),
        "layer" => step::layer(cx, env, item, here, draft),
        "step" => step::step(cx, env, item, here, draft),
        "accept" => parts::accept(item, head::EVERYWHERE, draft),
        "hold" => draft.hold = parts::hold(cx, item, here).map(|hold| (hold, item.span)),
        "freeze" => draft.freeze = Some(parts::freeze(cx, item)),
        "notify" => draft.notify.extend(parts::notify(cx, item, here)),
        _ => {}
    }
}

fn component(cx: &mut Cx<'_>, item: &Item<'_>, here: &Here, draft: &mut Draft) {
    let Some(name) = text(item, "name") else { return };
    let installed = item.children_called("installed").next().and_then(|installed| {
        let reader = act::reader(cx, installed, here)?;
        Some(Installed { reader, pattern: text(installed, "pattern") })
    });
    let component = Component {
        layer: text(item, "layer"),
        owner: text(item, "owner"),
        stateful: item.value("stateful") == Some(&Typed::Truth(true)),
        installed,
    };
    let at = item.span_of("name");
    if let Some((_, first)) = draft.components.insert(name.clone(), (component, at)) {
        cx.sink.push(repeated("component", &Spanned { value: Rc::from(name), span: at }, first));
    }
}

/// A value that is a known text.
pub(crate) fn text(item: &Item<'_>, name: &str) -> Option<String> {
    match item.value(name)? {
        Typed::Text(text) => text.known().map(ToOwned::to_owned),
        _ => None,
    }
}

/// Known texts of an argument that may come more than once.
pub(crate) fn texts(item: &Item<'_>, name: &str) -> Vec<String> {
    texts_at(item, name).map(|(text, _)| text).collect()
}

/// The same, each with its place.
pub(crate) fn texts_at<'i>(item: &'i Item<'_>, name: &str) -> impl Iterator<Item = (String, Span)> + use<'i> {
    item.all(name).filter_map(|(one, at)| match one {
        Typed::Text(text) => Some((text.known()?.to_owned(), at)),
        _ => None,
    })
}

/// A span of time.
pub(crate) fn span(item: &Item<'_>, name: &str) -> Option<crate::value::Millis> {
    match item.value(name)? {
        Typed::Span(span) => Some(*span),
        _ => None,
    }
}

/// A name with its place.
pub(crate) fn named(item: &Item<'_>, name: &str) -> Option<(String, Span)> {
    text(item, name).map(|text| (text, item.span_of(name)))
}
