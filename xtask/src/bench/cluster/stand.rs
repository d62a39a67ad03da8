//! A cluster, and projects whose target is a namespace of it.

use crate::bench::measure::Turns;
use crate::bench::table::{self, Row};
use crate::binary::Binary;
use crate::cluster::programs;
use crate::outcome::Fault;
use crate::workspace::Workspace;
use serde_json::Value as Json;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use switchback_tests::cluster::{Cluster, Helm};
use tempfile::TempDir;

/// The cluster, and the binary that is measured on it.
pub struct Stand<'b> {
    pub cluster: Cluster,
    binary: &'b Binary,
}

/// A project in a folder of its own, and its namespace.
pub struct Project<'s> {
    stand: &'s Stand<'s>,
    helm: Helm,
    pub namespace: String,
    folder: TempDir,
}

impl<'b> Stand<'b> {
    /// Starts a cluster that ends when this goes.
    pub fn start(workspace: &Workspace, binary: &'b Binary) -> Result<Self, Fault> {
        Ok(Self { cluster: Cluster::start(&programs(workspace)?)?, binary })
    }

    /// A project without any plan, in a namespace of its own.
    pub fn project(&self, begin: &str, helm: Helm) -> Result<Project<'_>, Fault> {
        let namespace = self.cluster.namespace(begin)?;
        let project = Project { stand: self, helm, namespace, folder: tempfile::tempdir()? };
        let target = format!("language 1\ntarget \"bench\" {{ kube namespace=\"{}\" }}\n", project.namespace);
        project.write("switchback.kdl", &target)?;
        Ok(project)
    }
}

impl Project<'_> {
    /// Where it lies.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of it.
    pub fn write(&self, path: &str, text: &str) -> Result<(), Fault> {
        let path = self.folder().join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        Ok(fs::write(path, text)?)
    }

    /// Writes a plan of these steps.
    pub fn plan(&self, name: &str, steps: &str) -> Result<(), Fault> {
        self.write(&file(name), &format!("plan \"{name}\" {{ title \"A plan to measure with\" }}\n\n{steps}"))
    }

    /// `switchback diff` of a plan, to be started.
    pub fn diff(&self, plan: &str) -> Result<Command, Fault> {
        self.on_cluster(self.stand.binary.command(self.folder(), &["diff", &file(plan), "--format", "json"]))
    }

    /// A script of the shell with `kubectl` and `helm`, to be started; it stops at the first command that fails.
    pub fn script(&self, text: &str) -> Result<Command, Fault> {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-euc", text]).current_dir(self.folder()).stdin(Stdio::null());
        self.on_cluster(shell)
    }

    fn on_cluster(&self, mut command: Command) -> Result<Command, Fault> {
        let access = self.stand.cluster.access();
        command.envs(access.environment()).env("PATH", self.path()?).env("NAMESPACE", &self.namespace);
        Ok(command)
    }

    fn path(&self) -> Result<OsString, Fault> {
        let before = std::env::var_os("PATH").unwrap_or_default();
        let own: PathBuf = self.stand.cluster.access().path(self.helm);
        Ok(std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&before)))?)
    }

    /// Both must tell of so many objects that they differ, ours with nothing in the way: else they did not do the same.
    pub fn agree(&self, plan: &str, objects: usize, other: Command) -> Result<(), Fault> {
        let shown: Json = serde_json::from_str(&told(self.diff(plan)?)?)?;
        let ours = shown.pointer("/known/validated").and_then(Json::as_u64);
        let blocked = shown.get("blocked").and_then(Json::as_array).is_none_or(|blocked| !blocked.is_empty());
        let others = told(other)?.lines().filter(|line| line.starts_with("diff -u")).count();
        if ours == u64::try_from(objects).ok() && !blocked && others == objects {
            return Ok(());
        }
        Err(format!("{objects} objects differ; we tell of {ours:?} (blocked: {blocked}), `kubectl` of {others}").into())
    }
}

/// Runs a command to its end, which must be a good one; what it wrote.
pub fn told(mut command: Command) -> Result<String, Fault> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    Err(format!("{command:?} failed: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)).into())
}

fn file(plan: &str) -> String {
    format!("{plan}.plan.kdl")
}

/// A row each of what ran by turns, with how many times the first one's time it took.
pub fn table(names: &[&str], turns: &Turns) -> String {
    let head = ["", "min", "median", "max", "times"];
    let mut rows: Vec<Row> = vec![head.iter().map(|&word| word.to_owned()).collect()];
    rows.extend(names.iter().zip(turns.all()).enumerate().map(|(number, (name, took))| {
        let times = format!("{:.1}", turns.times(0, number));
        vec![(*name).to_owned(), table::time(took.min), table::time(took.median), table::time(took.max), times]
    }));
    table::right(&rows)
}
