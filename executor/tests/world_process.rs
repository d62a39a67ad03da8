//! Programs and services under the real supervisor.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use switchback::world::process::{
    Ended, Env, Launcher, Limits, Outcome, ProcessError, ProcessId, Program, Status, wait,
};
use switchback::world::service::{Service, ServiceError, ServiceState, Services};

fn launcher() -> Launcher {
    Launcher::with(env!("CARGO_BIN_EXE_switchback"))
}

fn sh(script: &str) -> Program {
    Program { program: "sh".into(), args: vec!["-c".into(), script.into()], cwd: "/tmp".into(), env: Env::default() }
}

fn within(millis: u64) -> Limits {
    Limits { within: Some(Duration::from_millis(millis)), grace: Duration::from_millis(500), capture: false }
}

async fn run(program: &Program, limits: Limits) -> (Ended, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let ended = launcher().run(program, limits, &dir.path().join("start")).await.unwrap();
    (ended, dir)
}

async fn until(what: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !what() {
        assert!(Instant::now() < deadline, "waited for 20 s");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn number_in(path: &Path) -> Option<u32> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// The session of a process, which is 0 where its leader is outside of our namespace of processes: so the kernel's call
/// would not do, whose wrapper takes 0 for impossible.
fn session(pid: u32) -> u32 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, after_name) = stat.rsplit_once(')').unwrap();
    after_name.split_whitespace().nth(3).unwrap().parse().unwrap()
}

fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

#[tokio::test]
async fn a_program_ends_with_its_status_and_its_words() {
    let (ended, dir) = run(&sh("echo out; echo err >&2; exit 3"), within(20_000)).await;
    assert_eq!((ended.status, ended.output), (Status::Exited(3), None));
    assert_eq!(ended.last_lines, ["out", "err"]);
    let folder = dir.path().join("start");
    assert!(matches!(Outcome::read(&folder).unwrap(), Outcome::Ended(exit) if exit.status == Status::Exited(3)));
    assert_eq!(wait(&folder).await.unwrap().status, Status::Exited(3));
    for file in fs::read_dir(&folder).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", file.path().display());
        assert!(!file.file_name().to_string_lossy().starts_with('.'), "{} is left", file.path().display());
    }
    let again = launcher().run(&sh("exit 0"), Limits::default(), &folder).await.unwrap_err();
    assert!(matches!(again, ProcessError::Used(_)), "{again}");
}

#[tokio::test]
async fn what_cannot_be_started_says_why_and_did_not_run() {
    let missing = Program { program: "./nothing-here".into(), ..sh("") };
    let (ended, _dir) = run(&missing, within(20_000)).await;
    assert_eq!(ended.status.to_string(), "not started: `./nothing-here`: no such file or directory");
    let nowhere = Program { cwd: "/nothing/here".into(), ..sh("true") };
    let (ended, _dir) = run(&nowhere, within(20_000)).await;
    assert_eq!(ended.status.to_string(), "not started: its directory `/nothing/here`: no such file or directory");
}

#[tokio::test]
async fn no_shell_reads_the_arguments_and_output_is_kept_apart() {
    let args = vec!["$HOME; *".into()];
    let program = Program { program: "echo".into(), args, cwd: "/".into(), env: Env::default() };
    let (ended, _dir) = run(&program, Limits { capture: true, ..within(20_000) }).await;
    assert_eq!(ended.output.as_deref(), Some("$HOME; *\n"));
    assert!(ended.last_lines.is_empty());
}

#[tokio::test]
async fn secrets_reach_the_program_and_no_file() {
    let env = Env {
        cleared: true,
        without: BTreeSet::new(),
        values: BTreeMap::from([("TOKEN".into(), "hunter2-secret".into())]),
    };
    assert!(!format!("{env:?}").contains("hunter2"));
    let program = Program { env, ..sh("test ${#TOKEN} = 14 && test -z \"$HOME\"") };
    let (ended, dir) = run(&program, within(20_000)).await;
    assert_eq!(ended.status, Status::Exited(0), "{:?}", ended.last_lines);
    for file in fs::read_dir(dir.path().join("start")).unwrap() {
        let text = fs::read(file.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&text).contains("hunter2"));
    }
}

