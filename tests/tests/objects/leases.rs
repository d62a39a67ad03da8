//! The Lease on a target's cluster: who keeps it, who must wait, how it is lost and found.

use crate::conditions::as_account;
use crate::stage::{FORGET, RUN, Stage, UNDO, cluster, has, map};

/// It is named after the namespace that it protects, whatever targets that is called by.
fn lease(stage: &Stage) -> String {
    format!("lease/switchback-{}", stage.namespace)
}

/// Two layers, so that a run can pause in between.
const LAYERS: &str = r#"layer "user-space" { step "a" { kube.apply "a.yaml" } }
layer "core-kernel" { step "b" { kube.apply "b.yaml" } }"#;

fn given(stage: &Stage) {
    stage.write("a.yaml", &map("a", "new"));
    stage.write("b.yaml", &map("b", "new"));
}

#[test]
fn a_run_that_is_not_settled_keeps_the_target_from_everybody_elsewhere() {
    let cluster = cluster!("a_run_that_is_not_settled_keeps_the_target_from_everybody_elsewhere");
    let here = Stage::new(cluster, "leases", LAYERS, &[]);
    let there = here.beside(LAYERS);
    given(&here);
    given(&there);
    here.ends(0, &format!("{RUN} --until user-space"));
    let holder = here.get(&lease(&here), ".spec.holderIdentity");
    let run = holder.split(' ').next().unwrap();
    let said = there.ends(14, RUN);
    let by = format!("refused: run {run} of ada keeps namespace `{}` of target `test`", here.namespace);
    has(
        &said,
        &[
            &format!("{by} from another place; nothing was touched"),
            &format!("status {run}"),
            "nothing of the run goes on, delete",
            &format!("lease switchback-{0} in namespace {0}", here.namespace),
        ],
    );
    assert_eq!(here.get("configmap/b", ".data.value"), "");
    here.ends(0, "switchback resume --yes");
    assert_eq!(here.get(&lease(&here), ".spec.holderIdentity"), "");
    there.ends(0, RUN);
    here.ends(0, UNDO);
    assert_eq!(here.get(&lease(&here), ".spec.holderIdentity"), "");
}

#[test]
fn two_targets_that_are_one_namespace_keep_each_other_away() {
    let cluster = cluster!("two_targets_that_are_one_namespace_keep_each_other_away");
    let here = Stage::new(cluster, "leases", LAYERS, &[]);
    given(&here);
    let also = format!("target \"also\" {{ kube namespace=\"{0}\" lease=\"{0}\" }}\n", here.namespace);
    here.write("switchback.kdl", &format!("{}{also}", here.read("switchback.kdl")));
    let as_test = RUN.replace("--yes", "--yes -t test");
    here.ends(0, &format!("{as_test} --until user-space"));
    let run = here.get(&lease(&here), HOLDER).split(' ').next().unwrap().to_owned();
    let said = here.ends(14, &RUN.replace("--yes", "--yes -t also"));
    let by = format!("refused: run {run} of ada keeps namespace `{}` of target `also`", here.namespace);
    has(&said, &[&by, &format!("switchback status {run}")]);
    assert_eq!(here.get("configmap/b", ".data.value"), "");
    here.ends(0, "switchback resume --yes");
    here.ends(0, &RUN.replace("--yes", "--yes -t also"));
}

#[test]
fn a_run_that_was_killed_keeps_its_lease_until_it_goes_on() {
    let cluster = cluster!("a_run_that_was_killed_keeps_its_lease_until_it_goes_on");
    let here = Stage::new(cluster, "leases", LAYERS, &[]);
    let there = here.beside(LAYERS);
    given(&here);
    given(&there);
    // Somewhere behind its first effect.
    here.ends(137, &format!("SWITCHBACK_KILL_AT=16 {RUN}"));
    assert_ne!(here.get(&lease(&here), ".spec.holderIdentity"), "");
    there.ends(14, RUN);
    here.ends(0, "switchback resume --yes");
    assert_eq!(here.get(&lease(&here), ".spec.holderIdentity"), "");
    there.ends(0, RUN);
}

#[test]
fn a_run_whose_lease_was_taken_stops_and_says_so() {
    let cluster = cluster!("a_run_whose_lease_was_taken_stops_and_says_so");
    let steps = r#"step "a" { kube.apply "a.yaml"; program "sleep" "20"; stays "it only waits" }
step "b" { needs "a"; kube.apply "b.yaml" }"#;
    let here = Stage::new(cluster, "leases", steps, &[]);
    given(&here);
    let taken = format!(
        "{RUN} & until kubectl -n {ns} get {lease} >&2; do sleep 0.2; done; \
         kubectl -n {ns} patch {lease} --type=merge -p '{{\"spec\":{{\"holderIdentity\":\"other\"}}}}' >&2; wait $!",
        ns = here.namespace,
        lease = lease(&here)
    );
    let said = here.ends(22, &taken);
    has(&said, &["target lost: ", "was taken by other"]);
    assert_eq!(here.get("configmap/b", ".data.value"), "");
    here.ends(14, "switchback resume --yes");
    here.kubectl(&["delete", &lease(&here)], "");
    here.ends(0, "switchback resume --yes");
    assert_eq!(here.get("configmap/b", ".data.value"), "new");
}

