//! What somebody else changes while a run is under way is never overwritten, and what the run did itself is no drift.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use switchback_tests::stand::Stand;

const PLAN: &str = r#"plan "p"
step "a" {
    before { file.exists "go-a" within="60s" every="20ms" }
    file.write "a.txt" content="new a\n"
    verify { file.exists "go-b" within="60s" every="20ms" }
}
step "b" {
    needs "a"
    file.write "b.txt" content="new b\n"
    dir.mirror "www" from="files"
}
"#;
const FILES: &[(&str, &str)] = &[
    ("site/a.txt", "old a\n"),
    ("site/b.txt", "old b\n"),
    ("site/www/index.html", "old\n"),
    ("site/www/same.html", "same\n"),
    ("files/index.html", "new\n"),
    ("files/same.html", "same\n"),
];

/// Runs the plan; `first` is done while step a waits to begin, `then` while it waits for its end.
fn script(first: &str, then: &str) -> String {
    format!(
        "switchback run p.plan.kdl --yes > out 2>&1 & run=$!\n\
         until grep -q 'a: runs' out; do sleep 0.02; done\n{first}\ntouch site/go-a\n\
         until grep -q 'new a' site/a.txt || ! kill -0 $run; do sleep 0.02; done\n{then}\ntouch site/go-b\n\
         wait $run; code=$?; cat out; exit $code"
    )
}

