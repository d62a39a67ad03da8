//! Exact texts of hand-made runs, and of every part of them: no text is right only because it was never asked for.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it fails")]

mod data;
mod endings;
mod human;
mod robust;

use crate::event::Entry;
use crate::report::expected::check;
use crate::report::run::{Report, View};
use crate::report::sample;

/// All runs, by name.
fn runs() -> [(&'static str, Vec<Entry>); 6] {
    [
        ("good", sample::good()),
        ("undone", sample::undone()),
        ("undo-failed", sample::undo_failed()),
        ("unknown", sample::unknown()),
        ("interrupted", sample::interrupted()),
        ("nothing", sample::nothing()),
    ]
}

fn told(entries: &[Entry], view: &View, tell: impl Fn(&Report) -> String) -> String {
    let (plan, beside) = (sample::plan(), sample::beside());
    tell(&Report::new(&plan, entries, &beside, view))
}

/// Compares with a file of this folder.
fn expect(name: &str, text: &str) {
    check("run/tests", name, text);
}
