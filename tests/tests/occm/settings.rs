//! The users' settings: copied, carried over an upgrade, put back by a rollback, and never deleted without a copy.

use crate::site::{ROLLBACK, Site, UPGRADE, cluster, has, shared};
use switchback_tests::cluster::Helm;

#[test]
fn what_users_configured_is_there_after_the_upgrade_and_after_the_rollback() {
    let cluster = cluster!("what_users_configured_is_there_after_the_upgrade_and_after_the_rollback");
    for helm in Helm::BOTH {
        let site = Site::with(cluster, helm, "");
        site.configures("own-ca");
        let saved = site.config();
        // The dry run says that Helm takes it, and that it comes again.
        let shown = site.ends(0, "switchback diff upgrade.plan.kdl");
        has(&shown, "-issuers: [own-ca] +issuers: []");
        has(&shown, "-issuers: [] +issuers: [own-ca]");
        site.ends(0, UPGRADE);
        let upgraded = site.config();
        has(&upgraded, r#""issuers.yaml":"issuers: [own-ca]\n""#);
        has(&upgraded, "cmpv2");
        site.ends(0, ROLLBACK);
        assert_eq!(site.config(), saved, "{helm:?}");
        // Helm had changed it again, so the pods are new ones.
        has(&site.get("deploy/occm-occm", ".spec.template.metadata.annotations"), "switchback/restarted");
        site.ends(0, "switchback undo --yes");
        assert_eq!(site.config(), upgraded, "{helm:?}");
        site.stands_at("24.3.0");
    }
}

#[test]
fn the_pods_restart_only_when_helm_changed_the_settings() {
    let site = Site::upgraded(cluster!("the_pods_restart_only_when_helm_changed_the_settings"));
    site.ends(0, ROLLBACK);
    let annotations = site.get("deploy/occm-occm", ".spec.template.metadata.annotations");
    assert!(!annotations.contains("restarted"), "{annotations}");
}

/// A copy of before the upgrade, and one of before the rollback: with digest and version, and whole.
#[test]
fn there_is_a_copy_from_before_the_upgrade_and_one_from_before_the_rollback() {
    let site = Site::new(cluster!("there_is_a_copy_from_before_the_upgrade_and_one_from_before_the_rollback"));
    site.configures("old-ca");
    site.ends(0, UPGRADE);
    site.configures("new-ca");
    site.ends(0, ROLLBACK);
    for (plan, name, version, issuers) in
        [("occm-24.3", "settings", "24.2.0", "old-ca"), ("occm-24.2", "present", "24.3.0", "new-ca")]
    {
        let copies = format!("cd .switchback/backups/lab/*/{name}; cat copy.json");
        let told = site.ends(0, &copies);
        has(&told, &format!("\"plan\": \"{plan}\""));
        has(&told, &format!("\"versions\": {{ \"occm\": \"{version}\" }}"));
        has(&told, "\"digest\": \"b3:");
        has(&told, "\"holds\": [ \"configmap/occm-occm\" ]");
        has(&site.ends(0, &format!("cat .switchback/backups/lab/*/{name}/*")), issuers);
    }
    // The rollback is refused by the compiler where its upgrade takes no such copy.
    site.edit("upgrade.plan.kdl", "step \"settings\" { backup", "step \"settings\" { backup \"other\"");
    has(&site.ends(10, "switchback check upgrade.plan.kdl"), "settings");
}

#[test]
fn without_a_whole_copy_of_the_older_version_nothing_is_deleted() {
    let site = shared(cluster!("without_a_whole_copy_of_the_older_version_nothing_is_deleted"));
    let before = site.config_version();
    let refused = |does: &str, part: &str| {
        site.ends(0, &format!("cp -a .switchback/backups kept; {does}"));
        let said = site.ends(15, ROLLBACK);
        site.ends(0, "rm -r .switchback/backups; mv kept .switchback/backups");
        has(&said, part);
        assert_eq!(site.config_version(), before, "{does}");
    };
    refused("rm -r .switchback/backups/*", "settings");
    // One byte of the object itself.
    refused(
        "sed -i 's/renewBeforeDays: 14/renewBeforeDays: 15/' .switchback/backups/lab/*/settings/[0-9a-f][0-9a-f][0-9a-f]*",
        "damaged",
    );
    refused(
        "for f in .switchback/backups/lab/*/settings/[0-9a-f][0-9a-f][0-9a-f]*; do truncate -s 20 $f; done",
        "damaged",
    );
    refused(
        "sed -i 's/\"occm\": \"24.2.0\"/\"occm\": \"24.1.0\"/' .switchback/backups/lab/*/settings/copy.json",
        "24.2",
    );
    let elsewhere = |to: &str, part: &str| {
        site.with_edit("rollback.plan.kdl", ("kube.restore \"configmap/occm-occm\"", to), || {
            has(&site.ends(1, ROLLBACK), part);
        });
        assert_eq!(site.config_version(), before, "{to}");
    };
    elsewhere("kube.restore \"configmap/other\"", "was not taken of configmap/other");
    elsewhere(
        "kube.restore namespace=\"default\" \"configmap/occm-occm\"",
        "was not taken of default/configmap/occm-occm",
    );
}

#[test]
fn what_is_lost_is_shown_and_typed() {
    let site = shared(cluster!("what_is_lost_is_shown_and_typed"));
    site.configures("lab-ca");
    let version = site.config_version();
    let shown = site.ends(0, "switchback diff rollback.plan.kdl");
    has(&shown, "-issuers: [lab-ca] +issuers: []");
    let said = site.ends(12, "switchback run rollback.plan.kdl --yes --confirm loss=other </dev/null");
    has(&said, "Configuration and certificates made since the upgrade to 24.3.0 are lost");
    assert_eq!(site.config_version(), version);
    // Nor without anybody who could type it.
    site.ends(12, "switchback run rollback.plan.kdl --yes </dev/null");
    assert_eq!(site.config_version(), version);
    // As the tests found it that come after this one.
    site.ends(0, r#"kubectl patch cm occm-occm --type=merge -p '{"data":{"issuers.yaml":"issuers: []\n"}}'"#);
}

/// Somebody's policy refuses what is restored, so that it can't be made anew once the old one is deleted.
#[test]
fn settings_that_are_deleted_and_can_not_be_made_anew_come_back() {
    let site = Site::new(cluster!("settings_that_are_deleted_and_can_not_be_made_anew_come_back"));
    site.configures("old-ca");
    site.ends(0, UPGRADE);
    site.configures("new-ca");
    let before = site.config();
    let policy = POLICY.replace("NAMESPACE", &site.namespace);
    site.create(&policy);
    let refused =
        r"kubectl create cm probe --from-literal=issuers.yaml=old-ca --dry-run=server -o name 2>&1 | grep -q denied";
    site.ends(0, &format!("for i in $(seq 200); do {refused} && exit 0; sleep 0.1; done; exit 1"));
    let said = site.ends(21, ROLLBACK);
    has(&said, "no old issuers");
    assert_eq!(site.config(), before, "{said}");
    site.stands_at("24.3.0");
    site.ends(0, "switchback undo --yes");
    assert_eq!(site.config(), before);
}

const POLICY: &str = r#"
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: NAMESPACE}
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
      - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}
  validations:
    - {expression: "!object.data.exists(key, object.data[key].contains('old-ca'))", message: no old issuers}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: NAMESPACE}
spec:
  policyName: NAMESPACE
  validationActions: [Deny]
  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: NAMESPACE}}}
"#;
