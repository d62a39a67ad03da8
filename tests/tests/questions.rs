//! What a run asks a person, on a terminal and where there is none: the question is there, a right answer goes on, a wrong
//! one does not, and a signal, an end of input and a closed terminal are no answer and lose nothing.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use switchback_tests::person::Project;
use switchback_tests::terminal::{CTRL_C, CTRL_D};

const RUN: [&str; 3] = ["run", "go.plan.kdl", "--yes"];
const UNDO: [&str; 2] = ["undo", "--yes"];

/// A step whose undo loses data, and one that fails after it.
const LOSING: &str = r#"
step "store" {
    file.write "store" content="new\n"
    undo { own; loses "orders written since the copy" }
    verify { file.contains "store" "new" }
}
step "shop" {
    needs "store"
    file.write "shop" content="new\n"
    verify { file.contains "shop" "open" within="200ms" every="50ms" }
}"#;
const STORE: [(&str, &str); 1] = [("store", "old\n")];
const LOSS: &str = "undoing store loses orders written since the copy\ntype the target's name to accept it, local: ";

#[test]
fn a_failure_loses_data_only_when_a_person_types_the_targets_name() {
    let project = Project::new(LOSING, &STORE).unwrap();
    let mut run = project.asked(&RUN).unwrap();
    let before = run.until(LOSS).unwrap();
    assert!(before.contains("the undo loses data, so it begins only when a person accepts that"), "{before}");
    assert_eq!(project.holds("store").as_deref(), Some("new\n"));
    run.types("yes").unwrap();
    run.until("`yes` is not `local`; 2 more tries\ntype the target's name to accept it, local: ").unwrap();
    run.types("local").unwrap();
    run.until("accepted by ada").unwrap();
    let (exit, said) = run.ends().unwrap();
    assert_eq!(exit, Some(20), "{said}");
    assert_eq!(project.holds("store").as_deref(), Some("old\n"));
    let report = project.report().unwrap();
    assert!(report.contains("ada accepted what the undo loses"), "{report}");
}

#[test]
fn without_a_person_a_loss_waits_and_says_what_to_type() {
    let project = Project::new(LOSING, &STORE).unwrap();
    let ended = project.alone(&RUN).unwrap();
    assert_eq!(ended.exit, Some(24), "{}", ended.said);
    assert!(ended.said.contains("undoing store loses orders written since the copy"), "{}", ended.said);
    assert_eq!(project.holds("store").as_deref(), Some("new\n"));
    assert!(ended.next().first() == Some(&"undo") && ended.next().last() == Some(&"--accept-losses"), "{}", ended.said);
    // Asked again in vain it still waits; the very command that was told takes it back.
    assert_eq!(project.alone(&["resume"]).unwrap().exit, Some(24));
    let told = [ended.next(), vec!["--yes"]].concat();
    let undone = project.alone(&told).unwrap();
    assert_eq!(undone.exit, Some(0), "{}", undone.said);
    assert_eq!(project.holds("store").as_deref(), Some("old\n"));
}

#[test]
fn a_loss_that_the_plan_accepts_is_not_asked_about() {
    let plan = format!("on-failure \"undo\" losses=\"accept\"\n{LOSING}");
    let project = Project::new(&plan, &STORE).unwrap();
    let ended = project.watched(&RUN).unwrap();
    assert_eq!(ended.exit, Some(20), "{}", ended.said);
    assert!(!ended.said.contains("to accept it"), "{}", ended.said);
}

#[test]
fn an_undo_that_was_asked_for_asks_before_it_loses_data() {
    let plan = LOSING.replace("\"open\"", "\"new\"");
    let project = Project::new(&plan, &STORE).unwrap();
    assert_eq!(project.alone(&RUN).unwrap().exit, Some(0));
    let refused = project.alone(&UNDO).unwrap();
    assert_eq!(refused.exit, Some(24), "{}", refused.said);
    for key in [CTRL_C, CTRL_D] {
        let mut undo = project.asked(&["undo"]).unwrap();
        undo.until(LOSS).unwrap();
        undo.presses(key).unwrap();
        let (exit, said) = undo.ends().unwrap();
        assert_eq!(exit, Some(if key == CTRL_C { 22 } else { 24 }), "{said}");
        assert!(said.contains("nothing was touched"), "{said}");
    }
    let mut undo = project.asked(&["undo"]).unwrap();
    undo.until(LOSS).unwrap();
    undo.closes();
    assert_eq!(undo.ends().unwrap().0, Some(24));
    // Who was not answered has not changed where the run stands.
    assert!(project.alone(&["status"]).unwrap().said.contains("done"));
    let mut undo = project.asked(&["undo"]).unwrap();
    undo.until(LOSS).unwrap();
    undo.types("local").unwrap();
    let (exit, said) = undo.ends().unwrap();
    assert_eq!((exit, project.holds("store").as_deref()), (Some(0), Some("old\n")), "{said}");
}

