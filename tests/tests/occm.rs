//! The plans of OCCM (`plans/occm`) on a real cluster: there and back, and what they refuse.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use switchback_tests::cluster::{Cluster, Helm};
use switchback_tests::folder;
use switchback_tests::stand::Stand;

const ROLLBACK: &str = "switchback run rollback.plan.kdl --yes --confirm loss=lab";

/// The folder of the plans, on a target of its own, with OCCM 24.2 and what it needs.
struct Site {
    stand: Stand,
    cluster: &'static Cluster,
    helm: Helm,
    namespace: String,
}

impl Site {
    fn new(cluster: &'static Cluster) -> Self {
        Self::with(cluster, Helm::Four)
    }

    fn with(cluster: &'static Cluster, helm: Helm) -> Self {
        let namespace = cluster.namespace("occm").unwrap();
        let stand = Stand::new("plan \"p\"\n", &[]).unwrap();
        copy(&folder("..").join("plans/occm"), stand.place());
        let kube = format!("kube namespace=\"{namespace}\" lease=\"{namespace}\"");
        let project = format!("language 1\ntarget \"lab\" {{ {kube}; set \"namespace\" \"{namespace}\" }}\n");
        stand.write("switchback.kdl", &project).unwrap();
        let site = Self { stand, cluster, helm, namespace };
        site.ends(0, "helm install cndbtier fixtures/charts/cndbtier-24.2.1");
        site.ends(0, "helm install occm fixtures/charts/occm-24.2.0 -f values.yaml --wait");
        site
    }

    fn upgraded(cluster: &'static Cluster) -> Self {
        let site = Self::new(cluster);
        site.ends(0, "switchback run upgrade.plan.kdl --yes");
        site
    }

    fn script(&self, script: &str) -> String {
        let access = self.cluster.access();
        let (config, path) = (access.kubeconfig(), access.path(self.helm));
        let namespace = &self.namespace;
        format!(
            "export KUBECONFIG={} PATH={}:$PATH HELM_NAMESPACE={namespace}\nkubectl() {{ command kubectl -n {namespace} \"$@\"; }}\n{script}",
            config.display(),
            path.display()
        )
    }

