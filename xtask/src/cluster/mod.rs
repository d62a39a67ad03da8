//! `cargo xtask cluster`: a real Kubernetes on loopback, for tests and for trying plans by hand.

mod build;
mod family;
mod find;
mod pinned;
mod run;
mod up;
mod version;

pub use find::all as programs;

use crate::outcome::Fault;
use crate::workspace::Workspace;
use clap::Subcommand;
use std::process::ExitCode;
use switchback_tests::cluster::Helm;

/// What to do with a cluster.
#[derive(Subcommand)]
pub enum Task {
    /// Start a cluster that goes on until `down`, unless it is up, and print what a shell needs: eval "$(cargo xtask cluster
    /// up)".
    Up {
        /// Its name, where several run at once.
        #[arg(long, default_value = "main")]
        name: String,
        /// The version of Helm that is `helm` on its PATH.
        #[arg(long, default_value = "4", value_parser = helm)]
        helm: Helm,
    },
    /// End a cluster, and remove all that it held.
    Down {
        /// Its name.
        #[arg(long, default_value = "main")]
        name: String,
    },
    /// Say which clusters there are, and which of their processes run.
    Status,
    /// Run a command with the cluster that is up, or with one of its own: cargo xtask cluster run -- kubectl get nodes.
    Run {
        /// The version of Helm that is `helm` on its PATH.
        #[arg(long, default_value = "4", value_parser = helm)]
        helm: Helm,
        /// The command and its arguments.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
    /// Build what is missing of a cluster's programs, and print the folder that has them all.
    Programs,
}

fn helm(text: &str) -> Result<Helm, String> {
    match text {
        "3" => Ok(Helm::Three),
        "4" => Ok(Helm::Four),
        _ => Err("Helm 3 and Helm 4 are there".to_owned()),
    }
}

/// Does it.
pub fn run(workspace: &Workspace, task: Task) -> Result<ExitCode, Fault> {
    match task {
        Task::Up { name, helm } => up::up(workspace, &name, helm),
        Task::Down { name } => up::down(&name),
        Task::Status => up::status(),
        Task::Run { helm, command } => run::run(workspace, helm, &command),
        Task::Programs => {
            println!("{}", programs(workspace)?.folder().display());
            Ok(ExitCode::SUCCESS)
        }
    }
}