#[test]
fn an_undo_says_what_it_goes_back_to_before_it_asks() {
    let plan = r#"
step "a" { moves from="1.0.0" to="1.1.0"; file.write "a" content="new\n" }
step "b" { needs "a"; file.write "b" content="new\n" }
step "c" { needs "b"; file.write "c" content="new\n"; stays "it only adds" }"#;
    let project = Project::new(plan, &[("a", "old\n")]).unwrap();
    assert_eq!(project.alone(&RUN).unwrap().exit, Some(0));
    let told = [
        "plan go\n",
        "  goes back to a 1.0.0 on local\n",
        "  3 of 3 steps, 3 changes, the last one first: c, b and a\n",
        "  c stays as it is: it only adds\n",
    ];
    let refused = project.alone(&["undo"]).unwrap();
    assert_eq!(refused.exit, Some(12), "{}", refused.said);
    for line in told {
        assert!(refused.said.contains(line), "{line} is not in {}", refused.said);
    }
    let mut undo = project.asked(&["undo"]).unwrap();
    undo.until("take the run back? type yes: ").unwrap();
    undo.types("yes").unwrap();
    let (exit, said) = undo.ends().unwrap();
    let said = said.replace('\r', "");
    for line in told {
        assert!(said.contains(line), "{exit:?}: {line} is not in {said}");
    }
}

#[test]
fn at_the_question_about_a_loss_nothing_is_an_answer_but_the_name() {
    for (key, code) in [(Some(CTRL_C), 22), (Some(CTRL_D), 24), (None, 24)] {
        let project = Project::new(LOSING, &STORE).unwrap();
        let mut run = project.asked(&RUN).unwrap();
        run.until(LOSS).unwrap();
        match key {
            Some(key) => run.presses(key).unwrap(),
            None => run.closes(),
        }
        let (exit, said) = run.ends().unwrap();
        assert_eq!(exit, Some(code), "{said}");
        assert_eq!(project.holds("store").as_deref(), Some("new\n"));
        let mut resume = project.asked(&["resume"]).unwrap();
        resume.until(LOSS).unwrap();
        resume.types("local").unwrap();
        let (exit, said) = resume.ends().unwrap();
        assert_eq!((exit, project.holds("store").as_deref()), (Some(20), Some("old\n")), "{said}");
    }
}

const GATE: &str = r#"
stage "prepare" { step "copy" { backup keep="1d" { file "a" } } }
step "a" {
    gate "data" { confirm "Orders may be lost" type="{{target}}" }
    file.write "a" content="new\n"
}"#;
const ASKED: &str = "data: Orders may be lost\ntype the target's name to go on, local: ";

#[test]
fn a_gate_wants_the_very_text() {
    let project = Project::new(GATE, &[("a", "old\n")]).unwrap();
    let mut run = project.asked(&RUN).unwrap();
    run.until(ASKED).unwrap();
    run.types("prod").unwrap();
    run.until("`prod` is not `local`; 2 more tries\n").unwrap();
    run.types("local").unwrap();
    run.until("confirmed by ada").unwrap();
    let (exit, said) = run.ends().unwrap();
    assert_eq!((exit, project.holds("a").as_deref()), (Some(0), Some("new\n")), "{said}");
}

#[test]
fn a_gate_that_stays_shut_loses_nothing() {
    for way in ["wrong", "end", "closed", "stop"] {
        let project = Project::new(GATE, &[("a", "old\n")]).unwrap();
        let mut run = project.asked(&RUN).unwrap();
        run.until(ASKED).unwrap();
        match way {
            "wrong" => {
                for told in ["2 more tries", "once more", "and is not asked for again"] {
                    run.types("prod").unwrap();
                    run.until(&format!("`prod` is not `local`; {told}")).unwrap();
                }
            }
            "end" => run.presses(CTRL_D).unwrap(),
            "closed" => run.closes(),
            _ => run.presses(CTRL_C).unwrap(),
        }
        let (exit, said) = run.ends().unwrap();
        assert_eq!(exit, Some(if way == "stop" { 22 } else { 12 }), "{way}: {said}");
        assert_eq!(project.holds("a").as_deref(), Some("old\n"));
        // What was prepared is kept: the next process asks again, and goes on.
        let mut resume = project.asked(&["resume"]).unwrap();
        resume.until(ASKED).unwrap();
        resume.types("local").unwrap();
        let (exit, said) = resume.ends().unwrap();
        assert_eq!((exit, project.holds("a").as_deref()), (Some(0), Some("new\n")), "{way}: {said}");
    }
}

