//! Trials 1, 2 and 10: the binary is killed at every boundary, forwards, while it goes on and while it takes back, and it
//! is sent every signal; then a person does what the messages say, and the platform must be exactly new or exactly old.

#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::io::Write;
use switchback_tests::sweep::{
    BREAKS, ONCE, PAIR, PAIRS, POST, QUICKSTART, Report, SMALL, Scenario, Sweep, Way, mended,
    signals::{self, SIGNALS},
    small,
};

fn sweep(scenario: &'static Scenario, plant: Option<&'static str>) -> Sweep {
    Sweep::of(scenario, plant).unwrap_or_else(|error| panic!("{error}"))
}

/// Says what was done, past the capture of tests, and fails for each promise that was not kept.
fn tell(name: &str, report: &Report) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "sweep {name}: {report}").unwrap_or_default();
    drop(out);
    let shown: Vec<&str> = report.broken.iter().take(20).map(String::as_str).collect();
    assert!(shown.is_empty(), "{} promises were broken:\n{}", report.broken.len(), shown.join("\n"));
}

fn once(scenario: &'static Scenario) -> Report {
    let sweep = sweep(scenario, None);
    let mut report = Report::default();
    sweep.ways().into_iter().for_each(|way| report.add(sweep.once(way)));
    report
}

fn all(scenario: &'static Scenario) {
    tell(scenario.name, &once(scenario));
}

#[test]
fn quickstart_is_new_or_old_wherever_it_is_killed() {
    all(&QUICKSTART);
}

#[test]
fn parallel_steps_over_files_are_new_or_old_wherever_they_are_killed() {
    all(&PAIR);
}

#[test]
fn a_program_runs_once_wherever_the_run_is_killed() {
    all(&ONCE);
}

#[test]
fn a_request_is_sent_once_wherever_the_run_is_killed() {
    all(&POST);
}

#[test]
fn an_undo_after_a_failure_ends_wherever_it_is_killed() {
    all(&BREAKS);
}

/// Every noun and every word of order. Each plan is told, all are tried; `SWITCHBACK_PLANS=lines,gate` tries only these.
#[test]
fn small_plans_are_new_or_old_wherever_they_are_killed() {
    let mut report = Report::default();
    let only = std::env::var("SWITCHBACK_PLANS").ok();
    let named = |name: &str| only.as_ref().is_none_or(|only| only.split(',').any(|one| one == name));
    for scenario in SMALL.into_iter().flatten().filter(|scenario| named(scenario.name)) {
        let one = once(scenario);
        writeln!(std::io::stdout().lock(), "sweep {}: {one}", scenario.name).unwrap_or_default();
        report.join(one);
    }
    tell("of small plans", &report);
}

#[test]
fn a_way_out_may_be_killed_wherever_it_is() {
    let mut report = Report::default();
    for name in PAIRS {
        let sweep = sweep(small(name).unwrap_or_else(|| panic!("there is no plan {name}")), None);
        let mut one = Report::default();
        [Way::Resume, Way::Undo].into_iter().for_each(|way| one.add(sweep.twice(way)));
        writeln!(std::io::stdout().lock(), "sweep {name}, twice: {one}").unwrap_or_default();
        report.join(one);
    }
    tell("of all pairs", &report);
}

#[test]
fn one_signal_lets_finish_and_two_are_not_waited_for() {
    let mut report = Report::default();
    for signal in SIGNALS {
        for trial in [signals::once(signal), signals::twice(signal)] {
            report.add(trial.unwrap_or_else(|error| panic!("{signal:?}: {error}")));
        }
    }
    tell("signals", &report);
}

#[test]
fn what_nobody_saw_end_is_asked_about() {
    let mut report = Report::default();
    for done in [true, false] {
        report.add(signals::unseen(done).unwrap_or_else(|error| panic!("{error}")));
    }
    tell("unseen", &report);
}

#[test]
fn an_undo_that_failed_is_tried_again() {
    tell("mended", &mended::undo().unwrap_or_else(|error| panic!("{error}")));
}

/// A trial that can't fail shows nothing: each bug, planted, must be found.
#[test]
fn planted_bugs_are_found() {
    let trials = [
        ("act-before-intent", &PAIR, Way::Undo),
        ("act-before-intent", &ONCE, Way::Resume),
        ("done-before-disk", &ONCE, Way::Resume),
        ("lost-undo", &PAIR, Way::Undo),
        ("retry-after-unknown", &POST, Way::Resume),
    ];
    for (plant, scenario, way) in trials {
        let report = sweep(scenario, Some(plant)).once(way);
        let mut out = std::io::stdout().lock();
        let first = report.broken.first().map_or("nothing", String::as_str);
        writeln!(out, "sweep {} with {plant}: {report}; {first}", scenario.name).unwrap_or_default();
        drop(out);
        assert!(!report.broken.is_empty(), "{plant} was not found in {}", scenario.name);
    }
}
