//! Lists of all that can be explained.

use crate::exit::Exit;
use crate::screen::{Look, hang, pad, pad_left, width};
use std::collections::BTreeMap;
use switchback_compiler::pages;
use switchback_compiler::registry::{Kind, Registry};
use switchback_compiler::schema::{LATER, WORDS};

/// All diagnostics with the first sentence of their page.
pub(super) fn codes(look: Look) -> String {
    let rows = pages().into_iter().map(|page| (page.code, first_sentence(page.text))).collect::<Vec<_>>();
    let rows: Vec<(&str, &str)> = rows.iter().map(|(code, text)| (*code, text.as_str())).collect();
    format!("{}\nnext: switchback explain CODE\n", section("codes", &rows, look))
}

/// All words and nouns with what they say.
pub(super) fn words(registry: &Registry<'_>, look: Look) -> String {
    // A word with several forms stands there once, with what its first one says.
    let mut words: BTreeMap<&str, &str> = BTreeMap::new();
    for word in WORDS {
        words.entry(word.name).or_insert(word.text);
    }
    let words: Vec<(&str, &str)> = words.into_iter().collect();
    let nouns: Vec<(&str, &str)> = registry.all().map(Kind::form).map(|form| (form.name, form.summary)).collect();
    let later = hang("still to come: ", &LATER.join(", "), look);
    format!("{}\n{}\n{later}", section("words", &words, look), section("nouns", &nouns, look))
}

/// What the exit status says.
pub(super) fn exit_codes(look: Look) -> String {
    let row = |exit: Exit| hang(&format!("  {}  ", pad_left(&exit.code().to_string(), 2)), exit.text(), look);
    format!("exit codes\n{}", Exit::ALL.into_iter().map(row).collect::<String>())
}

fn section(heading: &str, rows: &[(&str, &str)], look: Look) -> String {
    // A long name has its text on the next line; the others stand in columns.
    let column = rows.iter().map(|(name, _)| width(name) + 4).filter(|columns| *columns < look.edge() / 2).max();
    let column = column.unwrap_or(4);
    let row = |(name, text): &(&str, &str)| {
        let name = format!("  {name}");
        if width(&name) + 2 > column {
            return format!("{name}\n{}", hang(&pad("", column), text, look));
        }
        hang(&pad(&name, column), text, look)
    };
    format!("{heading}\n{}", rows.iter().map(row).collect::<String>())
}

fn first_sentence(text: &str) -> String {
    text.split_once(". ").map_or(text, |(first, _)| first).trim_end_matches('.').to_owned()
}
