//! Runs that meet on a target, and how far one goes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use switchback_tests::stand::Stand;

const PLAN: &str = r#"plan "p"
layer "user-space" { step "a" { file.write "a.txt" content="new a\n" } }
layer "core-kernel" { step "b" { file.write "b.txt" content="new b\n" } }
"#;
const FILES: &[(&str, &str)] = &[("site/a.txt", "old a\n"), ("site/b.txt", "old b\n")];

#[test]
fn a_run_stops_after_a_layer_and_never_after_a_step() {
    let stand = Stand::new(PLAN, FILES).unwrap();
    let said = stand.ends(64, "switchback run p.plan.kdl --yes --until a").unwrap();
    assert!(said.contains("there is user-space and core-kernel"), "{said}");
    assert_eq!(stand.read("site/a.txt"), "old a\n");
    stand.ends(0, "switchback run p.plan.kdl --yes --until user-space").unwrap();
    assert_eq!((stand.read("site/a.txt"), stand.read("site/b.txt")), ("new a\n".into(), "old b\n".into()));
}

#[test]
fn what_is_to_be_typed_next_is_called_as_this_command_was() {
    let stand = Stand::new(PLAN, FILES).unwrap();
    let called = "export SWITCHBACK_CALLED_AS='cargo xtask cluster run -- switchback'\n";
    let said = stand.ends(12, &format!("{called}switchback run p.plan.kdl")).unwrap();
    assert!(said.contains("next: cargo xtask cluster run -- switchback run p.plan.kdl --yes\n"), "{said}");
    let said = stand.ends(0, &format!("{called}switchback run p.plan.kdl --yes")).unwrap();
    assert!(said.contains("next: cargo xtask cluster run -- switchback report "), "{said}");
}

#[test]
fn a_run_that_was_given_up_does_not_come_back_while_another_keeps_the_target() {
    let stand = Stand::new(PLAN, FILES).unwrap();
    let said = stand.ends(0, "switchback run p.plan.kdl --yes --until user-space").unwrap();
    let first = said.lines().find_map(|line| line.strip_prefix("next: switchback resume ")).unwrap().to_owned();
    stand.ends(0, &format!("switchback abort {first} --yes")).unwrap();
    let other = PLAN.replace("new", "newer").replacen("\"p\"", "\"q\"", 1);
    stand.write("q.plan.kdl", &other).unwrap();
    stand.ends(0, "switchback run q.plan.kdl --yes --until user-space").unwrap();
    for command in [format!("switchback resume {first}"), format!("switchback undo {first} --yes")] {
        let said = stand.ends(14, &command).unwrap();
        assert!(said.contains("keeps this target; nothing was touched"), "{said}");
    }
    assert_eq!(stand.read("site/a.txt"), "newer a\n");
}
