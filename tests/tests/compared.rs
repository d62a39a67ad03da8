//! Checks that compare with what was there before the run.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use switchback_tests::person::Project;

const RUN: [&str; 3] = ["run", "go.plan.kdl", "--yes"];

#[test]
fn a_value_is_compared_with_that_of_before() {
    let plan = |writes: &str| {
        format!(
            "layer \"user-space\" {{\n    step \"a\" {{\n        file.write \"{writes}\" content=\"43\\n\"\n        \
             undo {{ own; verify {{ program \"cat\" \"count\" same-as=\"before\" }} }}\n        \
             verify {{ program \"cat\" \"count\" same-as=\"before\" within=\"1s\" every=\"200ms\" }}\n    }}\n}}"
        )
    };
    let same = Project::new(&plan("other"), &[("count", "41\n")]).unwrap();
    let ended = same.alone(&RUN).unwrap();
    assert_eq!(ended.exit, Some(0), "{}", ended.said);
    let other = Project::new(&plan("count"), &[("count", "41\n")]).unwrap();
    let ended = other.alone(&RUN).unwrap();
    assert_eq!((ended.exit, other.holds("count").as_deref()), (Some(20), Some("41\n")), "{}", ended.said);
    assert!(ended.said.contains("43, not as before: 41"), "{}", ended.said);
}

#[test]
fn a_layer_and_a_plan_compare_with_what_was_before_them_also_in_another_process() {
    let plan = |place: &str| {
        let verify = "verify { program \"cat\" \"count\" same-as=\"before\" within=\"1s\" every=\"200ms\" }";
        let at = |here: &str| if here == place { verify } else { "" };
        format!(
            "on-failure \"stop\"\nlayer \"user-space\" {{ step \"a\" {{ file.write \"count\" content=\"42\\n\" }} }}\n\
             layer \"core-kernel\" {{ step \"b\" {{ file.write \"b\" content=\"1\\n\" }}\n{} }}\n{}",
            at("layer"),
            at("plan")
        )
    };
    for (place, code) in [("layer", 0), ("plan", 21)] {
        let project = Project::new(&plan(place), &[("count", "41\n")]).unwrap();
        let paused = project.alone(&["run", "go.plan.kdl", "--yes", "--until", "user-space"]).unwrap();
        assert_eq!(paused.exit, Some(0), "{}", paused.said);
        let ended = project.alone(&["resume"]).unwrap();
        assert_eq!(ended.exit, Some(code), "{place}: {}", ended.said);
        assert_eq!(ended.said.contains("42, not as before: 41"), code == 21, "{place}: {}", ended.said);
    }
}
