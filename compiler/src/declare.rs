//! Gathers what must be known before anything is expanded: inputs, templates, the target's labels and settings.

use crate::compile::Request;
use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, Page, Severity};
use crate::env::{Declared as Input, Env, as_text};
use crate::expand;
use crate::read::Read;
use crate::source::Span;
use crate::syntax::{Node, Spanned, Value};
use indexmap::IndexMap;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Templates and the chosen target.
#[derive(Default)]
pub(crate) struct Declared {
    pub(crate) templates: IndexMap<Rc<str>, Node>,
    pub(crate) targets: Vec<String>,
    pub(crate) target: Option<Node>,
    /// `set INPUT VALUE` of the target.
    pub(crate) settings: IndexMap<String, String>,
}

/// Declares all that the files of a compilation declare.
pub(crate) fn declare(cx: &mut Cx<'_>, env: &mut Env, read: &Read, request: &Request) -> Declared {
    let mut declared = Declared::default();
    for node in read.plan.iter().chain(&read.libraries) {
        match &*node.name.value {
            "input" => input(cx, env, node),
            "template" => template(cx, &mut declared, node),
            _ => {}
        }
    }
    target(cx, env, &mut declared, read, request);
    near_settings(cx, env, &declared);
    given(cx, env, read, request);
    declared
}

fn input(cx: &mut Cx<'_>, env: &mut Env, node: &Node) {
    let Some(name) = node.first_string() else { return };
    let declared = declared_input(cx, node);
    if let Some(first) = env.inputs.get(&name.value) {
        cx.sink.push(repeated("input", &name, first.at));
    }
    env.inputs.insert(name.value, declared);
}

/// An input's declaration, as far as other stages need it; its form is judged when it is lowered.
pub(crate) fn declared_input(cx: &Cx<'_>, node: &Node) -> Input {
    let prop = |wanted: &str| node.props().find(|(name, _)| &*name.value == wanted).map(|(_, entry)| entry);
    Input {
        default: prop("default").map(|entry| as_text(&cx.sources, entry)),
        set: None,
        secret: prop("secret").is_some_and(|entry| entry.value == Value::Bool(true)),
        at: node.first_string().map_or(node.span, |name| name.span),
    }
}

fn template(cx: &mut Cx<'_>, declared: &mut Declared, node: &Node) {
    let Some(name) = node.first_string() else { return };
    if let Some(first) = declared.templates.get(&name.value) {
        let first = first.first_string().map_or(first.span, |name| name.span);
        cx.sink.push(repeated("template", &name, first));
    }
    declared.templates.insert(name.value, node.clone());
}

/// A second declaration of the same name.
pub(crate) fn repeated(what: &str, name: &Spanned<Rc<str>>, first: Span) -> Diagnostic {
    Diagnostic::new(&REPEATED, format!("{what} `{}` is declared twice", name.value))
        .label(name.span, "declared again here")
        .label(first, "declared here first")
        .help("give one of them another name, or take one out")
}

/// The targets of a project file, with their names.
pub(crate) fn targets(project: &[Node]) -> impl Iterator<Item = (Spanned<Rc<str>>, &Node)> {
    let targets = project.iter().filter(|node| &*node.name.value == "target");
    targets.filter_map(|node| node.first_string().map(|name| (name, node)))
}

fn target(cx: &mut Cx<'_>, env: &mut Env, declared: &mut Declared, read: &Read, request: &Request) {
    let named: Vec<(Spanned<Rc<str>>, &Node)> = targets(&read.project).collect();
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for (name, _) in &named {
        if let Some(first) = seen.get(&*name.value) {
            cx.sink.push(repeated("target", name, *first));
        }
        seen.entry(&name.value).or_insert(name.span);
        declared.targets.push(name.value.to_string());
    }
    let chosen = named.iter().find(|(name, _)| Some(&*name.value) == request.target.as_deref());
    if let Some((_, node)) = chosen {
        declared.target = Some((*node).clone());
        labels(cx, env, node);
        settings(cx, env, declared, node);
    }
}

