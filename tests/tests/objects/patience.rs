//! Waits say what is missing and why, end when nothing moves, and outlast an API server that is away.

use crate::stage::{RUN, Stage, cluster, deployment, has};
use std::time::Duration;
use switchback_tests::cluster::{Certificate, Cluster};
use switchback_tests::stand::Stand;

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

const BOTH: &str = r#"plan "p"
step "a" { kube.apply "a.yaml" within="5m" }
step "b" { file.write "b" content="1"; verify { kube.ready "deployment/b" within="5m" } }
"#;

/// A run that waits, by an action and by a check, while something happens to the API server for so long as one that is
/// replaced is away.
fn outlasts(cluster: &mut Cluster, begin: &str, away: fn(&mut Cluster), back: fn(&mut Cluster)) {
    let namespace = cluster.namespace(begin).unwrap();
    let project = format!("language 1\ntarget \"test\" {{ kube namespace=\"{namespace}\"; directory \"./site\" }}\n");
    let slow = |name: &str| deployment(name, "example.test/web:1", "switchback.test/ready-after: \"6s\"");
    let stand = Stand::new(BOTH, &[("a.yaml", &slow("a")), ("switchback.kdl", &project)]).unwrap();
    cluster.kubectl(&["apply", "--namespace", &namespace, "-f", "-"], &slow("b")).unwrap();
    let kubeconfig = cluster.access().kubeconfig().display().to_string();
    let script = format!("export KUBECONFIG={kubeconfig}\n{RUN} > out; code=$?; cat out; exit $code");
    let ended = std::thread::scope(|scope| {
        let running = scope.spawn(|| stand.run(&format!("({script}) 2>&1 | tee told; tail -n 1 told > /dev/null")));
        let waits = |told: &str| told.contains("a: waits") && told.contains("b: waits");
        while !waits(&stand.read("told")) {
            assert!(!running.is_finished(), "{}", stand.read("told"));
            std::thread::sleep(Duration::from_millis(50));
        }
        away(cluster);
        std::thread::sleep(Duration::from_secs(20));
        back(cluster);
        running.join().unwrap().unwrap()
    });
    has(&ended.said, &["a: done", "b: done", "done: "]);
    assert!(!ended.said.contains("failed"), "{}", ended.said);
}

#[test]
fn a_wait_outlasts_an_api_server_that_is_away_or_hangs() {
    let test = "a_wait_outlasts_an_api_server_that_is_away_or_hangs";
    let Some(mut cluster) = Cluster::own(test).unwrap() else { return };
    let killed = |cluster: &mut Cluster| cluster.kill_api_server().unwrap();
    outlasts(&mut cluster, "away", killed, |cluster| cluster.start_api_server(Certificate::Own).unwrap());
    let stopped = |cluster: &mut Cluster| cluster.hang_api_server().unwrap();
    outlasts(&mut cluster, "hangs", stopped, |cluster| cluster.wake_api_server().unwrap());
}
