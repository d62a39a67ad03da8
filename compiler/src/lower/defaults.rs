//! `defaults`: properties for what says none itself; the innermost block wins.

use super::pages::DEFAULT_UNKNOWN;
use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, nearest};
use crate::env::Env;
use crate::registry::Kind;
use crate::schema::{CHECK_PROPS, Form, Param, Ty, is_later};
use crate::shape::{Typed, later, typed_default};
use crate::syntax::Node;
use crate::value::Millis;
use std::collections::BTreeMap;

/// What a place adds to nouns and can be said for all of them: no names, no values to compare with.
const OF_PLACES: &[Param] = &[
    Param::optional("within", Ty::Span, ""),
    Param::optional("for", Ty::Span, ""),
    Param::optional("every", Ty::Span, ""),
    Param::optional("failures", Ty::Count, ""),
    Param::optional("stalled", Ty::Span, ""),
    Param::optional("else", Ty::OneOf(&["fail", "warn", "ask"]), ""),
    Param::optional("hint", Ty::Text, ""),
];

/// What holds where nothing else is said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Defaults {
    pub(crate) within: Option<Millis>,
    pub(crate) every: Option<Millis>,
    /// By the noun's whole name or its family, then the property.
    pub(crate) of: BTreeMap<String, BTreeMap<&'static str, Typed>>,
}

impl Defaults {
    /// Takes in all `defaults` among some nodes; the later ones win.
    pub(crate) fn add_all(&mut self, cx: &mut Cx<'_>, env: &Env, nodes: &[Node]) {
        for node in nodes.iter().filter(|node| &*node.name.value == "defaults") {
            self.add(cx, env, node);
        }
    }

    fn add(&mut self, cx: &mut Cx<'_>, env: &Env, node: &Node) {
        for (name, entry) in node.props() {
            let Some(Typed::Span(span)) = typed_default(cx, env, node, &name.value, entry, CHECK_PROPS) else {
                continue;
            };
            match &*name.value {
                "within" => self.within = Some(span),
                "every" => self.every = Some(span),
                _ => {}
            }
        }
        for child in node.children() {
            self.family(cx, env, child);
        }
    }

    fn family(&mut self, cx: &mut Cx<'_>, env: &Env, node: &Node) {
        let name = &*node.name.value;
        let forms: Vec<&'static Form> =
            cx.registry.all().map(Kind::form).filter(|form| form.name == name || form.family() == name).collect();
        if forms.is_empty() {
            let found = no_noun(cx, node);
            cx.sink.push(found);
            return;
        }
        if let Some(at) = node.args().next().map(|entry| entry.span).or(node.children.as_ref().map(|_| node.whole)) {
            cx.sink.push(
                Diagnostic::new(&DEFAULT_UNKNOWN, format!("`{name}` stands here for its properties alone"))
                    .label(at, "belongs to none of them")
                    .help(format!("write only properties: {name} within=\"5m\"")),
            );
        }
        for (prop, entry) in node.props() {
            let own = forms.iter().flat_map(|form| form.props);
            let known = own.chain(OF_PLACES).find(|param| *param.name == *prop.value);
            let Some(param) = known else {
                cx.sink.push(
                    Diagnostic::new(&DEFAULT_UNKNOWN, format!("no `{name}` has a property `{}`", prop.value))
                        .label(prop.span, "not a property that can be given for all of them")
                        .help(format!("`switchback explain {name}` lists them")),
                );
                continue;
            };
            if let Some(value) = typed_default(cx, env, node, &prop.value, entry, std::slice::from_ref(param)) {
                self.of.entry(name.to_owned()).or_default().insert(param.name, value);
            }
        }
    }

    /// Lets an inner block's defaults win over these.
    pub(crate) fn extend(&mut self, inner: Self) {
        self.within = inner.within.or(self.within);
        self.every = inner.every.or(self.every);
        for (name, values) in inner.of {
            self.of.entry(name).or_default().extend(values);
        }
    }

    /// The default of a property for a noun: that of its whole name before that of its family.
    pub(crate) fn get(&self, form: &Form, prop: &str) -> Option<&Typed> {
        let of = |name: &str| self.of.get(name).and_then(|values| values.get(prop));
        of(form.name).or_else(|| of(form.family()))
    }
}

fn no_noun(cx: &Cx<'_>, node: &Node) -> Diagnostic {
    let name = &*node.name.value;
    if is_later(name, cx.registry.all().map(|kind| kind.form().name)) {
        return later(name, node.name.span);
    }
    let known = cx.registry.all().flat_map(|kind| [kind.form().family(), kind.form().name]);
    let near = nearest(name, known).map_or_else(|| "no such noun".to_owned(), |near| format!("did you mean `{near}`?"));
    Diagnostic::new(&DEFAULT_UNKNOWN, format!("there is no noun `{name}` to give defaults to"))
        .label(node.name.span, near)
        .help("a noun (`http.get`) or its first word (`http`) stands here")
}
