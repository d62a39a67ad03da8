//! Everything a developer or CI does that is not `cargo build`: `cargo xtask TASK`.
//!
//! docs/development.md says when to use which.

mod bench;
mod binary;
mod cluster;
mod codegen;
mod deny;
mod markdown;
mod outcome;
mod parse_kdl;
mod test;
mod tidy;
mod torture;
mod workspace;

use clap::{Parser, Subcommand};
use outcome::Fault;
use std::path::PathBuf;
use std::process::ExitCode;
use workspace::Workspace;

/// As the binary's: `parse-kdl` is measured beside it.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Everything a developer or CI does that is not `cargo build`.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run all tests, or those whose names hold one of the filters.
    Test {
        /// Part of a test's name.
        filters: Vec<String>,
    },
    /// Hold the repository against our own rules, which clippy does not know.
    Tidy,
    /// Write the references in docs/ that are made from the code.
    Codegen {
        /// Write nothing; say which are not current.
        #[arg(long)]
        check: bool,
    },
    /// Measure the release binary as a whole process.
    Bench {
        /// Which measurement; all when left out.
        name: Option<String>,
    },
    /// Run the crash trials for hours: random kills, random plans, power losses.
    Torture(torture::Args),
    /// Start and end a real Kubernetes on loopback; its programs are built once, into ~/.cache/switchback.
    Cluster {
        #[command(subcommand)]
        task: cluster::Task,
    },
    /// Look at licenses, sources and bans of the dependencies; installs cargo-deny when it is not there.
    Deny,
    /// Parse a file with the KDL crate alone, for `bench` to compare with.
    #[command(hide = true)]
    ParseKdl {
        /// The file.
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(Args::parse().task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode, Fault> {
    // It is measured as a process, so nothing else may happen in it.
    if let Task::ParseKdl { file } = &task {
        return parse_kdl::parse(file).map(code);
    }
    let workspace = Workspace::find()?;
    let well = match task {
        Task::Test { filters } => test::run(&workspace, &filters),
        Task::Tidy => tidy::run(&workspace),
        Task::Codegen { check: true } => Ok(codegen::check(&workspace)),
        Task::Codegen { check: false } => codegen::write(&workspace),
        Task::Bench { name } => bench::run(&workspace, name.as_deref()),
        Task::Torture(args) => torture::run(&workspace, &args),
        // A command that it runs has an exit code of its own.
        Task::Cluster { task } => return cluster::run(&workspace, task),
        Task::Deny => deny::run(&workspace),
        Task::ParseKdl { .. } => Ok(true),
    };
    well.map(code)
}

fn code(well: bool) -> ExitCode {
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
