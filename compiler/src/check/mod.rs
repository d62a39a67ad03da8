//! The rules of the language, one a file; each looks at the draft and tells what it finds.

mod copied;
mod copies;
mod meanwhile;
mod outputs;
mod paths;
pub(crate) mod placeholder;
mod policy;
mod prepare;
mod race;
mod rollback;
mod secret;
pub(crate) mod time;
mod unused;
mod way_back;
mod whole;

use crate::cx::Cx;
use crate::diagnostic::Page;
use crate::env::Env;
use crate::graph::Graph;
use crate::lower::Draft;
use crate::read::Read;

/// Looks at a plan.
pub(crate) fn check(cx: &mut Cx<'_>, env: &Env, read: &Read, draft: &Draft, graph: Option<&Graph>) {
    secret::check(cx, read);
    whole::check(cx, read, draft);
    way_back::check(cx, draft);
    prepare::check(cx, draft);
    paths::check(cx, draft);
    meanwhile::check(cx, draft);
    if let Some(graph) = graph {
        way_back::order(cx, draft, graph);
        race::check(cx, draft, graph);
        copied::check(cx, draft, graph);
        copies::check(cx, draft, graph);
        outputs::check(cx, env, draft, graph);
        time::check(cx, draft, graph);
        rollback::check(cx, env, draft, graph);
    }
    unused::check(cx, env, draft);
    policy::apply(cx, draft);
}

/// Looks at a library alone.
pub(crate) fn library(cx: &mut Cx<'_>, read: &Read, draft: &Draft) {
    secret::check(cx, read);
    policy::apply(cx, draft);
}

/// All pages of the rules.
pub fn pages() -> Vec<&'static Page> {
    let single = [
        &secret::LITERAL,
        &prepare::NOT_HARMLESS,
        &race::UNORDERED_WRITE,
        &copied::UNORDERED_COPY,
        &copies::UNKNOWN_COPY,
        &copies::LATE_COPY,
        &outputs::UNKNOWN_OUTPUT,
        &unused::UNUSED,
    ];
    [
        single.as_slice(),
        way_back::PAGES,
        time::PAGES,
        whole::PAGES,
        paths::PAGES,
        meanwhile::PAGES,
        rollback::PAGES,
        policy::PAGES,
    ]
    .concat()
}
