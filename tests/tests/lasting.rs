//! What lasts longer than a run: copies, holds, windows; with a clock that the tests put forward.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use switchback_tests::stand::Stand;

const DAY: u64 = 24 * 3600;
const FILES: &[(&str, &str)] = &[("site/a.txt", "old a\n"), ("site/b.txt", "old b\n")];
const KEPT: &str = r#"plan "p"
step "a" {
    backup "short" keep="3d" { file "a.txt" }
    backup "long" keep="30d" { file "a.txt" }
    file.write "a.txt" content="new a\n"
}
hold at-most="1d"
"#;

fn other(stand: &Stand) {
    stand.write("q.plan.kdl", "plan \"q\"\nstep \"b\" { file.write \"b.txt\" content=\"new b\\n\" }\n").unwrap();
}

fn copies(stand: &Stand) -> String {
    stand.run("cd .switchback/backups/local 2>/dev/null && ls */ | grep -v '^$' | grep -v ':'").unwrap().said
}

#[test]
fn a_copy_is_kept_as_long_as_the_plan_says_and_goes_with_a_later_run() {
    let stand = Stand::new(KEPT, FILES).unwrap();
    stand.ends(0, "switchback run p.plan.kdl --yes && switchback finalize --yes").unwrap();
    assert_eq!(copies(&stand), "long\nshort\n", "after finalize too");
    assert_eq!(stand.run("ls -d .switchback/runs/*/old").unwrap().exit, Some(2), "old contents are gone");
    let modes = stand
        .run("find .switchback/backups -type f ! -perm 0600; find .switchback/backups -mindepth 1 -type d ! -perm 0700")
        .unwrap();
    assert_eq!(modes.said, "", "only their owner may read them");
    other(&stand);
    stand.ends(0, &format!("SWITCHBACK_CLOCK_AHEAD={} switchback run q.plan.kdl --yes", 4 * DAY)).unwrap();
    assert_eq!(copies(&stand), "long\n");
}

#[test]
fn a_run_that_can_still_be_undone_keeps_its_copies() {
    let stand = Stand::new(KEPT, FILES).unwrap();
    stand.ends(0, "switchback run p.plan.kdl --yes").unwrap();
    other(&stand);
    stand.ends(0, &format!("SWITCHBACK_CLOCK_AHEAD={} switchback run q.plan.kdl --yes", 40 * DAY)).unwrap();
    assert_eq!(copies(&stand), "long\nshort\n");
}

#[test]
fn a_copy_that_was_only_for_the_undo_goes_with_finalize() {
    let unsaid = KEPT.replace(" keep=\"3d\"", "").replace("hold at-most=\"1d\"", "");
    let stand = Stand::new(&unsaid, FILES).unwrap();
    stand.ends(0, "switchback run p.plan.kdl --yes").unwrap();
    assert_eq!(copies(&stand), "long\nshort\n");
    // Killed wherever it is, the same command brings it to its end.
    stand.ends(0, "SWITCHBACK_COUNT_TO=$PWD/count switchback finalize --yes").unwrap();
    let all: u32 = stand.read("count").split(' ').next().unwrap().parse().unwrap();
    assert_eq!(copies(&stand), "long\n");
    for at in 1..=all {
        let stand = Stand::new(&unsaid, FILES).unwrap();
        stand.ends(0, "switchback run p.plan.kdl --yes").unwrap();
        stand.run(&format!("SWITCHBACK_KILL_AT={at} switchback finalize --yes")).unwrap();
        stand.ends(0, "switchback finalize --yes").unwrap();
        assert_eq!(copies(&stand), "long\n", "killed at {at}");
        assert_eq!(stand.run("ls -d .switchback/runs/*/old site/.switchback/keeps/*").unwrap().exit, Some(2), "{at}");
    }
}

#[test]
fn a_hold_that_is_over_took_the_way_back_with_it() {
    let stand = Stand::new(KEPT, FILES).unwrap();
    stand.ends(0, "switchback run p.plan.kdl --yes").unwrap();
    let later = format!("SWITCHBACK_CLOCK_AHEAD={}", DAY + 1);
    let said = stand.ends(64, &format!("{later} switchback undo --yes")).unwrap();
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("is over, and with it its way back; nothing was touched"), "{said}");
    assert!(said.contains("next: switchback finalize"), "{said}");
    let said = stand.ends(0, &format!("{later} switchback status")).unwrap();
    assert!(said.contains("that is over, and with it the way back") && !said.contains("switchback undo"), "{said}");
    assert_eq!(stand.read("site/a.txt"), "new a\n");
    stand.ends(0, "switchback undo --yes").unwrap();
    assert_eq!(stand.read("site/a.txt"), "old a\n");
}

const WINDOW: &str = r#"plan "p"
window from="22:00" to="04:00" zone="UTC"
deadline "2h"
step "a" { file.write "a.txt" content="new a\n" }
"#;

/// A script in which `ahead TIME` prints how far the clock must be put forward to show that time of day.
fn timed(script: &str) -> String {
    format!("ahead() {{ echo $(( ($(date -u -d \"$1\" +%s) - $(date -u +%s) + 172800) % 86400 )); }}\n{script}")
}

