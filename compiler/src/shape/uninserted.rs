//! Templates that nothing puts in: their names are held against the language, as far as that needs no place.

use super::later;
use super::pages::{PROPERTY_UNKNOWN, UNKNOWN_NODE};
use crate::cx::Cx;
use crate::diagnostic::{Diagnostic, nearest};
use crate::registry::Kind;
use crate::schema::{ACT_PROPS, CHECK_PROPS, Param, READ_PROPS, WORDS, Word, is_later};
use crate::syntax::{Node, Spanned};
use std::rc::Rc;

/// Tells names that mean nothing wherever the template would be put in.
pub(crate) fn uninserted(cx: &mut Cx<'_>, template: &Node) {
    for node in template.children() {
        let name = &*node.name.value;
        let words: Vec<&'static Word> = WORDS.iter().filter(|word| word.name == name).collect();
        let kind = cx.registry.get(name);
        if words.is_empty() && kind.is_none() {
            let found = unknown(cx, &node.name);
            cx.sink.push(found);
            continue;
        }
        if !words.iter().any(|word| word.open) {
            properties(cx, node, &words, kind);
        }
        // What stands in `defaults` are nouns and families of them, which `lower` reads where they hold.
        if name != "defaults" {
            uninserted(cx, node);
        }
    }
}

fn unknown(cx: &Cx<'_>, name: &Spanned<Rc<str>>) -> Diagnostic {
    if is_later(&name.value, cx.registry.all().map(|kind| kind.form().name)) {
        return later(&name.value, name.span);
    }
    let known = cx.registry.all().map(|kind| kind.form().name).chain(WORDS.iter().map(|word| word.name));
    let found = Diagnostic::new(&UNKNOWN_NODE, format!("there is no `{}`", name.value));
    match nearest(&name.value, known) {
        Some(near) => found.label(name.span, format!("did you mean `{near}`?")),
        None => found.label(name.span, "not a word of the language").help("`switchback explain words` lists them all"),
    }
}

fn properties(cx: &mut Cx<'_>, node: &Node, words: &[&'static Word], kind: Option<&dyn Kind>) {
    let of_kind = kind.into_iter().flat_map(|kind| [kind.form().props, ACT_PROPS, CHECK_PROPS, READ_PROPS]);
    let lists: Vec<&'static [Param]> = words.iter().map(|word| word.props).chain(of_kind).collect();
    let known = || lists.iter().copied().flatten().map(|param| param.name);
    for (name, _) in node.props().filter(|(name, _)| !known().any(|known| known == &*name.value)) {
        let label = nearest(&name.value, known())
            .map_or_else(|| "not a property of it".to_owned(), |near| format!("did you mean `{near}`?"));
        let message = format!("`{}` has no property `{}`", node.name.value, name.value);
        let help = format!("`switchback explain {}` lists them", node.name.value);
        cx.sink.push(Diagnostic::new(&PROPERTY_UNKNOWN, message).label(name.span, label).help(help));
    }
}
