//! `insert` and `when`: after this no template is left, and each node knows the scope in which its names mean something.
//!
//! Templates are expanded as nodes, before any of them gets a meaning, so that a template may hold whatever may stand
//! in the place where it is put in, and every later stage sees one flat plan.

use crate::cx::Cx;
use crate::declare::{Declared, declared_input, repeated};
use crate::diagnostic::{Diagnostic, Help, Page};
use crate::env::{Env, Inner, Scope, as_text};
use crate::plan::LeftOut;
use crate::read::Read;
use crate::schema::Place;
use crate::selector;
use crate::shape::{Item, Typed, faults_in, outline, shape};
use crate::source::Span;
use crate::syntax::{Entry, Node, ScopeId, Spanned};
use crate::template::Fault;
use crate::words::ticked;
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Nodes and values that templates may put in, in all: a bomb is an error, not a hang (R29).
const MAX_NODES: usize = 250_000;
/// How deep templates may stand in each other.
const MAX_DEPTH: usize = 24;

/// The plan's nodes without `insert` and `when`, and what `when` left out.
#[derive(Default)]
pub(crate) struct Expanded {
    pub(crate) nodes: Vec<Node>,
    pub(crate) left_out: Vec<LeftOut>,
    /// Templates that were put in somewhere.
    pub(crate) used: BTreeSet<Rc<str>>,
    /// Blocks that lack something.
    pub(crate) lacks: BTreeMap<Span, Lack>,
    /// Whether it was given up, so that nothing can be said of the rest.
    pub(crate) is_stopped: bool,
}

/// How often something is lacking in a block that was written there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lack {
    /// It could not be put in, which is told, so that what follows from it is no news.
    pub(crate) faults: usize,
    /// `when` left it out, as the plan says.
    pub(crate) left_out: usize,
}

struct Expansion<'a, 'b> {
    cx: &'a mut Cx<'b>,
    env: &'a mut Env,
    templates: &'a IndexMap<Rc<str>, Node>,
    out: Expanded,
    /// Nodes, their values and `insert`s that templates put in so far.
    made: usize,
    /// What lacks so far, in all.
    lacking: Lack,
    /// What an input without a value is taken for: the first value that a `when` asks for.
    assumed: BTreeMap<String, String>,
}

/// Expands the plan and the libraries' declarations.
pub(crate) fn expand(cx: &mut Cx<'_>, env: &mut Env, read: &Read, declared: &Declared) -> Expanded {
    for node in read.plan.iter().chain(&read.libraries) {
        match &*node.name.value {
            "use" => drop(outline(cx, env, node)),
            "template" => template(cx, env, node),
            _ => {}
        }
    }
    let (out, assumed) = (Expanded::default(), BTreeMap::new());
    let mut expansion =
        Expansion { cx, env, templates: &declared.templates, out, made: 0, lacking: Lack::default(), assumed };
    let mut nodes = Vec::with_capacity(read.plan.len() + read.libraries.len());
    expansion.all(read.plan.iter().chain(&read.libraries), 0, 0, &mut nodes);
    if !expansion.out.is_stopped {
        expansion.out.nodes = nodes;
    }
    expansion.out
}

/// Its inputs are gone once it is put in, so their form is judged here.
fn template(cx: &mut Cx<'_>, env: &Env, node: &Node) {
    drop(outline(cx, env, node));
    let inputs: Vec<Node> = inputs_of(node).cloned().collect();
    drop(shape(cx, env, &inputs, Place::Template));
}

fn inputs_of(template: &Node) -> impl Iterator<Item = &Node> {
    template.children().iter().filter(|child| &*child.name.value == "input")
}

