//! Releases of which each is to be another chart's, beside a script that asks Helm and `kubectl` of one after the other.

use super::stand::{Project, Stand, table, told};
use crate::bench::goal::Goal;
use crate::bench::measure;
use crate::outcome::Fault;
use std::fmt::Write;
use switchback_tests::cluster::Helm;

const ROUNDS: usize = 3;
const RELEASES: usize = 20;
/// Of each release.
const OBJECTS: usize = 5;

const PLAN: &str = "releases";

const SEED: &str = "for release in $RELEASES; do helm install \"$release\" seed -n \"$NAMESPACE\"; done";
/// What goes is in the old manifest alone; what else differs is asked of the server.
const SCRIPT: &str = "for release in $RELEASES; do\n\
    helm get manifest \"$release\" -n \"$NAMESPACE\" > old.yaml\n\
    helm template \"$release\" chart --is-upgrade --no-hooks -n \"$NAMESPACE\" > new.yaml\n\
    diff -u old.yaml new.yaml > changes.txt || test $? -eq 1\n\
    kubectl diff -n \"$NAMESPACE\" -f new.yaml || test $? -eq 1\n\
    done";

const TEMPLATE: &str = r#"apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .Release.Name }}
  labels: { release: {{ .Chart.Version | quote }} }
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  release: {{ .Chart.Version | quote }}
  portal.ini: |
    [portal]
    colour = red
    release = {{ .Chart.Version }}
---
apiVersion: v1
kind: Secret
metadata:
  name: {{ .Release.Name }}
stringData:
  pin: {{ printf "pin-%s" .Chart.Version | quote }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
spec:
  clusterIP: None
  selector: { app: {{ .Release.Name }}, release: {{ .Chart.Version | quote }} }
  ports:
    - { name: http, port: 80, targetPort: 8080 }
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: { app: {{ .Release.Name }} }
  template:
    metadata:
      labels: { app: {{ .Release.Name }}, release: {{ .Chart.Version | quote }} }
    spec:
      containers:
        - name: main
          image: "example.test/main:{{ .Chart.Version }}"
          args: [--port, "8080"]
"#;

/// The table, and the goal.
pub fn measure(stand: &Stand<'_>, helm: Helm) -> Result<(String, Vec<Goal>), Fault> {
    let project = prepared(stand, helm)?;
    project.agree(PLAN, RELEASES * OBJECTS, script(&project, SCRIPT)?)?;
    let (ours, theirs) = (|| project.diff(PLAN), || script(&project, SCRIPT));
    let turns = measure::turns(ROUNDS, &[&ours, &theirs])?;
    let name = if helm == Helm::Three { "Helm 3" } else { "Helm 4" };
    let what = format!("{RELEASES} releases of {name}, times as fast as a script with helm and kubectl diff");
    let head = format!("{RELEASES} releases of {OBJECTS} objects, {name}\n");
    Ok((head + &table(&["switchback", "script"], &turns), vec![Goal::times(what, turns.times(0, 1), 10.0)]))
}

/// The releases as they are, and the plan that wants them otherwise.
fn prepared<'s>(stand: &'s Stand<'s>, helm: Helm) -> Result<Project<'s>, Fault> {
    let project = stand.project("releases", helm)?;
    for (folder, version) in [("seed", "1.0.0"), ("chart", "2.0.0")] {
        project
            .write(&format!("{folder}/Chart.yaml"), &format!("apiVersion: v2\nname: portal\nversion: {version}\n"))?;
        // No pod runs for it, so that nothing goes on while it is measured.
        project.write(&format!("{folder}/values.yaml"), "replicas: 0\n")?;
        project.write(&format!("{folder}/templates/all.yaml"), TEMPLATE)?;
    }
    let mut steps = String::new();
    for name in names() {
        _ = writeln!(steps, "step \"{name}\" {{");
        _ = writeln!(steps, "    moves from=\"1.0.0\" to=\"2.0.0\"\n    helm.upgrade \"{name}\" chart=\"chart\"\n}}");
    }
    project.plan(PLAN, &steps)?;
    told(script(&project, SEED)?)?;
    Ok(project)
}

fn names() -> impl Iterator<Item = String> {
    (0..RELEASES).map(|number| format!("portal-{number:02}"))
}

fn script(project: &Project<'_>, text: &str) -> Result<std::process::Command, Fault> {
    let mut script = project.script(text)?;
    script.env("RELEASES", names().collect::<Vec<String>>().join(" "));
    Ok(script)
}
