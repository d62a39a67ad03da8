//! What a text that can't be rendered is told as.

use super::pages::{BROKEN_TEMPLATE, TOO_LATE, UNRESOLVED};
use super::typed::suggested;
use crate::cx::Cx;
use crate::diagnostic::Diagnostic;
use crate::env::Env;
use crate::expand::TOO_LARGE;
use crate::source::Span;
use crate::syntax::Node;
use crate::template::Fault;

/// Characters of a `{{…}}` in which a name is looked for.
const LONGEST_TAG: usize = 400;

/// All that is wrong with a text, each at its own place; `at` is the text.
pub(crate) fn faults_in(cx: &Cx<'_>, env: &Env, fault: &Fault, at: Span, node: &Node) -> Vec<Diagnostic> {
    match fault {
        Fault::Many(all) => all.iter().flat_map(|one| faults_in(cx, env, one, at, node)).collect(),
        one => vec![fault_in(cx, env, one, at, node)],
    }
}

fn fault_in(cx: &Cx<'_>, env: &Env, fault: &Fault, at: Span, node: &Node) -> Diagnostic {
    let narrowed = |piece: &str| {
        let found = place_of(cx.sources.text(at), piece);
        found.map_or(at, |found| Span::new(at.start as usize + found.start as usize, found.len as usize))
    };
    let found = match fault {
        Fault::Unknown { name, known } => unknown(cx, env, name, known, narrowed(name)),
        Fault::NoValue(name) => Diagnostic::new(&UNRESOLVED, format!("input `{name}` has no value"))
            .label(narrowed(name), "needed here")
            .help(format!("give it: --input {name}=…, or a default at its declaration")),
        Fault::TooLate(name) => Diagnostic::new(&TOO_LATE, format!("`{name}` decides here, but is known only later"))
            .label(narrowed(name), "known only during the run")
            .help("let an input decide, and let later values only be filled in"),
        Fault::Circular(name) => Diagnostic::new(&UNRESOLVED, format!("the value of `{name}` needs its own value"))
            .label(narrowed(name), "has no end")
            .help("let one of the values in this ring be written out"),
        Fault::TooLarge => Diagnostic::new(&TOO_LARGE, "the texts of this plan grow without measure")
            .label(at, "grown to more than 128 MiB here")
            .help("values that name others twice double at every level; write out what is meant"),
        Fault::NoLists => Diagnostic::new(&BROKEN_TEMPLATE, "there is nothing that `{{#each}}` could go through")
            .label(narrowed("#each"), "every value is one text, never a list")
            .help("write the lines out, each with an input of its own"),
        Fault::Broken { text, piece, .. } => {
            Diagnostic::new(&BROKEN_TEMPLATE, format!("the template can't be read: {text}"))
                .label(narrowed(piece), "here")
                .help("a `{{` that is meant literally is written \\{{")
        }
        // Taken apart above.
        Fault::Many(_) => Diagnostic::new(&UNRESOLVED, "several names mean nothing here").label(at, "in this text"),
    };
    env.way_to(node.scope)
        .into_iter()
        .take(3)
        .fold(found, |found, (template, at)| found.label(at, format!("`{template}` is put in here")))
}

fn unknown(cx: &Cx<'_>, env: &Env, name: &str, known: &[String], at: Span) -> Diagnostic {
    let found = Diagnostic::new(&UNRESOLVED, format!("`{{{{{name}}}}}` means nothing here"));
    if let Some(near) = cx.nearest(name, known.iter().map(String::as_str)) {
        return found.label(at, format!("did you mean `{near}`?"));
    }
    let (label, help) = meant(env, name);
    found.label(at, label).help(help)
}

/// What a name without a meaning may be, and how it gets one: each kind of name is declared in another way.
fn meant(env: &Env, name: &str) -> (String, String) {
    let parts: Vec<&str> = name.split('.').collect();
    match parts.as_slice() {
        ["env", variable @ ..] if !variable.is_empty() => {
            let (input, variable) = (suggested(&variable.join("-")), variable.join("."));
            let help = format!("declare it: input \"{input}\" env=\"{variable}\", and write {{{{{input}}}}}");
            ("the environment is read by inputs alone".into(), help)
        }
        ["label", key] => {
            let own = format!("label {key}=\"…\"");
            match &env.target {
                Some(target) => (
                    format!("target `{target}` has no label `{key}`"),
                    format!("give it one in switchback.kdl: target \"{target}\" {{ {own} … }}"),
                ),
                None => (
                    format!("no target, and so no label `{key}`"),
                    format!("in switchback.kdl: target \"local\" {{ directory \"./platform\"; {own} }}"),
                ),
            }
        }
        ["component", component, "from" | "to"] => {
            let help = format!("say it in its step: moves \"{component}\" from=\"1.0\" to=\"2.0\"");
            (format!("nothing moves `{component}`"), help)
        }
        ["component", component, ..] => {
            let help = format!("write {{{{component.{component}.from}}}} or {{{{component.{component}.to}}}}");
            ("of a component two things are known".into(), help)
        }
        ["step", step, ..] => {
            let help = format!("write {{{{step.{step}.id}}}}, and in that step: output \"id\" {{ file \"path\" }}");
            ("of a step its outputs are known, each by its name".into(), help)
        }
        ["backup" | "hop", ..] => {
            let label = "a name of the language that is still to come";
            (label.into(), "take it out: this version of Switchback does not know it yet".into())
        }
        [fact @ ("target" | "run" | "switchback"), ..] => {
            (format!("`{fact}` is one text"), format!("write {{{{{fact}}}}}"))
        }
        _ => {
            let input = suggested(name);
            let written = if input == name { String::new() } else { format!(", and write {{{{{input}}}}}") };
            ("no such input, component, label or fact".into(), format!("declare it: input \"{input}\"{written}"))
        }
    }
}

/// Where a name, or a piece of a text, stands in a template.
pub(super) fn place_of(raw: &str, piece: &str) -> Option<Span> {
    if piece.is_empty() {
        return None;
    }
    if piece.starts_with("{{") {
        return raw.find(piece).map(|at| Span::new(at, piece.len()));
    }
    let mut tags = raw.match_indices("{{");
    tags.find_map(|(start, _)| {
        let rest = raw.get(start..)?;
        // A tag is short, and not each `{{` has its end.
        let end = rest.char_indices().nth(LONGEST_TAG).map_or(rest.len(), |(at, _)| at);
        let (inside, _) = rest.get(..end)?.split_once("}}")?;
        whole(inside, piece).map(|at| Span::new(start + at, piece.len()))
    })
}

/// Where a name stands by itself, not as a part of a longer one.
fn whole(inside: &str, name: &str) -> Option<usize> {
    let of_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    inside.match_indices(name).map(|(at, _)| at).find(|at| {
        let before = inside.get(..*at).and_then(|before| before.chars().next_back());
        let after = inside.get(at + name.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(of_name) && !after.is_some_and(of_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_where_it_stands_by_itself() {
        let at = |raw: &str, name: &str| place_of(raw, name).map(|span| span.start);
        assert_eq!(at("m {{component.m.to}} {{ m }}", "m"), Some(24));
        assert_eq!(at("{{#if a}}{{dashed b}}{{/if}}", "b"), Some(18));
        assert_eq!(at("{{a}} {{#each m}}", "#each"), Some(8));
        assert_eq!(at("x {{#if target}}y", "{{#if target}}"), Some(2));
        assert_eq!(at("{{a", "a"), None);
    }
}
