//! Somebody who configures OCCM while it is rolled back.

use crate::site::{IN_THE_HOOK, ROLLBACK, ROLLED_BACK, SLOW_HOOK, Site, cluster, has};
use switchback_tests::cluster::{Cluster, Helm};

/// Runs the rollback, and somebody's hand at a moment of it.
fn meanwhile(cluster: &'static Cluster, helm: Helm, moment: &str, hand: &str) -> String {
    let site = Site::upgraded_with(cluster, helm, SLOW_HOOK);
    // Long enough for a hand that is slow.
    site.edit("switchback.kdl", "set \"settled\" \"1s\"", "set \"settled\" \"4s\"");
    site.edit("occm.lib.kdl", "within=\"5m\"", "within=\"8s\"");
    let said = site.ends(21, &format!("{ROLLBACK} & {moment}; {hand} >&2; wait $!"));
    said.split(": occm-24.2 on lab, b3:").last().unwrap().to_owned()
}

const CONFIGURES: &str = r#"kubectl patch cm occm-occm --field-manager=somebody --type=merge -p '{"data":{"issuers.yaml":"issuers: [late-ca]\n"}}'"#;

#[test]
fn who_configures_occm_after_its_rollback_fails_its_verify() {
    let cluster = cluster!("who_configures_occm_after_its_rollback_fails_its_verify");
    let restored = format!("{ROLLED_BACK}; sleep 2");
    has(&meanwhile(cluster, Helm::Four, &restored, CONFIGURES), "configmap/occm-occm was written by somebody");
}

#[test]
fn who_configures_occm_while_helm_rolls_back_is_told() {
    let cluster = cluster!("who_configures_occm_while_helm_rolls_back_is_told");
    // Helm writes over it, so that the settings themselves say nothing of it afterwards.
    has(&meanwhile(cluster, Helm::Three, IN_THE_HOOK, CONFIGURES), "configmap/occm-occm was written by");
}

#[test]
fn who_deletes_the_settings_meanwhile_fails_the_verify() {
    let cluster = cluster!("who_deletes_the_settings_meanwhile_fails_the_verify");
    let restored = format!("{ROLLED_BACK}; sleep 2");
    has(&meanwhile(cluster, Helm::Four, &restored, "kubectl delete cm occm-occm"), "configmap/occm-occm is not there");
}
