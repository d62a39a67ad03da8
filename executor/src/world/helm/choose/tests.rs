//! Which revision is taken, and what a history says after a crash.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::settle::{Attempted, Before, Settled, settle};
use super::state::WayOut;
use super::state::{State, state};
use super::target::{By, NoTarget, Target, Wanted, target};
use crate::world::helm::release::{Damaged, History, Operation, Release, Status};
use jiff::Timestamp;
use serde_json::json;

const START: i64 = 1_790_000_000;

/// A revision: number, status, app version (the chart's is 1 and that), description; made that many seconds after the start.
fn revision(number: u32, status: &str, app: &str, description: &str) -> Release {
    let time = Timestamp::from_second(START + i64::from(number) * 100).unwrap().to_string();
    let value = json!({
        "name": "occm", "namespace": "occm", "version": number,
        "info": { "status": status, "description": description, "last_deployed": time },
        "chart": { "metadata": { "name": "occm", "version": format!("1{app}"), "appVersion": app } },
    });
    Release::read(value.to_string().as_bytes()).unwrap()
}

fn history(revisions: &[(u32, &str, &str)]) -> History {
    let each = revisions.iter().map(|(number, status, app)| revision(*number, status, app, "Upgrade complete"));
    History::of("occm", "occm", each.collect(), vec![])
}

fn app<'w>(written: &'w str, is: &'w dyn Fn(&str) -> bool) -> Wanted<'w> {
    Wanted::Version { by: By::App, written, is }
}

fn number(history: &History, wanted: &Wanted<'_>) -> u32 {
    match target(history, wanted).unwrap() {
        Target::Revision(release) => release.revision,
        Target::Already(release) => panic_already(release),
    }
}

fn panic_already(release: &Release) -> u32 {
    unreachable!("{release:?} stands already")
}

#[test]
fn a_rollback_goes_to_the_newest_good_revision_of_a_version() {
    let two = |version: &str| version.starts_with("24.2.");
    // The one before the last failed, and 24.2 was tried twice.
    let history = history(&[
        (1, "superseded", "24.1.0"),
        (2, "superseded", "24.2.0"),
        (3, "superseded", "24.2.1"),
        (4, "failed", "24.2.1"),
        (5, "failed", "24.3.0"),
        (6, "deployed", "24.3.0"),
    ]);
    assert_eq!(number(&history, &app("24.2.x", &two)), 3);
    assert_eq!(number(&history, &Wanted::LastGood), 3);
    assert_eq!(number(&history, &Wanted::Revision(1)), 1);
    let chart = Wanted::Version { by: By::Chart, written: "124.1.0", is: &|version| version == "124.1.0" };
    assert_eq!(number(&history, &chart), 1);
}

#[test]
fn what_stands_and_is_wanted_is_left_alone() {
    let history = history(&[(1, "superseded", "24.2.0"), (2, "superseded", "24.3.0"), (3, "deployed", "24.2.0")]);
    let two = |version: &str| version.starts_with("24.2.");
    assert!(
        matches!(target(&history, &app("24.2.x", &two)).unwrap(), Target::Already(release) if release.revision == 3)
    );
    assert!(matches!(target(&history, &Wanted::Revision(3)).unwrap(), Target::Already(_)));
    assert_eq!(number(&history, &Wanted::Revision(1)), 1);
}

#[test]
fn a_failed_upgrade_goes_back_to_what_stands_behind_it() {
    let failed = history(&[(1, "superseded", "1"), (2, "deployed", "2"), (3, "failed", "3"), (4, "failed", "3")]);
    assert_eq!(number(&failed, &Wanted::LastGood), 2);
    let pending = history(&[(1, "deployed", "1"), (2, "pending-upgrade", "2")]);
    assert_eq!(number(&pending, &Wanted::LastGood), 1);
    assert_eq!(number(&pending, &app("1", &|version| version == "1")), 1);
}