impl Expansion<'_, '_> {
    fn all<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>, scope: ScopeId, depth: usize, into: &mut Vec<Node>) {
        for node in nodes {
            if self.out.is_stopped {
                return;
            }
            match &*node.name.value {
                "template" | "use" if scope == 0 => {}
                "insert" => self.insert(node, scope, depth, into),
                "when" => self.when(node, scope, depth, into),
                "input" if scope != 0 => {}
                _ => {
                    let one = self.one(node, scope, depth);
                    into.push(one);
                }
            }
        }
    }

    fn one(&mut self, node: &Node, scope: ScopeId, depth: usize) -> Node {
        if scope == 0 && !has_insert(node) {
            return node.clone();
        }
        if scope != 0 {
            self.count(node, scope, 1 + node.entries.len());
        }
        let children = node.children.as_ref().map(|children| {
            let mut inside = Vec::with_capacity(children.len());
            let before = self.lacking;
            self.all(children.iter(), scope, depth, &mut inside);
            if self.lacking != before {
                let Lack { faults, left_out } = self.lacking;
                let own = Lack { faults: faults - before.faults, left_out: left_out - before.left_out };
                self.out.lacks.insert(node.whole, own);
            }
            Rc::new(inside)
        });
        Node { children, scope, ..node.clone() }
    }

    /// Counts what is put in, and gives up when it is too much.
    fn count(&mut self, node: &Node, scope: ScopeId, more: usize) {
        self.made += more;
        if self.made <= MAX_NODES || self.out.is_stopped {
            return;
        }
        self.out.is_stopped = true;
        let way = self.env.way_to(scope);
        let at = way.last().map_or(node.span, |(_, at)| *at);
        self.cx.sink.push(
            Diagnostic::new(&TOO_LARGE, "templates put in more than 250,000 nodes and values")
                .label(at, "the expansion that begins here does not come to an end in reason")
                .help("templates that put in each other twice double at every level; put in what is needed once")
                .skips("everything that templates put in"),
        );
    }

    fn insert(&mut self, node: &Node, scope: ScopeId, depth: usize, into: &mut Vec<Node>) {
        if self.put_in(node, scope, depth, into).is_none() {
            self.lacking.faults += 1;
        }
    }

    /// `None` when a template could not be put in.
    fn put_in(&mut self, node: &Node, scope: ScopeId, depth: usize, into: &mut Vec<Node>) -> Option<()> {
        self.count(node, scope, 1);
        outline(self.cx, self.env, node)?;
        let name = node.first_string()?;
        let Some(template) = self.templates.get(&name.value) else {
            // What could not be read may declare it.
            if !self.env.is_partial {
                let found = self.unknown(&name);
                self.cx.sink.push(found);
            }
            return None;
        };
        if self.refuses(node, &name.value, scope, depth) {
            return None;
        }
        self.out.used.insert(Rc::clone(&name.value));
        let inner = self.scope(node, template, scope, &name.value);
        self.all(template.children().iter(), inner, depth + 1, into);
        Some(())
    }

    fn unknown(&self, name: &Spanned<Rc<str>>) -> Diagnostic {
        let found = Diagnostic::new(&UNKNOWN_TEMPLATE, format!("there is no template `{}`", name.value))
            .label(name.span, "no such template");
        match self.cx.nearest(&name.value, self.templates.keys().map(AsRef::as_ref)) {
            Some(near) => found.help(format!("did you mean `{near}`?")),
            None => found.help("declare it with `template`, or `use` the library that does"),
        }
    }

    /// Whether an `insert` would put a template into itself, or go too deep.
    fn refuses(&mut self, node: &Node, name: &Rc<str>, scope: ScopeId, depth: usize) -> bool {
        let way = self.env.way_to(scope);
        if let Some(first) = way.iter().position(|(template, _)| template == name) {
            let mut found = Diagnostic::new(&RECURSIVE, format!("template `{name}` puts itself in"))
                .label(node.span, format!("puts `{name}` in again"))
                .help("take out the `insert` that is not meant");
            for (template, at) in way.iter().take(first + 1).rev() {
                let at = self.cx.sources.locate(*at);
                found = found.help_line(Help::Drawn(format!("{template} is put in at {at}")));
            }
            self.cx.sink.push(found);
            return true;
        }
        if depth >= MAX_DEPTH {
            self.out.is_stopped = true;
            self.cx.sink.push(
                Diagnostic::new(&TOO_LARGE, format!("templates stand more than {MAX_DEPTH} deep in each other"))
                    .label(node.span, "not put in")
                    .help("put the innermost ones in directly")
                    .skips("everything that templates put in"),
            );
        }
        depth >= MAX_DEPTH
    }

    /// The scope of an `insert`: the values of its template's inputs.
    fn scope(&mut self, node: &Node, template: &Node, caller: ScopeId, name: &Rc<str>) -> ScopeId {
        let mut values: IndexMap<Rc<str>, Inner> = IndexMap::new();
        let props: BTreeMap<&str, &Entry> = node.props().map(|(name, entry)| (&*name.value, entry)).collect();
        for input in inputs_of(template) {
            let Some(wanted) = input.first_string() else { continue };
            self.count(node, caller, 1);
            let value = match (props.get(&*wanted.value), declared_input(self.cx, input).default) {
                (Some(entry), _) => Inner::Given(as_text(&self.cx.sources, entry)),
                (None, Some(default)) => Inner::Default(default),
                (None, None) => {
                    self.cx.sink.push(missing(node, name, &wanted.value, input.span));
                    Inner::Missing
                }
            };
            if values.insert(Rc::clone(&wanted.value), value).is_some() {
                let mut names = inputs_of(template).filter_map(Node::first_string);
                let first = names.find(|name| name.value == wanted.value);
                self.cx.sink.push(repeated("input", &wanted, first.map_or(template.span, |name| name.span)));
            }
        }
        self.unknown_props(node, name, &values);
        self.env.scopes.push(Scope { template: Rc::clone(name), at: node.span, caller, values });
        (self.env.scopes.len() - 1) as ScopeId
    }

    fn unknown_props(&mut self, node: &Node, name: &Rc<str>, values: &IndexMap<Rc<str>, Inner>) {
        for (prop, entry) in node.props().filter(|(prop, _)| !values.contains_key(&prop.value)) {
            let known: Vec<&str> = values.keys().map(AsRef::as_ref).collect();
            let found = Diagnostic::new(&UNKNOWN_VALUE, format!("template `{name}` has no input `{}`", prop.value))
                .label(
                    entry.span,
                    self.cx
                        .nearest(&prop.value, known.iter().copied())
                        .map_or_else(|| "not an input of it".to_owned(), |near| format!("did you mean `{near}`?")),
                );
            self.cx.sink.push(found.help(inputs_are(&known)));
        }
    }

    fn when(&mut self, node: &Node, scope: ScopeId, depth: usize, into: &mut Vec<Node>) {
        let Some(item) = outline(self.cx, self.env, node) else {
            self.lacking.faults += 1;
            return;
        };
        match self.holds(node, &item, scope) {
            Ok(None) => self.all(node.children().iter(), scope, depth, into),
            Ok(Some(why)) => {
                self.lacking.left_out += 1;
                for child in node.children() {
                    let what = child.first_string().map_or_else(
                        || child.name.value.to_string(),
                        |name| format!("{} {}", child.name.value, name.value),
                    );
                    self.out.left_out.push(LeftOut { what, why: why.clone(), at: self.cx.at(child.span) });
                }
            }
            Err(found) => {
                self.lacking.faults += 1;
                self.cx.sink.extend(found);
            }
        }
    }

    /// `None` when a `when` holds, or why it doesn't.
    fn holds(&mut self, node: &Node, item: &Item<'_>, scope: ScopeId) -> Result<Option<String>, Vec<Diagnostic>> {
        match (item.value("input"), item.value("is"), item.value("label")) {
            (None, None, Some(label)) => self.holds_for(label, item.span_of("label")),
            (Some(_), Some(is), None) => match node.first_string() {
                Some(name) => self.is(node, &name, is, scope),
                None => Ok(None),
            },
            _ => Err(vec![
                Diagnostic::new(&BAD_WHEN, "`when` needs an input and what it is, or a label")
                    .label(node.span, "not one of the two")
                    .help("write when \"size\" is=\"l\" { … } or when label=\"tier=prod\" { … }"),
            ]),
        }
    }

    fn holds_for(&self, label: &Typed, at: Span) -> Result<Option<String>, Vec<Diagnostic>> {
        let Some(text) = label.known() else { return Ok(None) };
        let selector = selector::parse(&text).map_err(|why| {
            vec![
                Diagnostic::new(&selector::BAD_SELECTOR, format!("`{text}` is no label selector"))
                    .label(at, why)
                    .help("write it like label=\"tier=prod,region in (eu)\""),
            ]
        })?;
        let known = self.env.target.is_some();
        Ok((known && !selector.matches(&self.env.labels)).then(|| format!("the target is not {text}")))
    }

    fn is(
        &mut self,
        node: &Node,
        name: &Spanned<Rc<str>>,
        is: &Typed,
        scope: ScopeId,
    ) -> Result<Option<String>, Vec<Diagnostic>> {
        let undecidable = |message: String, label: &str| {
            let found = Diagnostic::new(&BAD_WHEN, message).label(name.span, label);
            vec![found.help("let an input decide that is known before anything is signed")]
        };
        let value = match self.env.lookup(&name.value, scope) {
            Ok(value) => value,
            Err(Fault::Unknown { .. }) => {
                return Err(undecidable(
                    format!("`when` asks for `{}`, which is no input", name.value),
                    "not an input",
                ));
            }
            Err(fault) => return Err(faults_in(self.cx, self.env, &fault, name.span, node)),
        };
        let Some(wanted) = is.known() else { return Ok(None) };
        match value.known() {
            Some(known) => Ok((known != wanted).then(|| format!("{} is {known}, not {wanted}", name.value))),
            None if value.is_undecided() => {
                // `check` needs no values. One that decides is taken for the first that is asked for, so that of two
                // sides that exclude each other one is looked at.
                let assumed = self.assumed.entry(value.to_string()).or_insert_with(|| wanted.clone());
                Ok((*assumed != wanted).then(|| format!("{} is taken for {assumed}, as it has no value", name.value)))
            }
            None => {
                let message = format!("`when` asks for `{}`, which is known too late or is a secret", name.value);
                Err(undecidable(message, "not known when the plan is compiled"))
            }
        }
    }
}