#[test]
fn a_gate_without_a_person_takes_its_text_from_the_command_line() {
    let project = Project::new(GATE, &[("a", "old\n")]).unwrap();
    let ended = project.alone(&RUN).unwrap();
    assert_eq!(ended.exit, Some(12), "{}", ended.said);
    assert!(
        ended.said.contains("data: Orders may be lost\n") && ended.said.contains("--confirm data=local"),
        "{ended:?}"
    );
    let wrong = project.alone(&[&RUN[..], &["--confirm", "data=prod"]].concat()).unwrap();
    assert_eq!(wrong.exit, Some(12), "{}", wrong.said);
    assert!(project.runs().is_empty(), "{:?}", project.runs());
    let right = project.alone(&[&RUN[..], &["--confirm", "data=local"]].concat()).unwrap();
    assert_eq!(right.exit, Some(0), "{}", right.said);
}

#[test]
fn while_a_gate_is_open_other_steps_go_on() {
    let plan = r#"
step "a" {
    gate "here" ask="here" { confirm "Now?" }
    file.write "a" content="new\n"
}
step "b" {
    program "sh" "-c" "sleep 0.4; echo done > b"
    stays "it is a test"
}"#;
    let project = Project::new(plan, &[]).unwrap();
    let mut run = project.asked(&RUN).unwrap();
    run.until("here: Now?\nto go on, type here: ").unwrap();
    while project.holds("b").is_none() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    run.types("here").unwrap();
    let (exit, said) = run.ends().unwrap();
    assert_eq!(exit, Some(0), "{said}");
    assert!(!said.contains("type here: \u{1b}"), "something was drawn over the question: {said:?}");
}

#[test]
fn a_plan_is_run_only_after_yes() {
    let project = Project::new("step \"a\" { file.write \"a\" content=\"new\\n\" }", &[]).unwrap();
    for (answer, code) in [("", 12), ("n", 12), ("sure", 12), ("Y", 0)] {
        let mut run = project.asked(&["run", "go.plan.kdl"]).unwrap();
        run.until("run 1 step on local? [y/N] ").unwrap();
        assert!(project.runs().is_empty());
        run.types(answer).unwrap();
        let (exit, said) = run.ends().unwrap();
        assert_eq!(exit, Some(code), "{said}");
    }
    assert_eq!(project.holds("a").as_deref(), Some("new\n"));
}

#[test]
fn at_the_question_of_a_plan_a_signal_begins_nothing() {
    let project = Project::new("step \"a\" { file.write \"a\" content=\"new\\n\" }", &[]).unwrap();
    for (key, code) in [(Some(CTRL_C), 12), (Some(CTRL_D), 12), (None, 12)] {
        let mut run = project.asked(&["run", "go.plan.kdl"]).unwrap();
        run.until("[y/N] ").unwrap();
        match key {
            Some(key) => run.presses(key).unwrap(),
            None => run.closes(),
        }
        let (exit, said) = run.ends().unwrap();
        assert_eq!(exit, Some(code), "{said}");
        assert!(project.runs().is_empty() && project.holds("a").is_none());
    }
}

#[test]
fn deletions_over_the_limit_want_their_number() {
    let files = [("a", "1\n"), ("b", "2\n"), ("c", "3\n")];
    let project = Project::new("step \"a\" { file.remove \"a\" \"b\" }", &files).unwrap();
    let policy = "language 1\ntarget \"local\" { directory \"./platform\" }\npolicy { deletions at-most=1 }\n";
    project.write("switchback.kdl", policy).unwrap();
    let alone = project.alone(&RUN).unwrap();
    assert_eq!(alone.exit, Some(12), "{}", alone.said);
    assert!(alone.said.contains("over policy's limit of 1") && alone.said.contains("--deletes 2"), "{}", alone.said);
    let wrong = project.alone(&[&RUN[..], &["--deletes", "3"]].concat()).unwrap();
    assert_eq!(wrong.exit, Some(12), "{}", wrong.said);
    let mut run = project.asked(&["run", "go.plan.kdl"]).unwrap();
    run.until("over policy's limit of 1\ntype the number of deletions to go on: ").unwrap();
    run.types("y").unwrap();
    run.until("`y` is not the number; 2 more tries\ntype the number of deletions to go on: ").unwrap();
    assert!(project.holds("a").is_some());
    run.types("2").unwrap();
    let (exit, said) = run.ends().unwrap();
    assert_eq!((exit, project.holds("a")), (Some(0), None), "{said}");
}

