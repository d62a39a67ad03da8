//! Objects of which each has another value than its manifest says, beside `kubectl diff` of the same manifests.

use super::stand::{Project, Stand, table, told};
use crate::bench::goal::Goal;
use crate::bench::measure;
use crate::outcome::Fault;
use std::fmt::Write;
use switchback_tests::cluster::Helm;

const ROUNDS: usize = 3;
/// Files of manifests.
const FILES: usize = 50;
/// Objects in a file: so many `ConfigMap`s, and so many of each other kind.
const MAPS: usize = 6;
const OTHERS: usize = 2;
const OBJECTS: usize = FILES * (MAPS + 2 * OTHERS);

const ONE: &str = "one";
const MANY: &str = "many";

const SEED: &str = "kubectl apply --server-side --field-manager=switchback -n \"$NAMESPACE\" -f seed";
/// Its exit code 1 says that something differs.
const BY_SERVER: &str =
    "kubectl diff --server-side --field-manager=switchback -n \"$NAMESPACE\" -f manifests || test $? -eq 1";
const PLAIN: &str = "kubectl diff -n \"$NAMESPACE\" -f manifests || test $? -eq 1";

/// The table, and the goals.
pub fn measure(stand: &Stand<'_>) -> Result<(String, Vec<Goal>), Fault> {
    let project = prepared(stand)?;
    for (plan, script) in [(ONE, BY_SERVER), (MANY, PLAIN)] {
        project.agree(plan, OBJECTS, project.script(script)?)?;
    }
    let (one, many) = (|| project.diff(ONE), || project.diff(MANY));
    let (by_server, plain) = (|| project.script(BY_SERVER), || project.script(PLAIN));
    let turns = measure::turns(ROUNDS, &[&one, &many, &by_server, &plain])?;
    let names = ["switchback, one step", "switchback, 50 steps", "kubectl diff --server-side", "kubectl diff"];
    let mut goals = Vec::new();
    for (ours, shape) in [(0, "one step"), (1, "50 steps")] {
        let what = format!("{OBJECTS} objects in {shape}, times as fast as kubectl diff");
        goals.push(Goal::times(format!("{what} --server-side"), turns.times(ours, 2), 3.0));
        goals.push(Goal::times(what, turns.times(ours, 3), 40.0));
    }
    Ok((format!("{OBJECTS} objects\n{}", table(&names, &turns)), goals))
}

/// The objects as they are, and the plans that want them otherwise.
fn prepared<'s>(stand: &'s Stand<'s>) -> Result<Project<'s>, Fault> {
    let project = stand.project("objects", Helm::Four)?;
    let mut many = String::new();
    let mut one = "step \"all\" {\n    kube.apply".to_owned();
    for file in 0..FILES {
        project.write(&format!("seed/{file:02}.yaml"), &manifests(file, 1))?;
        project.write(&format!("manifests/{file:02}.yaml"), &manifests(file, 2))?;
        _ = writeln!(many, "step \"part-{file:02}\" {{ kube.apply \"manifests/{file:02}.yaml\" }}");
        _ = write!(one, " \"manifests/{file:02}.yaml\"");
    }
    project.plan(ONE, &format!("{one}\n}}\n"))?;
    project.plan(MANY, &many)?;
    told(project.script(SEED)?)?;
    Ok(project)
}

/// A file of manifests in one of two releases. No pod runs for them, so that nothing goes on while it is measured.
fn manifests(file: usize, release: u32) -> String {
    let maps = (0..MAPS).map(|number| {
        let name = format!("map-{file:02}-{number}");
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  release: \"{release}\"\n  portal.ini: |\n    \
             [portal]\n    colour = red\n    release = {release}\n    depth = 3\n"
        )
    });
    let services = (0..OTHERS).map(|number| {
        let name = format!("service-{file:02}-{number}");
        format!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\n  labels: {{ release: \"{release}\" }}\nspec:\n  \
             clusterIP: None\n  selector: {{ app: {name} }}\n  ports:\n    - {{ name: http, port: 80, targetPort: {} }}\n",
            8080 + release
        )
    });
    let deployments = (0..OTHERS).map(|number| {
        let name = format!("deployment-{file:02}-{number}");
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  replicas: 0\n  selector:\n    \
             matchLabels: {{ app: {name} }}\n  template:\n    metadata:\n      labels: {{ app: {name} }}\n    spec:\n      \
             containers:\n        - name: main\n          image: example.test/main:{release}\n          args: [--port, \
             \"8080\"]\n          env:\n            - {{ name: RELEASE, value: \"{release}\" }}\n"
        )
    });
    maps.chain(services).chain(deployments).collect::<Vec<String>>().join("---\n")
}
