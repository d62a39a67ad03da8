//! Every signal in every phase of a command: while it looks, prepares, acts, waits, takes back, and goes on.

use super::checks::{Pictures, settled};
use super::place::{Ended, Place};
use super::report::Report;
use super::scenario::{Counted, End, PLAN, Scenario, Source, WRITTEN};
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Each phase begins well within this time, and each command ends so soon when it is not waited for anything.
const SOON: Duration = Duration::from_secs(20);
/// Between two signals, and until the first was heard.
const MOMENT: Duration = Duration::from_millis(150);

/// A program that waits where it is told to, until it may go on.
const HOLD: &str = r#"#!/bin/sh
[ "$1" = action ] && echo forward >> ../effects.log
[ "$1" = undo ] && echo back >> ../effects.log
[ "$(cat ../stop-at)" = "$1" ] || exit 0
echo "$1" > ../began
while [ ! -e ../go ]; do sleep 0.02; done
"#;

static HELD: Scenario = Scenario {
    name: "phases",
    source: Source::Files(&[
        ("bin/hold.sh", HOLD),
        ("stop-at", "nowhere"),
        ("old/release", "1\n"),
        (
            "upgrade.plan.kdl",
            r#"
plan "phases-2" { title "A command that can be held in each of its phases" }
input "seen" { read { program "sh" "../bin/hold.sh" "observe" } }
stage "prepare" {
    step "copy" {
        before { program "./bin/hold.sh" "prepare" within="30s" }
        backup keep="8d" { file "release" }
    }
}
step "act" {
    program "./bin/hold.sh" "action" within="30s"
    undo { program "./bin/hold.sh" "undo" within="30s" }
    verify { program "./bin/hold.sh" "verify" within="30s" }
}
step "after" { needs "act"; file.write "release" content="2\n" }
verify { program "./bin/hold.sh" "last" within="30s" }
hold at-most="1d" { file.contains "release" "2" }
"#,
        ),
    ]),
    counted: Counted::ByLog,
    step: "act",
    holds: true,
    ..WRITTEN
};

/// A phase: where the program waits, what is typed, and how it ends by one signal and by two.
#[derive(Clone, Copy, Debug)]
pub struct Phase {
    /// Its name.
    pub name: &'static str,
    at: &'static str,
    words: &'static [&'static str],
    /// What is typed before; none when there is nothing.
    first: &'static [&'static str],
    once: i32,
    twice: i32,
    end: End,
}

const RUN: &[&str] = &["run", PLAN, "--yes"];
const FORWARD: Phase = Phase { name: "", at: "", words: RUN, first: &[], once: 22, twice: 22, end: End::New };

/// All that can be held by a program.
pub const PHASES: [Phase; 7] = [
    Phase { name: "compile and observe", at: "observe", ..FORWARD },
    Phase { name: "prepare", at: "prepare", ..FORWARD },
    // What runs at most once, and nobody waited for, is not known.
    Phase { name: "action", at: "action", twice: 24, ..FORWARD },
    Phase { name: "verify", at: "verify", ..FORWARD },
    Phase { name: "hold begins", at: "last", ..FORWARD },
    Phase { name: "undo", at: "undo", first: RUN, words: &["undo", "--yes"], end: End::Old, ..FORWARD },
    Phase {
        name: "resume",
        at: "action",
        first: &["run", PLAN, "--yes", "--until", "prepare"],
        words: &["resume"],
        twice: 24,
        ..FORWARD
    },
];

/// Sends a phase one signal or two, and then goes on to the end.
pub fn interrupted(phase: &Phase, signal: Signal, times: u32, plant: Option<&'static str>) -> Result<Report, String> {
    let failed = |error: std::io::Error| error.to_string();
    let mut report = Report { plans: 1, ..Report::default() };
    let pictures = whole(&HELD)?;
    let place = Place::new(&HELD, plant)?;
    if !phase.first.is_empty() {
        place.command(phase.first, None)?;
    }
    fs::write(place.project().join("stop-at"), phase.at).map_err(failed)?;
    let child = place.start(phase.words, None)?;
    until(|| place.project().join("began").exists(), "the phase did not begin")?;
    send(&child, signal, times, &mut report)?;
    let go = place.project().join("go");
    let ended = if times == 1 && phase.at != "observe" {
        // One signal waits for what runs.
        fs::write(&go, "").map_err(failed)?;
        place.wait(child)?
    } else {
        let ended = place.wait(child)?;
        fs::write(&go, "").map_err(failed)?;
        ended
    };
    let code = if times == 1 { phase.once } else { phase.twice };
    report.promise(wrong(&ended, code));
    fs::write(place.project().join("stop-at"), "nowhere").map_err(failed)?;
    out(&place, phase, &mut report)?;
    settled(&place, phase.end, &pictures, &mut report)?;
    Ok(report)
}

