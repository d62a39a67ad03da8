//! Finds each program where the machine has it, and builds the others.

use super::build::Pinned;
use super::family::{ALL, Program};
use crate::outcome::Fault;
use crate::workspace::Workspace;
use std::collections::BTreeMap;
use std::path::PathBuf;
use switchback_tests::cluster::Programs;

/// Where `setup-envtest` and its like put an API server.
const ASSETS: &str = "KUBEBUILDER_ASSETS";

/// All programs of a cluster.
pub fn all(workspace: &Workspace) -> Result<Programs, Fault> {
    let mut found = BTreeMap::new();
    for family in ALL {
        let pinned = Pinned::of(family, workspace)?;
        for program in family.programs {
            let path = there(program).map_or_else(|| pinned.program(program), Ok)?;
            found.insert(program.name.to_owned(), path);
        }
        if family.name == "kwok" {
            found.insert("stages.yaml".to_owned(), pinned.stages()?);
        }
    }
    Ok(Programs::new(found))
}

/// A program that the machine has: in `KUBEBUILDER_ASSETS`, else on `PATH`.
fn there(program: &Program) -> Option<PathBuf> {
    if !program.replaceable {
        return None;
    }
    let assets = std::env::var_os(ASSETS).map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = assets.into_iter().chain(std::env::split_paths(&path));
    folders.map(|folder| folder.join(program.file)).find(|file| file.is_file())
}
