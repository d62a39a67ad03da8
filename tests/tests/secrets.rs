//! No value of a secret input reaches anything that is shown or kept, by the real binary.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use switchback_tests::stand::Stand;

/// Long and odd enough to be found wherever it lies.
const VALUE: &str = "zzTOPsecretzz";

/// All files of the project's runs that hold the value, but for old contents that an undo needs.
fn leaks(stand: &Stand) -> Vec<String> {
    let mut found = Vec::new();
    gather(&stand.place().join(".switchback"), &mut found);
    found.retain(|path| !path.contains("/old/"));
    found
}

fn gather(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, found);
            continue;
        }
        match fs::read(&path) {
            Ok(bytes) if bytes.windows(VALUE.len()).any(|part| part == VALUE.as_bytes()) => {
                found.push(path.display().to_string());
            }
            Ok(_) => {}
            // Beside a killed run its supervisor still writes a program's end: a file that it renames.
            Err(error) => assert_eq!(error.kind(), ErrorKind::NotFound, "{}", path.display()),
        }
    }
}

#[test]
fn an_output_that_holds_a_secret_is_written_down_nowhere() {
    let plan = r#"plan "p"
input "tok" secret=#true env="TOK"
step "r" {
    file.write "tokfile" content="key {{tok}}\n"
    output "v" { file "tokfile" }
}
step "s" { needs "r"; file.write "copyfile" content="v={{step.r.v}}\n" }
"#;
    let stand = Stand::new(plan, &[]).unwrap();
    let said = stand.ends(20, &format!("export TOK={VALUE}; switchback run p.plan.kdl --yes; code=$?; switchback report; switchback report --format json; switchback report --format html; exit $code")).unwrap();
    assert!(said.contains("output `v` would give away the secret `tok`"), "{said}");
    assert!(said.contains("{{tok}}"), "{said}");
    assert!(!said.contains(VALUE), "{said}");
    assert_eq!(leaks(&stand), Vec::<String>::new());
    assert_eq!(stand.read("site/copyfile"), "");
}

#[test]
fn a_value_that_is_read_may_not_be_a_secret() {
    let plan = r#"plan "p"
input "copy" { read { program "cat" "key" } }
input "tok" secret=#true from="file:key"
step "a" { file.write "a" content="{{copy}} {{tok}}" }
"#;
    let stand = Stand::new(plan, &[("key", VALUE), ("site/key", VALUE)]).unwrap();
    let said = stand.ends(10, "switchback diff p.plan.kdl -o o.swb").unwrap();
    assert!(said.contains("what is read would give away the secret `tok`"), "{said}");
    assert!(!said.contains(VALUE), "{said}");
    assert!(!stand.place().join("o.swb").exists());
}

#[test]
fn what_a_program_says_of_a_secret_is_overwritten() {
    let plan = r#"plan "p"
input "pw" secret=#true env="APP_PW"
step "x" {
    program "sh" "-c" "echo before; echo said $T$T; printf half; exit 3" { env "T" "{{pw}}" }
    undo { program "sh" "-c" "echo back $T" { env "T" "{{pw}}" } }
}
"#;
    let stand = Stand::new(plan, &[]).unwrap();
    let said = stand.ends(20, &format!("APP_PW={VALUE} switchback run p.plan.kdl --yes")).unwrap();
    assert!(said.contains("| said ‹hidden›‹hidden›"), "{said}");
    assert_eq!(leaks(&stand), Vec::<String>::new());
    let log = stand.run("cat .switchback/runs/*/outputs/x/1-1/log").unwrap().said;
    let stars = "*".repeat(VALUE.len());
    assert_eq!(log, format!("before\nsaid {stars}{stars}\nhalf"));
}

#[test]
fn what_a_killed_run_left_of_a_secret_is_overwritten_by_the_next_process() {
    let plan = r#"plan "p"
input "pw" secret=#true env="APP_PW"
step "x" {
    program "sh" "-c" "echo said $T; kill -9 $(cat ../pid); touch killed" { env "T" "{{pw}}" }
    stays "nothing"
}
"#;
    let stand = Stand::new(plan, &[]).unwrap();
    let script = format!(
        "export APP_PW={VALUE}; sh -c 'echo $$ > pid; exec switchback run p.plan.kdl --yes'; until [ -e site/killed ]; do sleep 0.1; done"
    );
    stand.run(&script).unwrap();
    assert_eq!(leaks(&stand).len(), 1, "the run was not killed");
    let said = stand.ends(0, &format!("APP_PW={VALUE} switchback resume --yes")).unwrap();
    assert!(!said.contains(VALUE), "{said}");
    assert_eq!(leaks(&stand), Vec::<String>::new());
}

#[test]
fn a_program_does_not_inherit_where_a_secret_comes_from() {
    let plan = r#"plan "p"
input "pw" secret=#true env="APP_PW"
input "seen" { read { program "sh" "-c" "echo read:$APP_PW:$OTHER" } }
step "x" {
    program "sh" "-c" "echo $APP_PW:$T:$OTHER > env; echo {{seen}} > seen" { env "T" "{{pw}}" }
    stays "nothing"
    verify { program "sh" "-c" "test -z \"$APP_PW\"" }
}
step "y" {
    needs "x"
    program "sh" "-c" "echo $APP_PW > given" { env "APP_PW" "{{pw}}" }
    stays "nothing"
}
"#;
    let stand = Stand::new(plan, &[]).unwrap();
    stand.ends(0, &format!("APP_PW={VALUE} OTHER=kept switchback run p.plan.kdl --yes")).unwrap();
    assert_eq!(stand.read("site/env"), format!(":{VALUE}:kept\n"));
    assert_eq!(stand.read("site/seen"), "read::kept\n");
    assert_eq!(stand.read("site/given"), format!("{VALUE}\n"));
    assert_eq!(leaks(&stand), Vec::<String>::new());
}

#[test]
fn a_gate_does_not_want_a_secret_typed() {
    let plan = r#"plan "p"
input "pw" secret=#true env="APP_PW"
gate "go" { confirm "really?" type="{{pw}}" }
step "x" { file.write "a" content="1" }
"#;
    let stand = Stand::new(plan, &[]).unwrap();
    let said = stand.ends(10, "switchback check p.plan.kdl").unwrap();
    assert!(said.contains("a secret can't be what a gate wants typed"), "{said}");
}

#[test]
fn status_hides_what_the_checks_of_a_hold_see() {
    let plan = r#"plan "p"
input "pw" secret=#true env="APP_PW"
step "x" { file.write "a" content="{{pw}}\n" }
hold at-most="1d" { program "sh" "-c" "cat a; exit 1" }
"#;
    let stand = Stand::new(plan, &[]).unwrap();
    stand.ends(0, &format!("APP_PW={VALUE} switchback run p.plan.kdl --yes")).unwrap();
    let said = stand.ends(0, &format!("APP_PW={VALUE} switchback status")).unwrap();
    assert!(said.contains("does not hold") && said.contains("‹hidden›") && !said.contains(VALUE), "{said}");
}