/// What the target sets is weaker than what was given on the command line, and may itself name inputs.
fn settings(cx: &Cx<'_>, env: &mut Env, declared: &mut Declared, target: &Node) {
    for set in target.children().iter().filter(|node| &*node.name.value == "set") {
        let mut args = set.args().map(|entry| as_text(&cx.sources, entry));
        if let (Some(input), Some(value)) = (args.next(), args.next()) {
            if let Some(known) = env.inputs.get_mut(input.as_str()) {
                known.set = Some(value.clone());
            }
            declared.settings.insert(input, value);
        }
    }
}

/// A `set` may be for another plan of the project; one that is nearly called like an input that it leaves without a
/// value of this target's is more likely a slip.
fn near_settings(cx: &mut Cx<'_>, env: &Env, declared: &Declared) {
    let Some(target) = declared.target.as_ref().filter(|_| !env.is_partial) else { return };
    for set in target.children().iter().filter(|node| &*node.name.value == "set") {
        let Some(name) = set.first_string().filter(|name| !env.inputs.contains_key(&name.value)) else { continue };
        let unset = env.inputs.iter().filter(|(_, input)| input.set.is_none()).map(|(name, _)| &**name);
        if let Some(near) = cx.nearest(&name.value, unset) {
            let message = format!("this plan has no input `{}`, which the target sets", name.value);
            cx.sink.push(
                Diagnostic::new(&UNKNOWN_SETTING, message)
                    .label(name.span, format!("did you mean `{near}`?"))
                    .help(format!("write set \"{near}\"; leave it where another plan has this input")),
            );
        }
    }
}

fn labels(cx: &Cx<'_>, env: &mut Env, target: &Node) {
    for label in target.children().iter().filter(|node| &*node.name.value == "label") {
        for (name, entry) in label.props() {
            env.labels.insert(name.value.to_string(), as_text(&cx.sources, entry));
        }
    }
}

/// Inputs given from outside must be declared (R15).
fn given(cx: &mut Cx<'_>, env: &Env, read: &Read, request: &Request) {
    // What could not be read may declare it.
    if env.is_partial {
        return;
    }
    for name in request.inputs.keys().filter(|name| !env.inputs.contains_key(name.as_str())) {
        let known: Vec<&str> = env.inputs.keys().map(AsRef::as_ref).collect();
        let at = read.plan.first().map(|node| node.span).unwrap_or_default();
        let found = Diagnostic::new(&UNKNOWN_INPUT, format!("this plan has no input `{name}`")).label(at, "this plan");
        cx.sink.push(match cx.nearest(name, known.iter().copied()) {
            Some(near) => found.help(format!("did you mean `{near}`?")),
            None => found.help(expand::inputs_are(&known)),
        });
    }
}

/// A name declared twice.
pub static REPEATED: Page = Page {
    code: "name::repeated",
    rule: "R15",
    text: "Names of steps, inputs, templates, components, backups, gates and targets are each given once: with two of \
           one name nobody could say which is meant.",
    wrong: "step \"site\" { file.write \"a\" content=\"1\" }\nstep \"site\" { file.write \"b\" content=\"1\" }",
    right: "step \"site\" { file.write \"a\" content=\"1\" }\nstep \"more\" { file.write \"b\" content=\"1\" }",
    ..Page::ERROR
};

/// A target's value for an input that is not declared, and nearly called like one that is.
pub static UNKNOWN_SETTING: Page = Page {
    code: "input::unknown-setting",
    severity: Severity::Warning,
    rule: "R15",
    text: "A target sets an input that neither the plan nor a library that it uses declares, and its name is near that \
           of an input which the target does not set. Most likely it is a slip, and the input keeps its default. What \
           a target sets for other plans of the project is told only when it is that near.",
    waivable: true,
    ..Page::ERROR
};

/// A value for an input that is not declared.
pub static UNKNOWN_INPUT: Page = Page {
    code: "input::unknown",
    rule: "R15",
    text: "A value was given by --input for an input that neither the plan nor a library that it uses declares. What a \
           target sets may be for other plans of the project, so that is told only where it is nearly an input's name.",
    see: &["input::unknown-setting"],
    ..Page::ERROR
};
