//! Inputs: their types, where values come from, and what is told of those that nobody knows (R15, R19).

use crate::sources::Sources;
use crate::told::{codes, help, is_sound, of, only, sound};

const WRITES: &str = "step \"a\" { file.write \"a\" content=\"{{size}}\" }";

#[test]
fn a_default_is_a_value_that_is_allowed() {
    for (input, fits) in [
        ("input \"size\" type=\"number\" default=5", true),
        ("input \"size\" type=\"number\" default=\"many\"", false),
        ("input \"size\" type=\"version\" default=\"24.10\"", true),
        ("input \"size\" type=\"duration\" default=\"1h30m\"", true),
        ("input \"size\" type=\"duration\" default=\"1h 30m\"", false),
        ("input \"size\" type=\"size\" default=\"40GiB\"", true),
        ("input \"size\" type=\"size\" default=\"40 gigs\"", false),
        ("input \"size\" type=\"boolean\" default=#true", true),
        ("input \"size\" default=\"m\" { in \"s\" \"m\" }", true),
        ("input \"size\" default=\"xl\" { in \"s\" \"m\" }", false),
        ("input \"size\" default=\"ab\" pattern=\"[a-z]{2}\"", true),
        ("input \"size\" default=\"abc\" pattern=\"[a-z]{2}\"", false),
    ] {
        let expected: &[&str] = if fits { &[] } else { &["input::wrong"] };
        assert_eq!(of(&format!("{input}\n{WRITES}")), expected, "{input}");
    }
}

#[test]
fn check_needs_no_values() {
    sound(&format!("input \"size\"\n{WRITES}"));
    sound(
        "input \"size\"\nstep \"a-{{size}}\" { needs \"b\"; file.write \"{{size}}\" content=\"1\" }\nstep \"b\" { file.write \"b\" content=\"1\" }",
    );
}

#[test]
fn the_strongest_value_wins() {
    let text = format!("input \"size\" default=\"m\"\n{WRITES}");
    let project =
        Sources::plan(&text).file("switchback.kdl", "target \"local\" { directory \"d\"; set \"size\" \"l\" }\n");
    let content = |compiled: switchback_compiler::Compiled| {
        let plan = compiled.plan.unwrap();
        let (_, step) = plan.steps().next().unwrap();
        step.acts().next().unwrap().call.known("content").unwrap().to_owned()
    };
    assert_eq!(content(project.on("", &[])), "m");
    assert_eq!(content(project.on("local", &[])), "l");
    assert_eq!(content(project.on("local", &[("size", "xl")])), "xl");
}

#[test]
fn an_unknown_input_from_outside_proposes_a_near_one() {
    let project = Sources::plan(&format!("input \"size\" default=\"m\"\n{WRITES}"));
    let compiled = project.on("", &[("sise", "l")]);
    assert_eq!(codes(&compiled), ["input::unknown"]);
    assert_eq!(help(compiled.diagnostics.first().unwrap()), "did you mean `size`?");
    assert_eq!(codes(&project.on("", &[("colour", "red")])), ["input::unknown"]);
}

#[test]
fn a_setting_that_is_nearly_an_input_is_told_and_others_are_for_other_plans() {
    let text = format!(
        "input \"workers\" default=\"4\"\ninput \"size\" default=\"m\"\n{WRITES}\nstep \"b\" {{ file.write \"b\" content=\"{{{{workers}}}}\" }}"
    );
    let set = |names: &[&str]| {
        let set: String = names.iter().map(|name| format!("    set \"{name}\" \"8\"\n")).collect();
        Sources::plan(&text)
            .file("switchback.kdl", format!("target \"local\" {{\n    directory \"d\"\n{set}}}\n"))
            .on("local", &[])
    };
    let slip = set(&["workrs"]);
    assert_eq!(codes(&slip), ["input::unknown-setting"]);
    assert!(slip.plan.is_some(), "it is a warning");
    assert_eq!(slip.diagnostics.first().unwrap().labels.first().unwrap().text, "did you mean `workers`?");
    is_sound(&set(&["colour"]), "for another plan");
    is_sound(&set(&["workers", "worker"]), "the near one is set itself");
}

#[test]
fn what_nothing_reads_is_one_note() {
    let told = only(
        "input \"a\" default=\"1\"\ninput \"b\" default=\"1\"\ntemplate \"c\" { step \"x\" { file.write \"x\" content=\"1\" } }\nstep \"z\" { file.write \"z\" content=\"1\" }",
    );
    assert_eq!((told.page.code, told.severity.word(), told.labels.len()), ("value::unused", "note", 3));
    let library = Sources::plan("use \"x.lib.kdl\"\nstep \"z\" { file.write \"z\" content=\"1\" }")
        .file("x.lib.kdl", "input \"a\" default=\"1\"\n");
    is_sound(&library.compile(), "a library's inputs are there for others too");
}

#[test]
fn values_that_need_their_own_value_are_refused() {
    let ring = "input \"a\" default=\"{{b}}\"\ninput \"b\" default=\"{{a}}\"\nstep \"z\" { file.write \"z\" content=\"{{a}}\" }";
    assert!(of(ring).contains(&"value::unresolved"), "{:?}", of(ring));
}
