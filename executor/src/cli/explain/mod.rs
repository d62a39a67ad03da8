//! `switchback explain`: what a diagnostic, a word or a noun means.

mod language;
mod lists;
mod page;
mod params;

use super::Globals;
use crate::action::registry;
use crate::exit::{Error, Exit};
use crate::screen::Look;
use switchback_compiler::diagnostic::nearest;
use switchback_compiler::pages;
use switchback_compiler::registry::Kind;
use switchback_compiler::schema::{LATER, WORDS, Word};

/// Say what a diagnostic means
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// what the last line of a diagnostic says, a word, a noun, or a list
    #[arg(value_name = "TOPIC", long_help = WHAT)]
    pub topic: String,
}

const WHAT: &str = "\
CODE        the last line of a diagnostic: needs::cycle
WORD        a word of the language: step
NOUN        what a step does or checks: file.write
PROPERTY    or an argument, and where it may stand: every
codes       all diagnostics
words       all words and nouns
exit-codes  what the exit status says";

const HELP: &str = "\
A diagnostic's page has a wrong plan and the same put right; a word's and a noun's
page has its arguments, its properties and where it may stand.";

/// Lists that are topics themselves.
const LISTS: [&str; 3] = ["codes", "words", "exit-codes"];

/// Runs the command.
pub fn run(args: &Args, globals: &Globals) -> Result<Exit, Error> {
    let topic = args.topic.as_str();
    let Some(text) = text(topic, globals.out()) else {
        let told = Error::usage(format!("nothing is called `{topic}`"));
        return Err(match nearest(topic, topics()) {
            Some(near) => told.help(format!("did you mean `{near}`?")),
            None => {
                told.help("`switchback explain codes` lists the diagnostics, `switchback explain words` the language")
            }
        });
    };
    globals.print(&text)?;
    Ok(Exit::Done)
}

/// All that can be explained.
pub fn topics() -> Vec<&'static str> {
    let mut topics = LISTS.to_vec();
    topics.extend(pages().iter().map(|page| page.code));
    topics.extend(WORDS.iter().map(|word| word.name));
    topics.extend(registry().all().map(|kind| kind.form().name));
    topics.extend(params::names(&registry()));
    // A word may have several forms, and share its name with a noun or a property.
    let mut seen = std::collections::BTreeSet::new();
    topics.retain(|topic| seen.insert(*topic));
    topics
}

/// The page of a topic; none when nothing is called so.
pub fn text(topic: &str, look: Look) -> Option<String> {
    match topic {
        "codes" => return Some(lists::codes(look)),
        "words" => return Some(lists::words(&registry(), look)),
        "exit-codes" => return Some(lists::exit_codes(look)),
        _ => {}
    }
    if let Some(found) = pages().into_iter().find(|page| page.code == topic) {
        return Some(page::page(found, look));
    }
    let words: Vec<&Word> = WORDS.iter().filter(|word| word.name == topic).collect();
    let registry = registry();
    let form = registry.get(topic).map(Kind::form);
    let parts =
        words.into_iter().map(|word| language::word(word, look)).chain(form.map(|form| language::form(form, look)));
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() && LATER.contains(&topic) {
        return Some(format!("{topic}: a word of the language that is still to come\n"));
    }
    if parts.is_empty() {
        return params::page(topic, &registry, look);
    }
    Some(parts.join("\n"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::screen::width;

    #[test]
    fn every_topic_has_a_page_that_fits_the_screen_and_every_reference_leads_somewhere() {
        for topic in topics().into_iter().chain(LATER.iter().copied()) {
            let text = text(topic, Look::plain()).unwrap();
            // Lines to type stand as they are.
            let wide = text.lines().filter(|line| !line.starts_with("  ")).find(|line| width(line) > 80);
            assert_eq!(wide, None, "{topic}");
            assert!(!text.contains("\n\n\n") && text.ends_with('\n') && !text.ends_with("\n\n"), "{topic}: {text}");
        }
        for page in pages() {
            for see in page.see {
                assert!(topics().contains(see), "{} points to {see}", page.code);
            }
        }
    }

    #[test]
    fn a_property_is_explained_where_it_stands() {
        let every = text("every", Look::plain()).unwrap();
        assert!(every.starts_with("every: a property;"), "{every}");
        assert!(every.contains("\nof any check\n  the time between two looks, 2s where nothing says it: "), "{every}");
        let mode = text("mode=", Look::plain()).unwrap();
        assert!(mode.contains("`file.write`") && mode.contains("permission bits"), "{mode}");
        let path = text("path", Look::plain()).unwrap();
        assert!(path.starts_with("path: an argument;") && path.contains("as an argument of "), "{path}");
        // A word of the language stays one, though others have a property of its name.
        assert!(text("in", Look::plain()).unwrap().starts_with("in: a word"));
    }

    #[test]
    fn a_wrong_name_is_no_topic() {
        assert_eq!(text("needs::cycel", Look::plain()), None);
    }
}