/// What a person types then.
fn out(place: &Place, phase: &Phase, report: &mut Report) -> Result<(), String> {
    let mut words: Vec<&str> = vec!["resume"];
    if phase.at == "observe" {
        // Nothing was begun.
        words = RUN.to_vec();
    } else if phase.end == End::Old {
        words = phase.words.to_vec();
    }
    report.resumes += 1;
    report.promise(wrong(&place.command(&words, None)?, 0));
    Ok(())
}

/// While it waits for its window, a run is interrupted at once: nothing runs.
pub fn waiting(signal: Signal, times: u32) -> Result<Report, String> {
    let mut report = Report { plans: 1, ..Report::default() };
    let place = Place::new(&WINDOW, None)?;
    let old = place.seed()?;
    let plan = place.project().join(PLAN);
    let text = fs::read_to_string(&plan).map_err(|error| error.to_string())?;
    let hour = |hours: u64| format!("{:02}:00", (now() / 3600 + hours) % 24);
    let text = text.replace("FROM", &hour(2)).replace("TO", &hour(3));
    fs::write(&plan, text).map_err(|error| error.to_string())?;
    let child = place.start(RUN, None)?;
    until(|| place.said().contains("copy: done"), "it did not prepare")?;
    // All that is left is the wait.
    sleep(2 * MOMENT);
    send(&child, signal, times, &mut report)?;
    report.promise(wrong(&place.wait(child)?, 22));
    report.undos += 1;
    let undone = place.command(&["undo", "--yes"], None)?;
    // A run that only waited has touched nothing.
    report.promise((!matches!(undone.exit, Some(0 | 64))).then(|| undone.last()));
    let pictures = Pictures { new: place.picture()?, old, last: None };
    settled(&place, End::Old, &pictures, &mut report)?;
    Ok(report)
}

static WINDOW: Scenario = Scenario {
    name: "window",
    source: Source::Files(&[
        ("old/release", "1\n"),
        (
            "upgrade.plan.kdl",
            r#"
plan "window-2" { title "A change that waits for its time" }
window from="FROM" to="TO" zone="UTC"
stage "prepare" { step "copy" { backup keep="8d" { file "release" } } }
step "change" { file.write "release" content="2\n" }
"#,
        ),
    ]),
    ..WRITTEN
};

fn now() -> u64 {
    std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs())
}

/// The platform before and after.
fn whole(scenario: &'static Scenario) -> Result<Pictures, String> {
    let place = Place::new(scenario, None)?;
    let old = place.seed()?;
    let ended = place.run(None)?;
    if ended.exit != Some(0) {
        return Err(format!("{} does not end well by itself: {}", scenario.name, ended.last()));
    }
    Ok(Pictures { old, new: place.picture()?, last: None })
}

fn until(begun: impl Fn() -> bool, what: &str) -> Result<(), String> {
    let deadline = Instant::now() + SOON;
    while !begun() {
        if Instant::now() > deadline {
            return Err(format!("{what} within {SOON:?}"));
        }
        sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn send(child: &Child, signal: Signal, times: u32, report: &mut Report) -> Result<(), String> {
    for _ in 0..times {
        // One that is gone already needs no second one.
        let sent = kill_process(Pid::from_child(child), signal);
        sent.map_err(|error| format!("no signal can be sent: {error}"))?;
        report.signals += 1;
        sleep(MOMENT);
    }
    Ok(())
}

fn wrong(ended: &Ended, code: i32) -> Option<String> {
    (ended.exit != Some(code)).then(|| format!("exit {:?}, wanted {code}: {}", ended.exit, ended.last()))
}
