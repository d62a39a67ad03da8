//! Clusters that go on after the command that started them.

use super::find;
use super::run::switchback;
use crate::outcome::Fault;
use crate::workspace::Workspace;
use std::process::ExitCode;
use std::time::Instant;
use switchback_tests::cluster::{self, Cluster, Helm};

pub fn up(workspace: &Workspace, name: &str, helm: Helm) -> Result<ExitCode, Fault> {
    let (programs, switchback) = (find::all(workspace)?, switchback(workspace)?);
    let start = Instant::now();
    // A second shell needs the same as the first.
    let (access, is_new) = match cluster::up(&programs, name)? {
        Some(access) => (access, false),
        None => (Cluster::detached(&programs, name)?, true),
    };
    access.add_program("switchback", &switchback)?;
    let ready =
        if is_new { format!("is ready after {:.1}s", start.elapsed().as_secs_f64()) } else { "runs".to_owned() };
    eprintln!("cluster `{name}` {ready}; its logs are in {}", access.folder().display());
    for (variable, value) in access.environment() {
        println!("export {variable}='{}'", value.display());
    }
    println!("export PATH='{}':\"$PATH\"", access.path(helm).display());
    eprintln!("next: kubectl get nodes\nor:   cargo xtask cluster down{}", option(name));
    Ok(ExitCode::SUCCESS)
}

fn option(name: &str) -> String {
    if name == "main" { String::new() } else { format!(" --name {name}") }
}

pub fn down(name: &str) -> Result<ExitCode, Fault> {
    if cluster::down(name)? {
        println!("cluster `{name}` is ended");
        return Ok(ExitCode::SUCCESS);
    }
    Err(format!("there is no cluster `{name}`").into())
}

pub fn status() -> Result<ExitCode, Fault> {
    let clusters = cluster::status()?;
    for cluster in &clusters {
        println!("cluster `{}`: {}", cluster.name, cluster.folder.join("kubeconfig").display());
        for (process, pid, runs) in &cluster.processes {
            println!("  {process:24} {pid:>8}  {}", if *runs { "runs" } else { "ended" });
        }
    }
    if clusters.is_empty() {
        println!("no cluster is up\nnext: cargo xtask cluster up");
    }
    let all_run = clusters.iter().flat_map(|cluster| &cluster.processes).all(|(.., runs)| *runs);
    Ok(if all_run { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
