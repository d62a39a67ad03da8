//! The pages of words and nouns.

use super::page::example;
use crate::screen::{Look, hang, list, pad, width};
use switchback_compiler::schema::{
    ACT_PROPS, Block, CHECK_PROPS, Class, Form, Need, OwnWayBack, Param, Place, Role, WORDS, Word,
};

/// The page of a word.
pub(super) fn word(word: &Word, look: Look) -> String {
    let Word { name, places, args, props, open, block, repeat, text } = word;
    let places: Vec<&str> = places.iter().map(|place| place.name()).collect();
    let often = if *repeat { "" } else { "; once" };
    let mut out = hang(&format!("{name}: "), &format!("a word, in {}{often}", list(&places)), look);
    out.extend(["\n", &hang("", &sentence(text), look)]);
    out.push_str(&params(args, props, look));
    if *open {
        out.extend(["\n", &hang("", "It takes any other property, as a text.", look)]);
    }
    out + &holds(*block, look)
}

/// The page of a noun.
pub(super) fn form(form: &Form, look: Look) -> String {
    let Form { name, roles, args, props, block, summary, text, examples, .. } = form;
    let roles_said: Vec<&str> = roles.iter().map(|role| role.place()).collect();
    let mut out = hang(&format!("{name}: "), &roles_said.join("; and "), look);
    out.extend(["\n", &hang("", format!("{} {text}", sentence(summary)).trim_end(), look)]);
    out.push_str(&params(args, props, look));
    out.push_str(&holds(*block, look));
    out.extend(["\n", &facts(form, look)]);
    out.extend(examples.iter().map(|shown| example(&format!("example: {}", shown.title), shown.text)));
    out
}

/// Arguments, then properties, each with what it is.
fn params(args: &[Param], props: &[Param], look: Look) -> String {
    let args = args.iter().map(|param| (param.name.to_owned(), said(param, true)));
    let props = props.iter().map(|param| (format!("{}=", param.name), said(param, false)));
    let (args, props): (Vec<_>, Vec<_>) = (args.collect(), props.collect());
    let column = args.iter().chain(&props).map(|(name, _)| width(name)).max().unwrap_or(0) + 4;
    let section = |heading: &str, rows: &[(String, String)]| {
        let rows: String =
            rows.iter().map(|(name, text)| hang(&pad(&format!("  {name}"), column), text, look)).collect();
        if rows.is_empty() { String::new() } else { format!("\n{heading}\n{rows}") }
    };
    section("arguments", &args) + &section("properties", &props)
}

pub(super) fn said(param: &Param, is_argument: bool) -> String {
    let need = match (param.need, is_argument) {
        (Need::One, true) | (Need::Optional, false) => "",
        (Need::One, false) => "; must be there",
        (Need::Optional, true) => "; may be left out",
        (Need::Many, _) => "; one or more",
        (Need::Any, _) => "; any number",
    };
    format!("{}: {}{need}", param.text, param.ty.name())
}

/// What may stand in the block.
fn holds(block: Block, look: Look) -> String {
    let (Block::Optional(place) | Block::Required(place)) = block else {
        let same = "It has the block of the place that it stands in.";
        return if block == Block::Same { format!("\n{}", hang("", same, look)) } else { String::new() };
    };
    let mut held: Vec<&str> = WORDS.iter().filter(|word| word.places.contains(&place)).map(|word| word.name).collect();
    held.extend(place.roles().iter().map(|role| nouns(*role)));
    if place == Place::Template {
        held = vec!["anything that may stand where it is put in"];
    }
    let may = if matches!(block, Block::Required(_)) { "" } else { ", or has no block" };
    format!("\n{}", hang("holds  ", &format!("{}{may}", held.join(", ")), look))
}

fn nouns(role: Role) -> &'static str {
    match role {
        Role::Action => "actions",
        Role::Check => "checks",
        Role::Thing => "things",
        Role::Reader => "one reader",
        Role::Message => "one message",
    }
}

/// What a plan's author must know beyond the form.
fn facts(form: &Form, look: Look) -> String {
    let names = |props: &[Param]| props.iter().map(|param| format!("{}=", param.name)).collect::<Vec<_>>().join(" ");
    let mut facts = Vec::new();
    if form.is(Role::Action) {
        facts.push(("way back", way_back(form.way_back)));
        facts.push(("repeated", again(form.class).to_owned()));
        let harmless = if form.harmless { "may stand there" } else { "may not stand there" };
        facts.push(("prepare", harmless.to_owned()));
        facts.push(("also", names(ACT_PROPS)));
    }
    if form.is(Role::Check) {
        let waited =
            if form.once { "once, unless its within= says how long" } else { "until it holds, up to its limit" };
        facts.push(("looked at", waited.to_owned()));
        facts.push(("also", names(CHECK_PROPS)));
    }
    facts.push(("limit", form.limits()));
    facts.iter().map(|(name, text)| hang(&pad(name, 10), text, look)).collect()
}

fn way_back(own: OwnWayBack) -> String {
    match own {
        OwnWayBack::Restores(what) => format!("its own: {what}"),
        OwnWayBack::NotNeeded => "it needs none".to_owned(),
        OwnWayBack::None => "none: the step writes `undo`, `stays` or `irreversible`".to_owned(),
    }
}

fn again(class: Class) -> &'static str {
    match class {
        Class::Idempotent => "idempotent: done twice is the same as done once",
        Class::Probeable => "probeable: looking tells whether it was done",
        Class::AtMostOnce => "at-most-once: never by itself when its outcome is unknown",
    }
}

/// A fragment as a sentence.
fn sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
