//! Trials 1, 2 and 10: the binary is killed at every boundary, forwards, while it goes on and while it takes back, and it
//! is sent every signal; then a person does what the messages say, and the platform must be exactly new or exactly old.

#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::io::Write;
use switchback_tests::sweep::{
    BREAKS, ONCE, PAIR, POST, QUICKSTART, Report, Scenario, Sweep, Way, mended,
    signals::{self, SIGNALS},
};

const WAYS: [Way; 2] = [Way::Resume, Way::Undo];

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

fn all(scenario: &'static Scenario) {
    let sweep = sweep(scenario, None);
    let mut report = Report::default();
    for way in WAYS {
        report.add(sweep.once(way));
    }
    tell(scenario.name, &report);
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

/// The long run tries every pair; here the first kill is at a few places and the second one everywhere.
#[test]
fn a_way_out_may_be_killed_too() {
    for scenario in [&PAIR, &ONCE] {
        let sweep = sweep(scenario, None);
        let pairs = std::env::var_os("SWITCHBACK_SWEEP").is_some_and(|word| word == "all");
        let last = sweep.boundaries();
        let firsts: Vec<u64> = if pairs { (1..=last).collect() } else { vec![last / 2, last * 3 / 4, last - 4] };
        let mut report = Report::default();
        for first in firsts {
            for way in WAYS {
                report.add(sweep.twice(first, way));
            }
        }
        tell(&format!("{}, twice", scenario.name), &report);
    }
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