    fn ends(&self, exit: i32, script: &str) -> String {
        let said = self.stand.ends(exit, &self.script(script)).unwrap();
        said.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn config(&self) -> String {
        self.cluster
            .kubectl(&["-n", &self.namespace, "get", "configmap/occm-occm", "-o", "jsonpath={.data}"], "")
            .unwrap()
    }

    /// Whether this version of the release stands.
    fn stands_at(&self, version: &str) {
        let told = self.ends(0, "helm list -f '^occm$' -o json");
        has(&told, "\"status\":\"deployed\"");
        has(&told, &format!("\"app_version\":\"{version}\""));
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.stand.read(file);
        assert!(text.contains(from), "{file} has no `{from}`");
        self.stand.write(file, &text.replace(from, to)).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        match from.is_dir() {
            _ if from.ends_with(".switchback") => {}
            true => copy(&from, &to),
            false => drop(fs::copy(&from, &to).unwrap()),
        }
    }
}

fn has(said: &str, part: &str) {
    assert!(said.contains(part), "`{part}` is not in:\n{said}");
}

macro_rules! cluster {
    ($test:literal) => {
        match Cluster::shared($test).unwrap() {
            Some(cluster) => cluster,
            None => return,
        }
    };
}

#[test]
fn occm_goes_to_24_3_and_back_and_its_settings_come_back() {
    let site = Site::new(cluster!("occm_goes_to_24_3_and_back_and_its_settings_come_back"));
    let saved = site.config();
    site.ends(0, "switchback run upgrade.plan.kdl --yes");
    site.ends(0, r#"kubectl patch cm occm-occm --type=merge -p '{"data":{"issuers.yaml":"issuers: [lab-ca]\n"}}'"#);
    let made_since = site.config();
    let shown = site.ends(0, "switchback diff rollback.plan.kdl");
    has(&shown, "-issuers: [lab-ca] +issuers: []");
    has(&shown, "release occm: revision 2 → 3, as 1 was");
    has(&shown, "copy settings of plan occm-24.3 of 24.2.x");
    assert_eq!(site.config(), made_since);
    // What is lost is typed.
    has(&site.ends(12, "switchback run rollback.plan.kdl --yes --confirm loss=other </dev/null"), "loss");
    assert_eq!(site.config(), made_since);
    site.ends(0, "switchback abort --yes || true");
    site.ends(0, ROLLBACK);
    assert_eq!(site.config(), saved);
    site.stands_at("24.2.0");
    has(&site.ends(0, "switchback report"), "24.2.0");
    has(&site.ends(0, "switchback undo --yes"), "are as before the run");
    assert_eq!(site.config(), made_since);
    site.stands_at("24.3.0");
}

#[test]
fn settings_that_the_rollback_changed_are_put_back_and_then_the_pods_restart() {
    // Helm 3 merges: what the chart says of a key goes over what its users say.
    let site =
        Site::with(cluster!("settings_that_the_rollback_changed_are_put_back_and_then_the_pods_restart"), Helm::Three);
    let restarted = "kubectl get deploy occm-occm -o jsonpath='{.spec.template.metadata.annotations}'";
    site.ends(0, r#"kubectl patch cm occm-occm --type=merge -p '{"data":{"issuers.yaml":"issuers: [own-ca]\n"}}'"#);
    let saved = site.config();
    site.ends(0, "switchback run upgrade.plan.kdl --yes");
    site.ends(0, ROLLBACK);
    assert_eq!(site.config(), saved);
    has(&site.ends(0, restarted), "switchback/restarted");
}

#[test]
fn there_is_no_way_but_those_of_the_table() {
    let site = Site::upgraded(cluster!("there_is_no_way_but_those_of_the_table"));
    site.edit("rollback.plan.kdl", "to=\"24.2.0\"", "to=\"23.4.0\"");
    has(&site.ends(10, "switchback check rollback.plan.kdl"), "path::");
    site.stands_at("24.3.0");
}

#[test]
fn the_version_that_stands_decides_and_not_what_the_plan_says() {
    let site = Site::new(cluster!("the_version_that_stands_decides_and_not_what_the_plan_says"));
    site.edit("upgrade.plan.kdl", "from=\"24.2.0\"", "from=\"24.1.0\"");
    site.edit("upgrade.plan.kdl", "rollback-plan \"rollback.plan.kdl\"", "");
    let said = site.ends(15, "switchback run upgrade.plan.kdl --yes");
    has(&said, "occm is at 24.2.0, neither at 24.1.0 nor at 24.3.0");
}

#[test]
fn another_product_that_is_ahead_is_waited_for_by_nobody() {
    let site = Site::upgraded(cluster!("another_product_that_is_ahead_is_waited_for_by_nobody"));
    site.ends(0, "helm upgrade cndbtier fixtures/charts/cndbtier-24.3.0");
    let before = site.config();
    let said = site.ends(15, ROLLBACK);
    has(&said, "it is moved before OCCM, by those who own it");
    assert_eq!(site.config(), before);
}

#[test]
fn without_the_settings_of_the_older_version_nothing_is_deleted() {
    let site = Site::upgraded(cluster!("without_the_settings_of_the_older_version_nothing_is_deleted"));
    site.ends(0, "rm -r .switchback/backups");
    let before = site.config();
    let said = site.ends(15, ROLLBACK);
    has(&said, "settings");
    assert_eq!(site.config(), before);
}

#[test]
fn who_configures_occm_meanwhile_fails_its_verify() {
    let site = Site::upgraded(cluster!("who_configures_occm_meanwhile_fails_its_verify"));
    let meanwhile = format!(
        "{ROLLBACK} & for i in $(seq 200); do helm history occm | grep -q 'deployed.*Rollback' && break; sleep 0.2; done; \
         kubectl annotate cm occm-occm --field-manager=somebody note=x >&2; wait $!"
    );
    let said = site.ends(21, &meanwhile);
    has(&said, "configmap/occm-occm was written by somebody");
}
