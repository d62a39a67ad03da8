//! `program` as an action, a check and a reader.

use crate::Trial;
use crate::stage::{SECRET, Stage, in_plan, refused};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use switchback::action::{Body, Learnt, Probe, What};
use switchback::world::process::ProcessId;

pub const TRIALS: &[Trial] = &[
    ("program::runs_in_the_target_with_its_environment", runs_in_the_target_with_its_environment),
    ("program::the_copy_of_the_bundle_runs", the_copy_of_the_bundle_runs),
    ("program::a_failure_shows_the_last_lines_masked", a_failure_shows_the_last_lines_masked),
    ("program::what_is_not_there_is_known_not_done", what_is_not_there_is_known_not_done),
    ("program::never_started_is_known", never_started_is_known),
    ("program::each_start_has_its_folder", each_start_has_its_folder),
    ("program::one_that_runs_is_let_finish", one_that_runs_is_let_finish),
    ("program::an_end_that_nobody_saw_is_a_question", an_end_that_nobody_saw_is_a_question),
    ("program::its_limit_ends_it", its_limit_ends_it),
    ("program::preview_says_what_is_known", preview_says_what_is_known),
    ("program::a_check_holds_at_exit_status_0", a_check_holds_at_exit_status_0),
    ("program::a_look_leaves_nothing_behind", a_look_leaves_nothing_behind),
    ("program::a_reader_gives_its_output", a_reader_gives_its_output),
    ("program::a_secret_is_no_argument", a_secret_is_no_argument),
];

fn sh(script: &str) -> Stage {
    Stage::new(&format!("program \"sh\" \"-c\" #\"{script}\"# as=\"it\" within=\"20s\""), "", &[])
}

fn look(script: &str) -> Stage {
    Stage::new(&format!("verify {{ program \"sh\" \"-c\" #\"{script}\"# within=\"20s\" }}"), "", &[])
}

fn every_file(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(every_file(&path)) } else { found.push(path) }
    }
    found
}

fn runs_in_the_target_with_its_environment() {
    let step = "program \"sh\" \"-c\" #\"printf %s \"$TOKEN\" >token; pwd >where; echo $TOKEN\"# {\n env \"TOKEN\" \"{{secret}}\"\n}";
    let stage = Stage::new(step, "", &[]);
    assert!(!in_plan(&stage.act().call).contains(SECRET));
    let recipe = stage.prepare();
    assert_eq!(stage.apply(&recipe).unwrap().changed, 1);
    assert_eq!(fs::read_to_string(stage.work().join("token")).unwrap(), SECRET);
    let place = fs::read_to_string(stage.work().join("where")).unwrap();
    assert_eq!(Path::new(place.trim()), stage.work().canonicalize().unwrap());
    assert!(matches!(stage.probe(&recipe), Probe::Done(how) if how.starts_with("program sh: exit status 0 after ")));
    // What the program itself prints is overwritten in its log, which nobody else can read.
    for file in every_file(&stage.root.path().join("run")) {
        let holds = String::from_utf8_lossy(&fs::read(&file).unwrap()).contains(SECRET);
        assert!(!holds, "{}", file.display());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0);
    }
}

fn the_copy_of_the_bundle_runs() {
    let script = "#!/bin/sh\n. \"$1\"\nprintf '%s|%s' \"$0\" \"$greeting\" >out\n";
    let sources = [("scripts/go.sh", script), ("scripts/lib/words.sh", "greeting='hello there'\n")];
    let stage = Stage::new("program \"./scripts/go.sh\" \"./scripts/lib/words.sh\"", "", &sources);
    // What stands in the project is not looked at any more.
    fs::create_dir(stage.root.path().join("scripts")).unwrap();
    fs::write(stage.root.path().join("scripts/go.sh"), "#!/bin/sh\nexit 9\n").unwrap();
    stage.apply(&stage.prepare()).unwrap();
    let out = fs::read_to_string(stage.work().join("out")).unwrap();
    let (ran, greeting) = out.split_once('|').unwrap();
    assert_eq!(greeting, "hello there");
    assert!(ran.ends_with("/run/outputs/s/1-1/sources/scripts/go.sh"), "{ran}");
    assert_eq!(fs::metadata(ran).unwrap().permissions().mode() & 0o777, 0o700);
}

