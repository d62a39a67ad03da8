//! Finding Helm, and asking it who it is.

use super::ask::{Question, ask};
use super::version::{Generation, Version};
use crate::world::helm::fault::{HelmFault, HelmFaultKind};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// To say its version it needs nothing but itself.
const PATIENCE: Duration = Duration::from_secs(20);
/// What `version` may say.
const WORDS: usize = 64 * 1024;

/// A Helm that was found and whose ways are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Helm {
    /// Where it is, absolute.
    pub path: PathBuf,
    /// Which it is.
    pub version: Version,
    /// Whose ways it has.
    pub generation: Generation,
}

impl Helm {
    /// The one at a path or of a name; without one, `helm` on `PATH`.
    pub async fn find(told: Option<&Path>) -> Result<Self, HelmFault> {
        let path = located(told.unwrap_or(Path::new("helm")))?;
        let question = Question {
            program: &path,
            args: ["version", "--template={{.Version}}"].map(str::to_owned).to_vec(),
            cwd: Path::new("/"),
            environment: &BTreeMap::new(),
            within: PATIENCE,
            most: WORDS,
        };
        let said = ask(question).await?;
        let said = String::from_utf8_lossy(&said).trim().to_owned();
        let version = Version::parse(&said).ok_or_else(|| strange(&path, &said))?;
        let generation = version.generation().ok_or_else(|| unknown(&path, version))?;
        Ok(Self { path, version, generation })
    }
}

/// Where a program is: a path as it is, a name by `PATH`.
fn located(told: &Path) -> Result<PathBuf, HelmFault> {
    if told.components().count() > 1 {
        let path = std::path::absolute(told).map_err(HelmFault::file("find", told))?;
        return if path.is_file() { Ok(path) } else { Err(missing(&format!("there is no `{}`", told.display()))) };
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders).map(|folder| folder.join(told)).find(|file| is_program(file));
    found
        .and_then(|path| std::path::absolute(path).ok())
        .ok_or_else(|| missing(&format!("no folder of PATH has a program `{}`", told.display())))
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

fn missing(what: &str) -> HelmFault {
    HelmFault::new(HelmFaultKind::Program, what).with_help("install Helm 3 (from 3.14 on) or Helm 4, or put it on PATH")
}

fn strange(path: &Path, said: &str) -> HelmFault {
    let said: String = said.chars().take(60).collect();
    HelmFault::new(HelmFaultKind::Program, format!("`{}` says `{said}` for its version", path.display()))
        .with_help("look whether it is Helm")
}

fn unknown(path: &Path, version: Version) -> HelmFault {
    let what = format!("`{}` is Helm {version}, and only Helm 3 from 3.14 on and Helm 4 are known", path.display());
    HelmFault::new(HelmFaultKind::Program, what).with_help("put one of these first on PATH")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn script(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("helm");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        (folder, path)
    }

    async fn told(text: &str) -> Result<Helm, HelmFault> {
        let (_folder, path) = script(text);
        Helm::find(Some(&path)).await
    }

    #[tokio::test]
    async fn helm_is_what_it_says_it_is() {
        let helm = told("test \"$1\" = version && echo v4.2.3").await.unwrap();
        assert_eq!((helm.version.to_string().as_str(), helm.generation), ("4.2.3", Generation::Four));
        let fault = told("echo v2.17.0").await.unwrap_err();
        assert!(fault.what.contains("is Helm 2.17.0, and only Helm 3 from 3.14 on and Helm 4 are known"), "{fault}");
        let fault = told("echo hello").await.unwrap_err();
        assert!(fault.what.contains("says `hello` for its version"), "{fault}");
        let fault = told("echo no such command >&2; exit 3").await.unwrap_err();
        assert_eq!((fault.kind, fault.said), (HelmFaultKind::Refused, vec!["no such command".to_owned()]));
    }

    #[tokio::test]
    async fn a_helm_that_is_not_there_is_told() {
        let fault = Helm::find(Some(Path::new("/nothing/helm"))).await.unwrap_err();
        assert_eq!(fault.what, "there is no `/nothing/helm`");
        let fault = Helm::find(Some(Path::new("no-program-has-this-name"))).await.unwrap_err();
        assert_eq!(fault.what, "no folder of PATH has a program `no-program-has-this-name`");
        assert_eq!(fault.kind, HelmFaultKind::Program);
    }
}