#[tokio::test]
async fn a_limit_ends_the_whole_group_even_one_that_will_not() {
    let dir = tempfile::tempdir().unwrap();
    let worker = dir.path().join("worker");
    // The worker ignores TERM, the leader ends at once.
    let script = format!("(trap '' TERM; while :; do sleep 0.05; done) & echo $! >{}; wait", worker.display());
    let began = Instant::now();
    let (ended, _dir) = run(&sh(&script), within(300)).await;
    assert_eq!(ended.status, Status::TimedOut(Duration::from_millis(300)));
    assert_eq!(ended.status.to_string(), "not done within 300ms, and ended");
    assert!(began.elapsed() < Duration::from_secs(8));
    // It was killed; on a busy machine it takes its time to die.
    let worker = number_in(&worker).unwrap();
    let dies = async {
        while ProcessId::of(worker).is_ok_and(|worker| worker.is_alive()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(20), dies).await.is_ok(), "the worker is left");
    let (ended, _dir) = run(&sh("trap '' TERM; while :; do sleep 0.05; done"), within(200)).await;
    assert_eq!(ended.status, Status::TimedOut(Duration::from_millis(200)));
}

#[tokio::test]
async fn a_signal_is_told() {
    let (ended, _dir) = run(&sh("kill -9 $$"), within(20_000)).await;
    assert_eq!(ended.status.to_string(), "ended by signal 9");
}

#[tokio::test]
async fn a_program_goes_on_when_nobody_waits_and_its_end_is_known_later() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, go) = (dir.path().join("start"), dir.path().join("go"));
    let script = sh(&format!("while ! test -e {}; do sleep 0.02; done; echo went on; exit 7", go.display()));
    let launcher = launcher();
    let dropped = tokio::time::timeout(Duration::from_millis(400), launcher.run(&script, within(60_000), &folder));
    assert!(dropped.await.is_err());
    let Outcome::Running(process) = Outcome::read(&folder).unwrap() else { panic!("it does not run") };
    assert!(process.is_alive());
    assert_ne!(session(process.pid), session(std::process::id()));
    fs::write(&go, "").unwrap();
    let ended = wait(&folder).await.unwrap();
    assert_eq!((ended.status, ended.last_lines), (Status::Exited(7), vec!["went on".to_owned()]));
}

#[tokio::test]
async fn a_killed_supervisor_leaves_an_unknown_outcome_and_never_a_guess() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, parent) = (dir.path().join("start"), dir.path().join("parent"));
    let script = sh(&format!("echo $PPID >{}; exec sleep 60", parent.display()));
    let running = tokio::spawn({
        let folder = folder.clone();
        async move { launcher().run(&script, within(60_000), &folder).await }
    });
    until(|| number_in(&parent).is_some() && folder.join("process.json").exists()).await;
    let supervisor = ProcessId::of(number_in(&parent).unwrap()).unwrap();
    kill(supervisor.pid);
    until(|| !supervisor.is_alive()).await;
    let Outcome::Running(program) = Outcome::read(&folder).unwrap() else { panic!("it does not run") };
    assert!(program.pid != supervisor.pid && !running.is_finished(), "the program itself still runs");
    kill(program.pid);
    let error = running.await.unwrap().unwrap_err();
    assert!(matches!(error, ProcessError::Unknown(_)), "{error}");
    assert!(matches!(wait(&folder).await.unwrap_err(), ProcessError::Unknown(_)));
    assert_eq!(Outcome::read(&folder).unwrap(), Outcome::Unknown);
}

#[tokio::test]
async fn a_start_that_was_settled_never_happens_late() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, ran, other) = (dir.path().join("start"), dir.path().join("ran"), dir.path().join("other"));
    let script = sh(&format!("touch {}", ran.display()));
    // The records of a Switchback that was killed between the record and the start.
    launcher().run(&script, within(20_000), &other).await.unwrap();
    fs::remove_file(&ran).unwrap();
    fs::create_dir(&folder).unwrap();
    fs::copy(other.join("spec.json"), folder.join("spec.json")).unwrap();
    assert_eq!(Outcome::read(&folder).unwrap(), Outcome::NotStarted);
    assert_eq!(Outcome::settle(&folder).unwrap(), Outcome::NotStarted);
    let late = std::process::Command::new(env!("CARGO_BIN_EXE_switchback")).arg("__child").arg(&folder).output();
    assert!(!late.unwrap().status.success());
    assert!(!ran.exists());
    assert!(matches!(wait(&folder).await.unwrap_err(), ProcessError::NotStarted(_)));
}

#[test]
fn a_program_outlives_a_killed_switchback_with_its_runtime() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("start");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let script = sh("sleep 0.8; exit 4");
        let _ =
            tokio::time::timeout(Duration::from_millis(300), launcher().run(&script, within(60_000), &folder)).await;
    });
    drop(runtime);
    let deadline = Instant::now() + Duration::from_secs(20);
    while let Outcome::Running(_) = Outcome::read(&folder).unwrap() {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(matches!(Outcome::read(&folder).unwrap(), Outcome::Ended(exit) if exit.status == Status::Exited(4)));
}

