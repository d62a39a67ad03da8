//! R5 and R23: every wait ends, and the numbers fit together; what is left out is computed.

use crate::sources::Sources;
use crate::told::{codes, help, of, only, sound};
use switchback_compiler::plan::{Plan, Work};
use switchback_compiler::value::Millis;

fn plan(text: &str) -> Plan {
    let compiled = Sources::plan(text).compile();
    assert_eq!(codes(&compiled), Vec::<&str>::new(), "{text}");
    compiled.plan.unwrap()
}

fn act(name: &str, within: &str) -> String {
    format!("step \"{name}\" {{ program \"{name}\" within=\"{within}\"; stays \"fine\" }}\n")
}

#[test]
fn the_longest_way_is_the_deadline_that_nobody_said() {
    let (parallel, chained) = (
        [act("a", "5m"), act("b", "7m")].concat(),
        act("a", "5m") + &act("b", "7m").replace("{ program", "{ needs \"a\"; program"),
    );
    let limit = |text: &str| plan(text).deadline;
    assert_eq!((limit(&parallel).limit, limit(&parallel).given), (Millis::minutes(7), false));
    assert_eq!(limit(&chained).limit, Millis::minutes(12));
    let given = limit(&format!("deadline \"1h\"\n{parallel}"));
    assert_eq!((given.limit, given.given), (Millis::minutes(60), true));
}

#[test]
fn a_check_counts_with_what_it_must_hold_inside_its_limit() {
    let with = |times: &str| {
        format!("step \"a\" {{ file.write \"a\" content=\"1\"; verify {{ file.exists \"a\" {times} }} }}")
    };
    // file.write has a minute of its own.
    assert_eq!(plan(&with("within=\"2m\" for=\"1m\"")).deadline.limit, Millis::minutes(3));
    assert_eq!(plan(&with("for=\"1m\"")).deadline.limit, Millis::seconds(60 + 30 + 60));
    assert_eq!(of(&with("within=\"30s\" for=\"1m\"")), ["wait::contradiction"]);
}

#[test]
fn a_deadline_below_the_sum_of_its_limits_is_refused() {
    let told = only(&format!("deadline \"6m\"\n{}{}", act("a", "5m"), act("b", "7m")));
    assert_eq!(told.page.code, "wait::deadline");
    assert!(help(&told).contains("write deadline \"7m\" or more"), "{}", help(&told));
    let step = "step \"a\" { deadline \"1m\"; program \"a\" within=\"5m\"; stays \"fine\" }";
    assert_eq!(of(step), ["wait::deadline"]);
    assert_eq!(of(&format!("layer \"user-space\" {{ deadline \"1m\"; {} }}", act("a", "5m"))), ["wait::deadline"]);
}

#[test]
fn prepare_is_outside_of_the_deadline() {
    sound(
        "deadline \"1m\"\nstage \"prepare\" { step \"copy\" { backup within=\"1h\" { file \"a\" } } }\nstep \"a\" { file.write \"a\" content=\"1\" }",
    );
}

#[test]
fn the_window_holds_the_change_and_its_undo() {
    let text = |window: &str| {
        format!(
            "window {window} zone=\"UTC\"\nstep \"a\" {{ program \"a\" within=\"9m\"; undo {{ program \"b\" within=\"9m\" }} }}"
        )
    };
    assert_eq!(of(&text("from=\"22:00\" to=\"22:10\"")), ["wait::window"]);
    sound(&text("from=\"22:00\" to=\"22:18\""));
    sound(&text("from=\"23:50\" to=\"00:10\""));
    assert_eq!(of(&text("from=\"22:00\" to=\"22:00\"")), ["window::wrong"]);
}

#[test]
fn an_undo_has_a_time_of_its_own() {
    assert_eq!(of("step \"a\" { program \"a\"; undo within=\"1m\" { program \"b\" within=\"5m\" } }"), ["wait::undo"]);
    sound("step \"a\" { program \"a\"; undo within=\"5m\" { program \"b\" within=\"5m\" } }");
}

fn keeps(plan: &Plan) -> Vec<Millis> {
    let backups = plan.units.iter().flat_map(|unit| &unit.work);
    backups.filter_map(|work| if let Work::Backup(backup) = work { Some(backup.keep) } else { None }).collect()
}

#[test]
fn a_copy_is_kept_past_deadline_hold_and_undo() {
    let text = "deadline \"1h\"\nhold at-most=\"7d\"\nbackup \"whole\" { dir \"etc\" }\n\
                step \"copy\" { backup { file \"a\" } }\n\
                step \"a\" { program \"a\" within=\"5m\"; undo within=\"2h\" { program \"b\" } }";
    let plan = plan(text);
    let day = Millis::minutes(24 * 60);
    let undo = Millis::minutes(120 + 30);
    let wanted = Millis::minutes(60).plus(Millis::minutes(7 * 24 * 60)).plus(undo).plus(day);
    assert_eq!((plan.keep, keeps(&plan)), (Some(wanted), vec![wanted, wanted]));
}

#[test]
fn a_keep_that_is_said_is_left_alone() {
    let plan = plan("step \"copy\" { backup keep=\"0s\" { file \"a\" } }");
    assert_eq!((plan.keep, keeps(&plan)), (None, vec![Millis(0)]));
}

#[test]
fn defaults_give_limits_and_the_innermost_wins() {
    let text = "defaults within=\"9m\" { program within=\"8m\" }\n\
                layer \"user-space\" {\n    defaults { program within=\"7m\" }\n\
                    step \"a\" { program \"a\"; stays \"fine\" }\n    step \"b\" { defaults { program within=\"6m\" }; program \"b\"; stays \"fine\" }\n\
                    step \"c\" { program \"c\" within=\"5m\"; stays \"fine\" }\n    step \"d\" { file.write \"d\" content=\"1\" }\n}";
    let plan = plan(text);
    let limits: Vec<u64> = plan.steps().flat_map(|(_, step)| step.acts()).map(|act| act.within.0 / 60_000).collect();
    assert_eq!(limits, [7, 6, 5, 9]);
}

#[test]
fn huge_spans_do_not_wrap_round() {
    let text = "hold at-most=\"213503982334d\"\nstep \"copy\" { backup { file \"a\" } }\nstep \"a\" { program \"a\" within=\"213503982334d\"; stays \"fine\" }";
    assert!(plan(text).keep > Some(Millis::minutes(24 * 60)));
    assert_eq!(of("deadline \"99999999999999999999d\"\nverify { file.exists \"a\" }"), ["type::wrong"]);
}
