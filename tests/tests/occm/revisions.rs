//! To which revision a rollback goes, and when it must not begin.

use crate::site::{ROLLBACK, Site, cluster, has, shared};

const CHART: &str = "fixtures/charts/occm-24.3.0 -f values.yaml";

#[test]
fn the_revision_is_chosen_by_its_version_and_not_by_its_place() {
    let site = Site::upgraded(cluster!("the_revision_is_chosen_by_its_version_and_not_by_its_place"));
    // After our upgrade somebody's failed, and somebody's made the one that stands: the ones before it are of 24.3 as well.
    let failing = r#"--set-json 'migration={"switchback.test/ends":"failed"}' --timeout 20s"#;
    let own = "--force-conflicts --set replicas=1";
    site.ends(0, &format!("helm upgrade occm {CHART} {failing} && exit 1; helm upgrade occm {CHART} {own}"));
    has(&site.ends(0, "helm history occm -o json"), "\"status\":\"failed\"");
    has(&site.ends(0, "switchback diff rollback.plan.kdl"), "release occm: revision 4 → 5, as 1 was");
    // Neither Helm's limit nor anybody's takes the revision away to which it goes.
    site.ends(0, &format!("export HELM_MAX_HISTORY=1; {ROLLBACK}"));
    site.stands_at("24.2.0");
    let history = site.ends(0, "helm history occm -o json");
    has(&history, "\"revision\":1,");
    has(&history, "\"description\":\"Rollback to 1\"");
    assert_eq!(site.get("deploy/occm-occm", ".spec.replicas"), "2");
}

#[test]
fn a_revision_that_is_not_kept_any_more_is_told_before_anything_is_touched() {
    let site = shared(cluster!("a_revision_that_is_not_kept_any_more_is_told_before_anything_is_touched"));
    let before = site.config_version();
    let record = "secret/sh.helm.release.v1.occm.v1";
    site.ends(0, &format!("kubectl get {record} -o json > record.json && kubectl delete {record}"));
    let said = site.ends(15, ROLLBACK);
    site.ends(0, "kubectl create -f record.json");
    has(&said, "no revision of `occm` that is kept is of");
    assert_eq!(site.config_version(), before);
}

#[test]
fn a_release_on_which_somebody_works_is_left_alone() {
    let site = shared(cluster!("a_release_on_which_somebody_works_is_left_alone"));
    let before = site.config_version();
    let record = "secret/sh.helm.release.v1.occm.v2";
    // Somebody's Helm was killed: its record says that it works.
    site.ends(0, &format!("kubectl get {record} -o json > record.json"));
    let pending = "pending-rollback";
    site.ends(
        0,
        &format!(
            "packed=$(kubectl get {record} -o 'jsonpath={{.data.release}}' | base64 -d | base64 -d | gunzip | \
             sed 's/\"status\":\"deployed\"/\"status\":\"{pending}\"/' | gzip | base64 -w0 | base64 -w0)\n\
             kubectl patch {record} -p '{{\"data\":{{\"release\":\"'$packed'\"}},\"metadata\":{{\"labels\":{{\"status\":\"{pending}\"}}}}}}'"
        ),
    );
    let said = site.ends(15, ROLLBACK);
    site.ends(0, &format!("kubectl delete {record} && kubectl create -f record.json"));
    has(&said, &format!("is {pending}"));
    assert_eq!(site.config_version(), before);
}

#[test]
fn a_revision_that_somebody_made_after_the_review_stops_the_run() {
    let site = Site::upgraded(cluster!("a_revision_that_somebody_made_after_the_review_stops_the_run"));
    site.ends(0, "switchback diff rollback.plan.kdl -o reviewed.swb");
    site.ends(0, &format!("helm upgrade occm {CHART} --force-conflicts"));
    let before = site.config_version();
    site.ends(11, "switchback run reviewed.swb --yes --confirm loss=lab");
    assert_eq!(site.config_version(), before);
    has(&site.ends(0, "helm history occm -o json"), "\"revision\":3,");
    site.stands_at("24.3.0");
}

#[test]
fn helm_has_ten_minutes_for_each_pod_and_no_longer() {
    let site = Site::upgraded_with(
        cluster!("helm_has_ten_minutes_for_each_pod_and_no_longer"),
        switchback_tests::cluster::Helm::Four,
        "migration: {switchback.test/ends-after: 5m}\n",
    );
    let limit = |site: &Site, limit: &str| {
        has(&site.ends(0, "switchback diff rollback.plan.kdl"), limit);
    };
    // Up to the deadline: that, and what the rest may take.
    limit(&site, "the deadline is 40m2s");
    site.ends(0, "kubectl scale deploy/occm-occm --replicas=3");
    limit(&site, "the deadline is 50m2s");
    site.ends(0, "kubectl scale deploy/occm-occm --replicas=0");
    let none = "`helm.rollback` has no time: its limit is 0s";
    has(&site.ends(10, "switchback diff rollback.plan.kdl"), none);
    has(&site.ends(0, "switchback diff rollback.plan.kdl --input pods=1"), "the deadline is 30m2s");
    site.ends(0, "kubectl scale deploy/occm-occm --replicas=2");
    // A hook that does not end.
    site.edit("occm.lib.kdl", "within=\"{{pods}}0m\"", "within=\"1{{pods}}s\"");
    has(&site.ends(21, ROLLBACK), "context deadline exceeded");
    site.ends(0, "switchback undo --yes");
    site.stands_at("24.3.0");
}
