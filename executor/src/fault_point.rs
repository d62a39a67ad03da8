//! Boundaries at which a crash sweep kills the process.
//!
//! Every durable write of the journal and every effect on the world has a boundary before and after it; marks and other
//! notes have one behind them. Built with the feature `faults`, the process kills itself (as `kill -9` would) at the one
//! that `SWITCHBACK_KILL_AT` counts; the number and the name of the last one stand in the file of `SWITCHBACK_COUNT_TO`.
//! `SWITCHBACK_KILL_ON` is the same by a name: the first of that name. `SWITCHBACK_SIGNAL_AT` has it sent signals instead:
//! `12:INT,13:INT`. At the first one that `SWITCHBACK_STOP_ON` names it stops, as by `kill -STOP`, and goes on when it is
//! told to. Built without, this is nothing.

/// A boundary; `name` says which.
#[cfg(feature = "faults")]
pub fn boundary(name: &str) {
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    static PASSED: AtomicU64 = AtomicU64::new(0);
    static STOPPED: AtomicBool = AtomicBool::new(false);
    let passed = PASSED.fetch_add(1, Ordering::SeqCst) + 1;
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Ok(path) = std::env::var("SWITCHBACK_COUNT_TO") {
        // Tests read this file; losing it makes the sweep fail loudly.
        let _written = std::fs::write(path, format!("{passed} {name}\n"));
    }
    signal(passed);
    let asked = |variable: &str| std::env::var(variable).is_ok_and(|asked| asked == name);
    if asked("SWITCHBACK_STOP_ON") && !STOPPED.swap(true, Ordering::SeqCst) {
        let _stopped = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP);
    }
    let named = asked("SWITCHBACK_KILL_ON");
    if named || number("SWITCHBACK_KILL_AT") == Some(passed) {
        let _killed = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}

/// Sends this process the signals that are asked for at a boundary.
#[cfg(feature = "faults")]
fn signal(passed: u64) {
    use rustix::process::{Signal, getpid, kill_process};
    let asked = std::env::var("SWITCHBACK_SIGNAL_AT").unwrap_or_default();
    for (at, name) in asked.split(',').filter_map(|one| one.split_once(':')) {
        let signal = match name {
            "INT" => Signal::INT,
            "TERM" => Signal::TERM,
            _ => Signal::HUP,
        };
        if at.parse() == Ok(passed) {
            let _sent = kill_process(getpid(), signal);
        }
    }
}

/// A boundary; nothing in this build.
#[cfg(not(feature = "faults"))]
pub fn boundary(_name: &str) {}

/// A bug that the trials must find, planted by name in `SWITCHBACK_PLANT`; never in a build without `faults`.
#[cfg(feature = "faults")]
pub fn planted(bug: &str) -> bool {
    std::env::var("SWITCHBACK_PLANT").is_ok_and(|planted| planted == bug)
}

/// A planted bug; never in this build.
#[cfg(not(feature = "faults"))]
pub fn planted(_bug: &str) -> bool {
    false
}

/// A record that a planted bug keeps in memory while it counts as written; the one that it kept before comes back.
#[cfg(feature = "faults")]
pub fn held_back(record: &[u8]) -> Option<Vec<u8>> {
    static HELD: std::sync::Mutex<Option<Vec<u8>>> = std::sync::Mutex::new(None);
    HELD.lock().unwrap_or_else(std::sync::PoisonError::into_inner).replace(record.to_vec())
}

/// Nothing is held back in this build.
#[cfg(not(feature = "faults"))]
pub fn held_back(_record: &[u8]) -> Option<Vec<u8>> {
    None
}
