//! What READMEs say of these plans: the commands of the first one run as they stand there, and the table names tests that are there.

use crate::site::{cluster, copy, has};
use std::collections::BTreeSet;
use std::fs;
use switchback_tests::cluster::Helm;
use switchback_tests::folder;
use switchback_tests::stand::Stand;

const RUN: &str = "cargo xtask cluster run -- ";

/// The shell block below the heading.
fn commands(readme: &str) -> Vec<String> {
    let (_, section) = readme.split_once("\n## On Kubernetes\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let (_, block) = section.split_once("\n```sh\n").unwrap();
    let (block, _) = block.split_once("\n```").unwrap();
    block.lines().map(|line| line.split(" #").next().unwrap().trim().to_owned()).collect()
}

/// All of them, one after the other, on a cluster of the tests in the place of the one that the first command starts.
#[test]
fn the_commands_of_the_readme_go_there_and_back() {
    let cluster = cluster!("the_commands_of_the_readme_go_there_and_back");
    let commands = commands(&fs::read_to_string(folder("..").join("README.md")).unwrap());
    assert_eq!(
        (commands.first().map(String::as_str), commands.last().map(String::as_str)),
        (Some("cargo xtask cluster up"), Some("cargo xtask cluster down"))
    );
    let stand = Stand::new("plan \"p\"\n", &[]).unwrap();
    copy(&folder("..").join("plans"), &stand.place().join("plans"));
    let (config, path) = (cluster.access().kubeconfig(), cluster.access().path(Helm::Four));
    let on_cluster =
        |command: &str| format!("export KUBECONFIG={} PATH={}:$PATH\n{command}", config.display(), path.display());
    let mut plans = Vec::new();
    for command in commands.get(1..commands.len() - 1).unwrap() {
        let command = command.strip_prefix(RUN).unwrap();
        plans.push(command.replace("switchback ", ""));
        let said = stand.ends(0, &on_cluster(&answered(command))).unwrap();
        if command.contains("diff") {
            has(&said, "release occm: revision 2 → 3, as 1 was");
        }
    }
    assert!(plans.len() >= 5, "{plans:?}");
    // It ends where it was before the rollback.
    let told = stand.ends(0, &on_cluster("helm list -n occm -o json")).unwrap();
    has(&told, "\"app_version\":\"24.3.0\"");
    has(&told, "\"app_version\":\"24.2.1\"");
    // What another run did and took back is in nobody's way: the upgrade itself goes back, too.
    let runs = stand.ends(0, &on_cluster("switchback -C plans/occm runs")).unwrap();
    let upgrade = runs.lines().find(|line| line.contains("occm-24.3")).and_then(|line| line.split_whitespace().next());
    let undo = format!("switchback -C plans/occm undo {} --yes", upgrade.unwrap());
    stand.ends(0, &on_cluster(&undo)).unwrap();
    let told = stand.ends(0, &on_cluster("helm list -n occm -o json")).unwrap();
    has(&told, "\"chart\":\"occm-24.2.0\"");
}

/// What a person answers there who has no other terminal: yes, and what is lost.
fn answered(command: &str) -> String {
    let asks = (command.contains(" run ") || command.contains(" undo")) && !command.contains("--yes");
    match (asks, command.contains("rollback")) {
        (false, _) => command.to_owned(),
        (true, false) => format!("{command} --yes"),
        (true, true) => format!("{command} --yes --confirm loss=lab"),
    }
}

/// The rows of what is ensured where.
fn table(readme: &str) -> Vec<&str> {
    let (_, section) = readme.split_once("\n## What is ensured where\n").unwrap();
    section.lines().filter(|line| line.starts_with('|')).skip(2).collect()
}

/// A table that names a test which is not there says more than it should.
#[test]
fn every_row_of_the_table_names_a_test_that_is_there() {
    let readme = fs::read_to_string(folder("..").join("plans/occm/README.md")).unwrap();
    let mut tests = BTreeSet::new();
    for entry in fs::read_dir(folder("tests/occm")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let after = text.split("#[test]\nfn ").skip(1);
        tests.extend(after.map(|rest| rest.split('(').next().unwrap().to_owned()));
    }
    let rows: Vec<&str> = table(&readme);
    let mut points = BTreeSet::new();
    let mut named = BTreeSet::new();
    for row in &rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let (point, by) = (cells.get(1).unwrap(), cells.get(4).unwrap());
        points.extend(point.parse::<u32>().ok());
        let names: Vec<String> = by.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect();
        assert!(!names.is_empty(), "no test: {row}");
        for name in names {
            assert!(tests.contains(&name), "there is no test `{name}`");
            named.insert(name);
        }
    }
    assert_eq!(points, (1..=17).collect());
    let own = ["the_commands_of_the_readme_go_there_and_back", "every_row_of_the_table_names_a_test_that_is_there"];
    let untold: Vec<_> = tests.iter().filter(|test| !named.contains(*test) && !own.contains(&test.as_str())).collect();
    assert!(untold.is_empty(), "no row names {untold:?}");
}
