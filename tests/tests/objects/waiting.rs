//! What was changed is waited for until it is ready.

use crate::stage::{RUN, Stage, cluster, deployment, has};

fn stage(begin: &str, within: &str, annotations: &str) -> Option<Stage> {
    let cluster = switchback_tests::cluster::Cluster::shared(begin).unwrap()?;
    let step = format!("step \"web\" {{ kube.apply \"web.yaml\" {within} }}");
    Some(Stage::new(cluster, begin, &step, &[("web.yaml", &deployment("web", "example.test/web:1", annotations))]))
}

#[test]
fn a_deployment_that_never_gets_ready_fails_and_is_taken_back() {
    let Some(stage) = stage("never", "within=\"4s\"", "switchback.test/ready: \"never\"") else { return };
    let before = stage.picture();
    let said = stage.ends(20, RUN);
    has(&said, &["web: failed", "deployment/web: 0 of 2 ready after 4s"]);
    assert_eq!(stage.picture(), before);
}

#[test]
fn without_waiting_it_is_done_at_once() {
    let Some(stage) = stage("at-once", "ready=#false", "switchback.test/ready: \"never\"") else { return };
    stage.ends(0, RUN);
    assert_eq!(stage.get("deployment/web", ".status.readyReplicas"), "");
}

#[test]
fn a_rollout_is_waited_for_by_its_own_generation() {
    let cluster = cluster!("a_rollout_is_waited_for_by_its_own_generation");
    let slow = "switchback.test/ready-after: \"2s\"";
    let files = [("web.yaml", &*deployment("web", "example.test/web:1", slow))];
    let stage = Stage::new(cluster, "rollout", "step \"web\" { kube.apply \"web.yaml\" }", &files);
    stage.ends(0, RUN);
    stage.write("web.yaml", &deployment("web", "example.test/web:2", slow));
    stage.ends(0, RUN);
    // All pods were ready before, and the new ones are now.
    assert_eq!(stage.get("deployment/web", ".status.updatedReplicas"), "2");
    assert_eq!(stage.get("deployment/web", ".status.readyReplicas"), "2");
}

#[test]
fn what_a_controller_adds_while_it_is_waited_for_is_no_interference_for_a_later_step() {
    let cluster = cluster!("what_a_controller_adds_while_it_is_waited_for_is_no_interference_for_a_later_step");
    let steps = r#"
step "web" { kube.apply "web.yaml" }
step "note" { needs "web"; kube.annotate "deployment/web" "example.org/note" value="1" }"#;
    let slow = deployment("web", "example.test/web:1", "switchback.test/ready-after: \"2s\"");
    let stage = Stage::new(cluster, "meets", steps, &[("web.yaml", &slow)]);
    let said = std::thread::scope(|scope| {
        let running = scope.spawn(|| stage.run(RUN));
        while stage.get("deployment/web", ".metadata.name").is_empty() {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        stage.kubectl(&["annotate", "deployment/web", "seen=1"], "");
        running.join().unwrap()
    });
    assert_eq!(said.exit, Some(0), "{}", said.said);
    assert_eq!(stage.get("deployment/web", ".metadata.annotations.seen"), "1");
    // It may still change while its pods end, so it is only looked at whether all of ours is gone.
    stage.run("switchback undo --yes");
    assert_eq!(stage.get("deployment/web", ".metadata.name"), "");
}

#[test]
fn what_is_scaled_to_zero_is_not_ready_unless_it_is_said() {
    let cluster = cluster!("what_is_scaled_to_zero_is_not_ready_unless_it_is_said");
    let steps = |more: &str| {
        format!(
            "step \"a\" {{ kube.scale \"deployment/web\" replicas=0 }}\nverify {{ kube.ready \"deployment/web\" within=\"1s\"{more} }}"
        )
    };
    let stage = Stage::new(cluster, "zero", &steps(""), &[]);
    stage.given(&deployment("web", "example.test/web:1", ""));
    has(&stage.ends(20, RUN), &["deployment/web", "0 of at least 1 wanted"]);
    stage.write("p.plan.kdl", &format!("plan \"p\"\n{}\n", steps(" at-least=0")));
    stage.ends(0, RUN);
}
