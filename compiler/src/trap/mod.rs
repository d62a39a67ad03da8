//! KDL's traps (R26): from the parser's error or the source text to the one line at fault.
//!
//! Loud ones make the parser fail, far from the fault and several times; [`loud`] reads the text again and tells each
//! line at fault once. Silent ones parse, and mean something else than they look like; [`silent`] finds them.

mod block;
pub mod followers;
mod line;
mod loud;
mod number;
mod place;
mod silent;
mod string;
mod word;

pub use loud::loud;
pub(crate) use number::version;

pub use silent::silent;

use crate::diagnostic::{Diagnostic, Page};
use crate::guard;
use crate::pieces;
use crate::source::SourceSet;
use crate::syntax::Node;

/// The pages of all traps, a list a file.
pub static PAGES: &[&[&Page]] =
    &[loud::PAGES, line::PAGES, word::PAGES, string::PAGES, block::PAGES, number::PAGES, silent::PAGES];

/// Reads one file of the set: guarded, parsed, and looked through for traps.
///
/// `known` says whether a word is the name of a node somewhere in the language.
pub fn read(sources: &SourceSet, base: u32, known: &dyn Fn(&str) -> bool) -> (Vec<Node>, Vec<Diagnostic>) {
    let text = place::text_of(sources, base);
    if let Err(refused) = guard::check(text, base) {
        let is_trap = refused.page.code == guard::INVALID.code;
        let told = is_trap.then(|| loud::faults(text, base)).flatten();
        return (Vec::new(), told.unwrap_or_else(|| vec![refused]));
    }
    match pieces::nodes(text, base) {
        Err(error) => (Vec::new(), loud(sources, base, &error)),
        Ok(nodes) => {
            let found = silent(sources, base, &nodes, known);
            (nodes, found)
        }
    }
}

#[cfg(test)]
mod tests;
