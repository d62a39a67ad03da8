//! A kubeconfig that leads to another cluster by now than the one that a run changed.

use crate::stage::{RUN, Stage, cluster, deployment, has, map};
use std::fs;
use switchback_tests::cluster::Cluster;

const LAYERS: &str = r#"meanwhile { kube.scale "deployment/worker" replicas=0 }
layer "user-space" { step "a" { kube.apply "a.yaml" } }
layer "core-kernel" { step "b" { kube.apply "b.yaml" } }"#;

#[test]
fn of_a_run_on_another_cluster_only_its_end_is_to_be_had() {
    let test = "of_a_run_on_another_cluster_only_its_end_is_to_be_had";
    let here = Stage::new(cluster!("of_a_run_on_another_cluster_only_its_end_is_to_be_had"), "elsewhere", LAYERS, &[]);
    let Some(other) = Cluster::own(test).unwrap() else { return };
    other.make_namespace(&here.namespace).unwrap();
    let there = |script: &str| format!("export KUBECONFIG={}\n{script}", other.access().kubeconfig().display());
    for (file, name) in [("a.yaml", "a"), ("b.yaml", "b")] {
        here.write(file, &map(name, "new"));
    }
    let worker = deployment("worker", "example.test/worker:1", "");
    here.given(&worker);
    let path = "jsonpath={.items[*].metadata.name} {.items[*].metadata.generation}";
    let objects = || {
        let ours = "--field-selector=metadata.name!=kube-root-ca.crt";
        let arguments = ["get", "configmap,deployment", "--namespace", &here.namespace, ours, "-o", path];
        other.kubectl(&arguments, "").unwrap()
    };
    other.kubectl(&["apply", "--namespace", &here.namespace, "-f", "-"], &worker).unwrap();
    let before = objects();

    // What was reviewed there is executed nowhere else.
    here.ends(0, "switchback diff p.plan.kdl -o p.swb");
    let said = here.ends(11, &there("switchback run p.swb --yes"));
    has(&said, &["~ the cluster", "nothing was touched"]);

    here.ends(0, &format!("{RUN} --until user-space"));
    assert_eq!(here.get("deployment/worker", ".spec.replicas"), "0");
    for to in ["resume", "undo"] {
        let said = here.ends(11, &there(&format!("switchback {to} --yes")));
        has(&said, &["is on another cluster; nothing was touched", "point KUBECONFIG to the one of the run"]);
    }
    // Of the other cluster nothing was changed by any of it, and the run goes on where it is.
    assert_eq!(objects(), before);
    // What it took for a while can't be given back there: it is ended only by who says so, and told.
    let said = here.ends(11, &there("switchback abort --yes"));
    has(&said, &["if that cluster is gone for good, end the run as it is", "--partly"]);
    let said = here.ends(0, &there("switchback abort --yes --partly"));
    has(
        &said,
        &["the Lease on the target's cluster is left as it is: the run is on", "not given back: deployment/worker"],
    );
    assert_eq!(objects(), before);
    assert_eq!(here.get("deployment/worker", ".spec.replicas"), "0");
    assert_eq!(here.get("configmap/a", ".data.value"), "new");
    // Where the cluster was not gone after all, all of it goes back.
    here.ends(0, "switchback undo --yes");
    assert_eq!(
        (here.get("configmap/a", ".data"), here.get("deployment/worker", ".spec.replicas")),
        (String::new(), "2".into())
    );
}

#[test]
fn a_kubeconfig_that_leads_elsewhere_while_somebody_is_asked_is_seen() {
    let test = "a_kubeconfig_that_leads_elsewhere_while_somebody_is_asked_is_seen";
    let steps = r#"step "a" { kube.apply "a.yaml" }"#;
    let here = Stage::new(
        cluster!("a_kubeconfig_that_leads_elsewhere_while_somebody_is_asked_is_seen"),
        "elsewhere",
        steps,
        &[],
    );
    let Some(other) = Cluster::own(test).unwrap() else { return };
    other.make_namespace(&here.namespace).unwrap();
    here.write("a.yaml", &map("a", "new"));
    let config = |cluster: &Cluster| fs::read_to_string(cluster.access().kubeconfig()).unwrap();
    here.write("config", &config(here.cluster()));
    let mut run = here.asked("export KUBECONFIG=$PWD/config; switchback run p.plan.kdl");
    run.until("[y/N]").unwrap();
    here.write("config", &config(&other));
    run.types("y").unwrap();
    let (exit, said) = run.ends().unwrap();
    assert_eq!(exit, Some(11), "{said}");
    has(&said, &["the kubeconfig leads to another cluster than the one that was looked at; nothing was touched"]);
    assert_eq!(here.get("configmap/a", ".data.value"), "");
    let made = other.kubectl(&["get", "configmap", "a", "--namespace", &here.namespace, "--ignore-not-found"], "");
    assert_eq!(made.unwrap(), "");
}
