//! Builds the programs of a family, and takes from its module what else it brings.

use super::cache;
use super::family::{Family, Program};
use crate::outcome::Fault;
use crate::workspace::{Workspace, output};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The stages of KWOK that make nodes and pods ready, in its module.
const STAGES: &[&str] = &["kustomize/stage/node/fast", "kustomize/stage/node/heartbeat", "kustomize/stage/pod/fast"];

/// A family as its `go.mod` pins it.
pub struct Pinned<'a> {
    family: &'a Family,
    /// The folder of its `go.mod`.
    source: PathBuf,
    version: String,
    /// Where its programs lie in the cache.
    built: PathBuf,
}

impl<'a> Pinned<'a> {
    /// Reads its version.
    pub fn of(family: &'a Family, workspace: &Workspace) -> Result<Self, Fault> {
        let source = workspace.root.join("xtask/cluster").join(family.name);
        let text = fs::read_to_string(source.join("go.mod"))
            .map_err(|error| format!("`{}`: {error}", source.join("go.mod").display()))?;
        let version = version(&text, family.module).ok_or_else(|| format!("`{}` is not pinned", family.module))?;
        let built =
            cache::folder()?.join("programs").join(format!("{}-{}", family.name, version.trim_start_matches('v')));
        Ok(Self { family, source, version, built })
    }

    /// The path of a program, built when it is not in the cache.
    pub fn program(&self, program: &Program) -> Result<PathBuf, Fault> {
        let path = self.built.join(program.file);
        if !path.exists() {
            eprintln!("builds {} {} ({} for all of it, once)", program.name, self.version, self.family.takes);
            self.go_build(program, &path)?;
        }
        Ok(path)
    }

    /// Built beside its place and renamed into it, so that what was cut off is not taken for a program.
    fn go_build(&self, program: &Program, path: &Path) -> Result<(), Fault> {
        fs::create_dir_all(&self.built)?;
        let fresh = path.with_extension(format!("new-{}", std::process::id()));
        let mut go = self.go();
        go.arg("build").arg("-o").arg(&fresh).args(["-ldflags", &self.linker()]).arg(program.package);
        output(&mut go)?;
        Ok(fs::rename(&fresh, path)?)
    }

    fn go(&self) -> Command {
        let mut go = Command::new("go");
        go.current_dir(&self.source).env("CGO_ENABLED", "0").env("GOFLAGS", "-mod=readonly");
        go
    }

    fn linker(&self) -> String {
        let numbers: Vec<&str> = self.version.trim_start_matches('v').split('.').collect();
        let number = |at: usize| numbers.get(at).copied().unwrap_or_default();
        let variable = |text: &&str| {
            let text = text.replace("{version}", &self.version);
            format!(" -X {}", text.replace("{major}", number(0)).replace("{minor}", number(1)))
        };
        format!("-s -w{}", self.family.variables.iter().map(variable).collect::<String>())
    }

    /// KWOK's stages in one file; without them it does nothing.
    pub fn stages(&self) -> Result<PathBuf, Fault> {
        let path = self.built.join("stages.yaml");
        if !path.exists() {
            let module = output(self.go().args(["list", "-m", "-f", "{{.Dir}}", self.family.module]))?;
            fs::create_dir_all(&self.built)?;
            let fresh = path.with_extension(format!("new-{}", std::process::id()));
            fs::write(&fresh, joined(Path::new(module.trim()))?)?;
            fs::rename(&fresh, &path)?;
        }
        Ok(path)
    }
}

fn joined(module: &Path) -> Result<String, Fault> {
    let mut documents = Vec::new();
    for folder in STAGES {
        let mut files = fs::read_dir(module.join(folder))?
            .map(|entry| Ok(entry?.path()))
            .collect::<std::io::Result<Vec<PathBuf>>>()?;
        files.retain(|file| file.extension().is_some_and(|end| end == "yaml") && !file.ends_with("kustomization.yaml"));
        files.sort();
        for file in files {
            documents.push(fs::read_to_string(file)?);
        }
    }
    if documents.is_empty() { Err("KWOK's module has no stages".into()) } else { Ok(documents.join("\n---\n")) }
}

/// The version of a module that a `go.mod` asks for.
fn version(go_mod: &str, module: &str) -> Option<String> {
    let mut asked = go_mod.lines().map(|line| line.trim().trim_start_matches("require ").split_whitespace());
    asked.find_map(|mut words| (words.next()? == module).then(|| words.next().map(str::to_owned))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_module_itself() {
        let text =
            "module m\n\nrequire a.b/c/v3 v3.6.16\n\nrequire (\n\ta.b/c v1.0.0\n\ta.b/c/v3/d v3.0.0 // indirect\n)\n";
        assert_eq!(version(text, "a.b/c/v3").as_deref(), Some("v3.6.16"));
        assert_eq!(version(text, "a.b/c").as_deref(), Some("v1.0.0"));
        assert_eq!(version(text, "a.b"), None);
    }
}
