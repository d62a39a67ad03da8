//! The way back as a person walks it: after a hand has mended what was in its way, with work that stays, past a point of
//! no return, without the secrets of the way there, and with a preparation that has become old.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;
use switchback_tests::person::Project;
use switchback_tests::stand::Stand;

const RUN: &str = "switchback run p.plan.kdl --yes";
/// More than half a day later.
const LATER: &str = "SWITCHBACK_CLOCK_AHEAD=50000";
const UNDO: &str = "switchback undo --yes";
const PAGE: &str = r#"step "page" { file.write "page" content="new\n"; verify { file.exists "page" } }"#;

fn stand(steps: &str) -> Stand {
    Stand::new(&format!("plan \"p\"\n{steps}\n"), &[]).unwrap()
}

fn has(said: &str, parts: &[&str]) {
    // Long lines are wrapped.
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in parts {
        let part = part.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(&part), "`{part}` is not in:\n{said}");
    }
}

#[test]
fn an_undo_that_was_not_equal_compares_again_and_lets_go() {
    let stand = stand(PAGE);
    stand.ends(0, RUN).unwrap();
    let said = stand.ends(23, &format!("echo edited >> site/page; {UNDO}")).unwrap();
    has(&said, &["`page` was changed by somebody else", "next: switchback undo", "or:   switchback abort"]);
    has(&stand.ends(0, "switchback status").unwrap(), &["1 of 1 resource is not as before", "next: switchback undo"]);
    // As long as it is so, the same is said, and the target stays kept.
    let again = stand.ends(23, UNDO).unwrap();
    has(&again, &["1 thing is not as before", "compared: `page` was changed by somebody else since"]);
    stand.ends(14, RUN).unwrap();
    let said = stand.ends(0, &format!("rm site/page; {UNDO}")).unwrap();
    has(&said, &["compared: 1 of 1 resource is as before the run", "undone: as you asked"]);
    let told = stand.ends(0, "switchback status; switchback report").unwrap();
    has(&told, &["1 of 1 resource is as before"]);
    assert!(!told.contains("not as before") && !told.contains("keeps"), "{told}");
    stand.ends(0, RUN).unwrap();
}

/// The run's id, as its end tells it.
fn id(said: &str) -> String {
    said.lines().find_map(|line| line.strip_prefix("next: switchback report ")).unwrap().to_owned()
}

