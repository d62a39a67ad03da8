//! `freeze` and releases: all objects of one that an action of the plan changed are looked at.

use crate::stage::{RUN, Stage, cluster, has};
use switchback_tests::cluster::Helm;

#[test]
fn a_freeze_is_of_objects_too_that_a_release_leaves_as_they_are() {
    let cluster = cluster!("a_freeze_is_of_objects_too_that_a_release_leaves_as_they_are");
    let steps = r#"freeze
on-failure "stop"
step "a" { helm.upgrade "portal" chart="charts/portal/1.0.0" { set "replicas" 2 } }
step "b" { needs "a"; file.write "b" content="1"; verify { file.exists "go" within="60s" every="20ms" } }"#;
    for helm in Helm::BOTH {
        let stage = Stage::new(cluster, helm, "freeze", steps);
        let ended = stage.run(&format!(
            "{RUN} > out 2>&1 & run=$!\nuntil grep -q 'b: waits' out || ! kill -0 $run; do sleep 0.05; done\n\
             kubectl -n {} annotate configmap portal-legacy seen=1 > done 2>&1\ntouch site/go\nwait $run; code=$?; cat out; \
             exit $code",
            stage.namespace
        ));
        assert_eq!(ended.exit, Some(21), "{}", ended.said);
        has(
            &ended.said,
            &[
                "others wrote to, or deleted, 1 object that this plan freezes",
                "configmap/portal-legacy was written by kubectl-annotate",
            ],
        );
    }
}
