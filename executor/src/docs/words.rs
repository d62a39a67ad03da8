//! The words of the language, as the catalogue shows them.

use super::catalogue::{params, sentence};
use super::markdown::code;
use std::fmt::Write;
use switchback_compiler::schema::{Block, Place, WORDS, Word};

/// All words, in the order of the language's table; a word that stands in several places with several forms comes as often.
pub(super) fn section() -> String {
    let mut text = "## Words\n\n".to_owned();
    text.extend(WORDS.iter().map(entry));
    text
}

fn entry(word: &Word) -> String {
    let mut text = format!("### `{}`\n\n{}\n\n- in: {}\n", word.name, sentence(word.text), places(word.places));
    if let Some(block) = block(word.block) {
        _ = writeln!(text, "- {block}");
    }
    if word.repeat {
        text.push_str("- may come more than once\n");
    }
    if word.open {
        text.push_str("- takes any other property, as a text\n");
    }
    text.push('\n');
    text.push_str(&params(word.args, word.props));
    text
}

fn places(places: &[Place]) -> String {
    places.iter().map(|place| place.name()).collect::<Vec<_>>().join(", ")
}

/// What a block holds; `None` without one.
pub(super) fn block(block: Block) -> Option<String> {
    let held = |place: Place| format!("what {} may hold", place.name());
    match block {
        Block::None => None,
        Block::Optional(place) => Some(format!("block: if any, {}", held(place))),
        Block::Required(place) => Some(format!("block: {}", held(place))),
        Block::Same => Some(format!("block: what the place around {} may hold", code("when"))),
    }
}
