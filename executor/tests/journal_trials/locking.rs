//! Trial 7: many want the lock, one gets it, and nobody ever has to unlock by hand.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::thread;

use switchback::journal::{Lock, LockError};

const RACES: usize = 1000;
const RUNNERS: usize = 4;
const PROCESS_RACES: usize = 20;
/// Set in a child process: the lock that it is to take and hold until it is killed.
const CHILD: &str = "SWITCHBACK_TRIAL_LOCK";

type Take = fn(&Path, usize) -> Result<Lock, LockError>;

/// How many of the runners had the lock at the same time.
fn race(path: &Path, take: Take) -> usize {
    let (start, all_tried) = (Barrier::new(RUNNERS), Barrier::new(RUNNERS));
    let run = |runner| {
        start.wait();
        let lock = take(path, runner);
        all_tried.wait();
        match lock {
            Ok(_) => 1,
            Err(LockError::Held { .. }) => 0,
            Err(LockError::Io(error)) => panic!("{error}"),
        }
    };
    thread::scope(|scope| {
        let runners: Vec<_> = (0..RUNNERS).map(|runner| scope.spawn(move || run(runner))).collect();
        runners.into_iter().map(|runner| runner.join().unwrap()).sum()
    })
}

fn take(path: &Path, runner: usize) -> Result<Lock, LockError> {
    Lock::take(path, &format!("runner {runner}"))
}

#[test]
fn each_race_has_one_winner() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lock");
    let winners: Vec<_> = (0..RACES).map(|_| race(&path, take)).collect();
    assert!(winners.iter().all(|count| *count == 1), "more or fewer than one winner");
    println!(
        "trial 7, two writers: no seed; {RACES} races of {RUNNERS} threads; checked: one winner each, none unlocked by hand"
    );
}

#[test]
fn a_lock_that_removes_its_file_is_caught() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lock");
    let tidy: Take = |path, runner| {
        std::fs::remove_file(path).ok();
        take(path, runner)
    };
    let most = (0..RACES).map(|_| race(&path, tidy)).max().unwrap();
    println!("planted: the file is removed before it is taken; caught: {most} winners in one race");
    assert!(most > 1);
}

#[test]
fn who_has_it_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lock");
    let lock = Lock::take(&path, "process 48112 on ops-3, since 21:44").unwrap();
    let told = Lock::take(&path, "another").unwrap_err().to_string();
    assert_eq!(told, "locked by process 48112 on ops-3, since 21:44");
    drop(lock);
    drop(Lock::take(&path, "x").unwrap());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "x");
}

/// Not a test of its own: what the child processes of the next one run.
#[test]
fn hold_the_lock_if_told_to() {
    let Ok(path) = std::env::var(CHILD) else { return };
    let lock = Lock::take(Path::new(&path), "a child");
    println!("{}", if lock.is_ok() { "<won>" } else { "<lost>" });
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn a_lock_dies_with_its_process() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lock");
    for _ in 0..PROCESS_RACES {
        let mut children: Vec<_> = (0..3).map(|_| start_child(&path)).collect();
        let won: Vec<_> = children.iter_mut().map(has_won).collect();
        assert_eq!(won.iter().filter(|won| **won).count(), 1);
        assert!(matches!(take(&path, 0), Err(LockError::Held { .. })));
        for child in &mut children {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        drop(take(&path, 0).unwrap());
    }
    println!(
        "trial 7, two writers: no seed; {PROCESS_RACES} races of 3 processes, all killed; checked: one winner each, free after it"
    );
}

fn start_child(path: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "locking::hold_the_lock_if_told_to", "--nocapture"]).env(CHILD, path);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

fn has_won(child: &mut Child) -> bool {
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    let answer = lines.map(Result::unwrap).find(|line| line.contains("<won>") || line.contains("<lost>"));
    answer.unwrap().contains("<won>")
}