#[test]
fn a_window_is_waited_for_and_the_wait_is_told() {
    let stand = Stand::new(WINDOW, FILES).unwrap();
    let said =
        stand.ends(0, &timed("SWITCHBACK_CLOCK_AHEAD=$(ahead 21:59:55) switchback run p.plan.kdl --yes")).unwrap();
    assert!(said.contains("window: waits until") && said.contains("at most until"), "{said}");
    assert!(said.contains("window: open after"), "{said}");
    assert_eq!(stand.read("site/a.txt"), "new a\n");
    let report = stand.ends(0, "switchback report; switchback report --format json").unwrap();
    assert!(report.contains("window") && report.contains("\"waited_ms\":"), "{report}");
}

#[test]
fn a_window_that_is_too_far_away_is_not_waited_for() {
    let stand = Stand::new(WINDOW, FILES).unwrap();
    let said =
        stand.ends(12, &timed("SWITCHBACK_CLOCK_AHEAD=$(ahead 09:59:00) switchback run p.plan.kdl --yes")).unwrap();
    assert!(said.contains("the window is shut; nothing was touched"), "{said}");
}

#[test]
fn whoever_waits_for_a_window_can_be_interrupted_and_goes_on_later() {
    let stand = Stand::new(WINDOW, FILES).unwrap();
    // The wait is longer than the deadline: that begins with the first change.
    let wait = "SWITCHBACK_CLOCK_AHEAD=$(ahead 15:00) switchback run p.plan.kdl --yes > out 2>&1 & run=$!\n\
                until grep -q 'window: waits' out; do sleep 0.02; done\n\
                SWITCHBACK_CLOCK_AHEAD=$(ahead 15:00) switchback status; kill -INT $run; wait $run; code=$?; cat out; exit $code";
    let said = stand.ends(22, &timed(wait)).unwrap();
    assert!(said.contains("window    opens at"), "{said}");
    assert!(said.contains("switchback resume"), "{said}");
    assert_eq!(stand.read("site/a.txt"), "old a\n");
    stand.ends(0, &timed("SWITCHBACK_CLOCK_AHEAD=$(ahead 23:00) switchback resume")).unwrap();
    assert_eq!(stand.read("site/a.txt"), "new a\n");
}

#[test]
fn a_deadline_that_passed_while_nobody_worked_on_the_run_starts_nothing_more() {
    let plan = r#"plan "p"
deadline "2h"
layer "user-space" { step "a" { file.write "a.txt" content="new a\n" } }
layer "core-kernel" { step "b" { file.write "b.txt" content="new b\n" } }
"#;
    let stand = Stand::new(plan, FILES).unwrap();
    stand.ends(0, "switchback run p.plan.kdl --yes --until user-space").unwrap();
    let said = stand.ends(20, "SWITCHBACK_CLOCK_AHEAD=7300 switchback resume").unwrap();
    assert!(said.contains("b: failed: the deadline of 2h has passed"), "{said}");
    assert_eq!((stand.read("site/a.txt"), stand.read("site/b.txt")), ("old a\n".into(), "old b\n".into()));
}

#[test]
fn a_target_whose_run_is_lost_says_how_to_let_it_go() {
    let plan = r#"plan "p"
layer "user-space" { step "a" { file.write "a.txt" content="new a\n" } }
layer "core-kernel" { step "b" { file.write "b.txt" content="new b\n" } }
"#;
    let stand = Stand::new(plan, FILES).unwrap();
    stand.ends(0, "switchback run p.plan.kdl --yes --until user-space && mv .switchback lost").unwrap();
    let said = stand.ends(14, "switchback run p.plan.kdl --yes").unwrap();
    assert!(said.contains("that folder is not there"), "{said}");
    let next = said.lines().find_map(|line| line.strip_prefix("next: ")).unwrap();
    stand.ends(0, &format!("{next} && switchback run p.plan.kdl --yes")).unwrap();
    assert_eq!((stand.read("site/a.txt"), stand.read("site/b.txt")), ("new a\n".into(), "new b\n".into()));
}

#[test]
fn an_undo_has_a_time_of_its_own() {
    let plan = r#"plan "p"
step "a" {
    program "true"
    undo { program "sleep" "600" within="1s" }
}
"#;
    let stand = Stand::new(plan, FILES).unwrap();
    stand.ends(0, "switchback run p.plan.kdl --yes").unwrap();
    let said = stand.ends(23, "switchback undo --yes").unwrap();
    assert!(said.contains("a: not undone"), "{said}");
}

#[test]
fn a_wait_says_since_when_and_how_long() {
    let plan = "plan \"p\"\nstep \"a\" { file.write \"a.txt\" content=\"new a\\n\"; verify { file.exists \"never\" within=\"1s\" every=\"100ms\" } }\n";
    let stand = Stand::new(plan, FILES).unwrap();
    let said = stand.ends(20, "switchback run p.plan.kdl --yes --events json").unwrap();
    let waits = said.lines().find(|line| line.contains("\"waits\":true")).unwrap();
    assert!(waits.contains("\"limit\":1000") && waits.contains("\"since\":\""), "{waits}");
}
