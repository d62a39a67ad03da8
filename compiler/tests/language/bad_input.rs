//! Mistakes that people make, each with its code, its place and a way out; R16: all errors at once, in source order.

use crate::sources::Sources;
use crate::told::{codes, help, of, only, places};

const GOOD: &str = "step \"z\" { file.write \"z\" content=\"1\" }";

#[test]
fn each_mistake_has_its_code() {
    for (line, code) in [
        ("stpe \"a\" { file.write \"a\" content=\"1\" }", "node::unknown"),
        ("step \"a\" { file.write \"a\" contnt=\"1\" }", "property::unknown"),
        ("step \"a\" { file.write content=\"1\" }", "argument::missing"),
        ("step \"a\" { file.write \"a\" \"b\" content=\"1\" }", "argument::extra"),
        ("step \"a\" { file.write \"a\" content=#true }", "type::wrong"),
        ("step \"a\" { file.write \"a\" content=\"1\" mode=\"rw\" }", "type::wrong"),
        ("step \"z\" { file.write \"a\" content=\"1\" }", "name::repeated"),
        ("step \"A b\" { file.write \"a\" content=\"1\" }", "name::form"),
        ("step \"a\"", "block::missing"),
        ("deadline \"1h\" { step \"a\" }", "block::unexpected"),
        ("hold at-most=\"7d\"\nhold at-most=\"8d\"", "node::twice"),
        ("step \"a\" { http.get \"http://a/\" }", "node::misplaced"),
        ("on-failure \"panic\"", "value::not-allowed"),
        ("meanwhile { argocd.pause \"x\" }", "node::not-yet"),
        ("verify { kube.ready \"deployment/x\" }", "node::not-yet"),
        ("notify \"chat\" on=\"finish\" { http.post \"http://a/\" }", "notify::unknown-event"),
    ] {
        assert_eq!(of(&format!("{GOOD}\n{line}")), [code], "{line}");
    }
}

#[test]
fn a_plan_has_a_head_and_something_to_do() {
    let compiled = |text: &str| codes(&Sources::default().file("p.plan.kdl", text).compile());
    assert_eq!(compiled(GOOD), ["plan::no-head"]);
    assert_eq!(compiled("plan \"p\"\n"), ["plan::empty"]);
    assert_eq!(compiled(""), ["plan::no-head"]);
    assert_eq!(codes(&Sources::default().compile()), ["file::missing"]);
}

#[test]
fn all_errors_are_told_at_once_in_source_order_in_all_files() {
    let compiled = Sources::plan(
        "use \"x.lib.kdl\"\nstep \"a\" { file.write \"a\" contnt=\"1\" }\nstep \"b\" { needs \"q\"; file.write \"../b\" content=\"{{who}}\" }\n\
         step \"c\" { program \"c\" }\nverify { file.exists \"a\" withn=\"1s\" }",
    )
    .file("x.lib.kdl", "input \"n\" type=\"nmber\"\n")
    .compile();
    assert_eq!(
        places(&compiled),
        [
            "p.plan.kdl:3 property::unknown",
            "p.plan.kdl:4 needs::unknown",
            "p.plan.kdl:4 path::outside",
            "p.plan.kdl:4 value::unresolved",
            "p.plan.kdl:5 way-back::none",
            "p.plan.kdl:6 property::unknown",
            "x.lib.kdl:1 value::not-allowed",
        ]
    );
    assert!(compiled.plan.is_none());
}

#[test]
fn what_was_not_looked_at_is_said() {
    let told = only(
        "step \"a\" { needs \"b\"; file.write \"a\" content=\"1\" }\nstep \"b\" { needs \"a\"; file.write \"a\" content=\"1\" }",
    );
    assert_eq!(
        (told.page.code, told.skipped.as_slice()),
        ("needs::cycle", ["the order of the steps and all that follows from it".to_owned()].as_slice())
    );
}

#[test]
fn a_file_that_could_not_be_read_hides_no_name() {
    for library in [b"\xff\xfe".as_slice(), b"step \"a\" {", b"input \"x\" default=2m\n"] {
        let compiled =
            Sources::plan("use \"x.lib.kdl\"\ninsert \"t\"\nstep \"a\" { file.write \"a\" content=\"{{x}}\" }")
                .file("x.lib.kdl", library)
                .compile();
        assert_eq!(codes(&compiled).len(), 1, "{:?}", places(&compiled));
    }
    let missing =
        Sources::plan("use \"x.lib.kdl\"\ninsert \"t\"\nstep \"a\" { file.write \"a\" content=\"{{x}}\" }").compile();
    assert_eq!(places(&missing), ["p.plan.kdl:2 file::missing"]);
}

#[test]
fn only_a_near_name_is_proposed() {
    let near = only(&format!("{GOOD}\nverfy {{ file.exists \"a\" }}"));
    assert_eq!(near.labels.first().unwrap().text, "did you mean `verify`?");
    let far = only(&format!("{GOOD}\nkitchen {{ file.exists \"a\" }}"));
    assert_eq!(far.labels.first().unwrap().text, "not a word of the language");
    assert!(help(&far).contains("switchback explain words"));
}

#[test]
fn an_unknown_layer_is_told_once_and_nothing_follows_from_it() {
    let told = only("layer \"user-spce\" { step \"a\" { file.write \"a\" content=\"1\" } }");
    assert_eq!(
        (told.page.code, told.labels.first().unwrap().text.as_str()),
        ("layer::unknown", "did you mean `user-space`?")
    );
}