/// A server that takes a request and never answers: whether it did its work nobody knows.
fn silent() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, count) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for mut stream in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 512];
            // It is read so that it was surely sent; its words matter to nobody.
            let _read = stream.read(&mut request);
            open.push(stream);
        }
    });
    (port, count)
}

fn posting(port: u16) -> String {
    format!(
        "step \"post\" {{\n    http.request \"POST\" \"http://127.0.0.1:{port}/\" within=\"500ms\"\n    \
         undo {{ file.write \"undone\" content=\"1\\n\" }}\n}}\n\
         step \"next\" {{ needs \"post\"; file.write \"next\" content=\"1\\n\" }}"
    )
}

#[test]
fn an_unknown_outcome_waits_for_a_person_and_is_never_repeated() {
    let (port, count) = silent();
    let project = Project::new(&posting(port), &[]).unwrap();
    let alone = project.alone(&RUN).unwrap();
    assert_eq!(alone.exit, Some(24), "{}", alone.said);
    assert!(alone.said.contains("it runs at most once, and looking does not tell: you must say"), "{}", alone.said);
    assert!(alone.said.contains("--outcome post=not-done\n"), "{}", alone.said);
    assert_eq!(project.alone(&["resume"]).unwrap().exit, Some(24));
    assert_eq!((count.load(Ordering::SeqCst), project.holds("next")), (1, None));

    let mut resume = project.asked(&["resume"]).unwrap();
    resume.until("do its work?").unwrap();
    resume.until("answer: ").unwrap();
    resume.types("y").unwrap();
    resume.until("`y` is not one of these words; 2 more tries\nanswer: ").unwrap();
    resume.types("leave").unwrap();
    let (exit, said) = resume.ends().unwrap();
    assert_eq!(exit, Some(24), "{said}");
    assert!(said.contains("nothing was touched; the question stays open\nnext: switchback resume "), "{said}");

    let mut resume = project.asked(&["resume"]).unwrap();
    resume.until("answer: ").unwrap();
    resume.types("done").unwrap();
    resume.until("ada said: it did its work").unwrap();
    let (exit, said) = resume.ends().unwrap();
    assert_eq!((exit, project.holds("next").as_deref()), (Some(0), Some("1\n")), "{said}");
    assert_eq!(count.load(Ordering::SeqCst), 1);
    assert!(project.report().unwrap().contains("ada said: it did its work"));
}

#[test]
fn the_answer_undo_takes_back_and_undo_itself_asks() {
    for command in ["run", "resume", "undo"] {
        let (port, count) = silent();
        let project = Project::new(&posting(port), &[]).unwrap();
        let mut asked = if command == "run" {
            project.asked(&RUN).unwrap()
        } else {
            assert_eq!(project.alone(&RUN).unwrap().exit, Some(24));
            project.asked(&[command, "--yes"]).unwrap()
        };
        asked.until("do its work?").unwrap();
        asked.until("answer: ").unwrap();
        asked.types("undo").unwrap();
        let (exit, said) = asked.ends().unwrap();
        assert_eq!(exit, Some(if command == "undo" { 0 } else { 20 }), "{command}: {said}");
        assert_eq!((project.holds("undone").as_deref(), project.holds("next")), (Some("1\n"), None), "{said}");
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }
    let (port, _) = silent();
    let project = Project::new(&posting(port), &[]).unwrap();
    assert_eq!(project.alone(&RUN).unwrap().exit, Some(24));
    assert_eq!(project.alone(&UNDO).unwrap().exit, Some(24));
    let undone = project.alone(&["undo", "--yes", "--outcome", "post=done"]).unwrap();
    assert_eq!((undone.exit, project.holds("undone").is_some()), (Some(0), true), "{}", undone.said);
}

#[test]
fn at_the_question_about_an_outcome_a_signal_leaves_it_open() {
    for (key, code) in [(Some(CTRL_C), 22), (Some(CTRL_D), 24), (None, 24)] {
        let (port, count) = silent();
        let project = Project::new(&posting(port), &[]).unwrap();
        let mut run = project.asked(&RUN).unwrap();
        run.until("answer: ").unwrap();
        match key {
            Some(key) => run.presses(key).unwrap(),
            None => run.closes(),
        }
        let (exit, said) = run.ends().unwrap();
        assert_eq!(exit, Some(code), "{said}");
        let ended = project.alone(&["resume", "--outcome", "post=done"]).unwrap();
        assert_eq!((ended.exit, count.load(Ordering::SeqCst)), (Some(0), 1), "{}", ended.said);
    }
}