#[test]
fn there_is_a_reason_where_there_is_no_way() {
    let history = history(&[(5, "failed", "24.1.0"), (6, "pending-rollback", "24.2.0"), (7, "deployed", "24.3.0")]);
    let told = |wanted: &Wanted<'_>| target(&history, wanted).unwrap_err().to_string();
    assert_eq!(
        told(&app("23.4.x", &|version| version.starts_with("23.4."))),
        "no revision of `occm` that is kept is of app version 23.4.x; there are 7 (24.3.0, deployed), 6 (24.2.0, pending-rollback), \
         5 (24.1.0, failed)"
    );
    assert_eq!(
        told(&app("24.1.0", &|version| version == "24.1.0")),
        "revision 5 of `occm` is of app version 24.1.0 and failed; only a deployed or superseded one is taken"
    );
    assert_eq!(told(&Wanted::Revision(2)), "`occm` has no revision 2; there are 5, 6, 7");
    assert_eq!(
        told(&Wanted::Revision(6)),
        "revision 6 of `occm` is pending-rollback; only a deployed or superseded one is taken"
    );
    assert_eq!(told(&Wanted::LastGood), "`occm` has no good revision before the last one");
    let none = History::of("occm", "occm", vec![], vec![]);
    assert_eq!(target(&none, &Wanted::LastGood), Err(NoTarget::NoRelease("occm".to_owned())));
}

fn damaged(revision: u32) -> Damaged {
    let record = format!("sh.helm.release.v1.occm.v{revision}");
    Damaged { record, revision: Some(revision), status: Status::Deployed, why: "it is not base64".to_owned() }
}

#[test]
fn nothing_is_chosen_over_a_damaged_last_record() {
    let good = history(&[(1, "superseded", "1"), (2, "superseded", "2")]);
    let history = |revision| History { damaged: vec![damaged(revision)], ..good.clone() };
    assert!(matches!(target(&history(3), &Wanted::LastGood), Err(NoTarget::Damaged(_))));
    let older = History { damaged: vec![damaged(0)], ..good.clone() };
    assert_eq!(number(&older, &Wanted::LastGood), 1);
    let missing = target(&older, &Wanted::Revision(0)).unwrap_err();
    assert!(missing.to_string().contains("it is not base64"), "{missing}");
}

#[test]
fn a_pending_release_is_told_with_the_way_out() {
    let out = |revisions: &[(u32, &str, &str)]| match state(&history(revisions)) {
        State::Pending(pending) => pending.way_out,
        other => unreachable!("{other:?}"),
    };
    assert_eq!(out(&[(1, "pending-install", "1")]), WayOut::Uninstall);
    assert_eq!(out(&[(1, "deployed", "1"), (2, "pending-upgrade", "2")]), WayOut::Rollback(1));
    assert_eq!(out(&[(1, "failed", "1"), (2, "pending-upgrade", "2")]), WayOut::Uninstall);
    assert_eq!(out(&[(1, "deployed", "1"), (2, "uninstalling", "2")]), WayOut::Uninstall);
    let mut rolling =
        vec![revision(1, "superseded", "1", ""), revision(2, "superseded", "2", ""), revision(3, "deployed", "3", "")];
    rolling.push(revision(4, "pending-rollback", "1", "Rollback to 1"));
    let State::Pending(pending) = state(&History::of("occm", "occm", rolling, vec![])) else { unreachable!() };
    assert_eq!((pending.revision, pending.way_out), (4, WayOut::Rollback(3)));
    assert_eq!(pending.command("occm", "lumen"), "helm rollback occm 3 --namespace lumen");
    assert_eq!(state(&history(&[(1, "deployed", "1")])), State::Settled(Status::Deployed));
    assert_eq!(state(&history(&[])), State::Absent);
    let broken = History { damaged: vec![damaged(3)], ..history(&[(1, "deployed", "1")]) };
    assert!(matches!(state(&broken), State::Damaged(_)));
}

fn attempted(operation: Operation) -> Attempted {
    let began = Timestamp::from_second(START + 290).unwrap();
    let chart = (operation == Operation::Upgrade).then(|| ("occm".to_owned(), "13".to_owned()));
    Attempted { operation, began, chart, to: (operation == Operation::Rollback).then_some(1) }
}

