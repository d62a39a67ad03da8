//! R3: two steps that may run at the same time and write the same thing are refused, with the line to add.

use crate::sources::Sources;
use crate::told::{codes, help, of, only, sole, sound};

const RACE: &str = "order::unordered-write";

#[test]
fn two_parallel_writers_of_a_file_are_refused_with_the_line_to_add() {
    let told = only(
        "step \"a\" {\n    file.write \"x\" content=\"1\"\n}\nstep \"b\" {\n    file.write \"x\" content=\"2\"\n}",
    );
    assert_eq!(told.page.code, RACE);
    assert_eq!(told.message, "`a` and `b` may both write `x` at the same time");
    let labels: Vec<&str> = told.labels.iter().map(|label| label.text.as_str()).collect();
    assert_eq!(labels, ["`a` writes `x`", "`b` writes `x`"]);
    assert_eq!(help(&told), "say which comes first; add to step `b`:\n6 +     needs \"a\"");
}

#[test]
fn a_step_on_one_line_is_shown_as_it_is_to_be_written() {
    let race = |second: &str| only(&format!("step \"a\" {{ file.write \"x\" content=\"1\" }}\n{second}"));
    let shown = "say which comes first: step \"b\" { needs \"a\"; …";
    assert_eq!(help(&race("step \"b\" { file.write \"x\" content=\"2\" }")), shown);
    assert_eq!(help(&race("step \"b\" { file.write \"x\" \\\n    content=\"2\"\n}")), shown);
    let open = "say which comes first; add to step `b`:\n4 +     needs \"a\"";
    assert_eq!(help(&race("step \"b\" { // the second\n    file.write \"x\" content=\"2\"\n}")), open);
}

#[test]
fn two_that_act_on_a_service_are_told_in_its_words() {
    let told = only("step \"a\" { service.start \"web\" }\nstep \"b\" { service.restart \"web\" }");
    assert_eq!(told.message, "`a` and `b` may both act on service `web` at the same time");
}

#[test]
fn the_line_to_add_makes_it_sound() {
    sound("step \"a\" { file.write \"x\" content=\"1\" }\nstep \"b\" { needs \"a\"; file.write \"x\" content=\"2\" }");
}

#[test]
fn a_mirrored_folder_meets_every_file_below_it() {
    let project = |below: &str| {
        let text = format!(
            "step \"site\" {{ dir.mirror \"www\" from=\"files\" }}\nstep \"page\" {{ file.write \"{below}\" content=\"1\" }}"
        );
        Sources::plan(&text).file("files/a", "1").compile()
    };
    for below in ["www/a", "www/deep/er/a", "www"] {
        let told = sole(project(below), below);
        assert_eq!(told.page.code, RACE, "{below}");
        assert!(told.labels.iter().any(|label| label.text == "`site` writes all of `www`"), "{below}");
    }
    for beside in ["www2/a", "ww", "etc/www/a"] {
        assert_eq!(codes(&project(beside)), Vec::<&str>::new(), "{beside}");
    }
}

#[test]
fn a_folder_in_a_mirrored_folder_meets_it() {
    let text = "step \"a\" { dir.mirror \"www\" from=\"files\" }\nstep \"b\" { dir.mirror \"www/api\" from=\"files\" }";
    let told = sole(Sources::plan(text).file("files/a", "1").compile(), text);
    assert_eq!(told.message, "`a` and `b` may both write below `www` at the same time");
}

#[test]
fn the_whole_directory_meets_everything() {
    let text = "step \"a\" { dir.mirror \".\" from=\"files\" }\nstep \"b\" { file.write \"etc/x\" content=\"1\" }";
    assert_eq!(codes(&Sources::plan(text).file("files/a", "1").compile()), [RACE]);
}

