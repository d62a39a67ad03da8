//! What others do while Helm is at work, between two tries, and inside of what a release made: nothing of it is lost unsaid.

use crate::cut_off::KILL_HELM;
use crate::stage::{RUN, Stage, UNDO, cluster, has};
use switchback_tests::cluster::{Cluster, Helm};

const STONES: &str = r#"apiVersion: v1
kind: ConfigMap
metadata: {name: stones}
data: {text: "{{ .Values.text }}"}
{{ if .Values.more }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: more}
data: {only: here}
{{ end }}
{{ if .Values.door }}
---
apiVersion: v1
kind: Service
metadata: {name: door}
spec: {type: NodePort, selector: {app: door}, ports: [{port: 80}]}
{{ end }}
{{ if .Values.claim }}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, labels: {size: "{{ .Values.claim }}"}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
{{ end }}
{{ if .Values.room }}
---
apiVersion: v1
kind: Namespace
metadata: {name: "{{ .Values.room }}"}
{{ end }}
{{ if .Values.hook }}
---
apiVersion: batch/v1
kind: Job
metadata: {name: hook, annotations: {helm.sh/hook: "{{ .Values.hook }}"}}
spec:
  backoffLimit: 0
  template:
    metadata: {annotations: {{ .Values.job | toJson }}}
    spec: {restartPolicy: Never, containers: [{name: main, image: "example.test/hook:1"}]}
{{ end }}
"#;
const BARE: &str = r#"{text: one, more: false, door: false, claim: "", room: "", hook: "", job: {}}"#;
/// To the values of a file.
const UPGRADE: &str = r#"step "stones" { helm.upgrade "stones" chart="stones" force=#true { values "up.yaml" } }"#;

/// The release `stones` of some values, and a plan that upgrades it to others.
fn stones(cluster: &'static Cluster, helm: Helm, from: &str, to: &str) -> Stage {
    let stage = Stage::bare(cluster, helm, "stones", UPGRADE);
    stage.chart("stones", STONES);
    stage.write("stones/values.yaml", BARE);
    stage.write("from.yaml", from);
    stage.write("up.yaml", to);
    by_hand(&stage, "install", "from.yaml").unwrap();
    stage
}

fn by_hand(stage: &Stage, verb: &str, values: &str) -> Result<String, String> {
    let (chart, values) = (stage.place("stones").display().to_string(), stage.place(values).display().to_string());
    stage.helm(&[verb, "stones", &chart, "--values", &values])
}

fn patch(stage: &Stage, object: &str, patch: &str) {
    stage.kubectl(&["patch", object, "--type", "merge", "--patch", patch], "");
}

/// A run that is killed with its Helm once something is so.
fn killed(stage: &Stage, until: &str) {
    let until = format!("until {until}; do sleep 0.1; done");
    stage.run(&format!("NAMESPACE={}; {RUN} & run=$!; {until}; kill -9 $run; wait\n{KILL_HELM}", stage.namespace));
}

const PENDING: &str = "helm history stones -n $NAMESPACE -o json | grep -q pending-upgrade";

