//! `use`, `template`, `insert` and `when`.

use crate::sources::Sources;
use crate::told::{codes, is_sound, of, only, places, sound};

const TEMPLATE: &str = "template \"conf\" { input \"name\"; input \"port\" default=\"80\"; step \"{{name}}\" { file.write \"{{name}}\" content=\"{{port}}\" } }\n";

fn steps(compiled: &switchback_compiler::Compiled) -> Vec<String> {
    compiled.plan.as_ref().unwrap().steps().map(|(_, unit)| unit.name.clone()).collect()
}

#[test]
fn a_template_is_put_in_as_often_as_it_is_inserted() {
    let compiled =
        Sources::plan(&format!("{TEMPLATE}insert \"conf\" name=\"a\"\ninsert \"conf\" name=\"b\" port=81")).compile();
    is_sound(&compiled, "two inserts");
    assert_eq!(steps(&compiled), ["a", "b"]);
}

#[test]
fn an_insert_gives_what_the_template_asks_for() {
    assert_eq!(of(&format!("{TEMPLATE}insert \"conf\"")), ["template::missing-value"]);
    assert_eq!(of(&format!("{TEMPLATE}insert \"conf\" name=\"a\" prt=\"81\"")), ["template::unknown-value"]);
    assert_eq!(of(&format!("{TEMPLATE}insert \"cnf\" name=\"a\"")).first(), Some(&"template::unknown"));
}

#[test]
fn a_template_does_not_see_the_inputs_of_others() {
    let nested = "template \"outer\" { input \"x\"; insert \"inner\" }\ntemplate \"inner\" { step \"s\" { file.write \"s\" content=\"{{x}}\" } }\ninsert \"outer\" x=\"1\"";
    assert_eq!(of(nested), ["value::unresolved"]);
}

#[test]
fn what_could_not_be_put_in_is_not_told_twice() {
    for step in [
        "step \"a\" { insert \"nothing\" }",
        "step \"a\" { program \"x\"; insert \"its-way-back\" }",
        "step \"a\" { when is=\"b\" { file.write \"a\" content=\"1\" } }",
    ] {
        let found = of(step);
        assert_eq!(found.len(), 1, "{step}\n{found:?}");
    }
}

#[test]
fn a_step_of_which_when_left_nothing_is_sound() {
    let text = "input \"size\" default=\"m\" { in \"m\" \"l\" }\nstep \"a\" { when \"size\" is=\"l\" { file.write \"a\" content=\"1\" } }";
    let compiled = Sources::plan(text).compile();
    is_sound(&compiled, text);
    let left = &compiled.plan.as_ref().unwrap().left_out;
    assert_eq!(
        left.iter().map(|one| format!("{}: {}", one.what, one.why)).collect::<Vec<_>>(),
        ["file.write a: size is m, not l"]
    );
    assert_eq!(of("step \"a\" { stays \"nothing\" }"), ["step::empty"]);
}

#[test]
fn a_need_of_a_step_that_was_left_out_is_dropped() {
    sound(
        "input \"size\" default=\"m\"\nwhen \"size\" is=\"l\" { step \"big\" { file.write \"big\" content=\"1\" } }\nstep \"a\" { needs \"big\"; file.write \"a\" content=\"{{size}}\" }",
    );
}

#[test]
fn a_way_back_that_was_left_out_is_missing() {
    let text =
        "input \"size\" default=\"m\"\nstep \"a\" { program \"x\"; when \"size\" is=\"l\" { undo { program \"y\" } } }";
    assert_eq!(of(text), ["way-back::none"]);
}

#[test]
fn labels_of_the_target_decide() {
    let text = "when label=\"tier=prod\" { step \"a\" { file.write \"a\" content=\"1\" } }\nstep \"b\" { file.write \"b\" content=\"1\" }";
    let project = Sources::plan(text).file(
        "switchback.kdl",
        "target \"prod\" { directory \"d\"; label tier=\"prod\" }\ntarget \"dev\" { directory \"e\"; label tier=\"dev\" }\n",
    );
    assert_eq!(
        (steps(&project.on("prod", &[])), steps(&project.on("dev", &[]))),
        (vec!["a".into(), "b".into()], vec!["b".into()])
    );
}

#[test]
fn a_template_that_puts_itself_in_is_refused_at_once() {
    assert_eq!(of("template \"a\" { insert \"a\" }\ninsert \"a\""), ["template::recursive"]);
    assert_eq!(
        of("template \"a\" { insert \"b\" }\ntemplate \"b\" { insert \"a\" }\ninsert \"a\""),
        ["template::recursive"]
    );
}

#[test]
fn templates_that_double_forty_times_end() {
    let mut text = "template \"t0\" { step \"s\" { file.write \"s\" content=\"1\" } }\n".to_owned();
    for level in 1..=40 {
        let inner = level - 1;
        text += &format!("template \"t{level}\" {{ insert \"t{inner}\"; insert \"t{inner}\" }}\n");
    }
    assert_eq!(of(&format!("{text}insert \"t40\"")), ["template::too-large"]);
    assert_eq!(of(&format!("{text}insert \"t20\"")), ["template::too-large"]);
}

#[test]
fn values_that_double_end() {
    let mut text = "input \"v0\" default=\"0123456789abcdef\"\n".to_owned();
    for level in 1..=40 {
        let inner = level - 1;
        text += &format!("input \"v{level}\" default=\"{{{{v{inner}}}}}{{{{v{inner}}}}}\"\n");
    }
    let found = of(&format!("{text}step \"a\" {{ file.write \"a\" content=\"{{{{v40}}}}\" }}"));
    assert!(found.contains(&"template::too-large"), "{found:?}");
}

#[test]
fn libraries_declare_and_never_act() {
    let library = |lines: &str| {
        Sources::plan("use \"x.lib.kdl\"\nstep \"a\" { file.write \"a\" content=\"1\" }")
            .file("x.lib.kdl", format!("{lines}\n"))
            .compile()
    };
    assert_eq!(places(&library("step \"b\" { file.write \"b\" content=\"1\" }")), ["x.lib.kdl:1 node::misplaced"]);
    is_sound(&library("component \"portal\" layer=\"user-space\""), "a component");
    is_sound(&library("use \"x.lib.kdl\""), "a library that uses itself is read once");
}

#[test]
fn names_inside_templates_may_hold_their_inputs() {
    sound(
        "template \"pair\" { input \"n\"; step \"{{n}}-a\" { file.write \"{{n}}-a\" content=\"1\" }; step \"{{n}}-b\" { needs \"{{n}}-a\"; file.write \"{{n}}-b\" content=\"1\" } }\ninsert \"pair\" n=\"x\"\ninsert \"pair\" n=\"y\"",
    );
}

#[test]
fn a_name_repeated_by_a_template_is_told_with_the_insert() {
    let told = only(&format!("{TEMPLATE}insert \"conf\" name=\"a\"\ninsert \"conf\" name=\"a\""));
    assert_eq!(told.page.code, "name::repeated");
}

#[test]
fn a_fault_in_a_template_is_told_once_however_often_it_is_put_in() {
    let text = "template \"t\" { input \"n\"; step \"{{n}}\" { file.write \"{{n}}\" contnt=\"1\" } }\ninsert \"t\" n=\"a\"\ninsert \"t\" n=\"b\"\ninsert \"t\" n=\"c\"";
    assert_eq!(codes(&Sources::plan(text).compile()), ["property::unknown"]);
}
