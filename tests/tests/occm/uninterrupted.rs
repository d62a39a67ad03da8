//! Signals and kills while Helm rolls back.

use crate::site::{IN_THE_HOOK, ROLLBACK, SLOW_HOOK, Site, cluster, has};
use switchback_tests::cluster::Helm;

/// What watches Helm first, then Helm, by the records of its starts; those that ended have a record of it.
const KILL_HELM: &str = r#"
for start in $(find .switchback -path '*outputs/*' -name claim.json -exec dirname {} \;); do
    test -e $start/exit.json && continue
    for file in claim process; do
        pid=$(sed 's/.*"pid":\([0-9]*\).*/\1/' $start/$file.json 2>/dev/null) && kill -9 $pid
    done
done"#;

#[test]
fn ctrl_c_while_helm_rolls_back_leaves_it_alone() {
    let site = Site::upgraded_with(cluster!("ctrl_c_while_helm_rolls_back_leaves_it_alone"), Helm::Four, SLOW_HOOK);
    // Twice, to the whole group, as a terminal sends it: the second does not wait for the step's end.
    let said = site.ends(
        22,
        &format!(
            "setsid sh -c 'echo $$ > group; exec {ROLLBACK}' & run=$!\n{IN_THE_HOOK}\n\
             for time in 1 2; do /bin/kill -s INT -- -$(cat group); sleep 0.3; done\nwait $run"
        ),
    );
    has(&said, "ctrl-c again stops waiting");
    site.ends(0, "switchback resume");
    ended_once(&site);
}

#[test]
fn a_rollback_whose_run_is_killed_goes_on() {
    let site = Site::upgraded_with(cluster!("a_rollback_whose_run_is_killed_goes_on"), Helm::Three, SLOW_HOOK);
    let saved = site.ends(0, "cat .switchback/backups/lab/*/settings/*");
    site.ends(0, &format!("{ROLLBACK} & run=$!\n{IN_THE_HOOK}\nkill -9 $run; wait; true"));
    has(&site.ends(0, "helm history occm -o json"), "rollback");
    site.ends(0, "switchback resume");
    ended_once(&site);
    has(&saved, "renewBeforeDays: 14");
}

#[test]
fn a_rollback_that_dies_with_its_helm_is_ended_and_done_again() {
    let site = Site::upgraded_with(
        cluster!("a_rollback_that_dies_with_its_helm_is_ended_and_done_again"),
        Helm::Four,
        SLOW_HOOK,
    );
    site.ends(0, &format!("{ROLLBACK} & run=$!\n{IN_THE_HOOK}\nkill -9 $run\n{KILL_HELM}\nwait; true"));
    has(&site.ends(0, "helm history occm -o json"), "\"status\":\"pending-rollback\"");
    site.ends(0, "switchback resume");
    ended_once(&site);
    // And back from there.
    site.ends(0, "switchback undo --yes");
    site.stands_at("24.3.0");
}

/// At 24.2, with the settings of 24.2, and nothing pending.
fn ended_once(site: &Site) {
    site.stands_at("24.2.0");
    has(&site.config(), "renewBeforeDays: 14");
    let history = site.ends(0, "helm history occm -o json");
    assert!(!history.contains("pending"), "{history}");
    has(&history, "\"description\":\"Rollback to 1\"");
}
