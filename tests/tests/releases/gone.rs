//! A namespace, or a way to the cluster, that is gone before Helm works, or while it does.

use crate::stage::{RUN, Stage, UNDO, cluster, has};
use switchback_tests::cluster::{Cluster, Helm};

const UPGRADE: &str =
    r#"step "portal" { helm.upgrade "portal" chart="charts/portal/2.0.0" within="1m" { values "slow.yaml" } }"#;

/// Its target's Lease lies where it stays, whatever becomes of the namespace.
fn slow(cluster: &'static Cluster, helm: Helm, begin: &str) -> Stage {
    let stage = Stage::new(cluster, helm, begin, UPGRADE);
    stage.write("slow.yaml", "hook: { switchback.test/ends-after: 14s }\n");
    targets(&stage, &stage.namespace);
    stage
}

fn targets(stage: &Stage, namespace: &str) {
    let target = format!("target \"{}\" {{ kube namespace=\"{namespace}\"; directory \"./site\" }}\n", stage.namespace);
    stage.write("switchback.kdl", &format!("language 1\n{target}"));
}

/// A run, and what is done as soon as its hook is there.
fn in_its_hook(stage: &Stage, does: &str) -> String {
    format!(
        "{RUN} > out 2>&1 & run=$!\n\
         until KUBECONFIG=$ADMIN kubectl get -n {} job/portal-migrate >/dev/null 2>&1 || ! kill -0 $run; do sleep 0.1; done\n\
         KUBECONFIG=$ADMIN kubectl {does} > done 2>&1 || {{ cat done; exit 99; }}\nwait $run; code=$?; cat out; exit $code",
        stage.namespace
    )
}

/// A script as a service account that may do all; the administrator's way is in `ADMIN`. Its token is bound to a Secret, and
/// good as long as that is there.
fn as_runner(stage: &Stage, script: &str) -> String {
    let account = format!("--serviceaccount={}:runner", stage.namespace);
    stage.kubectl(&["create", "serviceaccount", "runner"], "");
    stage.kubectl(&["create", "secret", "generic", "pass"], "");
    stage.kubectl(&["create", "clusterrolebinding", &stage.namespace, "--clusterrole=cluster-admin", &account], "");
    let bound = ["--bound-object-kind=Secret", "--bound-object-name=pass"];
    let token = stage.kubectl(&[&["create", "token", "runner"], &bound[..]].concat(), "");
    let change = format!("s/client-certificate-data: .*}}}}/token: {}}}}}/", token.trim());
    format!(
        "export ADMIN=$KUBECONFIG\nsed -e '{change}' $KUBECONFIG > account\nexport KUBECONFIG=$PWD/account\n{script}"
    )
}

fn with_both(trial: impl Fn(Helm) + Sync) {
    std::thread::scope(|scope| {
        for helm in Helm::BOTH {
            let trial = &trial;
            scope.spawn(move || trial(helm));
        }
    });
}

