//! From a plan's path to a bundle: compiled with its inputs, observed, previewed.

use super::Globals;
use crate::action::{noun, registry};
use crate::bundle::{Bundle, Made};
use crate::exit::{Error, Exit};
use crate::preview::preview;
use crate::project::Project;
use crate::report::diagnostics;
use crate::run::host;
use crate::session::{Refused, Sources, cluster, in_the_way, looking, resolve};
use crate::site::{Blobs, Secrets, Site};
use std::collections::BTreeMap;
use std::path::Path;
use switchback_compiler::diagnostic::Severity;
use switchback_compiler::targets;

/// A bundle that was just made.
pub(super) struct Fresh {
    pub(super) bundle: Bundle,
    pub(super) secrets: Secrets,
    /// When the target was looked at, and by whom.
    pub(super) made: Made,
}

/// Why there is no bundle: told already, or to be told.
pub(super) enum NoBundle {
    /// Diagnostics were shown.
    Told(Exit),
    /// A refusal.
    Refused(Refused),
    /// An error.
    Error(Error),
}

impl From<Error> for NoBundle {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl NoBundle {
    /// Ends a command.
    pub(super) fn end(self, globals: &Globals) -> Result<Exit, Error> {
        match self {
            Self::Told(exit) => Ok(exit),
            Self::Refused(refused) => Ok(refuse(&refused, globals)),
            Self::Error(error) => Err(error),
        }
    }
}

/// Tells a refusal.
pub(super) fn refuse(refused: &Refused, globals: &Globals) -> Exit {
    globals.say(&refused.text(globals.err()));
    refused.exit
}

/// Compiles, observes and previews a plan.
pub(super) async fn bundle(
    project: &Project,
    path: &Path,
    target: Option<&str>,
    typed: &[(String, String)],
    globals: &Globals,
) -> Result<Fresh, NoBundle> {
    let root = project.inner(path).map_err(Error::from)?;
    let target = target_of(project, target)?;
    let typed: BTreeMap<String, String> = typed.iter().cloned().collect();
    let env = |name: &str| std::env::var(name).ok();
    let sources = Sources { typed: &typed, env: &env, project: project.root() };
    let resolved = resolve(project.files(), &registry(), &root, Some(&target), &sources).await;
    let compiled = resolved.compiled;
    let shown: Vec<_> = compiled.diagnostics.iter().filter(|one| one.severity != Severity::Note).cloned().collect();
    globals.say(&diagnostics::human(&compiled.sources, &shown, globals.err()));
    let Some(plan) = compiled.plan else { return Err(NoBundle::Told(Exit::Invalid)) };
    let fault = |fault: crate::site::Fault| NoBundle::Refused(Refused::from(fault));
    let blobs = Blobs::new(compiled.blobs);
    let began = std::time::Instant::now();
    let site = looking(project.root(), &plan, blobs.clone(), resolved.secrets.clone()).map_err(fault)?;
    let site = Site { cluster: cluster(plan.target.as_ref(), &plan).await.map_err(fault)?, ..site };
    // A run that is half way may be why something can't be looked at: then what to do is said of that run.
    let because = |fault: crate::site::Fault| in_the_way(project.root(), &plan).unwrap_or_else(|| Refused::from(fault));
    let preview = preview(&plan, &site, noun).await.map_err(|fault| NoBundle::Refused(because(fault)))?;
    let made = Made {
        at: crate::clock::now(),
        took: began.elapsed(),
        by: by(),
        host: host(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let bundle = Bundle::new(plan, preview, blobs);
    let bundle = bundle.map_err(|error| NoBundle::Refused(Refused::error(error.to_string())))?;
    Ok(Fresh { bundle, secrets: resolved.secrets, made })
}

/// The target that was named, or the only one.
fn target_of(project: &Project, named: Option<&str>) -> Result<String, Error> {
    let targets = targets(project.files(), &registry());
    let listed = || switchback_compiler::words::ticked(&targets, "and");
    match (named, targets.as_slice()) {
        (Some(named), all) if all.iter().any(|target| target == named) => Ok(named.to_owned()),
        (Some(named), []) => {
            Err(Error::usage(format!("there is no target `{named}`")).help("switchback.kdl declares none"))
        }
        (Some(named), _) => {
            Err(Error::usage(format!("there is no target `{named}`")).help(format!("the targets are {}", listed())))
        }
        (None, [only]) => Ok(only.clone()),
        (None, []) => Err(Error::usage("this project has no target")
            .help("write a switchback.kdl beside the plan: target \"local\" { directory \"./platform\" }")),
        (None, _) => Err(Error::usage("which target?").help(format!("add -t NAME; the targets are {}", listed()))),
    }
}

/// The target, where the project names only one.
pub(super) fn only_target(project: &Project) -> Option<String> {
    let mut targets = targets(project.files(), &registry());
    targets.pop().filter(|_| targets.is_empty())
}

/// Who works here, as journals and reports name them.
pub(super) fn by() -> String {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    set("SWITCHBACK_BY").or_else(|| set("USER")).or_else(|| set("LOGNAME")).unwrap_or_else(|| "somebody".into())
}
