//! Helm that is killed, left alone or fails, and what the history then tells.

use crate::stage::{Stage, cluster, launcher, run};
use jiff::Timestamp;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::Duration;
use switchback::world::helm::{
    Attempted, Before, End, Former, Helm as Program, Operation, Rollback, Settled, State, Status, Upgrade, WayOut, end,
    settle, state,
};
use switchback::world::process::{Outcome, Status as Exit, wait};
use switchback_tests::cluster::Helm;

fn attempted(operation: Operation, version: &str, to: Option<u32>) -> Attempted {
    let chart = (operation == Operation::Upgrade).then(|| ("portal".to_owned(), version.to_owned()));
    Attempted { operation, began: Timestamp::now(), chart, to }
}

/// An upgrade whose hook takes minutes.
fn slow(stage: &Stage<'_>) -> Upgrade {
    let mut upgrade = stage.upgrade("2.0.0", &[]);
    let values = stage.folder.path().join("slow.yaml");
    std::fs::write(&values, "hook: { switchback.test/ends-after: 300s }\n").unwrap();
    upgrade.values.files = vec![values];
    upgrade
}

/// Starts a command, and goes away when the release is pending.
async fn abandoned(stage: &Stage<'_>, arguments: Vec<String>) -> PathBuf {
    let program = stage.helm.program(&stage.home, arguments, stage.folder.path().to_owned(), &[]);
    let records = tempfile::tempdir_in(stage.folder.path()).unwrap().keep().join("start");
    let (launcher, place) = (launcher(), records.clone());
    let running = tokio::spawn(async move { Program::run(&launcher, &program, &place).await });
    while !matches!(state(&stage.history().await), State::Pending(_)) {
        assert!(!running.is_finished(), "Helm ended before its hook did");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    running.abort();
    records
}

/// Kills Helm and its supervisor, as a machine that goes down does.
fn kill_all(records: &Path) {
    let Outcome::Running(helm) = Outcome::read(records).unwrap() else { unreachable!("it does not run") };
    let claim: serde_json::Value = serde_json::from_slice(&std::fs::read(records.join("claim.json")).unwrap()).unwrap();
    let supervisor = claim.pointer("/by/pid").and_then(serde_json::Value::as_u64).unwrap();
    for pid in [supervisor, helm.pid.into()] {
        let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    }
    while matches!(Outcome::settle(records).unwrap(), Outcome::Running(_)) {
        std::thread::yield_now();
    }
}

#[test]
fn helm_goes_on_without_us_and_is_found_again() {
    let cluster = cluster!(shared, "helm_goes_on_without_us_and_is_found_again");
    run(async {
        for kind in Helm::BOTH {
            let stage = Stage::new(cluster, kind, "alone").await;
            stage.upgraded(&stage.upgrade("1.0.0", &[])).await;
            let before = Before::of(&stage.history().await);
            let upgrade = slow(&stage);
            std::fs::write(upgrade.values.files.first().unwrap(), "hook: { switchback.test/ends-after: 2s }\n")
                .unwrap();
            let attempted = attempted(Operation::Upgrade, "2.0.0", None);
            let records = abandoned(&stage, upgrade.arguments(&stage.helm, stage.folder.path()).unwrap()).await;
            assert!(matches!(Outcome::read(&records).unwrap(), Outcome::Running(_)));
            let told = async || {
                let release = ("portal", stage.namespace.as_str());
                end(&stage.client, release, (before, &attempted), &records).await.unwrap()
            };
            assert!(matches!(told().await, End::Runs(_)));
            assert!(wait(&records).await.unwrap().status.is_success());
            let End::Ended { settled, status, said, .. } = told().await else { unreachable!("it still runs") };
            assert_eq!((settled, status), (Settled::Done { revision: 2 }, Some(Exit::Exited(0))));
            assert!(said.iter().any(|line| line.contains("has been upgraded")), "{said:?}");
        }
    });
}

#[test]
fn a_killed_upgrade_is_pending_and_comes_out_of_it() {
    let cluster = cluster!(shared, "a_killed_upgrade_is_pending_and_comes_out_of_it");
    run(async {
        for kind in Helm::BOTH {
            let stage = Stage::new(cluster, kind, "killed").await;
            stage.upgraded(&stage.upgrade("1.0.0", &[])).await;
            let before = Before::of(&stage.history().await);
            let attempted = attempted(Operation::Upgrade, "2.0.0", None);
            let records = abandoned(&stage, slow(&stage).arguments(&stage.helm, stage.folder.path()).unwrap()).await;
            while stage.history().await.last().unwrap().running_hook().is_none() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            kill_all(&records);
            assert_eq!(Outcome::settle(&records).unwrap(), Outcome::Unknown);
            let release = ("portal", stage.namespace.as_str());
            let told = end(&stage.client, release, (before, &attempted), &records).await.unwrap();
            assert!(matches!(told, End::Ended { status: None, .. }), "{told:?}");
            let history = stage.history().await;
            let pending = Settled::Pending { revision: 2, way_out: WayOut::Rollback(1) };
            assert_eq!(settle(before, &attempted, &history), pending);
            let State::Pending(told) = state(&history) else { unreachable!("{history:?}") };
            assert_eq!(told.status, Status::PendingUpgrade);
            assert_eq!(history.last().unwrap().running_hook().unwrap().name, "portal-migrate");
            // Helm refuses an upgrade now, and the way out works.
            let again = stage.upgrade("2.0.0", &[]).arguments(&stage.helm, stage.folder.path()).unwrap();
            assert!(!stage.command(again).await.status.is_success());
            let command = told.command("portal", &stage.namespace);
            let words: Vec<_> = command.split(' ').skip(1).collect();
            stage.by_hand(kind, words.split_last_chunk::<2>().unwrap().0).unwrap();
            assert_eq!(state(&stage.history().await), State::Settled(Status::Deployed));
            stage.upgraded(&stage.upgrade("2.0.0", &[])).await;
        }
    });
}

#[test]
fn a_failing_hook_leaves_a_rollback_pending_and_an_upgrade_failed() {
    let cluster = cluster!(shared, "a_failing_hook_leaves_a_rollback_pending_and_an_upgrade_failed");
    run(async {
        for kind in Helm::BOTH {
            let stage = Stage::new(cluster, kind, "hooks").await;
            let failing = json!("failed");
            stage.upgraded(&stage.upgrade("1.0.0", &[(r"hook.switchback\.test/ends", failing.clone())])).await;
            let mut good = stage.upgrade("2.0.0", &[]);
            good.values.former = Former::Forget;
            stage.upgraded(&good).await;
            let before = Before::of(&stage.history().await);
            let rollback = Rollback { shared: stage.shared(), revision: 1 };
            let rolled = attempted(Operation::Rollback, "", Some(1));
            let ended = stage.command(rollback.arguments(&stage.helm).unwrap()).await;
            assert!(!ended.status.is_success(), "{ended:?}");
            let history = stage.history().await;
            let pending = Settled::Pending { revision: 3, way_out: WayOut::Rollback(2) };
            assert_eq!(settle(before, &rolled, &history), pending, "{ended:?}");
            let without_hooks =
                Rollback { shared: switchback::world::helm::Shared { hooks: false, ..stage.shared() }, revision: 2 };
            assert!(stage.command(without_hooks.arguments(&stage.helm).unwrap()).await.status.is_success());
            let before = Before::of(&stage.history().await);
            let upgrade = stage.upgrade("2.0.0", &[(r"hook.switchback\.test/ends", failing)]);
            let upgraded = attempted(Operation::Upgrade, "2.0.0", None);
            let ended = stage.command(upgrade.arguments(&stage.helm, stage.folder.path()).unwrap()).await;
            assert!(!ended.status.is_success(), "{ended:?}");
            let settled = settle(before, &upgraded, &stage.history().await);
            assert!(
                matches!(&settled, Settled::Failed { revision: 5, why } if why.contains("pre-upgrade hooks failed")),
                "{settled:?}"
            );
        }
    });
}

#[test]
fn a_command_that_was_never_started_never_is() {
    let cluster = cluster!(shared, "a_command_that_was_never_started_never_is");
    run(async {
        let stage = Stage::new(cluster, Helm::Four, "never").await;
        stage.upgraded(&stage.upgrade("1.0.0", &[])).await;
        let before = Before::of(&stage.history().await);
        let attempted = attempted(Operation::Upgrade, "2.0.0", None);
        let records = stage.folder.path().join("never");
        let told = end(&stage.client, ("portal", &stage.namespace), (before, &attempted), &records).await.unwrap();
        let End::Ended { settled, status, said, .. } = told else { unreachable!("nothing was started") };
        assert_eq!((settled, status, said), (Settled::NotBegun, None, vec![]));
    });
}