#[test]
fn a_crashed_upgrade_is_settled_by_the_history() {
    let before = Before::of(&history(&[(1, "superseded", "1"), (2, "deployed", "2")]));
    let upgrade = attempted(Operation::Upgrade);
    let told = |status: &str, app: &str, description: &str| {
        let revisions = vec![
            revision(1, "superseded", "1", ""),
            revision(2, "superseded", "2", ""),
            revision(3, status, app, description),
        ];
        settle(before, &upgrade, &History::of("occm", "occm", revisions, vec![]))
    };
    assert_eq!(settle(before, &upgrade, &history(&[(1, "superseded", "1"), (2, "deployed", "2")])), Settled::NotBegun);
    assert_eq!(told("deployed", "3", "Upgrade complete"), Settled::Done { revision: 3 });
    let why = "pre-upgrade hooks failed".to_owned();
    let description = format!("Upgrade \"occm\" failed: {why}");
    assert_eq!(told("failed", "3", &description), Settled::Failed { revision: 3, why });
    assert_eq!(
        told("pending-upgrade", "3", "Preparing upgrade"),
        Settled::Pending { revision: 3, way_out: WayOut::Rollback(2) }
    );
    // Another chart version: somebody else's.
    assert!(matches!(told("deployed", "9", "Upgrade complete"), Settled::Foreign { revision: 3, .. }));
    // Ours, and then somebody's rollback.
    let after = history(&[(2, "superseded", "2"), (3, "superseded", "3"), (4, "deployed", "2")]);
    assert!(matches!(settle(before, &upgrade, &after), Settled::Foreign { revision: 4, .. }));
    let broken = History { damaged: vec![damaged(3)], ..history(&[(2, "deployed", "2")]) };
    assert!(matches!(settle(before, &upgrade, &broken), Settled::NotKnown { .. }));
}

#[test]
fn somebody_elses_revision_of_before_our_start_is_not_ours() {
    let before = Before::of(&history(&[(1, "deployed", "1")]));
    let upgrade = Attempted { chart: Some(("occm".to_owned(), "12".to_owned())), ..attempted(Operation::Upgrade) };
    let after = history(&[(1, "superseded", "1"), (2, "deployed", "2")]);
    // Revision 2 was made 90 s before we began.
    assert!(matches!(settle(before, &upgrade, &after), Settled::Foreign { revision: 2, .. }));
}

#[test]
fn a_crashed_rollback_is_known_by_where_it_goes() {
    let before = Before::of(&history(&[(1, "superseded", "1"), (2, "deployed", "2")]));
    let rollback = attempted(Operation::Rollback);
    let told = |status: &str, description: &str| {
        let revisions = vec![
            revision(1, "superseded", "1", ""),
            revision(2, "deployed", "2", ""),
            revision(3, status, "1", description),
        ];
        settle(before, &rollback, &History::of("occm", "occm", revisions, vec![]))
    };
    assert_eq!(told("deployed", "Rollback to 1"), Settled::Done { revision: 3 });
    // A failing hook leaves it so, and Helm exits.
    assert_eq!(
        told("pending-rollback", "Rollback to 1"),
        Settled::Pending { revision: 3, way_out: WayOut::Rollback(2) }
    );
    assert!(matches!(told("deployed", "Rollback to 2"), Settled::Foreign { .. }));
    let why = "cannot patch".to_owned();
    let description = format!("Rollback \"occm\" failed: {why}");
    assert_eq!(told("failed", &description), Settled::Failed { revision: 3, why });
}

#[test]
fn a_crashed_uninstall_is_settled_by_what_is_left() {
    let before = Before::of(&history(&[(1, "superseded", "1"), (2, "deployed", "2")]));
    let uninstall = attempted(Operation::Uninstall);
    let told = |after: &History| settle(before, &uninstall, after);
    assert_eq!(told(&history(&[])), Settled::Gone);
    assert_eq!(told(&history(&[(1, "superseded", "1"), (2, "uninstalled", "2")])), Settled::Gone);
    assert_eq!(
        told(&history(&[(1, "superseded", "1"), (2, "uninstalling", "2")])),
        Settled::Pending { revision: 2, way_out: WayOut::Uninstall }
    );
    assert_eq!(told(&history(&[(1, "superseded", "1"), (2, "deployed", "2")])), Settled::NotBegun);
    assert!(matches!(
        told(&history(&[(2, "superseded", "2"), (3, "deployed", "3")])),
        Settled::Foreign { revision: 3, .. }
    ));
    // Its records were deleted one by one, the oldest first.
    assert_eq!(
        told(&history(&[(2, "uninstalling", "2")])),
        Settled::Pending { revision: 2, way_out: WayOut::Uninstall }
    );
}

#[test]
fn a_first_install_is_settled_too() {
    let before = Before::of(&history(&[]));
    let install = Attempted {
        operation: Operation::Install,
        began: Timestamp::from_second(START).unwrap(),
        chart: Some(("occm".to_owned(), "11".to_owned())),
        to: None,
    };
    assert_eq!(settle(before, &install, &history(&[])), Settled::NotBegun);
    assert_eq!(settle(before, &install, &history(&[(1, "deployed", "1")])), Settled::Done { revision: 1 });
    let pending = settle(before, &install, &history(&[(1, "pending-install", "1")]));
    assert_eq!(pending, Settled::Pending { revision: 1, way_out: WayOut::Uninstall });
}
