//! What blocks take away for a while: where it stands in the plan's units, and where it is given back.

use crate::sources::Sources;
use crate::told::{is_sound, of};
use switchback_compiler::plan::{Plan, Unit, UnitKind, Work};

fn plan(text: &str) -> Plan {
    let compiled = Sources::plan(text).compile();
    is_sound(&compiled, text);
    compiled.plan.unwrap()
}

/// The works of a unit, a word each.
fn works(unit: &Unit) -> Vec<String> {
    let word = |work: &Work| match work {
        Work::Before(_) => "before".to_owned(),
        Work::Backup(_) => "backup".to_owned(),
        Work::Act(act) => format!("act {}", act.id),
        Work::Meanwhile(act) => format!("takes {}", act.id),
        Work::GiveBack(back) => format!("gives {} of {}/{}", back.act.id, back.unit, back.work),
        Work::Verify(_) => "verify".to_owned(),
        _ => "other".to_owned(),
    };
    unit.work.iter().map(word).collect()
}

#[test]
fn a_block_takes_when_it_opens_and_gives_back_before_it_verifies() {
    let plan = plan(
        "before { file.exists \"a\" }\nmeanwhile { file.write \"p\" content=\"1\" as=\"pause\"; file.write \"q\" content=\"1\" }\n\
         backup \"b\" { file \"a\" }\nstep \"a\" { file.write \"a\" content=\"1\" }\nverify { file.exists \"a\" }",
    );
    let of = |kind| plan.units.iter().find(|unit| unit.kind == kind).map(works).unwrap();
    assert_eq!(of(UnitKind::Open), ["before", "takes pause", "takes meanwhile-2", "backup"]);
    let change = plan.units.iter().find(|unit| unit.name == "platform").unwrap();
    assert_eq!(works(change), ["gives meanwhile-2 of 0/2", "gives pause of 0/1", "verify"]);
    assert_eq!(plan.gives_back(0, 1), Some((plan.units.len() as u32 - 1, 1)));
    assert_eq!(plan.gives_back(0, 0), None);
}

#[test]
fn a_step_gives_back_behind_the_last_thing_that_it_does() {
    let plan = plan(
        "step \"a\" { file.write \"a\" content=\"1\"; meanwhile { file.write \"lock\" content=\"1\" }; \
         verify { file.exists \"lock\" }; file.write \"b\" content=\"1\"; verify { file.exists \"a\" } }",
    );
    let step = plan.steps().next().unwrap();
    let gives = format!("gives meanwhile-1 of {}/0", step.0);
    assert_eq!(works(step.1), ["takes meanwhile-1", "act 1", "verify", "act 4", &gives, "verify"]);
}

#[test]
fn what_is_away_can_come_back_and_nobody_else_touches_it() {
    let step = "step \"a\" { file.write \"a\" content=\"1\" }";
    assert_eq!(of(&format!("meanwhile {{ program \"a\" }}\n{step}")), ["meanwhile::no-way-back"]);
    assert_eq!(of(&format!("meanwhile {{ file.remove \"a\" }}\n{step}")), ["meanwhile::touched"]);
    assert_eq!(
        of(&format!("layer \"user-space\" {{ meanwhile {{ file.remove \"a\" }}; {step} }}")),
        ["meanwhile::touched"]
    );
    let beside = "layer \"user-space\" { meanwhile { file.remove \"a\" }; step \"b\" { file.remove \"b\" } }\n\
                  layer \"core-kernel\" { step \"a\" { file.remove \"a\" } }";
    assert_eq!(of(beside), Vec::<&str>::new(), "it is back before the next layer");
    let prepare = format!(
        "stage \"prepare\" {{ meanwhile {{ file.remove \"b\" }}; step \"p\" {{ backup {{ file \"a\" }} }} }}\n{step}"
    );
    assert_eq!(of(&prepare), ["prepare::not-harmless"]);
    let unordered = "step \"a\" { meanwhile { file.remove \"l\" }; file.remove \"a\" }\n\
                     step \"b\" { meanwhile { file.remove \"l\" }; file.remove \"b\" }";
    assert_eq!(of(unordered), ["order::unordered-write"]);
}