#[test]
fn what_failed_half_way_is_told_where_it_is_left() {
    let stand =
        stand(r#"step "a" { on-failure "stop"; program "sh" "-c" "touch half; exit 1"; undo { program "true" } }"#);
    stand.ends(21, RUN).unwrap();
    has(&stand.ends(0, "switchback report").unwrap(), &["1 step in part"]);
    let said = stand.ends(0, "switchback abort --yes").unwrap();
    has(&said, &["aborted: local is left as it is, with 0 of 1 step done; in part: a"]);
}

#[test]
fn an_undo_below_a_newer_run_names_what_is_taken_back_first() {
    let stand = stand(PAGE);
    let first = id(&stand.ends(0, RUN).unwrap());
    stand.write("p.plan.kdl", &format!("plan \"p\"\n{}\n", PAGE.replace("new", "newer"))).unwrap();
    let second = id(&stand.ends(0, RUN).unwrap());
    let said = stand.ends(15, &format!("switchback undo {first} --yes")).unwrap();
    has(&said, &[&format!("refused: newer run {second} stands on run {first}; nothing was touched")]);
    has(&said, &[&format!("run {second} of plan p changed page since"), &format!("next: switchback undo {second}")]);
    assert_eq!(stand.read("site/page"), "newer\n");
    stand.ends(0, &format!("switchback undo {second} --yes")).unwrap();
    assert_eq!(stand.read("site/page"), "new\n");
    stand.ends(0, &format!("switchback undo {first} --yes")).unwrap();
    assert_eq!(stand.read("site/page"), "");
}

#[test]
fn an_undo_below_a_newer_run_that_touched_other_things_is_free() {
    let stand = stand(PAGE);
    let first = id(&stand.ends(0, RUN).unwrap());
    stand.write("p.plan.kdl", "plan \"p\"\nstep \"b\" { file.write \"b\" content=\"1\" }\n").unwrap();
    stand.ends(0, RUN).unwrap();
    stand.ends(0, &format!("switchback undo {first} --yes")).unwrap();
}

#[test]
fn what_the_plan_leaves_is_told_alike_by_all_and_keeps_no_target() {
    let stays = r#"step "log" { needs "page"; file.write "log" content="new\n"; stays "history is kept"; verify { file.exists "log" } }"#;
    let stand = stand(&format!("{PAGE}\n{stays}"));
    stand.ends(0, RUN).unwrap();
    let said = stand.ends(23, UNDO).unwrap();
    let words = ["what step log did stays: history is kept", "1 of 1 resource is as before the run"];
    has(&said, &words);
    has(&said, &["undone, but not equal: what log did stays, after"]);
    assert!(!said.contains("not as before") && !said.contains("keeps"), "{said}");
    let told = stand.ends(0, "switchback status").unwrap();
    has(&told, &["1 of 1 resource is as before the run", "stays     1: log"]);
    assert!(!told.contains("keeps"), "{told}");
    has(&stand.ends(0, "switchback report").unwrap(), &words);
    has(&stand.ends(0, UNDO).unwrap(), &["is undone already; what log did stays"]);
    stand.ends(0, RUN).unwrap();
}

#[test]
fn work_that_stays_does_not_hide_what_somebody_changed() {
    let stays =
        r#"step "log" { file.write "log" content="new\n"; stays "history is kept"; verify { file.exists "log" } }"#;
    let stand = stand(&format!("{PAGE}\n{stays}"));
    stand.ends(0, RUN).unwrap();
    let said = stand.ends(23, &format!("echo edited >> site/page; {UNDO}")).unwrap();
    has(&said, &["1 thing is not as before; what log did stays, after", "keeps local", "next: switchback undo"]);
    let said = stand.ends(23, &format!("rm site/page; {UNDO}")).unwrap();
    has(&said, &["undone, but not equal: what log did stays, after"]);
    assert!(!said.contains("keeps"), "{said}");
}

/// `a`, then a letter that nothing brings back, and beside them `c`.
const LETTER: &str = r#"
gate "g" { confirm "it can't be taken back" type="yes" }
step "a" { file.write "a" content="new\n"; verify { file.exists "a" } }
step "letter" { needs "a"; program "touch" "sent"; irreversible "it is sent"; verify { file.exists "sent" } }
step "c" { file.write "c" content="new\n"; verify { file.exists "c" } }
"#;

#[test]
fn an_undo_past_a_point_of_no_return_says_so_before_it_touches_anything() {
    let stand = stand(LETTER);
    stand.ends(0, &format!("{RUN} --confirm g=yes")).unwrap();
    let said = stand.ends(24, UNDO).unwrap();
    has(&said, &["letter is irreversible: it is sent", "a stays too", "c can be taken back", "nothing was touched"]);
    has(&said, &["next: switchback undo", "--partly"]);
    assert_eq!(stand.read("site/c"), "new\n");
    let said = stand.ends(23, &format!("{UNDO} --partly")).unwrap();
    has(&said, &["letter: stays: it is irreversible: it is sent", "a: stays", "what a and letter did stays, after"]);
    assert_eq!((stand.read("site/a"), stand.read("site/c")), ("new\n".into(), String::new()));
    // Nothing can be mended, so nothing is kept.
    let told = stand.ends(0, "switchback status").unwrap();
    assert!(!told.contains("keeps"), "{told}");
}

#[test]
fn a_failure_past_a_point_of_no_return_has_a_way_out() {
    let fails = r#"step "late" { needs "letter"; file.write "late" content="new\n"; verify { file.exists "no" within="100ms" every="50ms" } }"#;
    let stand = stand(&format!("{LETTER}\n{fails}"));
    let said = stand.ends(23, &format!("{RUN} --confirm g=yes")).unwrap();
    has(&said, &["letter: not undone", "next: switchback abort", "or: switchback undo"]);
    has(&stand.ends(24, UNDO).unwrap(), &["letter is irreversible", "or: switchback abort"]);
    // The letter counts as done, though the undo tried to take it back.
    let said = stand.ends(0, "switchback abort --yes").unwrap();
    has(&said, &["local is left as it is, with 2 of 4 steps done and 2 undone"]);
    // Also then what is known to be back is compared, when a person says that the rest stays.
    has(&stand.ends(23, &format!("{UNDO} --partly")).unwrap(), &["what a and letter did stays, after"]);
}

#[test]
fn where_nothing_can_be_taken_back_an_undo_refuses() {
    let letter = LETTER.lines().filter(|line| !line.starts_with("step \"c\"")).collect::<Vec<_>>().join("\n");
    let stand = stand(&letter);
    stand.ends(0, &format!("{RUN} --confirm g=yes")).unwrap();
    let said = stand.ends(15, &format!("{UNDO} --partly; {UNDO}")).unwrap();
    has(&said, &["can't be taken back; nothing was touched", "there is nothing else to take back"]);
    assert_eq!(stand.read("site/a"), "new\n");
}

const TOKEN: &str = r#"input "token" secret=#true env="TOKEN""#;

#[test]
fn a_way_back_that_names_no_secret_needs_none() {
    let secret =
        r#"step "conf" { file.write "conf" content="token={{token}}\n" mode="0600"; verify { file.exists "conf" } }"#;
    let stand = stand(&format!("{TOKEN}\n{secret}"));
    stand.write("site/conf", "token=old\n").unwrap();
    stand.ends(0, &format!("TOKEN=tulip-seven {RUN}")).unwrap();
    has(&stand.ends(0, UNDO).unwrap(), &["1 of 1 resource is as before the run"]);
    assert_eq!(stand.read("site/conf"), "token=old\n");
    stand.ends(0, &format!("TOKEN=tulip-eight {RUN}; switchback finalize --yes")).unwrap();
    // What goes forward needs it.
    let more = r#"layer "user-space" { step "a" { file.write "a" content="new\n"; verify { file.exists "a" } } }
        layer "core-kernel" { step "b" { file.write "b" content="{{token}}\n"; verify { file.exists "b" } } }"#;
    stand.write("p.plan.kdl", &format!("plan \"p\"\n{TOKEN}\n{more}\n")).unwrap();
    stand.ends(0, &format!("TOKEN=tulip-nine {RUN} --until user-space")).unwrap();
    let said = stand.ends(15, "switchback resume").unwrap();
    has(&said, &["set the environment variable TOKEN", "next: switchback resume", "or: switchback abort"]);
    stand.ends(0, "switchback abort --yes").unwrap();
}

#[test]
fn a_way_back_that_names_a_secret_asks_for_it_before_it_touches_anything() {
    let revoked = r#"step "grant" {
        file.write "granted" content="{{token}}\n"
        undo { own; program "sh" "-c" "test \"$T\" = tulip-seven" { env "T" "{{token}}" } }
        verify { file.exists "granted" }
    }"#;
    let stand = stand(&format!("{TOKEN}\n{revoked}"));
    stand.ends(0, &format!("TOKEN=tulip-seven {RUN}")).unwrap();
    let said = stand.ends(15, UNDO).unwrap();
    has(&said, &["the secret has no value; nothing was touched", "set the environment variable TOKEN"]);
    has(&said, &["next: switchback undo"]);
    assert_eq!(stand.read("site/granted"), "tulip-seven\n");
    stand.ends(0, &format!("TOKEN=tulip-seven {UNDO}")).unwrap();
    assert_eq!(stand.read("site/granted"), "");
}

