//! The way out of a run that was killed: what a person types until it is over, and what must be true then.

use super::checks::settled;
use super::effects::Effects;
use super::kills::{Sweep, Way};
use super::place::{Ended, Place};
use super::report::Report;
use super::scenario::{Counted, End, Serves};
use rustix::process::test_kill_process;
use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// After so many commands a run that is not settled never will be.
const PATIENCE: usize = 5;
/// Programs of the scenarios end well within this time.
const ENDS: Duration = Duration::from_secs(20);
/// Whether readers and a new run get on with what is left is looked at in one case of so many.
const SOME: u64 = 8;

/// What is typed for a way out.
pub(super) fn words(place: &Place, way: Way) -> Vec<&'static str> {
    let words: &[&str] = match way {
        Way::Resume => &["resume"],
        Way::Undo => &["undo", "--yes"],
        Way::Finalize => &["finalize", "--yes"],
    };
    let confirms = if way == Way::Resume { place.scenario.confirms } else { &[] };
    [words, confirms].concat()
}

/// Does what a person does until the run is over, and looks whether all is as promised.
pub(super) fn whole(sweep: &Sweep, place: &Place, way: Way, at: u64, report: &mut Report) -> Result<(), String> {
    let end = match way {
        Way::Resume => sweep.scenario.end,
        Way::Undo => End::Old,
        Way::Finalize => End::Finalized,
    };
    if at.is_multiple_of(SOME) {
        read(place, report)?;
    }
    let ended = go(place, way, report)?;
    // A run that was over already is nothing to do for any command.
    let over = ended.said.contains("already") || ended.said.contains("is finalized");
    let fits = if way != Way::Resume || over { 0 } else { end.code() };
    let wrong = ended.exit != Some(fits) && !(over && ended.exit == Some(64));
    report.promise(wrong.then(|| format!("exit {:?}, wanted {fits}: {}", ended.exit, ended.last())));
    settled(place, end, &sweep.pictures, report)?;
    if way == Way::Undo && at % SOME == 1 && sweep.scenario.service == Serves::Nothing {
        free(sweep, place, report)?;
    }
    Ok(())
}

/// What only reads gets on with whatever a crash has left, and leaves it as it is.
fn read(place: &Place, report: &mut Report) -> Result<(), String> {
    for word in ["status", "runs", "report"] {
        let ended = place.command(&[word], None)?;
        // Before a run's first record there is none.
        let wrong = !matches!(ended.exit, Some(0 | 64));
        report.promise(wrong.then(|| format!("{word}: exit {:?}: {}", ended.exit, ended.last())));
    }
    Ok(())
}

/// After an undo the target is free for the same plan.
fn free(sweep: &Sweep, place: &Place, report: &mut Report) -> Result<(), String> {
    let again = place.run(None)?;
    let end = sweep.scenario.end;
    let wrong = again.exit != Some(end.code());
    report.promise(wrong.then(|| format!("run again: exit {:?}: {}", again.exit, again.last())));
    let unlike = place.picture()?.unlike(sweep.pictures.at(end));
    report.promise(unlike.into_iter().map(|wrong| format!("run again: {wrong}")));
    Ok(())
}

/// One command after the other, as the one before says, until there is nothing left to say.
fn go(place: &Place, way: Way, report: &mut Report) -> Result<Ended, String> {
    let mut ended = place.command(&words(place, way), None)?;
    for _ in 0..PATIENCE {
        match way {
            Way::Resume => report.resumes += 1,
            Way::Undo => report.undos += 1,
            Way::Finalize => {}
        }
        ended = match (ended.exit, way) {
            // It never began.
            (Some(64), Way::Resume) => place.run(None)?,
            (Some(64), Way::Undo) => return Ok(Ended { exit: Some(0), ..ended }),
            (Some(24), _) if place.scenario.counted != Counted::Not => {
                report.questions += 1;
                let answer = answer(place, way);
                place.command(&[&["resume", "--outcome", &answer], place.scenario.confirms].concat(), None)?
            }
            _ => return Ok(ended),
        };
    }
    Err(format!("it is not settled after {PATIENCE} commands: {}", ended.last()))
}

/// What really happened; who wants the run back need not know.
fn answer(place: &Place, way: Way) -> String {
    let done = Effects::of(place).forward > 0;
    let word = match (way, done) {
        (Way::Undo, _) => "undo",
        (_, true) => "done",
        (_, false) => "not-done",
    };
    format!("{}={word}", place.scenario.step)
}

/// Puts a place aside when nothing runs there any more: also no supervisor that was launched and has written nothing yet.
pub(super) fn saved(place: &Place, name: &str) -> Result<PathBuf, String> {
    let deadline = Instant::now() + ENDS;
    let mut watchers = super::signals::recorded(place, "claim.json")?;
    while is_supervised(place)? || watchers.iter().any(|watcher| test_kill_process(*watcher).is_ok()) {
        if Instant::now() > deadline {
            return Err(format!("a program did not end within {ENDS:?}"));
        }
        sleep(Duration::from_millis(2));
        watchers = super::signals::recorded(place, "claim.json")?;
    }
    place.save(name)
}

/// Whether a process of this machine was started to supervise a program of the place.
fn is_supervised(place: &Place) -> Result<bool, String> {
    let project = place.project().display().to_string();
    let processes = fs::read_dir("/proc").map_err(|error| format!("/proc: {error}"))?;
    let commands = processes.flatten().filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    Ok(commands
        .map(|command| String::from_utf8_lossy(&command).into_owned())
        .any(|command| command.contains("__child") && command.contains(&project)))
}
