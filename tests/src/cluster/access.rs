//! How a cluster is reached.

use super::programs::Programs;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which Helm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Helm {
    /// Helm 3.
    Three,
    /// Helm 4.
    Four,
}

impl Helm {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Three, Self::Four];

    /// Its name among the programs.
    pub const fn program(self) -> &'static str {
        match self {
            Self::Three => "helm-3",
            Self::Four => "helm-4",
        }
    }
}

/// A cluster's folder and its programs: all that a client needs.
#[derive(Clone, Debug)]
pub struct Access {
    folder: PathBuf,
    programs: Programs,
}

impl Access {
    /// To the cluster that begins in a folder.
    pub(super) fn begin(folder: &Path, programs: &Programs) -> Result<Self, String> {
        let access = Self { folder: folder.to_owned(), programs: programs.clone() };
        for helm in Helm::BOTH {
            let path = access.path(helm);
            fs::create_dir_all(&path).map_err(|error| format!("`{}`: {error}", path.display()))?;
            link(&programs.get("kubectl"), &path.join("kubectl"))?;
            link(&programs.get(helm.program()), &path.join("helm"))?;
        }
        Ok(access)
    }

    /// Its folder, with a log of each of its programs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The programs that it was started with.
    pub fn programs(&self) -> &Programs {
        &self.programs
    }

    /// The file that tells clients how to reach it, as its administrator; it needs no other file.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.join("kubeconfig")
    }

    /// The log in which the API server writes every request, a line of JSON each: what it answered, and to whom.
    pub fn audit_log(&self) -> PathBuf {
        self.folder.join("audit.log")
    }

    /// A folder with `kubectl`, and with one of both Helms as `helm`, for a PATH.
    pub fn path(&self, helm: Helm) -> PathBuf {
        self.folder.join("path").join(helm.program())
    }

    /// Puts another program on both PATHs.
    pub fn add_program(&self, name: &str, program: &Path) -> Result<(), String> {
        Helm::BOTH.into_iter().try_for_each(|helm| link(program, &self.path(helm).join(name)))
    }

    /// What a client's environment must hold: which cluster, and places for Helm that are not the user's.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let helm = |name: &str| self.folder.join("helm").join(name).into_os_string();
        vec![
            ("KUBECONFIG", self.kubeconfig().into_os_string()),
            ("HELM_CACHE_HOME", helm("cache")),
            ("HELM_CONFIG_HOME", helm("config")),
            ("HELM_DATA_HOME", helm("data")),
        ]
    }

    /// `kubectl` on this cluster.
    pub fn kubectl(&self) -> Command {
        self.client("kubectl")
    }

    /// One of both Helms on this cluster.
    pub fn helm(&self, helm: Helm) -> Command {
        self.client(helm.program())
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.get(program));
        command.envs(self.environment());
        command
    }
}

fn link(program: &Path, place: &Path) -> Result<(), String> {
    // One that is up has them already, perhaps those of another build.
    if place.symlink_metadata().is_ok() {
        fs::remove_file(place).map_err(|error| format!("`{}`: {error}", place.display()))?;
    }
    symlink(program, place).map_err(|error| format!("`{}`: {error}", place.display()))
}