#[test]
fn what_was_prepared_too_long_ago_is_not_built_on() {
    let prepares = r#"stage "prepare" good-for="12h" { step "copy" { backup { file "page" } } }"#;
    let stand = stand(&format!("{prepares}\n{PAGE}"));
    stand.write("site/page", "old\n").unwrap();
    stand.ends(0, &format!("{RUN} --until prepare")).unwrap();
    has(&stand.ends(0, "switchback status").unwrap(), &["prepared good until"]);
    let said = stand.ends(12, &format!("{LATER} switchback resume")).unwrap();
    has(&said, &["is no longer good; nothing was touched", "good for 12h", "next: switchback undo"]);
    assert_eq!(stand.read("site/page"), "old\n");
    let told = stand.ends(0, &format!("{LATER} switchback status")).unwrap();
    has(&told, &["that is over", "next: switchback undo"]);
    assert!(!told.contains("switchback resume"), "{told}");
    // A change that began in time has used it, and goes on at any time.
    stand.ends(0, &format!("{LATER} {UNDO}")).unwrap();
    let layers =
        format!("layer \"user-space\" {{ {PAGE} }}\nlayer \"core-kernel\" {{ {} }}", PAGE.replace("page", "next"));
    stand.write("p.plan.kdl", &format!("plan \"p\"\ndeadline \"20h\"\n{prepares}\n{layers}\n")).unwrap();
    stand.ends(0, &format!("{RUN} --until user-space; {LATER} switchback resume")).unwrap();
    assert_eq!((stand.read("site/page"), stand.read("site/next")), ("new\n".into(), "new\n".into()));
}

