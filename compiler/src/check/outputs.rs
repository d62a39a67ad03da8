//! `{{step.NAME.OUTPUT}}` must be given out by a step that is done before.

use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, Page};
use crate::env::Env;
use crate::graph::Graph;
use crate::lower::{Draft, DraftStep};
use crate::plan::Work;
use crate::source::Span;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// Looks at every use of an output.
pub(super) fn check(cx: &mut Cx<'_>, env: &Env, draft: &Draft, graph: &Graph) {
    let used = env.outputs.borrow().clone();
    if used.is_empty() {
        return;
    }
    let given: BTreeSet<String> = draft.steps.iter().flat_map(outputs).collect();
    for (step, output, span) in &used {
        if !given.contains(&path(step, output)) {
            let found = unknown(cx, &given, step, output, *span);
            cx.sink.push(found);
        }
    }
    let index: BTreeMap<&str, usize> =
        draft.steps.iter().enumerate().map(|(at, step)| (step.name.as_str(), at)).collect();
    for (at, user) in draft.steps.iter().enumerate() {
        for (step, output) in used_by(user) {
            let ordered = index.get(step.as_str()).is_some_and(|source| *source == at || graph.before(*source, at));
            if given.contains(&path(&step, &output)) && !ordered {
                let known = used.iter().find(|(s, o, _)| *s == step && *o == output);
                cx.sink.push(early(user, &step, known.map_or(user.span, |(.., span)| *span)));
            }
        }
    }
}

fn path(step: &str, output: &str) -> String {
    format!("step.{step}.{output}")
}

fn unknown(cx: &Cx<'_>, given: &BTreeSet<String>, step: &str, output: &str, span: Span) -> Diagnostic {
    let name = path(step, output);
    let found = Diagnostic::new(&UNKNOWN_OUTPUT, format!("`{{{{{name}}}}}` is given out by no step"));
    match cx.nearest(&name, given.iter().map(String::as_str)) {
        Some(near) => found.label(span, format!("did you mean `{near}`?")),
        None => found
            .label(span, "no such output")
            .help(format!("declare it in step `{step}`: output \"{output}\" {{ … }}")),
    }
}

fn early(user: &DraftStep, step: &str, span: Span) -> Diagnostic {
    let message = format!("step `{}` uses what `{step}` may not have given out yet", user.name);
    Diagnostic::new(&UNKNOWN_OUTPUT, message)
        .label(span, "used here")
        .label(user.span, format!("in no order with `{step}`"))
        .help(format!("add to step `{}`: needs \"{step}\"", user.name))
}

fn outputs(step: &DraftStep) -> Vec<String> {
    step.work
        .iter()
        .filter_map(|work| match work {
            Work::Output(output) => Some(path(&step.name, &output.name)),
            _ => None,
        })
        .collect()
}

/// The outputs that a step's work uses.
fn used_by(step: &DraftStep) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    if let Ok(work) = serde_json::to_value((&step.work, &step.way_back)) {
        walk(&work, &mut found);
    }
    found
}

fn walk(json: &Json, found: &mut BTreeSet<(String, String)>) {
    match json {
        Json::Array(all) => all.iter().for_each(|one| walk(one, found)),
        Json::Object(fields) => {
            let text = |json: &Json, name: &str| json.get(name).and_then(Json::as_str).map(ToOwned::to_owned);
            if let Some(output) = fields.get("output")
                && let (Some(step), Some(name)) = (text(output, "step"), text(output, "output"))
            {
                found.insert((step, name));
            }
            fields.values().for_each(|one| walk(one, found));
        }
        _ => {}
    }
}

/// An output that is not there, or not yet.
pub static UNKNOWN_OUTPUT: Page = Page {
    code: "output::unknown",
    rule: "R10",
    text: "A text uses `{{step.NAME.OUTPUT}}`, and no step that is done before gives it out.",
    wrong: "step \"a\" { file.write \"a\" content=\"{{step.b.id}}\" }\nstep \"b\" { file.write \"b\" content=\"1\" }",
    right: "step \"b\" { file.write \"b\" content=\"1\"; output \"id\" { file \"b\" } }\nstep \"a\" { needs \"b\"; file.write \"a\" content=\"{{step.b.id}}\" }",
    ..Page::ERROR
};
