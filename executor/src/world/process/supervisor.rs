//! The hidden mode of our binary that starts one program and stays until it ends.

use super::identity::{ProcessId, group_lives};
use super::log::Log;
use super::record::{Exit, ProcessError, Records, SPEC, Spec, Status};
use crate::world::wording::fault;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::ffi::OsString;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitCode, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// The first argument that makes the binary a supervisor; the second is the folder of the start.
pub const CHILD_ARGUMENT: &str = "__child";

/// How often a group is looked at that was told to end.
const LOOK: Duration = Duration::from_millis(20);
/// How often the log of a program is looked at.
const TICK: Duration = Duration::from_secs(1);
/// A child that has not yet become its program does so within this, also on a machine under load.
const BUSY: Duration = Duration::from_secs(5);

/// Supervises one program; `args` are what follows [`CHILD_ARGUMENT`].
///
/// Standard input, output and error are the program's, so what is said here is in its log.
pub fn child_main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let Some(folder) = args.into_iter().next() else {
        eprintln!("switchback: {CHILD_ARGUMENT} is for Switchback itself and needs a folder");
        return ExitCode::from(64);
    };
    match supervise(Path::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("switchback: {error}");
            ExitCode::FAILURE
        }
    }
}

fn supervise(folder: &Path) -> Result<(), ProcessError> {
    // Fails only for one who leads a group already, and so is out of reach of our terminal.
    let _ = rustix::process::setsid();
    let records = Records::open(folder)?;
    let Some(spec) = records.get::<Spec>(SPEC)? else { return Err(ProcessError::NotStarted(folder.to_owned())) };
    let reserved = records.reserve_exit()?;
    let us = ProcessId::current().map_err(ProcessError::file("read", Path::new("/proc/self/stat")))?;
    if !records.claim(Some(us))? {
        return Err(ProcessError::Used(folder.to_owned()));
    }
    let began = Instant::now();
    let status = match start(&spec) {
        Ok(child) => attend(child, &spec, &records, &Log::of(folder))?,
        Err(why) => Status::NotStarted(why),
    };
    records.put_exit(&reserved, &Exit { status, took: began.elapsed(), at: jiff::Timestamp::now() })
}

/// Starts the program in a group of its own, so that its limit ends all of it and not us.
fn start(spec: &Spec) -> Result<Child, String> {
    if let Err(error) = std::fs::metadata(&spec.cwd) {
        return Err(format!("its directory `{}`: {}", spec.cwd.display(), fault(&error)));
    }
    let mut command = Command::new(&spec.program);
    command.args(&spec.args).current_dir(&spec.cwd).process_group(0);
    let deadline = Instant::now() + BUSY;
    loop {
        match command.spawn() {
            // A copy that was just written may still be open for writing in a child that another thread is starting.
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy && Instant::now() < deadline => {
                std::thread::sleep(LOOK);
            }
            started => return started.map_err(|error| format!("`{}`: {}", spec.program, fault(&error))),
        }
    }
}

fn attend(mut child: Child, spec: &Spec, records: &Records, log: &Log) -> Result<Status, ProcessError> {
    let recorded = ProcessId::of(child.id())
        .map_err(ProcessError::file("read", Path::new("/proc")))
        .and_then(|process| records.put_process(&process));
    if let Err(error) = recorded {
        // The program runs; that its number is not on the disk is a pity and no reason to end it.
        eprintln!("switchback: {error}");
    }
    let end = watch(&child);
    let in_time = ends(&end, spec.within, log);
    let ended = if in_time { child.wait() } else { stop(&mut child, spec.grace, &end) };
    // Without a status there is no record, and so the outcome is unknown, which is the truth.
    let status = ended.map_err(ProcessError::file("wait for", Path::new(&spec.program)))?;
    Ok(spec.within.filter(|_| !in_time).map_or_else(|| said(status), Status::TimedOut))
}

/// Whether it ends in its time. Its log is looked at meanwhile, and once more when it has ended.
fn ends(end: &Receiver<()>, within: Option<Duration>, log: &Log) -> bool {
    let began = Instant::now();
    loop {
        let left = within.map_or(TICK, |within| within.saturating_sub(began.elapsed()).min(TICK));
        let told = end.recv_timeout(left);
        log.bound();
        match told {
            Ok(()) => return true,
            Err(RecvTimeoutError::Timeout) if within.is_none_or(|within| began.elapsed() < within) => {}
            Err(_) => return false,
        }
    }
}

fn said(status: ExitStatus) -> Status {
    status.code().map_or_else(|| Status::Signalled(status.signal().unwrap_or_default()), Status::Exited)
}

/// Tells when the program has ended, without taking its number away: until we wait for it, nobody else can get it.
fn watch(child: &Child) -> Receiver<()> {
    let (tell, end) = channel();
    let pid = group(child);
    std::thread::spawn(move || {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while let Err(Errno::INTR) = waitid(WaitId::Pid(pid), options) {}
        tell.send(())
    });
    end
}

fn group(child: &Child) -> Pid {
    Pid::from_child(child)
}

/// TERM to all of it, and KILL to what is left after the grace.
fn stop(child: &mut Child, grace: Duration, end: &Receiver<()>) -> io::Result<ExitStatus> {
    let (group, deadline) = (group(child), Instant::now() + grace);
    send(group, Signal::TERM);
    if end.recv_timeout(grace).is_err() {
        send(group, Signal::KILL);
    }
    let status = child.wait();
    while Instant::now() < deadline && group_lives(group.as_raw_nonzero().get().unsigned_abs()).unwrap_or(false) {
        std::thread::sleep(LOOK);
    }
    send(group, Signal::KILL);
    status
}

/// A group that is gone needs no signal, and there is nobody to tell of any other error.
fn send(group: Pid, signal: Signal) {
    let _ = kill_process_group(group, signal);
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use std::fs::OpenOptions;
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;

    #[test]
    fn a_copy_that_is_still_open_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let script = dir.path().join("script");
        let mut open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o700).open(&script).unwrap();
        open.write_all(b"#!/bin/sh\nexit 3\n").unwrap();
        let closes = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(200));
            drop(open);
        });
        let program = script.display().to_string();
        let spec = Spec { program, args: vec![], cwd: "/".into(), within: None, grace: Duration::ZERO };
        let began = Instant::now();
        assert_eq!(start(&spec).unwrap().wait().unwrap().code(), Some(3));
        assert!(began.elapsed() >= Duration::from_millis(150), "it did not meet the open file");
        closes.join().unwrap();
    }
}
