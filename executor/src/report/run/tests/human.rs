//! The report for people.

use super::{expect, runs, told};
use crate::report::run::{Reviewed, View, human};
use crate::report::sample;
use crate::screen::{Look, width};

#[test]
fn reports_of_all_runs() {
    for (name, entries) in runs() {
        expect(&format!("report-{name}"), &told(&entries, &sample::view(80), human));
    }
}

#[test]
fn narrow_wide_ascii_and_coloured() {
    let view = |look: Look| View { look, ..sample::view(80) };
    let undone = sample::undone();
    let plain = Look::plain();
    expect("report-undone-60", &told(&undone, &view(Look { width: 60, ..plain }), human));
    expect("report-undone-120", &told(&undone, &view(Look { width: 120, ..plain }), human));
    let ascii = told(&undone, &view(Look { ascii: true, ..plain }), human);
    assert!(ascii.is_ascii(), "{ascii}");
    expect("report-undone-ascii", &ascii);
    let color = told(&undone, &view(Look { color: true, ..plain }), human);
    assert_eq!(
        color.lines().map(width).collect::<Vec<_>>(),
        told(&undone, &view(plain), human).lines().map(width).collect::<Vec<_>>()
    );
    expect("report-undone-color", &color.replace('\u{1b}', "^"));
}

#[test]
fn without_a_review_changes_are_counted() {
    let view = View { reviewed: Reviewed::default(), ..sample::view(80) };
    let said = told(&sample::good(), &view, human);
    assert!(said.contains("portal         22:00:01   2m 31s  ✓ done, 5 changes\n"), "{said}");
    assert!(said.contains("37m 12s  15 changes\n"), "{said}");
    assert!(!said.contains("as reviewed"), "{said}");
}

#[test]
fn more_or_less_than_was_reviewed_is_told_as_a_count() {
    let (mut entries, plan) = (sample::good(), sample::plan());
    for entry in &mut entries {
        if let crate::event::Event::Acted { unit: sample::NOTEBOOKS, changed, .. } = &mut entry.event {
            *changed = 2;
        }
    }
    let said = told(&entries, &sample::view(80), human);
    assert!(said.contains("✓ done, 2 changes\n"), "{said}");
    assert!(said.contains("as reviewed: 14 of 15 changes"), "{said}");
    assert_eq!(plan.steps().count(), 8);
}

#[test]
fn a_journal_that_ends_in_the_middle_says_so() {
    let mut entries = sample::good();
    entries.truncate(20);
    let said = told(&entries, &sample::view(80), human);
    assert!(said.starts_with("run qzvmkt: its end is not recorded, the last record is of 2026-11-21 22:00"), "{said}");
    assert!(said.contains("▸ runs\n"), "{said}");
}
