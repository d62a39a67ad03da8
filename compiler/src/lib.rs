//! Compiles upgrade and rollback plans into a dependency DAG.
//!
//! Pure: no files, environment, clock or network. Everything it needs is handed to [`compile`].
//!
//! The modules stand in reading order: what goes in, the stages, what comes out.

pub mod diagnostic;
pub mod files;
pub mod registry;
pub mod schema;
pub mod source;

pub mod fmt;
mod guard;
mod pieces;
mod scan;
mod spelling;
pub mod syntax;
mod trap;

mod broken;
mod check;
mod compile;
mod cx;
mod declare;
mod env;
mod expand;
mod graph;

mod lower;
mod read;
mod rewrite;
mod selector;
mod shape;
mod nesting;
mod template;

pub mod plan;
pub mod value;
pub mod version;
pub mod words;

pub use compile::{Compiled, InputDecl, Request, compile, targets};
pub use env::Given;
pub use lower::{INPUT_VALUE, TARGET_LACKS, judge};

use diagnostic::Page;

/// All pages of all diagnostics, in the order of their codes.
pub fn pages() -> Vec<&'static Page> {
    let single = [
        &read::MISSING,
        &read::UNREADABLE,
        &read::OUTSIDE,
        &read::NOT_UTF8,
        &read::NOT_A_LIBRARY,
        &declare::REPEATED,
        &declare::UNKNOWN_INPUT,
        &declare::UNKNOWN_SETTING,
        &expand::UNKNOWN_TEMPLATE,
        &expand::RECURSIVE,
        &expand::TOO_LARGE,
        &expand::MISSING_VALUE,
        &expand::UNKNOWN_VALUE,
        &expand::BAD_WHEN,
        &selector::BAD_SELECTOR,
    ];
    let mut all = [single.as_slice(), shape::PAGES, lower::PAGES, graph::PAGES, guard::PAGES].concat();
    all.extend(trap::PAGES.iter().flat_map(|pages| pages.iter().copied()));
    all.extend(check::pages());
    all.sort_by_key(|page| page.code);
    all
}