#[test]
fn before_the_first_effect_it_is_a_target_that_changed() {
    let stand = Stand::new(PLAN, FILES).unwrap();
    let said = stand.ends(11, &script("echo theirs > site/a.txt", "")).unwrap();
    assert!(said.contains("~ a.txt: expected a file of 6 bytes"), "{said}");
    assert!(said.contains("nothing was touched"), "{said}");
    assert_eq!(stand.read("site/a.txt"), "theirs\n");
    let json = stand.ends(0, "switchback report --format json").unwrap();
    assert!(json.contains(r#""drift":[{"is":"a file of 7 bytes"#), "{json}");
}

#[test]
fn in_mid_run_the_step_fails_and_the_run_is_taken_back() {
    let stand = Stand::new(PLAN, FILES).unwrap();
    let said = stand.ends(20, &script("", "echo theirs > site/b.txt")).unwrap();
    assert!(said.contains("b: failed"), "{said}");
    assert!(said.contains("b.txt was changed by somebody else; nothing of this step was touched"), "{said}");
    let files = ["site/a.txt", "site/b.txt", "site/www/index.html"].map(|path| stand.read(path));
    assert_eq!(files, ["old a\n", "theirs\n", "old\n"]);
}

#[test]
fn with_stop_all_is_left() {
    let stand = Stand::new(&PLAN.replace("plan \"p\"", "plan \"p\"\non-failure \"stop\""), FILES).unwrap();
    stand.ends(21, &script("", "rm site/b.txt")).unwrap();
    assert_eq!([stand.read("site/a.txt"), stand.read("site/www/index.html")], ["new a\n", "old\n"]);
}

#[test]
fn a_mirror_removes_nothing_that_nobody_reviewed() {
    for theirs in ["echo theirs > site/www/theirs.html", "echo theirs > site/www/same.html"] {
        let stand = Stand::new(PLAN, FILES).unwrap();
        let said = stand.ends(20, &script("", theirs)).unwrap();
        assert!(
            said.contains(if theirs.contains("same") {
                "~ www/same.html"
            } else {
                "~ www/theirs.html: expected nothing"
            }),
            "{said}"
        );
        assert_eq!(stand.read("site/b.txt"), "old b\n");
        assert_eq!(stand.run("cat site/www/*.html | grep -c theirs").unwrap().said, "1\n");
    }
}

#[test]
fn a_resumed_run_looks_too() {
    let plan = r#"plan "p"
layer "one" { step "a" { file.write "a.txt" content="new a\n" } }
layer "two" { step "b" { file.write "b.txt" content="new b\n" } }
"#;
    let project = "language 1\nlayers \"one\" \"two\"\ntarget \"local\" { directory \"./site\" }\n";
    let mut files = FILES.to_vec();
    files.push(("switchback.kdl", project));
    let stand = Stand::new(plan, &files).unwrap();
    stand.ends(0, "switchback run p.plan.kdl --yes --until one && echo theirs > site/b.txt").unwrap();
    let said = stand.ends(20, "switchback resume").unwrap();
    assert!(said.contains("~ b.txt: expected a file of 6 bytes"), "{said}");
    assert_eq!([stand.read("site/a.txt"), stand.read("site/b.txt")], ["old a\n", "theirs\n"]);
}

#[test]
fn what_programs_of_the_run_wrote_is_no_drift() {
    let plan = r#"plan "p"
step "a" {
    file.write "a.txt" content="new a\n"
    program "sh" "-c" "echo made > b.txt; echo made > www/made.html; echo made >> a.txt"
    stays "a trial"
}
step "b" {
    needs "a"
    file.line "b.txt" match="^made" line="tuned"
    file.line "a.txt" match="^made" line="tuned"
    dir.mirror "www" from="files"
}
"#;
    let stand = Stand::new(plan, FILES).unwrap();
    stand.ends(0, "switchback run p.plan.kdl --yes").unwrap();
    assert_eq!([stand.read("site/b.txt"), stand.read("site/a.txt")], ["tuned\n", "new a\ntuned\n"]);
    assert_eq!(stand.run("ls site/www").unwrap().said, "index.html\nsame.html\n");
}

#[test]
fn a_program_that_a_crash_cut_off_from_its_outcome_is_settled_first() {
    let plan = r#"plan "p"
step "a" {
    program "sh" "-c" "echo made > b.txt"
    stays "a trial"
}
step "b" { needs "a"; file.line "b.txt" match="^made" line="tuned" }
"#;
    let whole = Stand::new(plan, FILES).unwrap();
    whole.ends(0, "SWITCHBACK_COUNT_TO=$PWD/count switchback run p.plan.kdl --yes").unwrap();
    let all: u32 = whole.read("count").split(' ').next().unwrap().parse().unwrap();
    let mut resumed = 0;
    for at in 1..=all {
        let stand = Stand::new(plan, FILES).unwrap();
        stand.run(&format!("SWITCHBACK_KILL_AT={at} switchback run p.plan.kdl --yes")).unwrap();
        if stand.run("ls .switchback/runs/*/journal").unwrap().exit != Some(0) {
            continue;
        }
        let ended = stand.run("switchback resume").unwrap();
        // Killed between the start of the program and the note of it, a person must say: here it has done its work.
        let ended =
            if ended.exit == Some(24) { stand.run("switchback resume --outcome a=done").unwrap() } else { ended };
        assert_eq!(ended.exit, Some(0), "killed at {at}: {}", ended.said);
        assert_eq!(stand.read("site/b.txt"), "tuned\n", "killed at {at}");
        resumed += 1;
    }
    assert!(resumed > 10, "{resumed} of {all}");
}

#[test]
fn after_an_undo_the_whole_is_compared_and_written_down() {
    let plan = r#"plan "p"
step "a" { file.write "a.txt" content="new a\n"; file.remove "b.txt" }
step "b" { needs "a"; file.write "a.txt" content="newer a\n" }
"#;
    let stand = Stand::new(plan, FILES).unwrap();
    let said = stand.ends(0, "switchback run p.plan.kdl --yes && switchback undo --yes").unwrap();
    assert!(said.contains("2 of 2 resources are as before the run"), "{said}");
    let json = stand.ends(0, "switchback report --format json").unwrap();
    assert!(json.contains(r#""compared":{"before":"b3:"#) && json.contains(r#""left":[],"now""#), "{json}");

    let stand = Stand::new(plan, FILES).unwrap();
    let said = stand.ends(23, "switchback run p.plan.kdl --yes && echo theirs > site/a.txt && switchback undo --yes");
    let said = said.unwrap();
    assert!(said.contains("undone, but not equal: 1 thing is not as before"), "{said}");
    let facts = stand.ends(0, "switchback status; switchback report; switchback report --format html").unwrap();
    let times = facts.matches("1 of 2 resources is not as before the run").count();
    assert_eq!(times, 3, "{facts}");
    assert!(facts.contains("was a file of 6 bytes"), "{facts}");
}

#[test]
fn a_written_way_back_that_forgets_a_file_is_found_out() {
    let plan = r#"plan "p"
step "a" { file.write "a.txt" content="new a\n"; undo { file.write "b.txt" content="old b\n" } }
"#;
    let stand = Stand::new(plan, FILES).unwrap();
    let said = stand.ends(23, "switchback run p.plan.kdl --yes && switchback undo --yes").unwrap();
    assert!(said.contains("`a.txt` was a file of 6 bytes"), "{said}");
}
