//! Trials 1, 2 and 10: the binary is killed at every boundary, forwards, while it goes on and while it takes back, and it
//! is sent every signal; then a person does what the messages say, and the platform must be exactly new or exactly old.

#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::io::Write;
use std::time::Duration;
use switchback_tests::sweep::{
    BREAKS, ONCE, PAIR, PAIRS, POST, QUICKSTART, Report, SMALL, Scenario, Sweep, Torture, Way,
    hostile::Specimen,
    mended,
    phases::{self, PHASES},
    prefixes,
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
        for way in [Way::Resume, Way::Undo] {
            one.add(sweep.twice(way));
        }
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
fn a_signal_in_any_phase_leaves_what_can_be_gone_on_with() {
    let mut report = Report::default();
    for signal in SIGNALS {
        for times in [1, 2] {
            for phase in &PHASES {
                let name = phase.name;
                let told = |error: String| panic!("{name}, {times} × {signal:?}: {error}");
                let mut one = phases::interrupted(phase, signal, times, None).unwrap_or_else(told);
                one.broken.iter_mut().for_each(|wrong| *wrong = format!("{name}, {times} × {signal:?}: {wrong}"));
                report.add(one);
            }
            let waiting = phases::waiting(signal, times).unwrap_or_else(|error| panic!("window: {error}"));
            report.add(waiting);
        }
    }
    tell(&format!("signals, {} phases", PHASES.len() + 1), &report);
}

#[test]
fn a_signal_at_any_boundary_leaves_what_can_be_gone_on_with() {
    let mut report = Report::default();
    for name in ["stages", "unless"] {
        let sweep = sweep(small(name).unwrap_or_else(|| panic!("there is no plan {name}")), None);
        let mut one = Report::default();
        for signal in ["INT", "TERM", "HUP"] {
            for times in [1, 2] {
                one.add(sweep.signalled(signal, times));
            }
        }
        report.join(one);
    }
    tell("signals at boundaries", &report);
}

/// A number from the environment, or the one that CI uses.
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// `cargo xtask torture` goes on with this for hours.
#[test]
fn random_crashes_to_depth_three_end_as_promised() {
    let torture = Torture {
        seed: setting("SWITCHBACK_SEED", 20_261_121),
        kills: setting("SWITCHBACK_KILLS", 300),
        time: Duration::from_secs(60 * setting("SWITCHBACK_MINUTES", 60)),
        case: setting("SWITCHBACK_CASE", 0),
    };
    let plans = SMALL.into_iter().flatten().chain([&PAIR, &ONCE, &BREAKS, &POST]);
    let sweeps: Vec<Sweep> = plans.map(|scenario| sweep(scenario, None)).collect();
    let report = torture.run(&sweeps);
    tell(&format!("at random, seed {}", torture.seed), &report);
    assert!(torture.case != 0 || report.kills >= torture.kills, "too few crashes: {report}");
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

#[test]
fn undo_equals_never_having_run() {
    let seed = setting("SWITCHBACK_SEED", 20_261_121);
    let plans = setting("SWITCHBACK_PLANS_COUNT", 1000);
    let report = prefixes::undone(seed, plans, None);
    tell(&format!("of prefixes, seed {seed}"), &report);
    assert!(report.plans >= plans && report.undos >= plans, "too few plans could be run: {report}");
}

#[test]
fn hostile_bundles_and_journals_are_refused() {
    let seed = setting("SWITCHBACK_SEED", 20_261_121);
    let specimen = Specimen::new().unwrap_or_else(|error| panic!("{error}"));
    tell(&format!("hostile bytes, seed {seed}"), &specimen.bytes(seed, setting("SWITCHBACK_HOSTILE", 20_000)));
    tell("hostile bombs", &specimen.bombs().unwrap_or_else(|error| panic!("{error}")));
    let plans = specimen.plans(seed, 200).unwrap_or_else(|error| panic!("{error}"));
    tell("hostile plans", &plans);
    assert!(plans.promises >= 200, "too few plans were bundles at all: {plans}");
    tell("hostile records", &specimen.records(seed, 100).unwrap_or_else(|error| panic!("{error}")));
}

/// A trial that can't fail shows nothing: each bug, planted, must be found.
#[test]
fn planted_bugs_are_found() {
    let stages = small("stages").unwrap_or_else(|| panic!("there is no plan"));
    let trials = [
        ("act-before-intent", &PAIR, Way::Undo),
        ("act-before-intent", &ONCE, Way::Resume),
        ("done-before-disk", &ONCE, Way::Resume),
        ("lost-undo", &PAIR, Way::Undo),
        ("retry-after-unknown", &POST, Way::Resume),
        ("forgets-finalize", stages, Way::Finalize),
        ("keeps-target", stages, Way::Undo),
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

#[test]
fn planted_bugs_are_found_by_the_other_trials() {
    let found = prefixes::undone(1, 40, Some("lost-undo"));
    assert!(!found.broken.is_empty(), "lost-undo was not found by prefixes");
    let action = PHASES.iter().find(|phase| phase.name == "verify").unwrap_or_else(|| panic!("there is no phase"));
    let found = phases::interrupted(action, SIGNALS[0], 1, Some("deaf")).unwrap_or_else(|error| panic!("{error}"));
    assert!(!found.broken.is_empty(), "deaf was not found by the phases");
}