/// Which inputs there are, for a value of another.
pub(crate) fn inputs_are(known: &[&str]) -> String {
    if known.is_empty() { "it has no inputs".into() } else { format!("its inputs are {}", ticked(known, "and")) }
}

fn missing(node: &Node, template: &str, input: &str, declared: Span) -> Diagnostic {
    Diagnostic::new(&MISSING_VALUE, format!("template `{template}` needs a value for `{input}`"))
        .label(node.span, "put in without it")
        .label(declared, "declared here, without a default")
        .help(format!("add {input}=\"…\" to the `insert`"))
}

fn has_insert(node: &Node) -> bool {
    node.children().iter().any(|child| matches!(&*child.name.value, "insert" | "when") || has_insert(child))
}

/// An `insert` of a template that nobody declares.
pub static UNKNOWN_TEMPLATE: Page = Page {
    code: "template::unknown",
    rule: "R15",
    text: "`insert` names a template that neither the plan nor a library that it uses declares.",
    wrong: "template \"healthy\" { step \"look\" { verify { file.exists \"a\" } } }\ninsert \"helthy\"",
    right: "template \"healthy\" { step \"look\" { verify { file.exists \"a\" } } }\ninsert \"healthy\"",
    ..Page::ERROR
};

/// A template that puts itself in.
pub static RECURSIVE: Page = Page {
    code: "template::recursive",
    rule: "R29",
    text: "A template puts itself in, directly or through others, so its expansion would never end.",
    wrong: "template \"a\" { insert \"a\" }\ninsert \"a\"",
    right: "template \"a\" { step \"look\" { verify { file.exists \"a\" } } }\ninsert \"a\"",
    ..Page::ERROR
};

