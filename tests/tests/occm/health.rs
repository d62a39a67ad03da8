//! When a rollback counts as done.

use crate::site::{ROLLBACK, ROLLED_BACK, Site, cluster, has};
use switchback_tests::cluster::Helm;

#[test]
fn helm_waits_for_the_pods_of_the_revision_that_it_goes_back_to() {
    let cluster = cluster!("helm_waits_for_the_pods_of_the_revision_that_it_goes_back_to");
    let site = Site::upgraded_with(cluster, Helm::Four, "pods: {switchback.test/ready: never}\n");
    site.edit("occm.lib.kdl", "within=\"{{pods}}0m\"", "within=\"5s\"");
    has(&site.ends(21, ROLLBACK), "release occm failed: resource Deployment/");
}

/// Without Helm's own waiting, so that it is the verify that sees it.
#[test]
fn pods_that_fail_fail_the_verify() {
    let site = Site::upgraded_with(
        cluster!("pods_that_fail_fail_the_verify"),
        Helm::Four,
        "pods: {switchback.test/crashes: always}\n",
    );
    site.edit("rollback.plan.kdl", "force=#true", "force=#true ready=#false");
    site.edit("occm.lib.kdl", "within=\"5m\"", "within=\"5s\"");
    let said = site.ends(21, ROLLBACK);
    has(&said, "revision 3 deployed");
    has(&said, "release occm: deployment/occm-occm: 1 of 2 updated after");
}

/// Somebody's Helm moves it on again before it counts as done.
#[test]
fn another_version_than_that_of_the_rollback_fails_the_verify() {
    let site = Site::upgraded(cluster!("another_version_than_that_of_the_rollback_fails_the_verify"));
    site.edit("switchback.kdl", "set \"settled\" \"1s\"", "set \"settled\" \"6s\"");
    site.edit("occm.lib.kdl", "within=\"5m\"", "within=\"15s\"");
    let upgrades = "helm upgrade occm fixtures/charts/occm-24.3.0 -f values.yaml --no-hooks --force-conflicts";
    let said = site.ends(21, &format!("{ROLLBACK} & {ROLLED_BACK}; sleep 2; {upgrades} >&2; wait $!"));
    has(&said, "24.3.0, not 24.2.0");
}
