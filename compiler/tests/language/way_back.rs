//! R4, R9's copies, R13, R14 and R28: every step has a way back, and says it once.

use crate::sources::Sources;
use crate::told::{codes, help, of, only, sound};
use switchback_compiler::plan::{Failure, WayBack};

#[test]
fn a_program_needs_one_of_the_four_answers() {
    let told = only("step \"a\" { program \"migrate\" }");
    assert_eq!(told.page.code, "way-back::none");
    for way in ["undo {", "stays", "irreversible"] {
        assert!(help(&told).contains(way), "{}", help(&told));
    }
    sound("step \"a\" { program \"migrate\"; undo { program \"back\" } }");
    sound("step \"a\" { program \"migrate\"; stays \"it only adds\" }");
    sound(
        "step \"a\" { gate \"sure\" { confirm \"tables go\" }; program \"migrate\"; irreversible \"they are gone\" }",
    );
    sound("step \"a\" { file.write \"a\" content=\"1\" }");
}

#[test]
fn actions_inside_undo_need_no_way_back_of_their_own() {
    sound("step \"a\" { program \"there\"; undo { program \"back\" within=\"1m\" } }");
}

#[test]
fn what_brings_a_thing_up_to_date_needs_none() {
    sound("step \"a\" { file.write \"a\" content=\"1\"; after-change { program \"reload\" } }");
}

#[test]
fn two_different_answers_contradict_each_other() {
    assert_eq!(of("step \"a\" { program \"x\"; stays \"fine\"; undo { program \"y\" } }"), ["way-back::contradiction"]);
    sound(
        "step \"a\" { program \"x\"; undo { before { file.exists \"old\" }; program \"y\" }; undo { program \"z\" } }",
    );
}

#[test]
fn own_needs_actions_that_have_one() {
    assert_eq!(of("step \"a\" { program \"x\"; undo { own } }"), ["way-back::own-of-none"]);
    sound("step \"a\" { file.write \"a\" content=\"1\"; undo { own; program \"tell\" } }");
}

#[test]
fn an_irreversible_step_needs_a_gate_and_comes_last() {
    let irreversible = "step \"drop\" { program \"drop\"; irreversible \"gone\" }";
    assert_eq!(of(irreversible), ["way-back::unguarded"]);
    sound(&format!("gate \"sure\" {{ confirm \"it goes\" }}\n{irreversible}"));
    let early = "step \"drop\" { gate \"sure\" { confirm \"it goes\" }; program \"drop\"; irreversible \"gone\" }\n\
                 step \"more\" { needs \"drop\"; file.write \"a\" content=\"1\" }";
    let told = only(early);
    assert_eq!((told.page.code, told.severity.word()), ("way-back::early-end", "warning"));
}

#[test]
fn a_finalize_step_needs_no_way_back() {
    sound("step \"a\" { file.write \"a\" content=\"1\" }\nstage \"finalize\" { step \"b\" { program \"clean\" } }");
}

#[test]
fn prepare_is_harmless() {
    let told = only("stage \"prepare\" { step \"a\" { service.restart \"web\" } }");
    assert_eq!(told.page.code, "prepare::not-harmless");
    sound("stage \"prepare\" { step \"a\" { backup { file \"a\" } } }");
    sound(
        "stage \"prepare\" { step \"a\" { service.restart \"web\"; accept \"prepare::not-harmless\" \"nobody uses it\" } }",
    );
}

#[test]
fn what_is_restored_was_copied_before() {
    let restores = "step \"a\" { file.write \"a\" content=\"1\"; undo { file.restore \"a\" copy=\"conf\" } }";
    assert_eq!(of(restores), ["copy::unknown"]);
    let taken = format!("step \"conf\" {{ backup {{ file \"a\" }} }}\n{restores}");
    assert_eq!(of(&taken), ["copy::unordered"]);
    sound(&taken.replace("step \"a\" {", "step \"a\" { needs \"conf\";"));
    sound(&format!("stage \"prepare\" {{ step \"conf\" {{ backup {{ file \"a\" }} }} }}\n{restores}"));
}

#[test]
fn a_rollback_stops_and_an_upgrade_is_undone() {
    let failure = |text: &str| Sources::plan(text).compile().plan.unwrap().on_failure;
    let upgrade = "step \"a\" { moves from=\"1.9.4\" to=\"1.10.0\"; file.write \"a\" content=\"1\" }";
    let rollback = "step \"a\" { moves from=\"1.10.0\" to=\"1.9.4\"; file.write \"a\" content=\"1\" }";
    assert_eq!((failure(upgrade).how, failure(rollback).how), (Failure::Undo, Failure::Stop));
    assert!(!failure(upgrade).accept_losses, "an undo that loses data asks, unless the plan says otherwise");
    assert!(failure(&format!("on-failure \"undo\" losses=\"accept\"\n{upgrade}")).accept_losses);
}

#[test]
fn what_an_undo_loses_is_in_the_plan() {
    let text = "step \"a\" { program \"x\"; undo { program \"y\"; loses \"orders since the copy\" } }";
    let compiled = Sources::plan(text).compile();
    assert_eq!(codes(&compiled), Vec::<&str>::new(), "losing is asked about, without a warning");
    let plan = compiled.plan.unwrap();
    let (_, step) = plan.steps().next().unwrap();
    let WayBack::Undo(ways) = &step.way_back else { unreachable!("{:?}", step.way_back) };
    let loses: Vec<String> = ways.iter().flat_map(|way| &way.loses).map(ToString::to_string).collect();
    assert_eq!(loses, ["orders since the copy"]);
}