/// A directory with services; whatever runs in it is stopped at the end.
struct Shop {
    dir: tempfile::TempDir,
    services: Services,
}

impl Shop {
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let services = Services::open(dir.path(), launcher()).unwrap();
        Self { dir, services }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

fn shop(script: &str) -> Service {
    Service { name: "shop".into(), program: sh(script) }
}

const LIMIT: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_service_runs_is_known_by_its_token_and_stops() {
    let place = Shop::open();
    let service = shop("echo up; exec sleep 60");
    assert_eq!(place.services.state("shop").unwrap(), ServiceState::Stopped);
    assert!(!place.services.stop("shop", LIMIT).await.unwrap());
    let process = place.services.start(&service, "run-1/step").await.unwrap();
    let running =
        ServiceState::Running { token: "run-1/step".into(), command: service.command(), process: process.clone() };
    assert_eq!(place.services.state("shop").unwrap(), running);
    let others = Services::open(place.dir.path(), launcher()).unwrap();
    assert_eq!(others.state("shop").unwrap(), running, "another Switchback sees the same");
    assert_eq!(others.start(&service, "run-1/step").await.unwrap(), process, "the same start twice is one start");
    let error = others.start(&service, "run-2/step").await.unwrap_err();
    assert_eq!(error.to_string(), "service `shop` runs already, started for run-1/step");
    let next = others.restart(&service, "run-2/step", LIMIT).await.unwrap();
    assert!(!process.is_alive() && next.is_alive());
    assert!(others.stop("shop", LIMIT).await.unwrap());
    assert_eq!(place.services.state("shop").unwrap(), ServiceState::Stopped);
    assert!(!next.is_alive());
    assert_eq!(fs::read_to_string(place.services.log("shop").unwrap()).unwrap(), "up\nup\n");
    assert_eq!(fs::read_dir(place.at(".switchback/services/shop")).unwrap().count(), 3, "record, log, one start");
}

#[tokio::test]
async fn a_service_that_ends_at_once_is_told_with_its_last_words() {
    let place = Shop::open();
    let ended = |error| match error {
        ServiceError::Ended { status, last_lines, .. } => (status, last_lines),
        other => panic!("{other}"),
    };
    let error = place.services.start(&shop("echo no such option; exit 2"), "a").await.unwrap_err();
    assert_eq!(error.to_string(), "service `shop` did not stay: exit status 2");
    let error = place.services.start(&shop("sleep 0.1; echo port is taken; exit 1"), "b").await.unwrap_err();
    assert_eq!(ended(error), (Status::Exited(1), vec!["port is taken".to_owned()]), "not what the first start said");
    assert_eq!(place.services.state("shop").unwrap(), ServiceState::Stopped);
}

#[tokio::test]
async fn a_service_that_will_not_stop_is_killed_with_its_workers() {
    let place = Shop::open();
    let worker = place.at("worker");
    let script = format!("trap '' TERM; sleep 60 & echo $! >{}; while :; do sleep 0.05; done", worker.display());
    let process = place.services.start(&shop(&script), "a").await.unwrap();
    until(|| number_in(&worker).is_some()).await;
    let worker = ProcessId::of(number_in(&worker).unwrap()).unwrap();
    assert!(place.services.stop("shop", Duration::from_millis(200)).await.unwrap());
    assert!(!process.is_alive() && !worker.is_alive());
}

#[tokio::test]
async fn a_start_that_was_cut_off_is_not_a_running_service() {
    let place = Shop::open();
    let service = shop("exec sleep 60");
    // The future is dropped before it was polled to the end: as if we had been killed right then.
    let _ = tokio::time::timeout(Duration::from_micros(1), place.services.start(&service, "a")).await;
    let process = place.services.start(&service, "a").await;
    let process = match process {
        Ok(process) => process,
        Err(error) => panic!("{error}"),
    };
    assert!(place.services.stop("shop", LIMIT).await.unwrap());
    assert!(!process.is_alive());
    fs::remove_dir_all(place.at(".switchback/services/shop/start-1")).ok();
    place.services.start(&service, "b").await.unwrap();
    assert!(place.services.stop("shop", LIMIT).await.unwrap());
}

#[tokio::test]
async fn a_name_is_one_part_of_a_path() {
    let place = Shop::open();
    for name in ["", ".", "..", "a/b", "/a", "../a", "a/"] {
        assert!(matches!(place.services.state(name), Err(ServiceError::Name(_))), "{name}");
    }
}
