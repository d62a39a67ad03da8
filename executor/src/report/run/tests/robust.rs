//! Any part of a journal, in any order, has a report: nothing panics.

use crate::action::Undone;
use crate::event::{ActRef, Entry, Event, Standing};
use crate::report::history::{Summary, history};
use crate::report::run::{
    Pictures, Report, Story, aftermath, ending, html, human, json, markdown, open, question, spans,
};
use crate::report::sample::{self, at};
use jiff::Timestamp;
use proptest::prelude::*;

/// Events of all runs, and some that fit to no plan.
fn events() -> Vec<Entry> {
    let mut all: Vec<Entry> = super::runs().into_iter().flat_map(|(_, entries)| entries).collect();
    let unit = u32::MAX;
    let odd = [
        Event::UnitDone { unit, changes: u64::MAX },
        Event::Acted { unit: 7, act: ActRef(99, 99), changed: u64::MAX, note: Some("x".into()) },
        Event::Acted { unit: 8, act: ActRef(0, 0), changed: u64::MAX, note: None },
        Event::Settled { unit: 16, act: ActRef(0, 0), done: false, half: false, how: String::new() },
        Event::Unknown { unit: 0, act: ActRef(0, 0), seen: Vec::new(), alive: false },
        Event::UndoActed { unit: 7, act: ActRef(1, 1), way: true, undone: Undone::default() },
        Event::UndoDecided { why: String::new(), units: vec![unit, 3], partly: false },
        Event::Progress { unit: 8, says: "a: b\nc".into(), waits: true, limit: u64::MAX, since: None },
        Event::Progress { unit: 9, says: "一二三".repeat(40), waits: false, limit: 1, since: None },
        Event::HoldBegan { until: Timestamp::MAX },
        Event::Confirmed { gate: "never asked".into(), by: String::new() },
        Event::Ended { standing: Standing::NotEqual, why: String::new() },
        Event::Ended { standing: Standing::Finalized, why: String::new() },
    ];
    all.extend(odd.into_iter().map(|event| Entry { at: at(5000), event }));
    all.extend([Timestamp::MIN, Timestamp::MAX].map(|at| Entry { at, event: Event::UnitBegan { unit: 7 } }));
    all
}

/// Some events, in some order.
fn some() -> impl Strategy<Value = Vec<Entry>> {
    let all = events();
    let most = all.len();
    prop_oneof![
        Just(all.clone()).prop_shuffle(),
        proptest::sample::subsequence(all, 0..most).prop_shuffle(),
        (0..6_usize, 0..100_usize).prop_map(|(run, most)| {
            let mut entries = super::runs().into_iter().nth(run).unwrap().1;
            entries.truncate(most);
            entries
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_part_of_a_journal_has_a_report(entries in some(), width in 1..200_usize, color: bool, ascii: bool) {
        let (plan, beside) = (sample::plan(), sample::beside());
        let mut view = sample::view(width);
        (view.look.color, view.look.ascii) = (color, ascii);
        let report = Report::new(&plan, &entries, &beside, &view);
        let said = [
            human(&report),
            aftermath(&report.story, &plan, &view),
            ending(&report.story, &plan, &view),
            question::outcome(&report.story, &plan, &view).unwrap_or_default(),
            question::loss(&report.story, &plan, &view).unwrap_or_default(),
            open::open(&report.story, &plan, &view).stays,
            question::stopping(&report.story, &plan, "^C", at(6000), &view),
            question::not_waiting(&report.story, &plan, "^C", at(6000), &[], &view),
        ];
        prop_assert!(!ascii || said.iter().all(|text| text.is_ascii()), "{said:?}");
        prop_assert!(said.iter().all(|text| !text.contains("\n\n\n")), "{said:?}");
        markdown(&report);
        html(&report, &Pictures::default());
        json(&report).unwrap();
        spans(&report.story, &plan, &view);
        for gate in &report.story.gates {
            question::gate(gate, &plan, &view);
        }
        let summary = Summary::of(&report.story, color, color, at(6000));
        history(&summary.into_iter().collect::<Vec<_>>(), at(6000), &view.zone, view.look);
    }

    #[test]
    fn a_story_of_one_run_is_told_alike_by_steps_and_at_once(most in 0..100_usize) {
        let plan = sample::plan();
        let mut entries = sample::undo_failed();
        entries.truncate(most);
        let mut story = Story::new(&plan);
        for entry in &entries {
            story.take(entry);
        }
        prop_assert_eq!(story, Story::of(&plan, &entries));
    }

    #[test]
    fn a_plan_without_units_has_a_report_too(entries in some()) {
        let (plan, beside, view) = (switchback_compiler::plan::Plan::default(), sample::beside(), sample::view(80));
        let report = Report::new(&plan, &entries, &beside, &view);
        human(&report);
        html(&report, &Pictures::default());
        ending(&report.story, &plan, &view);
    }
}
