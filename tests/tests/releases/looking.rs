//! A dry run writes nothing: by the API server's own log of all that it was asked, and by the objects themselves.

use crate::stage::{RUN, Stage, cluster};
use serde_json::Value;
use switchback_tests::cluster::Helm;

const STEPS: &str = r#"
step "save" { backup "limits" keep="30d" { kube.object "configmap/limits" } }
step "objects" {
    needs "save"
    before { kube.exists "configmap/limits" }
    kube.apply "objects.yaml" force=#true
    kube.patch "cm/limits" merge="{ data: { more: '1' } }"
    kube.scale "deployment/web" replicas=3
    kube.restart "deployment/web"
    kube.annotate "deployment/web" "example.org/looked" value="at"
    kube.delete "configmap/old"
    verify { kube.ready "deployment/web" }
}
step "job" { kube.create-job "job.yaml" }
step "portal" { moves from="1.0.0" to="2.0.0"; helm.upgrade "portal" chart="charts/portal/2.0.0" }
step "small" { helm.upgrade "small" chart="small" }
step "pebbles" { helm.rollback "pebbles" revision=1 }
step "stones" { helm.uninstall "stones" }"#;

const OBJECTS: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: limits }\ndata: { value: new }\n---\n\
    apiVersion: v1\nkind: Secret\nmetadata: { name: fresh }\nstringData: { pin: tulip }\n";
const JOB: &str = "apiVersion: batch/v1\nkind: Job\nmetadata: { name: migrate }\nspec:\n  template:\n    spec:\n      \
    restartPolicy: Never\n      containers: [{ name: main, image: \"example.test/migrate:2\" }]\n";
const THERE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: limits }\ndata: { value: old }\n---\n\
    apiVersion: v1\nkind: ConfigMap\nmetadata: { name: old }\ndata: { value: old }\n---\n\
    apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  replicas: 2\n  selector: { matchLabels: { \
    app: web } }\n  template:\n    metadata: { labels: { app: web } }\n    spec: { containers: [{ name: main, image: \
    \"example.test/web:1\" }] }\n";

const WRITES: [&str; 5] = ["create", "update", "patch", "delete", "deletecollection"];

/// Of what a run must have written: who, how, and what.
const DONE: [(&str, &str, &str); 8] = [
    ("switchback/", "patch", "configmaps"),
    ("switchback/", "patch", "deployments"),
    ("switchback/", "delete", "configmaps"),
    ("switchback/", "create", "jobs"),
    ("switchback/", "create", "leases"),
    ("Helm/", "create", "secrets"),
    ("Helm/", "patch", "deployments"),
    ("Helm/", "delete", "configmaps"),
];

/// A request, as the audit log has it.
#[derive(Debug)]
struct Asked {
    verb: String,
    uri: String,
    agent: String,
    resource: String,
}

impl Asked {
    /// Whether it may change something; who asks what he may do creates a review, which is kept nowhere.
    fn is_write(&self) -> bool {
        WRITES.contains(&self.verb.as_str()) && !self.resource.starts_with("selfsubject")
    }

    fn is_dry(&self) -> bool {
        self.uri.contains("dryRun=All")
    }
}

/// All that an account asked so far, wherever in the cluster.
fn asked(stage: &Stage, account: &str) -> Vec<Asked> {
    let log = std::fs::read_to_string(stage.cluster().access().audit_log()).unwrap();
    let user = format!("system:serviceaccount:{}:{account}", stage.namespace);
    let entries = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let of = |entry: Value| {
        let text = |path: &str| entry.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        (text("/user/username") == user).then(|| Asked {
            verb: text("/verb"),
            uri: text("/requestURI"),
            agent: text("/userAgent"),
            resource: text("/objectRef/resource"),
        })
    };
    entries.filter_map(of).collect()
}

/// A script, as an account that may do all, and that nobody else is: Switchback and Helm have no other way to the cluster.
fn as_account(stage: &Stage, account: &str, script: &str) -> String {
    let token = stage.kubectl(&["create", "token", account, "--duration=1h"], "");
    let change = format!("s/client-certificate-data: .*}}}}/token: {}}}}}/", token.trim());
    format!("sed -e '{change}' $KUBECONFIG > account\nexport KUBECONFIG=$PWD/account\n{script}")
}

fn prepared(stage: &Stage) {
    stage.write("objects.yaml", OBJECTS);
    stage.write("job.yaml", JOB);
    stage.write("small/Chart.yaml", "apiVersion: v2\nname: small\nversion: 0.1.0\n");
    // Of such a chart only Helm's own dry run can tell what it makes.
    let map = "# {{ .Release.Revision }}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: small}\ndata: {a: \"1\"}\n";
    stage.write("small/templates/a.yaml", map);
    stage.kubectl(&["apply", "--server-side", "--field-manager=somebody", "-f", "-"], THERE);
    let chart = |version: &str| switchback_tests::folder("charts/pebbles").join(version).display().to_string();
    stage.helm(&["install", "pebbles", &chart("1.0.0")]).unwrap();
    stage.helm(&["upgrade", "pebbles", &chart("2.0.0")]).unwrap();
    stage.helm(&["install", "stones", &chart("1.0.0")]).unwrap();
    stage.kubectl(&["rollout", "status", "deployment/web"], "");
    stage.kubectl(&["create", "serviceaccount", "looker"], "");
    let (role, account) = (format!("{}-looker", stage.namespace), format!("{}:looker", stage.namespace));
    let binding = ["create", "clusterrolebinding", &role, "--clusterrole=cluster-admin", "--serviceaccount", &account];
    stage.kubectl(&binding, "");
}

#[test]
fn a_dry_run_sends_no_write_and_a_run_does() {
    let cluster = cluster!("a_dry_run_sends_no_write_and_a_run_does");
    for helm in Helm::BOTH {
        let stage = Stage::new(cluster, helm, "looks", STEPS);
        prepared(&stage);
        let before = stage.settled();
        stage.ends(0, &as_account(&stage, "looker", "switchback diff p.plan.kdl -o p.swb"));
        assert_eq!(stage.settled(), before, "{helm:?}: no object has another version");
        let looked = asked(&stage, "looker");
        let (writes, reads): (Vec<_>, Vec<_>) = looked.iter().partition(|asked| asked.is_write());
        let real: Vec<_> = writes.iter().filter(|asked| !asked.is_dry()).collect();
        assert!(real.is_empty(), "{helm:?}: a dry run wrote: {real:#?}");
        // The log has what it asked, ours and Helm's.
        let by = |all: &[&Asked], agent: &str| all.iter().any(|asked| asked.agent.starts_with(agent));
        assert!(by(&writes, "switchback/"), "{helm:?}: we tried nothing: {looked:#?}");
        assert!(by(&reads, "Helm/"), "{helm:?}: Helm looked at nothing: {looked:#?}");

        stage.ends(0, &as_account(&stage, "looker", &RUN.replace("p.plan.kdl --yes", "p.swb")));
        let all = asked(&stage, "looker");
        let ran = all.get(looked.len()..).unwrap();
        let wrote = |verb: &str, resource: &str, agent: &str| {
            let mut writes = ran.iter().filter(|asked| asked.is_write() && !asked.is_dry());
            writes.any(|one| one.verb == verb && one.resource == resource && one.agent.starts_with(agent))
        };
        for (agent, verb, resource) in DONE {
            assert!(wrote(verb, resource, agent), "{helm:?}: a run has no {verb} of {resource}: {ran:#?}");
        }
    }
}