/// An expansion out of all proportion.
pub static TOO_LARGE: Page = Page {
    code: "template::too-large",
    rule: "R29",
    text: "Templates put in more than 250,000 nodes and values, stand more than 24 deep in each other, or their texts \
           grow over 128 MiB. A template that puts two others in, each of which puts two in, doubles at every level; so \
           does an input whose default names another one twice.",
    see: &["template::recursive"],
    ..Page::ERROR
};

/// A template's input without a value.
pub static MISSING_VALUE: Page = Page {
    code: "template::missing-value",
    text: "A template's `input` without a default must be given where the template is put in.",
    wrong: "template \"t\" { input \"a\"; step \"s\" { file.write \"{{a}}\" content=\"1\" } }\ninsert \"t\"",
    right: "template \"t\" { input \"a\"; step \"s\" { file.write \"{{a}}\" content=\"1\" } }\ninsert \"t\" a=\"x\"",
    ..Page::ERROR
};

/// A value for an input that the template does not have.
pub static UNKNOWN_VALUE: Page = Page {
    code: "template::unknown-value",
    rule: "R15",
    text: "`insert` gives a value for an input that its template does not declare.",
    wrong: "template \"t\" { input \"path\"; step \"s\" { file.write \"{{path}}\" content=\"1\" } }\ninsert \"t\" path=\"x\" pth=\"y\"",
    right: "template \"t\" { input \"path\"; step \"s\" { file.write \"{{path}}\" content=\"1\" } }\ninsert \"t\" path=\"x\"",
    ..Page::ERROR
};

/// A `when` that can't be decided.
pub static BAD_WHEN: Page = Page {
    code: "when::undecidable",
    text: "`when` takes its block in only where an input has a value, or where the target has labels. It needs the one \
           or the other, known before anything is signed.",
    wrong: "when \"size\" { step \"a\" { file.write \"a\" content=\"1\" } }",
    right: "input \"size\" default=\"l\"\nwhen \"size\" is=\"l\" { step \"a\" { file.write \"a\" content=\"1\" } }",
    ..Page::ERROR
};