fn a_failure_shows_the_last_lines_masked() {
    let stage = sh(&format!("for i in 1 2 3 4 5 6; do echo line $i; done; echo; echo got {SECRET} >&2; exit 3"));
    let recipe = stage.prepare();
    let fault = stage.apply(&recipe).unwrap_err();
    assert_eq!((fault.why.as_str(), fault.unknown), ("program sh: exit status 3", false));
    assert_eq!(fault.details, ["| line 3", "| line 4", "| line 5", "| line 6", "| got ‹hidden›"]);
    assert_eq!(stage.probe(&recipe), Probe::Failed("program sh: exit status 3".into()));
}

fn what_is_not_there_is_known_not_done() {
    let stage = Stage::new("program \"no-such-program-here\"", "", &[]);
    let recipe = stage.prepare();
    let fault = stage.apply(&recipe).unwrap_err();
    let why = "program no-such-program-here: not started: `no-such-program-here`: no such file or directory";
    assert_eq!((fault.why.as_str(), fault.unknown), (why, false));
    assert!(matches!(stage.probe(&recipe), Probe::Failed(_)));
}

fn never_started_is_known() {
    let stage = sh("echo x >>ran");
    let recipe = stage.prepare();
    assert_eq!(stage.probe(&recipe), Probe::NotDone("program sh was not started".into()));
    // Killed between making the folder and the supervisor's start.
    fs::create_dir(stage.root.path().join("run/outputs/s/it-1")).unwrap();
    assert_eq!(stage.probe(&recipe), Probe::NotDone("program sh was not started".into()));
    stage.apply(&recipe).unwrap();
    assert_eq!(fs::read_to_string(stage.work().join("ran")).unwrap(), "x\n");
    assert!(matches!(stage.probe(&recipe), Probe::Done(_)));
}

fn each_start_has_its_folder() {
    let stage = sh("test -e good");
    let first = stage.prepare();
    assert!(stage.apply(&first).is_err());
    fs::write(stage.work().join("good"), "").unwrap();
    // A person said that it was not done: the recipe of then serves again.
    stage.apply(&first).unwrap();
    assert!(matches!(stage.probe(&first), Probe::Done(_)));
    // Another intent does not take the ends of the first for its own.
    let second = stage.prepare();
    assert!(matches!(stage.probe(&second), Probe::NotDone(_)));
    stage.apply(&second).unwrap();
    assert!(stage.root.path().join("run/outputs/s/it-3/exit.json").exists());
}

