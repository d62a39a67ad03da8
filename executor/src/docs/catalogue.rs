//! docs/catalogue.md: the form of every noun and every word.

use super::MADE;
use super::markdown::{block, code, link, table};
use super::words;
use std::fmt::Write;
use switchback_compiler::registry::{Kind, Registry};
use switchback_compiler::schema::{ACT_PROPS, CHECK_PROPS, Example, Form, Need, OwnWayBack, Param, READ_PROPS, Role};

/// The reference of all actions, checks, things, readers and messages that are registered, and of all words.
pub fn catalogue(registry: &Registry<'_>) -> String {
    let forms: Vec<&Form> = registry.all().map(Kind::form).collect();
    let rows: Vec<[String; 3]> = forms.iter().map(|form| row(form)).collect();
    let mut text = format!(
        "# Catalogue\n{MADE}\n\nWhat a plan is written with: first what acts, checks, reads and copies, then the words around it.\n\n\
         ## At a glance\n\n{}",
        table(["form", "is", "does"], &rows)
    );
    text.extend(forms.iter().map(|form| section(form)));
    text.push_str(&shared());
    text.push_str(&words::section());
    text.trim_end().to_owned() + "\n"
}

fn row(form: &Form) -> [String; 3] {
    let roles: Vec<&str> = form.roles.iter().map(|role| role_name(*role)).collect();
    [link(form.name), roles.join(", "), form.summary.to_owned()]
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Action => "action",
        Role::Check => "check",
        Role::Thing => "thing",
        Role::Reader => "reader",
        Role::Message => "message",
    }
}

fn section(form: &Form) -> String {
    let mut text = format!("## `{}`\n\n{} {}\n\n", form.name, sentence(form.summary), form.text);
    text.extend(form.roles.iter().map(|role| format!("- {}\n", role.place())));
    text.extend(facts(form).iter().map(|fact| format!("- {fact}\n")));
    text.push('\n');
    text.push_str(&params(form.args, form.props));
    text.extend(form.examples.iter().map(shown));
    text
}

/// What else there is to know in a line each.
fn facts(form: &Form) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(block) = words::block(form.block) {
        facts.push(block);
    }
    if form.is(Role::Action) {
        facts.push(format!("done twice: {}", form.class.name()));
        facts.push(match form.way_back {
            OwnWayBack::Restores(what) => format!("way back: {what}"),
            OwnWayBack::NotNeeded => "way back: none needed".to_owned(),
            OwnWayBack::None => "way back: none; the step says `undo`, `stays` or `irreversible`".to_owned(),
        });
        if form.harmless {
            facts.push("harmless: may stand in `stage \"prepare\"`".to_owned());
        }
    }
    if form.is(Role::Check) {
        let waited = if form.once { "it is looked at once" } else { "it is waited for up to its limit" };
        facts.push(format!("as a check without a `within` of its own: {waited}"));
    }
    facts.push(format!("limit: {}", form.limits()));
    facts
}

fn shown(example: &Example) -> String {
    format!("{}:\n\n{}", sentence(example.title).trim_end_matches('.'), block("kdl", example.text))
}

/// Properties that belong to a place and not to a form.
fn shared() -> String {
    let places = [
        ("Properties of every action", ACT_PROPS),
        ("Properties of every check", CHECK_PROPS),
        ("Properties of every check that reads a value", READ_PROPS),
    ];
    let mut text = String::new();
    for (title, props) in places {
        _ = write!(text, "## {title}\n\n{}", params(&[], props));
    }
    text
}

/// A table of arguments and properties.
pub(super) fn params(args: &[Param], props: &[Param]) -> String {
    let mut rows: Vec<[String; 4]> = args.iter().map(|param| line(code(param.name), param)).collect();
    rows.extend(props.iter().map(|param| line(format!("`{}=`", param.name), param)));
    table(["name", "is", "how often", "says"], &rows)
}

fn line(name: String, param: &Param) -> [String; 4] {
    let need = match param.need {
        Need::One => "once",
        Need::Optional => "may be left out",
        Need::Many => "one or more",
        Need::Any => "any number",
    };
    [name, param.ty.name(), need.to_owned(), param.text.to_owned()]
}

/// A fragment as a sentence.
pub(super) fn sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchback_compiler::schema::WORDS;

    #[test]
    fn every_form_and_every_word_has_a_section_with_all_its_properties() {
        let registry = crate::action::registry();
        let text = catalogue(&registry);
        for kind in registry.all() {
            let form = kind.form();
            let (_, after) = text.split_once(&format!("\n## `{}`\n", form.name)).unwrap_or_default();
            let section = after.split("\n## ").next().unwrap_or_default();
            for param in form.props {
                assert!(section.contains(&format!("| `{}=` |", param.name)), "{} lacks {}", form.name, param.name);
            }
        }
        for word in WORDS {
            assert!(text.contains(&format!("\n### `{}`\n", word.name)), "{} has no section", word.name);
        }
    }
}