const CHECKED: &str = r#"
step "a" {
    file.write "a" content="new\n"
    verify { file.contains "a" "open" within="200ms" every="50ms" else="ask" hint="call lin" }
}
step "b" { needs "a"; file.write "b" content="1\n" }"#;

#[test]
fn a_check_asks_whether_it_goes_on() {
    for (answer, code, a) in [("go-on", 0, "new\n"), ("fail", 20, "old\n")] {
        let project = Project::new(CHECKED, &[("a", "old\n")]).unwrap();
        let mut run = project.asked(&RUN).unwrap();
        run.until("a: does not hold, and only a person says whether it goes on\n").unwrap();
        run.until("  hint: call lin\n\ndoes a go on without it?\n").unwrap();
        run.until("answer: ").unwrap();
        assert_eq!(project.holds("b"), None);
        run.types(answer).unwrap();
        let (exit, said) = run.ends().unwrap();
        assert_eq!((exit, project.holds("a").as_deref()), (Some(code), Some(a)), "{said}");
        assert!(project.report().unwrap().contains("ada"), "{said}");
        assert_eq!(project.holds("b").is_some(), code == 0);
    }
}

#[test]
fn a_check_that_nobody_answers_waits_and_takes_its_answer_later() {
    for (answer, code) in [("go-on", 0), ("fail", 20)] {
        let project = Project::new(CHECKED, &[("a", "old\n")]).unwrap();
        // An answer before anything was asked is no answer to this.
        let alone = project.alone(&RUN).unwrap();
        assert_eq!(alone.exit, Some(24), "{}", alone.said);
        assert!(alone.said.contains("--answer a=fail\n"), "{}", alone.said);
        assert!(project.alone(&["status"]).unwrap().said.contains("resume"));
        let ended = project.alone(&["resume", "--answer", &format!("a={answer}")]).unwrap();
        assert_eq!(ended.exit, Some(code), "{}", ended.said);
    }
    // What holds by then is not asked about; what was not asked about is not answered beforehand.
    let project = Project::new(CHECKED, &[("a", "old\n")]).unwrap();
    assert_eq!(project.alone(&RUN).unwrap().exit, Some(24));
    std::fs::write(project.path("platform/a"), "open\n").unwrap();
    assert_eq!(project.alone(&["resume"]).unwrap().exit, Some(0));
}

#[test]
fn at_the_question_of_a_check_a_signal_leaves_it_open() {
    for (key, code) in [(Some(CTRL_C), 22), (Some(CTRL_D), 24), (None, 24)] {
        let project = Project::new(CHECKED, &[("a", "old\n")]).unwrap();
        let mut run = project.asked(&RUN).unwrap();
        run.until("answer: ").unwrap();
        match key {
            Some(key) => run.presses(key).unwrap(),
            None => run.closes(),
        }
        let (exit, said) = run.ends().unwrap();
        assert_eq!(exit, Some(code), "{said}");
        let ended = project.alone(&["resume", "--answer", "a=go-on"]).unwrap();
        assert_eq!(ended.exit, Some(0), "{}", ended.said);
    }
}

#[test]
fn a_gate_before_the_way_back_is_given_up_is_answered_too() {
    let plan = "step \"a\" { file.write \"a\" content=\"1\\n\" }\n\
                stage \"finalize\" {\n    gate \"last\" { confirm \"The old data goes away\" }\n    \
                step \"b\" { file.write \"b\" content=\"1\\n\" }\n}";
    let project = Project::new(plan, &[]).unwrap();
    let ran = project.alone(&RUN).unwrap();
    assert_eq!(ran.exit, Some(0), "{}", ran.said);
    let shut = project.alone(&["finalize", "--yes"]).unwrap();
    assert_eq!(shut.exit, Some(12), "{}", shut.said);
    assert!(
        shut.said.contains("last: The old data goes away\n") && shut.said.contains("--confirm last=last"),
        "{shut:?}"
    );
    let ended = project.alone(&["finalize", "--yes", "--confirm", "last=last"]).unwrap();
    assert_eq!((ended.exit, project.holds("b").is_some()), (Some(0), true), "{}", ended.said);
}
