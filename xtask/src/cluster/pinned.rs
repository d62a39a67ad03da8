//! A family of programs in the version that its `go.mod` pins.

use super::family::{Family, Program};
use super::version::Version;
use crate::outcome::Fault;
use crate::workspace::Workspace;
use std::fs;
use std::path::{Path, PathBuf};

/// A family in its version.
pub struct Pinned {
    /// The family.
    pub family: &'static Family,
    /// Its version.
    pub version: Version,
    /// The folder of its `go.mod`.
    pub source: PathBuf,
    /// The folder that its programs are built into.
    pub built: PathBuf,
}

impl Pinned {
    /// Reads its version; its programs are built below a folder.
    pub fn read(family: &'static Family, workspace: &Workspace, programs: &Path) -> Result<Self, Fault> {
        let source = workspace.root.join("xtask/cluster").join(family.folder);
        let go_mod = source.join("go.mod");
        let text = fs::read_to_string(&go_mod).map_err(|error| format!("`{}`: {error}", go_mod.display()))?;
        let version = Version::pinned(&text, family.module)
            .ok_or_else(|| format!("`{}` does not pin `{}`", go_mod.display(), family.module))?;
        let built = programs.join(format!("{}-{version}", family.name));
        Ok(Self { family, version, source, built })
    }

    /// The place of a program that is built.
    pub fn path(&self, program: &Program) -> PathBuf {
        self.built.join(program.file)
    }
}
