//! R19: what changes nothing is told, as one folded note.

use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, Page, Severity};
use crate::env::Env;
use crate::lower::Draft;

/// Inputs and templates of the plan that nothing reads.
pub(super) fn check(cx: &mut Cx<'_>, env: &Env, draft: &Draft) {
    // What could not be understood, or was left out, may be what reads it.
    if cx.sink.has_errors() || !draft.left_out.is_empty() {
        return;
    }
    let used = env.used.borrow();
    let mut unused: Vec<(&str, &str, crate::source::Span)> =
        draft.unused.iter().map(|(kind, name, span)| (*kind, name.as_str(), *span)).collect();
    for input in draft.inputs.iter().filter(|input| !used.contains(&input.name)) {
        // A library's inputs are there for others too.
        if input.at.path.ends_with(".plan.kdl") {
            unused.push(("input", &input.name, input.at.span));
        }
    }
    unused.sort_by_key(|(.., span)| *span);
    let Some((kind, name, _)) = unused.first() else { return };
    let message = match unused.len() {
        1 => format!("{kind} `{name}` is read by nothing"),
        count => format!("{count} declarations are read by nothing"),
    };
    let mut found = Diagnostic::new(&UNUSED, message);
    for (_, name, span) in unused.iter().take(5) {
        found = found.label(*span, format!("`{name}` changes nothing"));
    }
    cx.sink.push(found.help("take it out, or use it"));
}

/// A declaration that changes nothing.
pub static UNUSED: Page = Page {
    code: "value::unused",
    severity: Severity::Note,
    rule: "R19",
    text: "An input or a template is declared and nothing reads it. That is no error, but often a typo somewhere else.",
    wrong: "input \"colour\" default=\"red\"\nstep \"a\" { file.write \"a\" content=\"1\" }",
    right: "input \"colour\" default=\"red\"\nstep \"a\" { file.write \"a\" content=\"{{colour}}\" }",
    waivable: true,
    ..Page::ERROR
};