#[test]
fn a_preparation_that_aged_while_a_gate_waited_stops_the_change() {
    let prepares = r#"
stage "prepare" good-for="1s" { step "copy" { backup { file "page" } } }
gate "g" { confirm "sure" type="yes" }"#;
    let project = Project::new(&format!("{prepares}\n{PAGE}"), &[("page", "old\n")]).unwrap();
    let mut run = project.asked(&["run", "go.plan.kdl", "--yes"]).unwrap();
    run.until("sure").unwrap();
    // Whoever answers takes longer than it is good for.
    std::thread::sleep(Duration::from_millis(1500));
    run.types("yes").unwrap();
    let (exit, said) = run.ends().unwrap();
    assert_eq!(exit, Some(15), "{said}");
    has(&said, &["what was prepared is good for 1s, and that is over"]);
    assert_eq!(project.holds("page").as_deref(), Some("old\n"));
}

#[test]
fn runs_and_abort_say_what_undo_does() {
    let stand = stand(PAGE);
    stand.ends(0, RUN).unwrap();
    let said = stand
        .ends(0, "echo more >> site/page; switchback undo --yes; rm site/page; switchback undo --yes; switchback runs");
    has(&said.unwrap(), &["none can be undone any more"]);
    let aborted = format!("{RUN} && switchback abort --yes");
    let holds = "hold at-most=\"1h\" { file.exists \"page\" }";
    stand.write("p.plan.kdl", &format!("plan \"p\"\n{PAGE}\n{holds}\n")).unwrap();
    let said = stand.ends(0, &aborted).unwrap();
    has(&said, &["aborted: local is left as it is, with 1 of 1 step done", "or: switchback undo"]);
    has(&stand.ends(0, "switchback runs").unwrap(), &["1 can still be undone"]);
    has(&stand.ends(0, "switchback status").unwrap(), &["aborted", "or: switchback undo"]);
    has(&stand.ends(0, UNDO).unwrap(), &["1 of 1 resource is as before the run"]);
    has(&stand.ends(0, "switchback runs").unwrap(), &["none can be undone any more"]);
}
