//! Trial 5, the journal's part: a disk that fails at each call, and a disk that is full.

use std::path::Path;
use std::sync::Arc;

use switchback::journal::{Appender, JournalError, recover_on};

use crate::model::{Flaws, Model, World};

const DIR: &str = "/runs/a";

fn body(at: usize) -> Vec<u8> {
    format!("record {at}").into_bytes()
}

/// A journal's life until the disk fails; says how many records were reported durable.
fn live(model: &Model) -> (usize, Result<(), JournalError>) {
    let mut durable = 0;
    let mut go = || {
        let mut appender = Appender::create(Arc::new(model.clone()), Path::new(DIR), "a", [1; 16])?;
        for at in 0..5 {
            let outcome = appender.write(&[body(2 * at), body(2 * at + 1)]).and_then(|_| appender.sync());
            if outcome.is_err() {
                let again = appender.write(&[body(99)]).unwrap_err();
                assert!(matches!(again, JournalError::Poisoned(_)), "{again}");
                assert!(matches!(appender.sync(), Err(JournalError::Poisoned(_))));
            }
            outcome?;
            durable = 2 * at + 2;
        }
        appender.close()
    };
    let outcome = go();
    (durable, outcome)
}

#[test]
fn a_disk_that_fails_at_any_call_loses_nothing_acknowledged() {
    let mut at = 0;
    loop {
        at += 1;
        let model = Model::new(World::default(), Flaws { fails_at: Some(at), ..Flaws::default() }, None);
        let (durable, outcome) = live(&model);
        let mended = Model::new(model.world(), Flaws::default(), None);
        let bodies = match recover_on(Arc::new(mended), Path::new(DIR)) {
            Ok((_, records, _)) => records.into_iter().map(|record| record.body).collect(),
            Err(JournalError::Missing(_)) => Vec::new(),
            Err(error) => panic!("call {at}: {error}"),
        };
        let appended: Vec<_> = (0..10).map(body).collect();
        assert!(appended.starts_with(&bodies) && bodies.len() >= durable, "call {at}");
        if outcome.is_ok() && durable == 10 && at > 40 {
            break;
        }
    }
    println!(
        "trial 5, failing disk: no seed; each of {at} calls; checked: P1 nothing acknowledged is lost, nothing is taken after a failure"
    );
}

#[test]
fn a_recovery_that_fails_at_any_call_can_be_repeated() {
    let model = Model::new(World::default(), Flaws::default(), None);
    assert_eq!(live(&model).0, 10);
    let mut world = model.world();
    let mut failed = 0;
    for at in 1..20 {
        let failing = Model::new(world, Flaws { fails_at: Some(at), ..Flaws::default() }, None);
        failed += usize::from(recover_on(Arc::new(failing.clone()), Path::new(DIR)).is_err());
        world = failing.world();
        let mended = Model::new(world.clone(), Flaws::default(), None);
        assert_eq!(recover_on(Arc::new(mended), Path::new(DIR)).unwrap().1.len(), 10, "call {at}");
    }
    println!(
        "trial 5, failing disk: no seed; {failed} recoveries failed, each at another call; checked: P6 the next finds the same"
    );
    assert!(failed >= 5);
}

#[test]
fn a_full_disk_still_takes_what_an_undo_needs() {
    let reserve = 1 << 20;
    let flaws = Flaws { capacity: Some(reserve + 4000), ..Flaws::default() };
    let model = Model::new(World::default(), flaws, None);
    let mut appender = Appender::create(Arc::new(model.clone()), Path::new(DIR), "a", [1; 16]).unwrap();
    for at in 0..200 {
        appender.write(&[body(at)]).unwrap();
        appender.sync().unwrap();
    }
    drop(appender);
    let (mut appender, records, report) = recover_on(Arc::new(model.clone()), Path::new(DIR)).unwrap();
    assert_eq!((records.len(), report.reserved, report.torn_bytes), (200, false, 0));
    appender.write(&[body(200)]).unwrap();
    appender.close().unwrap();
    assert_eq!(recover_on(Arc::new(model), Path::new(DIR)).unwrap().1.len(), 201);
}

#[test]
fn a_disk_without_room_for_the_reserve_begins_no_run() {
    let flaws = Flaws { capacity: Some(1000), ..Flaws::default() };
    let model = Model::new(World::default(), flaws, None);
    let outcome = Appender::create(Arc::new(model.clone()), Path::new(DIR), "a", [1; 16]);
    assert!(matches!(outcome, Err(JournalError::Io { .. })));
    assert_eq!(model.world().used(), 0);
}

#[test]
fn a_disk_that_stays_full_ends_the_journal() {
    let flaws = Flaws { capacity: Some(1 << 20), ..Flaws::default() };
    let model = Model::new(World::default(), Flaws::default(), None);
    Appender::create(Arc::new(model.clone()), Path::new(DIR), "a", [1; 16]).unwrap().close().unwrap();
    let full = Model::new(model.world(), flaws, None);
    let (mut appender, _, _) = recover_on(Arc::new(full), Path::new(DIR)).unwrap();
    assert!(matches!(appender.write(&[vec![0; 2 << 20]]), Err(JournalError::Io { .. })));
    assert!(matches!(appender.write(&[body(1)]), Err(JournalError::Poisoned(_))));
}
