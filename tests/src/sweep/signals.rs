//! Signals: one lets what runs finish, a second one is not waited for.

use super::checks::{Pictures, settled};
use super::effects::Effects;
use super::place::{Ended, Place};
use super::report::Report;
use super::scenario::{End, PLAN, SLOW};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::fs;
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The signals that ask a run to stop.
pub const SIGNALS: [Signal; 3] = [Signal::INT, Signal::TERM, Signal::HUP];
/// The program is started well within this time.
const BEGINS: Duration = Duration::from_secs(20);
/// Between two signals a person needs a moment.
const MOMENT: Duration = Duration::from_millis(150);
/// The program of the scenario sleeps so long.
const SLEEPS: Duration = Duration::from_millis(700);

/// One signal while the program runs, forwards and backwards.
pub fn once(signal: Signal) -> Result<Report, String> {
    let (mut report, pictures) = (Report::default(), whole()?);
    let place = Place::new(&SLOW, None)?;
    let ended = signalled(&place, &["run", PLAN, "--yes"], "forward", signal, 1, &mut report)?;
    report.promise(wrong(&ended, 22));
    let effects = Effects { forward: 1, back: 0 };
    report.promise(not(&place, effects, "what runs is let finish"));
    let seen = fs::read_to_string(place.platform().join("data/notes")).unwrap_or_default();
    report.promise((seen != "seen=1\n").then(|| "something new was started after the signal".to_owned()));
    report.resumes += 1;
    report.promise(wrong(&place.command(&["resume"], None)?, 0));
    settled(&place, End::New, &pictures, &mut report)?;
    let ended = signalled(&place, &["undo", "--yes"], "back", signal, 1, &mut report)?;
    report.promise(wrong(&ended, 22));
    report.undos += 1;
    report.promise(wrong(&place.command(&["undo", "--yes"], None)?, 0));
    settled(&place, End::Old, &pictures, &mut report)?;
    Ok(report)
}

/// Two signals: nobody waits, and the next command looks what became of the program.
pub fn twice(signal: Signal) -> Result<Report, String> {
    let (mut report, pictures) = (Report::default(), whole()?);
    let place = Place::new(&SLOW, None)?;
    let began = Instant::now();
    let ended = signalled(&place, &["run", PLAN, "--yes"], "forward", signal, 2, &mut report)?;
    report.promise(wrong(&ended, 24));
    let waited = Effects::of(&place).forward > 0;
    report.promise(waited.then(|| format!("it was waited for the program, {:?} in all", began.elapsed())));
    // The program goes on by itself; a look finds it running, waits for it, and sees how it ends.
    report.resumes += 1;
    report.promise(wrong(&place.command(&["resume"], None)?, 0));
    settled(&place, End::New, &pictures, &mut report)?;
    let ended = signalled(&place, &["undo", "--yes"], "back", signal, 2, &mut report)?;
    report.promise(wrong(&ended, 22));
    report.undos += 1;
    report.promise(wrong(&place.command(&["undo", "--yes"], None)?, 0));
    settled(&place, End::Old, &pictures, &mut report)?;
    Ok(report)
}

/// Two signals, and nobody saw how the program ended: a person is asked, each time again, and the answer holds.
pub fn unseen(done: bool) -> Result<Report, String> {
    let (mut report, pictures) = (Report::default(), whole()?);
    let place = Place::new(&SLOW, None)?;
    let child = place.start(&["run", PLAN, "--yes"], None)?;
    begun(&place, "forward")?;
    // The program may begin before its watcher has written down which process it is.
    let deadline = Instant::now() + BEGINS;
    while recorded(&place, "process.json")?.is_empty() && Instant::now() < deadline {
        sleep(Duration::from_millis(1));
    }
    send(&child, Signal::KILL)?;
    place.wait(child)?;
    for watcher in recorded(&place, "claim.json")? {
        // Gone already: then the trial fails by what is seen later.
        let _killed = kill_process(watcher, Signal::KILL);
    }
    if done {
        effect(&place)?;
    } else {
        for program in recorded(&place, "process.json")? {
            let _killed = kill_process_group(program, Signal::KILL);
        }
    }
    report.kills += 1;
    for _ in 0..2 {
        report.resumes += 1;
        report.promise(wrong(&place.command(&["resume"], None)?, 24));
    }
    let word = if done { "slow=done" } else { "slow=not-done" };
    report.questions += 1;
    report.promise(wrong(&place.command(&["resume", "--outcome", word], None)?, 0));
    settled(&place, End::New, &pictures, &mut report)?;
    Ok(report)
}

/// The platform before and after.
fn whole() -> Result<Pictures, String> {
    let place = Place::new(&SLOW, None)?;
    let old = place.seed()?;
    let ended = place.run(None)?;
    if ended.exit != Some(0) {
        return Err(format!("{} does not end well by itself: {}", SLOW.name, ended.last()));
    }
    Ok(Pictures { old, new: place.picture()?, last: None })
}

/// Runs a command, and sends signals while its program runs.
fn signalled(
    place: &Place,
    words: &[&str],
    until: &str,
    signal: Signal,
    times: u32,
    report: &mut Report,
) -> Result<Ended, String> {
    let child = place.start(words, None)?;
    begun(place, until)?;
    for time in 0..times {
        if time > 0 {
            sleep(MOMENT);
        }
        send(&child, signal)?;
        report.signals += 1;
    }
    let ended = place.wait(child)?;
    if until == "back" && times > 1 {
        // The next command finds the program at its end in some of the cases, and in the middle in others.
        sleep(SLEEPS / 2);
    }
    Ok(ended)
}

/// Waits until the program of the scenario runs.
fn begun(place: &Place, word: &str) -> Result<(), String> {
    let deadline = Instant::now() + BEGINS;
    let began = place.project().join("began");
    while fs::read_to_string(&began).unwrap_or_default().trim() != word {
        if Instant::now() > deadline {
            return Err(format!("the program did not begin within {BEGINS:?}"));
        }
        sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn send(child: &Child, signal: Signal) -> Result<(), String> {
    kill_process(Pid::from_child(child), signal).map_err(|error| format!("no signal can be sent: {error}"))
}

/// Waits for the program's work.
fn effect(place: &Place) -> Result<(), String> {
    let deadline = Instant::now() + BEGINS;
    while Effects::of(place).forward == 0 {
        if Instant::now() > deadline {
            return Err(format!("the program did not do its work within {BEGINS:?}"));
        }
        sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Processes in the records of a run's programs.
pub(super) fn recorded(place: &Place, name: &str) -> Result<Vec<Pid>, String> {
    let runs = place.project().join(".switchback/runs");
    let records =
        if runs.is_dir() { crate::files_below(&runs).map_err(|error| error.to_string())? } else { Vec::new() };
    let mut found = Vec::new();
    for record in records.iter().filter(|path| path.ends_with(name)) {
        let text = fs::read(record).map_err(|error| error.to_string())?;
        let json: serde_json::Value = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
        let pid = json.get("by").unwrap_or(&json).get("pid").and_then(serde_json::Value::as_i64);
        found.extend(pid.and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw));
    }
    Ok(found)
}

fn wrong(ended: &Ended, code: i32) -> Option<String> {
    (ended.exit != Some(code)).then(|| format!("exit {:?}, wanted {code}: {}", ended.exit, ended.last()))
}

fn not(place: &Place, effects: Effects, what: &str) -> Option<String> {
    let found = Effects::of(place);
    (found != effects).then(|| format!("{what}: {found:?}, wanted {effects:?}"))
}
