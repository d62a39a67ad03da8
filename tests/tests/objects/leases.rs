//! The Lease on a target's cluster: who keeps it, who must wait, how it is lost and found.

use crate::stage::{RUN, Stage, UNDO, cluster, has, map};

const LEASE: &str = "lease/switchback-test";

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
    let holder = here.get(LEASE, ".spec.holderIdentity");
    let run = holder.split(' ').next().unwrap();
    let said = there.ends(14, RUN);
    let by = format!("refused: run {run} of ada keeps target `test` from another place; nothing was touched");
    has(
        &said,
        &[&by, &format!("status {run}"), &format!("--namespace {} delete {}", here.namespace, "lease switchback-test")],
    );
    assert_eq!(here.get("configmap/b", ".data.value"), "");
    here.ends(0, "switchback resume --yes");
    assert_eq!(here.get(LEASE, ".spec.holderIdentity"), "");
    there.ends(0, RUN);
    here.ends(0, UNDO);
    assert_eq!(here.get(LEASE, ".spec.holderIdentity"), "");
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
    assert_ne!(here.get(LEASE, ".spec.holderIdentity"), "");
    there.ends(14, RUN);
    here.ends(0, "switchback resume --yes");
    assert_eq!(here.get(LEASE, ".spec.holderIdentity"), "");
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
        "{RUN} & until kubectl -n {ns} get {LEASE} >&2; do sleep 0.2; done; \
         kubectl -n {ns} patch {LEASE} --type=merge -p '{{\"spec\":{{\"holderIdentity\":\"other\"}}}}' >&2; wait $!",
        ns = here.namespace
    );
    let said = here.ends(22, &taken);
    has(&said, &["target lost: ", "was taken by other"]);
    assert_eq!(here.get("configmap/b", ".data.value"), "");
    here.ends(14, "switchback resume --yes");
    here.kubectl(&["delete", LEASE], "");
    here.ends(0, "switchback resume --yes");
    assert_eq!(here.get("configmap/b", ".data.value"), "new");
}
