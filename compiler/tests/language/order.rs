//! R1 and R2: layers in their order, `needs` along it, cycles told whole.

use crate::sources::Sources;
use crate::told::{codes, help, of, only, sound};
use switchback_compiler::plan::Plan;

fn plan(text: &str) -> Plan {
    let compiled = Sources::plan(text).compile();
    assert_eq!(codes(&compiled), Vec::<&str>::new(), "{text}");
    compiled.plan.unwrap()
}

fn steps(plan: &Plan) -> Vec<&str> {
    plan.steps().map(|(_, unit)| unit.name.as_str()).collect()
}

/// Whether a unit is done before another begins: it is needed, directly or through others.
fn is_before(plan: &Plan, first: &str, second: &str) -> bool {
    let id = |name: &str| plan.steps().find(|(_, unit)| unit.name == name).map(|(id, _)| id).unwrap();
    let (goal, mut open) = (id(first), vec![id(second)]);
    while let Some(unit) = open.pop() {
        if unit == goal {
            return true;
        }
        open.extend(&plan.unit(unit).unwrap().needs);
    }
    false
}

const LAYERS: &str = "layer \"cloud-kernel\" { step \"c\" { file.write \"c\" content=\"1\" } }\n\
                      layer \"user-space\" { step \"a\" { file.write \"a\" content=\"1\" } }\n\
                      layer \"core-kernel\" { step \"b\" { file.write \"b\" content=\"1\" } }";

#[test]
fn layers_run_from_the_top_however_they_are_written() {
    let plan = plan(LAYERS);
    assert_eq!(steps(&plan), ["a", "b", "c"]);
    assert!(is_before(&plan, "a", "b") && is_before(&plan, "b", "c") && !is_before(&plan, "c", "a"));
}

#[test]
fn a_plan_may_run_from_the_bottom() {
    let plan = plan(&format!("plan \"p\" order=\"bottom-up\"\n{LAYERS}"));
    assert_eq!(steps(&plan), ["c", "b", "a"]);
}

#[test]
fn a_layer_is_complete_and_green_before_the_next() {
    let plan = plan(
        "layer \"user-space\" { step \"a\" { file.write \"a\" content=\"1\" }; verify { file.exists \"a\" } }\n\
         layer \"core-kernel\" { step \"b\" { file.write \"b\" content=\"1\" } }",
    );
    let green = plan.units.iter().position(|unit| unit.name == "user-space" && !unit.work.is_empty()).unwrap();
    let (id, unit) = plan.steps().last().unwrap();
    assert!(green < id as usize);
    let opened = plan.unit(*unit.needs.first().unwrap()).unwrap();
    assert_eq!((opened.name.as_str(), opened.needs.as_slice()), ("core-kernel", [green as u32].as_slice()));
}

#[test]
fn a_layer_may_hold_checks_alone() {
    sound("layer \"user-space\" { verify { file.exists \"a\" } }");
}

#[test]
fn steps_of_a_layer_run_together_in_the_order_in_which_they_were_written() {
    let plan = plan("step \"z\" { file.write \"z\" content=\"1\" }\nstep \"a\" { file.write \"a\" content=\"1\" }");
    assert_eq!(steps(&plan), ["z", "a"]);
    assert!(!is_before(&plan, "z", "a"));
}

#[test]
fn needs_goes_to_the_same_layer_or_an_earlier_one() {
    sound(
        "layer \"user-space\" { step \"a\" { file.write \"a\" content=\"1\" } }\n\
         layer \"core-kernel\" { step \"b\" { needs \"a\"; file.write \"b\" content=\"1\" } }",
    );
    let told = only(
        "layer \"user-space\" { step \"a\" { needs \"b\"; file.write \"a\" content=\"1\" } }\n\
         layer \"core-kernel\" { step \"b\" { file.write \"b\" content=\"1\" } }",
    );
    assert_eq!(told.page.code, "needs::later-layer");
    assert_eq!(told.labels.len(), 2, "both places are shown");
}

#[test]
fn needs_does_not_go_to_a_later_stage() {
    let finalize = "step \"a\" { needs \"b\"; file.write \"a\" content=\"1\" }\n\
                    stage \"finalize\" { step \"b\" { file.remove \"b\" } }";
    assert_eq!(of(finalize), ["needs::later-layer"]);
    sound(
        "stage \"prepare\" { step \"b\" { backup { file \"b\" } } }\nstep \"a\" { needs \"b\"; file.write \"a\" content=\"1\" }",
    );
}

#[test]
fn a_cycle_is_drawn_whole_each_edge_in_its_file() {
    let compiled = Sources::plan("use \"x.lib.kdl\"\nstep \"a\" { needs \"c\"; file.write \"a\" content=\"1\" }\nstep \"b\" { needs \"a\"; file.write \"b\" content=\"1\" }\ninsert \"third\"")
        .file("x.lib.kdl", "template \"third\" {\n    step \"c\" { needs \"b\"; file.write \"c\" content=\"1\" }\n}\n")
        .compile();
    assert_eq!(codes(&compiled), ["needs::cycle"]);
    let told = compiled.diagnostics.first().unwrap();
    assert_eq!(told.message, "3 steps wait for each other, so none can ever start");
    let help = help(told);
    for edge in ["a", "b", "c"].iter().zip(["p.plan.kdl:3", "p.plan.kdl:4", "x.lib.kdl:2"]) {
        assert!(help.lines().any(|line| line.contains(edge.0) && line.ends_with(edge.1)), "{edge:?}\n{help}");
    }
    assert!(!told.skipped.is_empty());
}

#[test]
fn a_step_that_needs_itself_is_a_cycle() {
    let told = only("step \"a\" { needs \"a\"; file.write \"a\" content=\"1\" }");
    assert_eq!(told.message, "a step waits for itself, so it can never start");
}

#[test]
fn two_cycles_are_two_errors() {
    let step = |name: &str, need: &str| {
        format!("step \"{name}\" {{ needs \"{need}\"; file.write \"{name}\" content=\"1\" }}\n")
    };
    let text = [step("a", "b"), step("b", "a"), step("c", "d"), step("d", "c")].concat();
    assert_eq!(of(&text), ["needs::cycle", "needs::cycle"]);
}

#[test]
fn an_unknown_need_proposes_only_a_near_name() {
    let near = only(
        "step \"config\" { file.write \"a\" content=\"1\" }\nstep \"b\" { needs \"confg\"; file.write \"b\" content=\"1\" }",
    );
    assert_eq!(help(&near), "did you mean `config`? (line 2, in the same layer)");
    let far = only(
        "step \"config\" { file.write \"a\" content=\"1\" }\nstep \"b\" { needs \"portal\"; file.write \"b\" content=\"1\" }",
    );
    assert_eq!(help(&far), "take the line out, or write the step");
}

#[test]
fn a_project_may_name_its_layers() {
    let text = "layer \"edge\" { step \"a\" { file.write \"a\" content=\"1\" } }";
    assert_eq!(of(text), ["layer::unknown"]);
    let project = Sources::plan(text).file("switchback.kdl", "layers \"edge\" \"core\"\n");
    assert_eq!(codes(&project.compile()), Vec::<&str>::new());
}
