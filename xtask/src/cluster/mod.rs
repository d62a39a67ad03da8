//! `cargo xtask cluster`: a real Kubernetes on loopback, for tests and for trying plans by hand.

mod build;
mod cache;
mod family;
mod find;

use crate::outcome::{Fault, Outcome};
use crate::workspace::Workspace;
use clap::Subcommand;
use std::path::PathBuf;
use std::process::Command;
use switchback_tests::cluster::{self, Cluster, Programs};

/// What to do with a cluster.
#[derive(Subcommand)]
pub enum Task {
    /// Start a cluster that goes on until `down`, and print how to reach it.
    Up {
        /// Its name, where several run at once.
        #[arg(long, default_value = "main")]
        name: String,
    },
    /// End a cluster, and remove all that it held.
    Down {
        /// Its name.
        #[arg(long, default_value = "main")]
        name: String,
    },
    /// Say which of a cluster's processes run.
    Status {
        /// Its name.
        #[arg(long, default_value = "main")]
        name: String,
    },
    /// Start a cluster, run a command with it, and end it: `cargo xtask cluster run -- kubectl get nodes`.
    Run {
        /// The command and its arguments.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
}

/// Does it.
pub fn run(workspace: &Workspace, task: Task) -> Outcome {
    match task {
        Task::Up { name } => up(workspace, &name),
        Task::Down { name } => down(&name),
        Task::Status { name } => status(&name),
        Task::Run { command } => with(workspace, &command),
    }
}

/// The programs of a cluster: those that the machine has, the others built.
pub fn programs(workspace: &Workspace) -> Result<Programs, Fault> {
    find::all(workspace)
}

fn up(workspace: &Workspace, name: &str) -> Outcome {
    let folder = folder(name)?;
    if cluster::status(&folder)?.iter().any(|(_, runs)| *runs) {
        return Err(format!("cluster `{name}` runs already; cargo xtask cluster down --name {name}").into());
    }
    Cluster::detached(&programs(workspace)?, &folder)?;
    println!("export KUBECONFIG={}", folder.join("kubeconfig").display());
    Ok(true)
}

fn down(name: &str) -> Outcome {
    if cluster::down(&folder(name)?)? {
        println!("cluster `{name}` is ended");
    } else {
        println!("there is no cluster `{name}`");
    }
    Ok(true)
}

fn status(name: &str) -> Outcome {
    let processes = cluster::status(&folder(name)?)?;
    if processes.is_empty() {
        println!("there is no cluster `{name}`");
    }
    for (process, runs) in &processes {
        println!("{process:26} {}", if *runs { "runs" } else { "ended" });
    }
    Ok(!processes.is_empty() && processes.iter().all(|(_, runs)| *runs))
}

fn with(workspace: &Workspace, command: &[String]) -> Outcome {
    let programs = programs(workspace)?;
    let folder = tempfile::tempdir()?;
    let cluster = Cluster::start(&programs, &folder.path().join("cluster"))?;
    let (program, arguments) = command.split_first().ok_or("no command")?;
    let mut command = Command::new(program);
    command.args(arguments).env("KUBECONFIG", cluster.kubeconfig()).env("PATH", path(workspace, &programs)?);
    let status = command.status().map_err(|error| format!("`{program}` can't be started: {error}"))?;
    Ok(status.success())
}

/// A PATH on which the programs come first, and the `switchback` of this checkout.
fn path(workspace: &Workspace, programs: &Programs) -> Result<std::ffi::OsString, Fault> {
    let folder = |path: PathBuf| path.parent().map(PathBuf::from);
    let switchback = workspace.build(&["-p", "switchback"])?;
    let own = [Some(switchback), programs.get("kubectl").ok(), programs.get("helm-4").ok()];
    let own = own.into_iter().flatten().filter_map(folder);
    let before = std::env::var_os("PATH").unwrap_or_default();
    Ok(std::env::join_paths(own.chain(std::env::split_paths(&before)))?)
}

fn folder(name: &str) -> Result<PathBuf, Fault> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    if name.is_empty() || !name.chars().all(plain) {
        return Err(format!("`{name}` is no name of a cluster: letters, digits and `-`").into());
    }
    Ok(cache::folder()?.join("clusters").join(name))
}