#[test]
fn what_is_written_while_helm_waits_is_not_taken_for_what_it_left() {
    let cluster = cluster!("what_is_written_while_helm_waits_is_not_taken_for_what_it_left");
    let up = r"{text: two, more: true, hook: post-upgrade, job: {switchback.test/ends-after: 3s}}";
    for helm in Helm::BOTH {
        let stage = stones(cluster, helm, "{}", up);
        let before = stage.picture();
        let hand = |object: &str, data: &str| {
            format!("kubectl patch {object} -n $NAMESPACE --type merge --patch '{{\"data\":{data}}}'")
        };
        let changed = "kubectl get job/hook -n $NAMESPACE";
        let script = format!(
            "NAMESPACE={}; {RUN} & run=$!; until {changed}; do sleep 0.1; done; {}; {}; wait $run",
            stage.namespace,
            hand("configmap/stones", r#"{"text":"mine"}"#),
            hand("configmap/more", r#"{"only":"mine"}"#),
        );
        stage.ends(0, &script);
        let hands = stage.picture();
        let said = stage.ends(23, UNDO);
        has(&said, &["release stones can't go back to revision 1, and is left as it is"]);
        has(&said, &["configmap/stones: somebody else changed it since: data.text (by kubectl-patch)"]);
        has(&said, &["configmap/more: somebody else changed it since: data.only (by kubectl-patch)"]);
        assert_eq!(stage.picture(), hands, "{helm:?}");
        patch(&stage, "configmap/stones", r#"{"data":{"text":"two"}}"#);
        patch(&stage, "configmap/more", r#"{"data":{"only":"here"}}"#);
        stage.run(UNDO);
        // The hook's own object is Helm's to keep.
        stage.kubectl(&["delete", "job/hook", "--ignore-not-found"], "");
        assert_eq!(stage.picture(), before, "{helm:?}");
    }
}

#[test]
fn what_a_killed_upgrade_was_to_take_over_is_there_after_it_is_resumed() {
    let cluster = cluster!("what_a_killed_upgrade_was_to_take_over_is_there_after_it_is_resumed");
    let up = r"{text: two, claim: big, hook: pre-upgrade, job: {switchback.test/ends-after: 2s}}";
    for helm in Helm::BOTH {
        let stage = stones(cluster, helm, "{}", up);
        stage.plan(&UPGRADE.replace("force=", "adopt=#true ready=#false force="));
        let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\n\
                     spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n";
        stage.kubectl(&["create", "--filename", "-"], claim);
        let uid = || stage.get("pvc/data", ".metadata.uid");
        let before = uid();
        killed(&stage, PENDING);
        stage.ends(0, "switchback resume");
        assert_eq!((uid(), stage.get("pvc/data", ".metadata.labels.size")), (before.clone(), "big".to_owned()));
        let mark = || stage.get("pvc/data", r".metadata.annotations.helm\.sh/resource-policy");
        assert_eq!(mark(), "", "{helm:?}");
        stage.run(UNDO);
        assert_eq!((uid(), stage.get("pvc/data", ".metadata.labels"), mark()), (before, String::new(), String::new()));
    }
}

#[test]
fn a_second_try_of_an_undo_looks_from_where_helm_does() {
    let cluster = cluster!("a_second_try_of_an_undo_looks_from_where_helm_does");
    let from = r"{hook: pre-rollback, job: {switchback.test/ends: failed}}";
    for helm in Helm::BOTH {
        let stage = stones(cluster, helm, from, "{text: two, more: true}");
        stage.ends(0, RUN);
        has(&stage.ends(23, UNDO), &["release stones can't be taken back: revision 3"]);
        patch(&stage, "configmap/more", r#"{"data":{"mine":"too"}}"#);
        has(&stage.ends(23, UNDO), &["configmap/more: somebody else changed it since: data.mine (by kubectl-patch)"]);
        assert_eq!(stage.get("configmap/more", ".data.mine"), "too", "{helm:?}");
    }
}

#[test]
fn what_is_written_between_two_tries_of_an_undo_is_not_taken_away() {
    let cluster = cluster!("what_is_written_between_two_tries_of_an_undo_is_not_taken_away");
    for helm in Helm::BOTH {
        let stage = stones(cluster, helm, "{}", "{text: two}");
        patch(&stage, "configmap/stones", r#"{"data":{"text":"by hand"}}"#);
        stage.ends(0, RUN);
        stage.ends(137, &format!("SWITCHBACK_KILL_ON=helm {UNDO}"));
        patch(&stage, "configmap/stones", r#"{"data":{"mine":"too"}}"#);
        stage.run(UNDO);
        assert_eq!(stage.get("configmap/stones", ".data.mine"), "too", "{helm:?}");
    }
}

#[test]
fn a_namespace_of_a_chart_is_not_taken_away_with_what_others_put_in() {
    let cluster = cluster!("a_namespace_of_a_chart_is_not_taken_away_with_what_others_put_in");
    let stage = stones(cluster, Helm::Four, "{}", "{}");
    let room = format!("{}-room", stage.namespace);
    stage.write("up.yaml", &format!("{{room: {room}}}"));
    stage.ends(0, RUN);
    let inside = |arguments: &[&str]| {
        stage.cluster().kubectl(&[arguments, &["configmap", "theirs", "--namespace", &room]].concat(), "").unwrap()
    };
    inside(&["create"]);
    has(&stage.ends(23, UNDO), &[&format!("namespace/{room}: it holds 1 object: configmap/theirs")]);
    inside(&["get"]);
    inside(&["delete"]);
    stage.ends(0, UNDO);
}

#[test]
fn a_service_that_went_comes_back_with_its_addresses() {
    let cluster = cluster!("a_service_that_went_comes_back_with_its_addresses");
    for helm in Helm::BOTH {
        let stage = stones(cluster, helm, "{door: true}", "{text: two}");
        let address =
            || stage.get("service/door", ".spec.clusterIP") + &stage.get("service/door", ".spec.ports[0].nodePort");
        let before = (stage.picture(), address());
        stage.ends(0, RUN);
        assert_eq!(address(), "");
        // Cut off right after it was made again, too.
        stage.ends(137, &format!("SWITCHBACK_KILL_ON=object-restored {UNDO}"));
        has(&stage.ends(0, UNDO), &["are as before the run"]);
        assert_eq!((stage.picture(), address()), before, "{helm:?}");
    }
}

#[test]
fn what_a_failed_revision_made_stays_as_it_was() {
    let cluster = cluster!("what_a_failed_revision_made_stays_as_it_was");
    for helm in Helm::BOTH {
        let stage = stones(cluster, helm, "{}", "{text: two, more: true}");
        stage.write("fails.yaml", r"{more: true, hook: post-upgrade, job: {switchback.test/ends: failed}}");
        let _failed = by_hand(&stage, "upgrade", "fails.yaml").unwrap_err();
        let before = stage.picture();
        stage.ends(0, RUN);
        has(&stage.ends(0, UNDO), &["are as before the run"]);
        assert_eq!(stage.picture(), before, "{helm:?}");
    }
}

#[test]
fn what_helm_was_not_started_for_is_nobodys_by_its_looks() {
    let cluster = cluster!("what_helm_was_not_started_for_is_nobodys_by_its_looks");
    let stage = stones(cluster, Helm::Four, "{}", "{text: two}");
    stage.ends(137, &format!("SWITCHBACK_KILL_ON=helm {RUN}"));
    // By hand the very same is done.
    by_hand(&stage, "upgrade", "up.yaml").unwrap();
    let theirs = stage.picture();
    has(&stage.run("switchback resume").said, &["somebody else changed the release: revision 2"]);
    stage.run(UNDO);
    assert_eq!((stage.history_of("stones").len(), stage.picture()), (2, theirs));
}

#[test]
fn what_was_changed_before_helm_was_started_is_not_gone_over() {
    let cluster = cluster!("what_was_changed_before_helm_was_started_is_not_gone_over");
    for helm in Helm::BOTH {
        let stage = stones(cluster, helm, "{}", "{text: two}");
        stage.ends(137, &format!("SWITCHBACK_KILL_ON=helm {RUN}"));
        patch(&stage, "configmap/stones", r#"{"data":{"text":"mine"}}"#);
        let said = stage.run("switchback resume").said;
        has(&said, &["release stones was changed by somebody else since it was looked at; nothing of it was touched"]);
        has(&said, &["configmap/stones: somebody else changed it since: data.text (by kubectl-patch)"]);
        assert_eq!(stage.get("configmap/stones", ".data.text"), "mine", "{helm:?}");
    }
}

#[test]
fn what_still_goes_is_waited_for_before_it_comes_back() {
    let cluster = cluster!("what_still_goes_is_waited_for_before_it_comes_back");
    for helm in Helm::BOTH {
        let stage = stones(cluster, helm, "{more: true}", "{text: two}");
        patch(&stage, "configmap/more", r#"{"metadata":{"finalizers":["switchback.test/held"]}}"#);
        let data = stage.get("configmap/more", ".data");
        stage.ends(0, RUN);
        let free =
            "kubectl patch configmap/more -n $NAMESPACE --type merge --patch '{\"metadata\":{\"finalizers\":null}}'";
        let script = format!("NAMESPACE={}; {UNDO} & undo=$!; sleep 2; {free}; wait $undo", stage.namespace);
        stage.run(&script);
        let ends = stage.get("configmap/more", ".metadata.deletionTimestamp");
        assert_eq!((ends, stage.get("configmap/more", ".data")), (String::new(), data), "{helm:?}");
    }
}

#[test]
fn a_release_is_uninstalled_when_its_objects_are_gone() {
    let cluster = cluster!("a_release_is_uninstalled_when_its_objects_are_gone");
    for helm in Helm::BOTH {
        let stage = stones(cluster, helm, "{more: true}", "{}");
        stage.plan(
            r#"step "gone" { helm.uninstall "stones" within="2m" }
step "anew" { needs "gone"; kube.apply "more.yaml" }"#,
        );
        let more = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\ndata: {of: another}\n";
        stage.write("more.yaml", more);
        patch(&stage, "configmap/more", r#"{"metadata":{"finalizers":["switchback.test/held"]}}"#);
        let script = "kubectl() { command kubectl -n $NAMESPACE \"$@\"; }
            $RUN > told 2>&1 & run=$!
            until kubectl get configmap/more -o yaml | grep -q deletionTimestamp; do kill -0 $run || break; sleep 0.2; done
            sleep 3; grep -q 'gone: done' told && early=1
            kubectl patch configmap/more --type merge --patch '{\"metadata\":{\"finalizers\":null}}' > patched
            wait $run; code=$?; cat told; test -z $early && exit $code";
        stage.ends(0, &format!("NAMESPACE={}; RUN='{RUN}'\n{script}", stage.namespace));
        assert_eq!(stage.get("configmap/more", ".data.of"), "another", "{helm:?}");
    }
}

#[test]
fn an_install_that_takes_over_says_that_it_has_no_way_back() {
    let cluster = cluster!("an_install_that_takes_over_says_that_it_has_no_way_back");
    let steps = r#"step "portal" { helm.upgrade "portal" chart="charts/portal/1.0.0" adopt=#true }"#;
    let stage = Stage::bare(cluster, Helm::Four, "over", steps);
    stage.kubectl(&["create", "configmap", "portal"], "");
    let said = stage.run("switchback diff p.plan.kdl").said;
    has(&said, &["configmap/portal is there already, and undoing an install deletes what the release took over"]);
    let meant = r#"{ irreversible "the map is the release's from now on"; gate "sure" { confirm "it is" type="{{target}}" }; helm"#;
    stage.plan(&steps.replace("{ helm", meant));
    stage.ends(0, &format!("{RUN} --confirm sure=test"));
    assert_eq!(stage.get("configmap/portal", ".data.release"), "1");
}

#[test]
fn a_release_that_was_taken_away_for_a_while_hinders_no_undo() {
    let cluster = cluster!("a_release_that_was_taken_away_for_a_while_hinders_no_undo");
    let steps = r#"meanwhile { helm.uninstall "portal" }
step "a" { file.write "a" content="1" }"#;
    for helm in Helm::BOTH {
        let stage = Stage::new(cluster, helm, "away", steps);
        let before = stage.picture();
        stage.ends(0, RUN);
        assert_eq!((stage.picture(), stage.read("site/a")), (before.clone(), "1".to_owned()), "{helm:?}");
        stage.ends(0, UNDO);
        assert_eq!((stage.picture(), stage.read("site/a")), (before, String::new()), "{helm:?}");
    }
}
