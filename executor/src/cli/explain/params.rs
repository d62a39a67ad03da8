//! The page of a name that is no word and no noun: of a property or an argument, with every place where it may stand.

use super::language::said;
use crate::screen::{Look, hang, list};
use std::collections::BTreeMap;
use switchback_compiler::registry::{Kind, Registry};
use switchback_compiler::schema::{ACT_PROPS, CHECK_PROPS, Param, READ_PROPS, Role, WORDS};

/// Whether it stands behind a node's name as it is, or as `name=value`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum As {
    Property,
    Argument,
}

/// Where a parameter stands, by what is said of it; those of whole roles before those of single nodes.
type Found = BTreeMap<(As, String), Vec<String>>;

/// All names of properties and arguments.
pub(super) fn names(registry: &Registry<'_>) -> Vec<&'static str> {
    let words = WORDS.iter().flat_map(|word| word.props.iter().chain(word.args));
    let forms = registry.all().map(Kind::form).flat_map(|form| form.props.iter().chain(form.args));
    let shared = [ACT_PROPS, CHECK_PROPS, READ_PROPS].into_iter().flatten();
    words.chain(forms).chain(shared).map(|param| param.name).collect()
}

/// The page of a name; none where nothing has it. Arguments are found in small letters too.
pub(super) fn page(name: &str, registry: &Registry<'_>, look: Look) -> Option<String> {
    let name = name.strip_suffix('=').unwrap_or(name);
    let mut found = Found::new();
    let shared = [(ACT_PROPS, "any action"), (CHECK_PROPS, "any check"), (READ_PROPS, "a check that reads a value")];
    for (props, place) in shared {
        add(&mut found, name, (props, &[]), place);
    }
    for word in WORDS {
        add(&mut found, name, (word.props, word.args), &format!("`{}`", word.name));
    }
    for form in registry.all().map(Kind::form) {
        // What every check and every action takes is said already.
        let own = |param: &&Param| {
            let of = |role, all: &[Param]| form.is(role) && all.iter().any(|one| one.name == param.name);
            !of(Role::Check, CHECK_PROPS) && !of(Role::Check, READ_PROPS) && !of(Role::Action, ACT_PROPS)
        };
        let props: Vec<Param> = form.props.iter().filter(own).copied().collect();
        add(&mut found, name, (&props, form.args), &format!("`{}`", form.name));
    }
    let kind = match (found.keys().next()?.0, found.keys().last()?.0) {
        (As::Property, As::Property) => "a property",
        (As::Argument, As::Argument) => "an argument",
        _ => "a property and an argument",
    };
    let mut out = hang(&format!("{name}: "), &format!("{kind}; what it says is said by where it stands"), look);
    for ((of, text), mut places) in found {
        places.dedup();
        let lead = if of == As::Property { "of " } else { "as an argument of " };
        out.extend(["\n", &hang("", &format!("{lead}{}", list(&places)), look), &hang("  ", &text, look)]);
    }
    Some(out)
}

fn add(found: &mut Found, name: &str, (props, args): (&[Param], &[Param]), place: &str) {
    let props = props.iter().filter(|param| param.name == name).map(|param| (As::Property, param));
    let args = args.iter().filter(|param| param.name.eq_ignore_ascii_case(name)).map(|param| (As::Argument, param));
    for (of, param) in props.chain(args) {
        found.entry((of, said(param, of == As::Argument))).or_default().push(place.to_owned());
    }
}