/// Starts the action and forgets it, as a crash does: its supervisor goes on.
fn start_and_crash(stage: &Stage, recipe: &switchback::action::Recipe, until: &str) {
    let act = stage.act();
    stage.on(&act.id, act.within.std(), async |scene| {
        let apply = crate::stage::action(act).apply(&act.call, recipe, &scene);
        let seen = async {
            while !stage.work().join(until).exists() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::select! { ended = apply => panic!("it ended: {ended:?}"), () = seen => {} }
    });
}

fn one_that_runs_is_let_finish() {
    let stage = sh("echo >begun; sleep 1; echo >ended");
    let recipe = stage.prepare();
    start_and_crash(&stage, &recipe, "begun");
    let probed = stage.probe(&recipe);
    assert!(stage.work().join("ended").exists(), "{probed:?}");
    assert!(matches!(probed, Probe::Done(_)), "{probed:?}");
    assert_eq!(stage.said(), ["program sh is let finish"]);
}

fn an_end_that_nobody_saw_is_a_question() {
    let stage =
        sh(&format!("echo checks: ok, with {SECRET}; echo $PPID $$ >begun.new; mv begun.new begun; exec sleep 60"));
    let recipe = stage.prepare();
    start_and_crash(&stage, &recipe, "begun");
    // The supervisor first, so that it can't write down the end.
    for pid in fs::read_to_string(stage.work().join("begun")).unwrap().split_whitespace() {
        let number: i32 = pid.parse().unwrap();
        let process = ProcessId::of(number.unsigned_abs()).unwrap();
        let pid = rustix::process::Pid::from_raw(number).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        while process.is_alive() {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    let Probe::Unknown(seen) = stage.probe(&recipe) else { panic!("it is not unknown") };
    assert_eq!(seen[0], "process    gone: nobody saw how it ended, since what watched it was killed too");
    assert_eq!(seen[1], "its output  last line: \"checks: ok, with ‹hidden›\"");
}

fn its_limit_ends_it() {
    let stage = Stage::new("program \"sleep\" \"60\" within=\"1s\"", "", &[]);
    let (recipe, began) = (stage.prepare(), Instant::now());
    let fault = stage.apply(&recipe).unwrap_err();
    assert_eq!(fault.why, "program sleep: not done within 1s, and ended");
    assert!(began.elapsed() < Duration::from_secs(9));
    assert!(matches!(stage.probe(&recipe), Probe::Failed(_)));
}

fn preview_says_what_is_known() {
    let sources = [("scripts/pg-upgrade.sh", "#!/bin/sh\nexit 0\n"), ("scripts/bare.sh", "exit 0\n")];
    let of = |step: &str| Stage::new(step, "", &sources).preview();
    let change = of("program \"./scripts/pg-upgrade.sh\" \"16.4\" \"two words\" within=\"30m\"").unwrap().remove(0);
    assert_eq!(
        (change.resource.as_str(), change.what, change.learnt),
        ("program pg-upgrade", What::Unknown, Learnt::NotKnowable)
    );
    let Body::Words(words) = change.body else { panic!("no words") };
    let digest = &blake3::hash(sources[0].1.as_bytes()).to_hex()[..12];
    let expected = format!(
        "./scripts/pg-upgrade.sh 16.4 \"two words\"\n2 lines, b3:{digest}, runs from the bundle's copy; limit 30m"
    );
    assert_eq!(words, expected);
    let change = of("program \"/usr/bin/env\" as=\"look-around\"").unwrap().remove(0);
    assert_eq!(
        (change.resource.as_str(), change.body),
        ("program look-around", Body::Words("/usr/bin/env\nlimit 5m".into()))
    );
    let fault = of("program \"./scripts/bare.sh\"").unwrap_err();
    assert_eq!(fault.why, "`scripts/bare.sh` does not say what runs it");
    assert!(of("program \"sh\" \"./scripts/bare.sh\"").is_ok());
}

fn a_check_holds_at_exit_status_0() {
    let seen = look("exit 0").look().unwrap();
    assert_eq!((seen.holds, seen.says.as_str()), (true, "exit status 0"));
    let seen = look("echo one; echo two >&2; exit 4").look().unwrap();
    assert_eq!((seen.holds, seen.says.as_str()), (false, "exit status 4: two"));
    let stage = Stage::new("verify { program \"sleep\" \"60\" within=\"1s\" }", "", &[]);
    assert_eq!(stage.look().unwrap().says, "not done within 1s, and ended");
}

fn a_look_leaves_nothing_behind() {
    let mut stage = look("pwd");
    stage.look().unwrap();
    assert_eq!(every_file(&stage.root.path().join("run")), [] as [PathBuf; 0]);
    stage.site.folder = None;
    stage.look().unwrap();
    stage.read().unwrap();
}

fn a_reader_gives_its_output() {
    assert_eq!(look("echo; echo ' 16.4 (Debian) '; echo noise >&2").read().unwrap(), "16.4 (Debian)");
    let fault = look("echo bad >&2; exit 1").read().unwrap_err();
    assert_eq!((fault.why.as_str(), fault.details), ("program sh: exit status 1", vec!["| bad".to_owned()]));
    let fault = look("head -c 70000 /dev/zero | tr '\\0' x").read().unwrap_err();
    assert_eq!(fault.why, "program sh: its output is more than 64 KiB, which is no value");
}

fn a_secret_is_no_argument() {
    let why = "a secret as an argument is seen by everyone who lists processes";
    assert_eq!(refused("program \"psql\" \"{{secret}}\""), [why]);
    assert_eq!(refused("verify { program \"psql\" \"--password={{secret}}\" }"), [why]);
    assert_eq!(refused("program \"psql\" { header \"a\" \"b\" }"), ["`header` says nothing to `program`"]);
    assert_eq!(refused("program \"psql\" \"{{run}}\" { env \"PGPASSWORD\" \"{{secret}}\" }"), [] as [&str; 0]);
}
