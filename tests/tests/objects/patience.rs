//! Waits say what is missing and why, and end when nothing moves.

use crate::stage::{RUN, Stage, cluster, deployment, has};
use switchback_tests::cluster::Cluster;

/// Longer than the test may take: what ends before ends for another reason.
const STEP: &str = r#"step "web" { kube.apply "web.yaml" within="20m" stalled="3s" }"#;

fn troubled(begin: &str, stalled: &str, annotations: &str) -> Option<String> {
    let cluster = Cluster::shared(begin).unwrap()?;
    let step = STEP.replace("3s", stalled);
    let stage =
        Stage::new(cluster, begin, &step, &[("web.yaml", &deployment("web", "example.test/web:1", annotations))]);
    let before = stage.picture();
    let said = stage.ends(20, RUN);
    has(&said, &["web: failed", &format!("deployment/web: 0 of 2 ready, nothing moved for {stalled}")]);
    assert_eq!(stage.picture(), before);
    Some(said)
}

#[test]
fn an_image_that_can_not_be_pulled_is_told_while_it_is_waited_for_and_at_the_end() {
    let Some(said) = troubled("image", "9s", "switchback.test/image: missing") else { return };
    has(&said, &["web: waits", "0 of 2 ready; pod web-", ": ImagePullBackOff: Back-off pulling image"]);
}

#[test]
fn a_container_that_crashes_is_told() {
    let Some(said) = troubled("crash", "3s", "switchback.test/crashes: always") else { return };
    has(&said, &["CrashLoopBackOff, 5 restarts so far, main ended with exit status 1, and 1 more"]);
}

#[test]
fn a_pod_that_fits_nowhere_is_told_by_a_check_too() {
    let cluster = cluster!("a_pod_that_fits_nowhere_is_told_by_a_check_too");
    let steps = r#"
defaults { kube stalled="3s" within="20m" }
step "web" { kube.apply "web.yaml" ready=#false; verify { kube.ready "deployment/web" } }"#;
    let web = deployment("web", "example.test/web:1", "");
    let web =
        web.replace("    spec:\n      containers", "    spec:\n      nodeSelector: { no: where }\n      containers");
    let stage = Stage::new(cluster, "nowhere", steps, &[("web.yaml", &web)]);
    let said = stage.ends(20, RUN);
    has(&said, &["0 of 2 ready", "pod web-", ": Unschedulable: 0/1 nodes are available"]);
}
