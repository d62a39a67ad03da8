//! Compiles plans for each of their targets, and libraries that none of them uses.

use super::told::{Target, Told};
use crate::cli::find::Kind;
use crate::project::{Project, ProjectError};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use switchback_compiler::diagnostic::{Diagnostic, Severity};
use switchback_compiler::plan::Plan;
use switchback_compiler::registry::Registry;
use switchback_compiler::{Compiled, Request, TARGET_LACKS, compile, targets};

/// All that was looked at, and what is to be said about it.
#[derive(Debug, Default)]
pub struct Looked {
    /// Diagnostics of all compilations.
    pub told: Told,
    /// The plans, as they were given.
    pub plans: Vec<LookedPlan>,
    /// Libraries that were read, with their project's folder.
    pub libraries: BTreeSet<(PathBuf, String)>,
    /// Targets, with their project's folder.
    pub targets: BTreeSet<(PathBuf, String)>,
    /// Those on which policy forbids something.
    pub denied: BTreeSet<(PathBuf, String)>,
}

/// A plan file.
#[derive(Debug)]
pub struct LookedPlan {
    /// As a person types it.
    pub path: String,
    /// What it compiles to, on each target; empty when it does not compile.
    pub plans: Vec<Plan>,
}

impl Looked {
    /// Whether anything is an error.
    pub fn has_errors(&self) -> bool {
        self.told.diagnostics.iter().any(|one| one.severity == Severity::Error)
    }

    /// Whether all errors are such by policy alone.
    pub fn only_denied(&self) -> bool {
        let errors = self.told.diagnostics.iter().filter(|one| one.severity == Severity::Error);
        self.has_errors() && errors.into_iter().all(is_denied)
    }

    fn plan(&mut self, path: &Path, stand: &Path, registry: &Registry<'_>) -> Result<(), ProjectError> {
        let project = Project::around(path)?;
        let root = project.inner(path)?;
        let compiled = for_targets(&project, &root, registry);
        let whole = compiled.iter().all(|(_, one)| one.plan.is_some());
        let of = compiled.len();
        let mut plans = Vec::with_capacity(of);
        for (target, one) in compiled {
            if let Some(target) = &target {
                let target = (project.root().to_owned(), target.clone());
                if one.diagnostics.iter().any(is_denied) {
                    self.denied.insert(target.clone());
                }
                self.targets.insert(target);
            }
            let target = target.as_deref().map(|name| Target { name, of });
            plans.extend(self.take(&project, one, target.as_ref(), stand));
        }
        self.plans
            .push(LookedPlan { path: project.outer(&root, stand), plans: if whole { plans } else { Vec::new() } });
        Ok(())
    }

    fn library(&mut self, path: &Path, stand: &Path, registry: &Registry<'_>) -> Result<(), ProjectError> {
        let project = Project::around(path)?;
        let root = project.inner(path)?;
        if !self.libraries.contains(&(project.root().to_owned(), root.clone())) {
            let compiled = one(&project, &root, None, registry);
            self.take(&project, compiled, None, stand);
        }
        Ok(())
    }

    /// Keeps what a compilation told and read, and gives its plan.
    fn take(
        &mut self,
        project: &Project,
        compiled: Compiled,
        target: Option<&Target<'_>>,
        stand: &Path,
    ) -> Option<Plan> {
        let Compiled { plan, sources, diagnostics, .. } = compiled;
        let libraries = sources.files().iter().filter(|file| Kind::of(Path::new(&file.path)) == Some(Kind::Library));
        self.libraries.extend(libraries.map(|file| (project.root().to_owned(), file.path.clone())));
        self.told.add(&sources, diagnostics, target, &|inner| project.outer(inner, stand));
        plan
    }
}

/// Policy made an error of what is none by itself.
fn is_denied(one: &Diagnostic) -> bool {
    one.severity == Severity::Error && one.page.severity != Severity::Error
}

/// Compiles these files; paths are shown as from `stand`, which is absolute and without links.
pub fn look(files: &[PathBuf], stand: &Path, registry: &Registry<'_>) -> Result<Looked, ProjectError> {
    let mut looked = Looked::default();
    let of = |kind: Kind| files.iter().filter(move |path| Kind::of(path) == Some(kind));
    for path in of(Kind::Plan) {
        looked.plan(path, stand, registry)?;
    }
    // After the plans: a library is judged alone only where no plan puts it to use.
    for path in of(Kind::Library) {
        looked.library(path, stand, registry)?;
    }
    looked.told.sort();
    Ok(looked)
}

/// Once for each target; once without when the project has none.
fn for_targets(project: &Project, root: &str, registry: &Registry<'_>) -> Vec<(Option<String>, Compiled)> {
    let targets: BTreeSet<String> = targets(project.files(), registry).into_iter().collect();
    if targets.is_empty() {
        return vec![(None, one(project, root, None, registry))];
    }
    let compiled = targets.into_iter().map(|target| (Some(target.clone()), one(project, root, Some(target), registry)));
    let (fitting, others): (Vec<_>, Vec<_>) = compiled.partition(|(_, one)| !lacks(one));
    // A plan for clusters is none for the directories of the same project; where nothing fits it, that is told.
    if fitting.is_empty() { others } else { fitting }
}

/// Whether a target has not what the plan works on.
fn lacks(compiled: &Compiled) -> bool {
    compiled.diagnostics.iter().any(|one| one.page.code == TARGET_LACKS.code)
}

fn one(project: &Project, root: &str, target: Option<String>, registry: &Registry<'_>) -> Compiled {
    let request = Request { root: root.to_owned(), target, ..Request::default() };
    compile(project.files(), &request, registry)
}
