//! Where values of inputs come from, by the real binary.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use switchback_tests::stand::Stand;

#[test]
fn a_value_is_read_by_a_program_of_the_project() {
    let plan = r#"plan "p"
input "release" { read { program "sh" "./bin/release.sh" } }
step "a" { file.write "a.txt" content="{{release}}\n" }
"#;
    let files = &[("site/a.txt", "1\n"), ("bin/release.sh", "cat release\n"), ("site/release", "2\n")];
    let stand = Stand::new(plan, files).unwrap();
    let said = stand.ends(10, "rm site/release; switchback diff p.plan.kdl").unwrap();
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("input `release` has no good value"), "{said}");
    assert!(said.contains("program sh: exit status 1: cat: release"), "{said}");
    stand.write("site/release", "2\n").unwrap();
    let said = stand.ends(0, "switchback diff p.plan.kdl").unwrap();
    assert!(said.contains("+2"), "{said}");
    stand.ends(0, "switchback run p.plan.kdl --yes").unwrap();
    assert_eq!(stand.read("site/a.txt"), "2\n");
}