const HOLDER: &str = ".spec.holderIdentity";

/// Begins a run, does something once its Lease is there, and waits for the run's end.
fn meanwhile(stage: &Stage, does: &str) -> String {
    format!(
        "{RUN} & run=$!; until kubectl -n {ns} get {lease} >&2; do sleep 0.2; done; {does} >&2; wait $run",
        ns = stage.namespace,
        lease = lease(stage)
    )
}

#[test]
fn a_run_that_can_not_begin_leaves_no_lease_behind() {
    let cluster = cluster!("a_run_that_can_not_begin_leaves_no_lease_behind");
    let here = Stage::new(cluster, "leases", LAYERS, &[]);
    let there = here.beside(LAYERS);
    given(&here);
    given(&there);
    // No run can have its folder.
    here.write(".switchback/runs", "");
    has(&here.ends(1, RUN), &["error: "]);
    assert_eq!(here.get(&lease(&here), HOLDER), "");
    there.ends(0, RUN);
}

#[test]
fn a_lease_that_changed_under_its_holder_is_given_up_all_the_same() {
    let cluster = cluster!("a_lease_that_changed_under_its_holder_is_given_up_all_the_same");
    let here =
        Stage::new(cluster, "leases", r#"step "a" { kube.apply "a.yaml"; program "sleep" "5"; stays "-" }"#, &[]);
    given(&here);
    // As by a renewal of which no answer came.
    let annotated = format!("kubectl -n {} annotate {} seen=1", here.namespace, lease(&here));
    here.ends(0, &meanwhile(&here, &annotated));
    assert_eq!(here.get(&lease(&here), HOLDER), "");
}

#[test]
fn a_lease_that_was_deleted_is_lost_and_does_not_come_back() {
    let cluster = cluster!("a_lease_that_was_deleted_is_lost_and_does_not_come_back");
    let steps = r#"step "a" { kube.apply "a.yaml"; program "sleep" "20"; stays "it only waits" }
step "b" { needs "a"; kube.apply "b.yaml" }"#;
    let here = Stage::new(cluster, "leases", steps, &[]);
    given(&here);
    let said = here.ends(22, &meanwhile(&here, &format!("kubectl -n {} delete {}", here.namespace, lease(&here))));
    has(&said, &["target lost: ", "was deleted by somebody"]);
    assert_eq!((here.get(&lease(&here), HOLDER), here.get("configmap/b", ".data.value")), Default::default());
}

#[test]
fn a_question_that_is_open_while_the_lease_is_lost_is_taken_back() {
    let cluster = cluster!("a_question_that_is_open_while_the_lease_is_lost_is_taken_back");
    let steps = r#"step "a" { kube.apply "a.yaml"; undo { own; loses "what came since" } }
step "b" { needs "a"; file.write "b" content="1"; verify { file.contains "b" "2" within="200ms" } }"#;
    let here = Stage::new(cluster, "leases", steps, &[]);
    given(&here);
    let mut run = here.asked(RUN);
    run.until("undoing a loses what came since").unwrap();
    here.kubectl(&["patch", &lease(&here), "--type=merge", "-p", r#"{"spec":{"holderIdentity":"other"}}"#], "");
    run.until("target lost: ").unwrap();
    run.until("was taken by other").unwrap();
    let (exit, said) = run.ends().unwrap();
    assert_eq!(exit, Some(22), "{said}");
    assert_eq!(here.get("configmap/a", ".data.value"), "new", "nothing was taken back");
}

#[test]
fn a_machine_of_the_same_name_with_a_project_at_the_same_place_is_another_one() {
    let cluster = cluster!("a_machine_of_the_same_name_with_a_project_at_the_same_place_is_another_one");
    let here = Stage::new(cluster, "leases", LAYERS, &[]);
    given(&here);
    here.ends(0, &format!("{RUN} --until user-space"));
    let holder = here.get(&lease(&here), HOLDER);
    // Here the first one's disk is only moved aside; two containers never see each other's.
    let other = "mkdir ../other; mv .switchback site ../other; mkdir site\n";
    let said = here.ends(14, &format!("{other}{RUN}"));
    has(
        &said,
        &[
            "it runs on ",
            "project/site/.switchback: called as here, but of another machine, or removed since, and was seen",
        ],
    );
    assert!(!said.contains("id="), "{said}");
    assert_eq!(here.get(&lease(&here), HOLDER), holder);
    here.ends(0, "rm -r .switchback site; mv ../other/.switchback ../other/site .; switchback resume --yes");
    assert_eq!(here.get(&lease(&here), HOLDER), "");
}

/// Somebody who may change objects of a kind, and Leases as long as they are let.
fn with_rights(stage: &Stage) {
    stage.kubectl(&["create", "serviceaccount", "runner"], "");
    let account = format!("--serviceaccount={}:runner", stage.namespace);
    for (role, resource) in [("maps", "configmaps"), ("leases", "leases.coordination.k8s.io")] {
        stage.kubectl(&["create", "role", role, "--verb=*", &format!("--resource={resource}")], "");
        stage.kubectl(&["create", "rolebinding", role, &format!("--role={role}"), &account], "");
    }
}

#[test]
fn a_renewal_that_is_refused_for_good_is_told_once() {
    let cluster = cluster!("a_renewal_that_is_refused_for_good_is_told_once");
    let steps = r#"step "a" { kube.apply "a.yaml"; program "sleep" "33"; stays "it only waits" }"#;
    let here = Stage::new(cluster, "leases", steps, &[]);
    given(&here);
    with_rights(&here);
    // By who may: the runner gives no rights away.
    let revoked = format!("KUBECONFIG=$ADMIN kubectl -n {} delete rolebinding leases", here.namespace);
    let script = as_account(&here, "runner", &meanwhile(&here, &revoked));
    let said = here.ends(0, &format!("export ADMIN=$KUBECONFIG\n{script}"));
    assert_eq!(said.matches("the target's Lease can't be renewed: ").count(), 1, "{said}");
    has(&said, &["is forbidden", "the target's Lease could not be given up: "]);
}

#[test]
fn an_end_that_needs_no_cluster_needs_no_lease() {
    let cluster = cluster!("an_end_that_needs_no_cluster_needs_no_lease");
    let here = Stage::new(cluster, "leases", LAYERS, &[]);
    given(&here);
    here.ends(0, &format!("{RUN} --until user-space"));
    here.kubectl(&["patch", &lease(&here), "--type=merge", "-p", r#"{"spec":{"holderIdentity":"other"}}"#], "");
    here.ends(14, "switchback resume --yes");
    let said = here.ends(0, "switchback abort --yes");
    has(&said, &["the Lease on the target's cluster is left as it is: somebody else holds it"]);
    assert_eq!(here.get(&lease(&here), HOLDER), "other");
}

#[test]
fn an_undo_of_files_alone_needs_no_rights_on_the_cluster() {
    let cluster = cluster!("an_undo_of_files_alone_needs_no_rights_on_the_cluster");
    let layers = LAYERS.replace(r#"kube.apply "a.yaml""#, r#"file.write "a" content="1""#);
    let here = Stage::new(cluster, "leases", &layers, &[]);
    given(&here);
    with_rights(&here);
    here.ends(0, &as_account(&here, "runner", &format!("{RUN} --until user-space")));
    here.kubectl(&["delete", "rolebinding", "leases"], "");
    let said = here.ends(0, &as_account(&here, "runner", UNDO));
    has(&said, &["the Lease on the target's cluster is left as it is: ", "is forbidden"]);
    assert_eq!(here.read("site/a"), "");
}

/// Two machines that begin at the very same moment: no other test has both look for the Lease before either has it.
#[test]
fn of_two_that_begin_at_the_same_moment_one_runs() {
    let cluster = cluster!("of_two_that_begin_at_the_same_moment_one_runs");
    let step = r#"step "a" { kube.apply "a.yaml"; program "sleep" "2"; stays "-" }
step "b" { needs "a"; kube.apply "b.yaml" }"#;
    let here = Stage::new(cluster, "moment", step, &[]);
    let both = [&here.beside(step), &here];
    let mut refused = 0;
    for round in 1..=5 {
        for (who, stage) in both.iter().enumerate() {
            for name in ["a", "b"] {
                stage.write(&format!("{name}.yaml"), &map(name, &format!("{round}-{who}")));
            }
            stage.run(FORGET);
        }
        let start = std::sync::Barrier::new(both.len());
        let ended = std::thread::scope(|scope| {
            let runs = both.map(|stage| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    stage.run(RUN)
                })
            });
            runs.map(|run| run.join().unwrap())
        });
        let told = format!("{round}: {ended:?}");
        let value = |name: &str| here.get(&format!("configmap/{name}"), ".data.value");
        assert_eq!(value("a"), value("b"), "{told}");
        assert_eq!(here.get(&lease(&here), HOLDER), "", "{told}");
        for (who, one) in ended.iter().enumerate() {
            match one.exit {
                Some(0) => {}
                Some(14) => {
                    refused += 1;
                    has(&one.said, &["refused: run ", "keeps namespace", "nothing was touched"]);
                    assert_ne!(value("a"), format!("{round}-{who}"), "{told}");
                }
                _ => unreachable!("{told}"),
            }
        }
        assert!(ended.iter().any(|one| one.exit == Some(0)), "{told}");
    }
    assert!(refused >= 3, "{refused}");
}
