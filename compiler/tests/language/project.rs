//! The project file: language, layers, targets, policy; and `accept`.

use crate::sources::Sources;
use crate::told::{codes, help, is_sound, places};
use switchback_compiler::diagnostic::Severity;

const STEP: &str = "step \"a\" { file.write \"a\" content=\"1\" }";

fn with(project: &str, text: &str) -> Sources {
    Sources::plan(text).file("switchback.kdl", format!("{project}\n"))
}

#[test]
fn only_language_1_is_known() {
    is_sound(&with("language 1", STEP).compile(), "language 1");
    assert_eq!(places(&with("language 2", STEP).compile()), ["switchback.kdl:1 language::unsupported"]);
    assert_eq!(codes(&Sources::plan(&format!("language 2\n{STEP}")).compile()), ["language::unsupported"]);
}

#[test]
fn a_target_is_somewhere() {
    assert_eq!(codes(&with("target \"local\" { label tier=\"dev\" }", STEP).on("local", &[])), ["target::nowhere"]);
    let compiled =
        with("target \"local\" { directory \"./platform\" seed=\"seed\" }", STEP).file("seed/a", "1").on("local", &[]);
    is_sound(&compiled, "a directory");
    let target = compiled.plan.unwrap().target.unwrap();
    assert_eq!(
        (target.name.as_str(), target.directory.as_deref(), target.seed.as_deref()),
        ("local", Some("./platform"), Some("seed"))
    );
}

#[test]
fn a_target_may_be_a_cluster_alone_or_beside_a_directory() {
    let compiled = |target: &str, text: &str| with(&format!("target \"t\" {{ {target} }}"), text).on("t", &[]);
    let both = compiled("kube context=\"prod-eu\" namespace=\"lumen\"; directory \"d\"", STEP);
    is_sound(&both, "both");
    let kube = both.plan.unwrap().target.unwrap().kube.unwrap();
    assert_eq!((kube.context.as_deref(), kube.namespace.as_str()), (Some("prod-eu"), "lumen"));
    let anywhere = "step \"a\" { program \"a\"; stays \"fine\" }";
    let alone = compiled("kube", anywhere);
    is_sound(&alone, "a program needs neither");
    let kube = alone.plan.unwrap().target.unwrap().kube.unwrap();
    assert_eq!((kube.context, kube.namespace.as_str()), (None, "default"));
    assert_eq!(codes(&compiled("kube", STEP)), ["target::lacks"]);
    assert_eq!(codes(&compiled("directory \"d\"", &format!("freeze\n{STEP}"))), ["target::lacks"]);
    let frozen = compiled("directory \"d\"; kube", &format!("freeze {{ except manager=\"hpa\" }}\n{STEP}"));
    assert_eq!(frozen.plan.unwrap().freeze.unwrap().except, ["hpa"]);
}

#[test]
fn targets_are_named_once() {
    let project = "target \"a\" { directory \"d\" }\ntarget \"a\" { directory \"e\" }";
    assert_eq!(codes(&with(project, STEP).on("a", &[])), ["name::repeated"]);
}

#[test]
fn policy_makes_lints_errors_on_the_targets_that_it_holds_for() {
    let project = "target \"prod\" { directory \"d\"; label tier=\"prod\" }\ntarget \"dev\" { directory \"e\" }\n\
                   policy label=\"tier=prod\" { lint \"step::no-verify\" \"deny\" }";
    let denied = with(project, STEP).on("prod", &[]);
    assert_eq!(codes(&denied), ["step::no-verify"]);
    assert_eq!(denied.diagnostics.first().unwrap().severity, Severity::Error);
    assert!(denied.plan.is_none());
    is_sound(&with(project, STEP).on("dev", &[]), "another tier");
}

#[test]
fn the_lowest_limit_of_deletions_holds() {
    let project = "target \"a\" { directory \"d\" }\npolicy { deletions at-most=10 }\npolicy { deletions at-most=3 }";
    assert_eq!(with(project, STEP).on("a", &[]).plan.unwrap().deletions_at_most, Some(3));
}

#[test]
fn accept_waives_what_may_be_waived_where_it_stands() {
    let unused = "input \"a\" default=\"1\"";
    let accepted = format!("accept \"value::unused\" \"for later\"\n{unused}\n{STEP}");
    is_sound(&Sources::plan(&accepted).compile(), "accepted");
    let elsewhere = "stage \"prepare\" { step \"a\" { service.restart \"web\" }; step \"b\" { accept \"prepare::not-harmless\" \"idle\"; service.restart \"db\" } }";
    assert_eq!(codes(&Sources::plan(elsewhere).compile()), ["prepare::not-harmless"]);
    assert_eq!(
        codes(&Sources::plan(&format!("accept \"needs::cycle\" \"fine\"\n{STEP}")).compile()),
        ["policy::not-waivable"]
    );
    let slip = Sources::plan(&format!("accept \"value::unsed\" \"fine\"\n{STEP}")).compile();
    assert_eq!(codes(&slip), ["policy::unknown-code"]);
    assert_eq!(slip.diagnostics.first().unwrap().labels.first().unwrap().text, "did you mean `value::unused`?");
}

#[test]
fn a_selector_that_is_none_is_told() {
    let compiled = with("policy label=\"tier prod\" { deletions at-most=1 }", STEP).compile();
    assert_eq!(codes(&compiled), ["label::selector"]);
    assert!(help(compiled.diagnostics.first().unwrap()).contains("tier=prod"));
}