#[test]
fn a_path_is_the_same_however_it_is_written() {
    for other in ["./x", "a/../x", "x/", "//x"] {
        let text = format!(
            "step \"a\" {{ file.write \"x\" content=\"1\" }}\nstep \"b\" {{ file.write \"{other}\" content=\"2\" }}"
        );
        let found = of(&text);
        assert!(found == [RACE] || found == ["path::outside"], "{other}: {found:?}");
    }
}

#[test]
fn a_template_put_in_twice_races_with_itself() {
    let template =
        "template \"conf\" { input \"name\"; step \"{{name}}\" { file.write \"etc/conf\" content=\"{{name}}\" } }\n";
    let told = only(&format!("{template}insert \"conf\" name=\"one\"\ninsert \"conf\" name=\"two\""));
    assert_eq!(told.page.code, RACE);
    assert!(told.message.contains("`one` and `two`"), "{}", told.message);
    let own = "template \"conf\" { input \"name\"; step \"{{name}}\" { file.write \"etc/{{name}}\" content=\"1\" } }\n";
    sound(&format!("{own}insert \"conf\" name=\"one\"\ninsert \"conf\" name=\"two\""));
}

#[test]
fn an_order_through_a_third_step_is_no_race() {
    sound(
        "step \"a\" { file.write \"x\" content=\"1\" }\nstep \"b\" { needs \"a\"; file.write \"y\" content=\"1\" }\n\
         step \"c\" { needs \"b\"; file.write \"x\" content=\"2\" }",
    );
}

#[test]
fn a_common_need_is_no_order() {
    let text = "step \"a\" { file.write \"y\" content=\"1\" }\nstep \"b\" { needs \"a\"; file.write \"x\" content=\"1\" }\n\
                step \"c\" { needs \"a\"; file.write \"x\" content=\"2\" }";
    assert_eq!(of(text), [RACE]);
}

#[test]
fn different_files_and_different_spaces_do_not_race() {
    sound("step \"a\" { file.write \"x\" content=\"1\" }\nstep \"b\" { file.write \"y\" content=\"1\" }");
    sound("step \"a\" { file.write \"web\" content=\"1\" }\nstep \"b\" { service.restart \"web\" }");
}

#[test]
fn layers_and_stages_are_an_order() {
    sound(
        "layer \"user-space\" { step \"a\" { file.write \"x\" content=\"1\" } }\n\
         layer \"core-kernel\" { step \"b\" { file.write \"x\" content=\"2\" } }",
    );
    sound("step \"a\" { file.write \"x\" content=\"1\" }\nstage \"finalize\" { step \"b\" { file.remove \"x\" } }");
}

#[test]
fn what_after_change_does_races_too() {
    let text = "step \"a\" { file.write \"x\" content=\"1\"; after-change { service.restart \"web\" } }\n\
                step \"b\" { file.write \"y\" content=\"1\"; after-change { service.restart \"web\" } }";
    assert_eq!(of(text), [RACE]);
}

#[test]
fn looking_is_no_write() {
    sound(
        "step \"a\" { file.write \"x\" content=\"1\"; verify { file.exists \"x\" } }\n\
         step \"b\" { file.write \"y\" content=\"1\"; verify { file.exists \"x\" } }",
    );
}

#[test]
fn ways_back_that_write_the_same_race_when_both_are_taken_back() {
    let text = "step \"a\" { program \"one\"; undo { file.write \"x\" content=\"1\" } }\n\
                step \"b\" { program \"two\"; undo { file.write \"x\" content=\"2\" } }";
    let told = only(text);
    assert_eq!(told.page.code, RACE);
    assert!(told.message.contains("taken back"), "{}", told.message);
    sound(&text.replace("step \"b\" {", "step \"b\" { needs \"a\";"));
}

#[test]
fn each_pair_is_told_once() {
    let text = "step \"a\" { file.write \"x\" content=\"1\"; file.write \"y\" content=\"1\" }\n\
                step \"b\" { file.write \"x\" content=\"2\"; file.write \"y\" content=\"2\" }";
    assert_eq!(of(text), [RACE]);
}
