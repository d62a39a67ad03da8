//! A command that is printed works when it is pasted there, wherever the project is.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use switchback_tests::person::{Ended, Project};

/// Fails, and stays there.
const FAILS: &str = r#"
on-failure "stop"
step "shop" {
    file.write "shop" content="new\n"
    verify { file.contains "shop" "open" within="200ms" every="50ms" }
}"#;

/// All that is told is pasted; each is a command that is understood, and about a run that is found.
fn pasted(project: &Project, ended: &Ended, verbs: &[&str]) {
    let told = ended.told();
    assert_eq!(told.len(), verbs.len(), "{}", ended.said);
    for (line, verb) in told.iter().zip(verbs) {
        assert!(line.contains(&format!(" {verb} ")) && line.contains(&project.name()), "{line}");
        let again = project.pasted_above(line).unwrap();
        assert!(!matches!(again.exit, Some(1 | 64) | None), "{line}\n{}", again.said);
    }
}

/// From the failure of a run that was begun by this command line to its undo, all by what is told.
fn taken_back(run: &str, project: &Project) {
    let failed = project.pasted_above(run).unwrap();
    assert_eq!(failed.exit, Some(21), "{}", failed.said);
    let [undo, abort] = failed.told()[..] else { unreachable!("{}", failed.said) };
    let (undo, abort) = (undo.to_owned(), abort.to_owned());
    assert_eq!(project.holds("shop").as_deref(), Some("new\n"));
    pasted(project, &project.pasted_above(&undo.replace(" undo ", " status ")).unwrap(), &["undo", "abort"]);
    // Nobody can be asked: the door says how it is opened.
    let shut = project.pasted_above(&undo).unwrap();
    assert_eq!(shut.exit, Some(12), "{}", shut.said);
    let [yes] = shut.told()[..] else { unreachable!("{}", shut.said) };
    let undone = project.pasted_above(yes).unwrap();
    assert_eq!(undone.exit, Some(0), "{}", undone.said);
    assert_eq!(project.holds("shop"), None);
    let over = project.pasted_above(&abort).unwrap();
    assert_eq!((over.exit, over.said.contains("is undone already")), (Some(0), true), "{}", over.said);
    let status = project.pasted_above(&undo.replace(" undo ", " status ")).unwrap();
    pasted(project, &status, &["report"]);
}

#[test]
fn who_says_dash_c_is_told_it_again() {
    let project = Project::new(FAILS, &[]).unwrap();
    let name = project.name();
    let shown = project.pasted_above(&format!("switchback -C {name} diff go.plan.kdl")).unwrap();
    pasted(&project, &shown, &["run"]);
    let nothing = project.pasted_above(&format!("switchback -C {name} runs")).unwrap();
    assert!(nothing.said.contains(&format!("switchback -C {name} run PLAN")), "{}", nothing.said);
    taken_back(&format!("switchback -C {name} run go.plan.kdl --yes"), &project);
    let missing = project.pasted_above(&format!("switchback -C {name} undo nosuch")).unwrap();
    assert_eq!(missing.told(), [format!("switchback -C {name} runs")], "{}", missing.said);
}

#[test]
fn who_names_a_plan_elsewhere_is_told_where_its_runs_are() {
    let project = Project::new(FAILS, &[]).unwrap();
    let name = project.name();
    taken_back(&format!("switchback run {name}/go.plan.kdl --yes"), &project);
    // The plan itself is found from here, as it was typed.
    let shown = project.pasted_above(&format!("switchback diff {name}/go.plan.kdl")).unwrap();
    assert_eq!(shown.told(), [format!("switchback run {name}/go.plan.kdl")], "{}", shown.said);
}

#[test]
fn what_is_made_elsewhere_is_gone_to() {
    let project = Project::new(FAILS, &[]).unwrap();
    let plan = project.pasted_above(&format!("switchback -C {} new hello", project.name())).unwrap();
    pasted(&project, &plan, &["diff"]);
    // Where there is no project it makes one.
    std::fs::remove_file(project.path("switchback.kdl")).unwrap();
    let made = project.pasted_above(&format!("switchback -C {}/platform new hello", project.name())).unwrap();
    let [next] = made.told()[..] else { unreachable!("{}", made.said) };
    let shown = project.pasted_above(next).unwrap();
    assert_eq!(shown.exit, Some(0), "{}", shown.said);
    assert!(shown.said.contains("next: switchback run upgrade.plan.kdl"), "{}", shown.said);
}
