//! Finds each program where the machine has it, and builds the others.

use super::build::Build;
use super::family::{ALL, Program};
use super::pinned::Pinned;
use super::version::Version;
use crate::outcome::Fault;
use crate::workspace::Workspace;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use switchback_tests::cluster::{Programs, cache};

/// Where `setup-envtest` and its like put an API server.
const ASSETS: &str = "KUBEBUILDER_ASSETS";

/// All programs of a cluster, by their names in one folder: those that the machine has, the others built.
pub fn all(workspace: &Workspace) -> Result<Programs, Fault> {
    let cache = cache()?;
    let programs = cache.join("programs");
    let families = ALL.iter().map(|family| Pinned::read(family, workspace, &programs));
    let families = families.collect::<Result<Vec<Pinned>, Fault>>()?;
    let each =
        || families.iter().flat_map(|pinned| pinned.family.programs.iter().map(move |program| (pinned, program)));
    let found: Vec<_> = each().map(|(pinned, program)| (pinned, program, there(pinned, program))).collect();
    if found.iter().any(|(.., path)| path.is_none()) {
        let build = Build::begin(&cache)?;
        for (pinned, program, _) in found.iter().filter(|(.., path)| path.is_none()) {
            build.program(pinned, program)?;
        }
    }
    let links = links()?;
    for (pinned, program, path) in found {
        link(&path.unwrap_or_else(|| pinned.path(program)), &links.join(program.name))?;
    }
    Ok(Programs::at(&links))
}

/// The folder with all of them, of this checkout alone: another one may pin other versions.
fn links() -> Result<PathBuf, Fault> {
    let folder = std::env::current_exe()?.with_file_name("cluster-programs");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Puts a link in the place of another that may be in use.
fn link(path: &Path, place: &Path) -> Result<(), Fault> {
    // What is found on `PATH` may be a cluster's link to this very place.
    if place.canonicalize().is_ok_and(|there| path.canonicalize().is_ok_and(|path| path == there)) {
        return Ok(());
    }
    let fresh = place.with_extension(format!("new-{}", std::process::id()));
    symlink(path, &fresh)?;
    Ok(std::fs::rename(&fresh, place)?)
}

/// One that the machine has: in `KUBEBUILDER_ASSETS`, on `PATH`, or built before.
fn there(pinned: &Pinned, program: &Program) -> Option<PathBuf> {
    let assets = std::env::var_os(ASSETS).map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = assets.into_iter().chain(std::env::split_paths(&path));
    let mut files = folders.map(|folder| folder.join(program.file)).filter(|file| file.is_file());
    let suitable = files.find(|file| version(file, program).is_some_and(|version| version.suits(pinned.version)));
    suitable.or_else(|| Some(pinned.path(program)).filter(|path| path.is_file()))
}

fn version(file: &Path, program: &Program) -> Option<Version> {
    let output = Command::new(file).args(program.version).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    Version::first(&String::from_utf8_lossy(&output.stdout))
}