#[test]
fn a_release_without_a_namespace_is_refused_unless_a_step_makes_it() {
    let cluster = cluster!("a_release_without_a_namespace_is_refused_unless_a_step_makes_it");
    let stage = Stage::bare(cluster, Helm::Four, "homeless", "");
    let own = format!("{}-own", stage.namespace);
    let release = format!(r#"helm.upgrade "pebbles" chart="charts/pebbles/1.0.0" namespace="{own}""#);
    stage.plan(&format!("step \"pebbles\" {{ {release} }}"));
    let told = format!("release pebbles: namespace `{own}` is not there; is the context the one that is meant?");
    has(&stage.ends(15, "switchback diff p.plan.kdl"), &["not safe to start", &told]);
    has(&stage.ends(15, RUN), &[&told, &format!("kubectl create namespace {own}"), "nothing was touched"]);
    stage.write("room.yaml", &format!("apiVersion: v1\nkind: Namespace\nmetadata: {{ name: {own} }}\n"));
    stage.plan(&format!(
        "step \"room\" {{ kube.apply \"room.yaml\" }}\nstep \"pebbles\" {{ needs \"room\"; {release} }}"
    ));
    stage.ends(0, RUN);
    has(&stage.ends(0, UNDO), &["are as before the run"]);
}

#[test]
fn a_namespace_that_is_deleted_while_helm_works_is_told() {
    let cluster = cluster!("a_namespace_that_is_deleted_while_helm_works_is_told");
    with_both(|helm| {
        let stage = slow(cluster, helm, "going");
        let deletes = in_its_hook(&stage, &format!("delete namespace {} --wait=false", stage.namespace));
        let ended = stage.run(&format!("ADMIN=$KUBECONFIG\n{deletes}"));
        assert_eq!(ended.exit, Some(23), "{helm:?}: {}", ended.said);
        has(&ended.said, &["portal: failed", "portal: not undone", "the undo failed", "next: switchback undo"]);
        stage
            .cluster()
            .kubectl(&["wait", "--for=delete", &format!("namespace/{}", stage.namespace), "--timeout=2m"], "")
            .unwrap();
        stage.cluster().kubectl(&["create", "namespace", &stage.namespace], "").unwrap();
        // What it held nobody has: that is told, and the target can be had again.
        let said = stage.ends(23, UNDO);
        has(
            &said,
            &["all its records are gone", "`release portal` was revision 1, portal 1.0.0, deployed and is nothing"],
        );
        stage.ends(0, "switchback abort --yes");
    });
}

#[test]
fn a_token_that_is_revoked_while_helm_works_is_told_and_the_release_is_ended_later() {
    let cluster = cluster!("a_token_that_is_revoked_while_helm_works_is_told_and_the_release_is_ended_later");
    with_both(|helm| {
        let stage = slow(cluster, helm, "revoked");
        let before = stage.picture();
        let namespace = &stage.namespace;
        let script = in_its_hook(&stage, &format!("-n {namespace} delete secret pass"));
        let ended = stage.run(&as_runner(&stage, &script));
        assert_eq!(ended.exit, Some(23), "{helm:?}: {}", ended.said);
        let who = "the server does not know who we are, or no longer";
        has(&ended.said, &["portal: failed", who, "log in again", "portal: not undone", "next: switchback undo"]);
        let again = stage.ends(1, "export KUBECONFIG=$PWD/account\nswitchback undo --yes");
        has(&again, &[who, "nothing was touched", "next: switchback undo"]);
        has(&stage.ends(0, UNDO), &["are as before the run"]);
        assert_eq!(
            stage.last().map(|(_, status, chart)| (status, chart)),
            Some(("deployed".to_owned(), "portal-1.0.0".to_owned()))
        );
        stage.kubectl(&["delete", "clusterrolebinding", namespace], "");
        assert_eq!(stage.picture(), before, "{helm:?}");
    });
}

#[test]
fn a_token_that_is_revoked_ends_the_wait_for_a_release_at_once() {
    let cluster = cluster!("a_token_that_is_revoked_ends_the_wait_for_a_release_at_once");
    // The limit is longer than the test may take.
    let looks = r#"step "looks" { file.write "a" content="1"; verify { helm.ready "never" within="20m" } }"#;
    let stage = Stage::bare(cluster, Helm::Four, "waits", looks);
    stage.chart("never", crate::failing::NEVER);
    stage.helm(&["install", "never", stage.place("never").to_str().unwrap()]).unwrap();
    let revoked = format!(
        "{RUN} > out 2>&1 & run=$!\nuntil grep -q 'looks: waits' out || ! kill -0 $run; do sleep 0.1; done\n\
         KUBECONFIG=$ADMIN kubectl -n {} delete secret pass > done 2>&1\nwait $run; code=$?; cat out; exit $code",
        stage.namespace
    );
    let ended = stage.run(&as_runner(&stage, &revoked));
    assert_eq!(ended.exit, Some(20), "{}", ended.said);
    has(&ended.said, &["looks: waits", "looks: failed", "the server does not know who we are, or no longer"]);
    stage.kubectl(&["delete", "clusterrolebinding", &stage.namespace], "");
}
