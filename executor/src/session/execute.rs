//! Runs a bundle: the target is taken, the run gets its folder and its mark, then the loop drives it.

use super::connect::cluster;
use super::further::settle_marks;
use super::give_up;
use super::lease;
use super::marks::{keeping, kept};
use super::open::{Opened, directory, touches, writing};
use super::refused::Refused;
use crate::bundle::{Bundle, Made};
use crate::durable;
use crate::exit::Exit;
use crate::fault_point::boundary;
use crate::journal::LockError;
use crate::preview::another_cluster;
use crate::run::{Asker, Begin, Outcome, Reader, Reviewed, Signals, begin};
use crate::runs::{self, Run};
use crate::schedule::Aim;
use crate::screen::run_command;
use crate::site::{Fault, Secrets, Site};
use crate::target::{self, Home, Keep, Kept};
use crate::world::cluster::Cluster;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use switchback_compiler::plan::{Plan, Target};

/// What a run needs beside its bundle.
pub struct Execute<'a> {
    /// The project's folder.
    pub project: &'a Path,
    /// When and by whom the bundle was made.
    pub made: &'a Made,
    /// Values of secrets.
    pub secrets: Secrets,
    /// How far.
    pub aim: Aim,
    /// Units at a time.
    pub jobs: usize,
    /// Who runs it.
    pub by: String,
    /// Who is told; made when the run's id is known.
    pub readers: &'a mut dyn FnMut() -> Vec<Box<dyn Reader>>,
    /// Who asks.
    pub asker: &'a dyn Asker,
}

/// A run that this process began.
pub struct Executed {
    /// Its id.
    pub run: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Where it stands.
    pub outcome: Outcome,
}

/// Runs a bundle from its beginning.
pub async fn execute(bundle: &Bundle, options: Execute<'_>, signals: &mut Signals) -> Result<Executed, Refused> {
    let plan = Arc::new(bundle.plan.clone());
    let target = plan.target.clone().ok_or_else(|| Refused::error("the bundle names no target"))?;
    placed(options.project, &target)?;
    let cluster = cluster(Some(&target), &*plan).await?;
    if let Some(cluster) = &cluster {
        is_reviewed(bundle, cluster).await?;
    }
    let home = Home::of(options.project, &target);
    let _keep = take(&home, &options.by)?;
    let marks = free(options.project, &home, &plan, None)?;
    give_up::expired(options.project, bundle, &marks)?;
    boundary("target");
    let run = runs::new_id(options.project)?;
    let key = target::make_key(&home);
    key.map_err(|error| Refused::error(format!("the target's key can't be made: {error}")))?;
    let opened = Opened { folder: runs::folder(options.project).join(&run), run };
    let site = writing(options.project, bundle, options.secrets.clone(), &opened)?;
    let lease = lease::take(cluster.as_ref(), &plan, &home, &opened.run, &options.by).await?;
    let site = Arc::new(Site { cluster, lease, ..site });
    let by = options.by.clone();
    let beginning = Box::pin(beginning(bundle, &plan, &opened, &home, &site, options, signals));
    // A run without a journal never began, and keeps nothing.
    let outcome = lease::under(&site, || false, beginning).await?;
    boundary("ended");
    settle_marks(&home, &opened, &plan, &by, &outcome.state)?;
    boundary("settled");
    Ok(Executed { run: opened.run, folder: opened.folder, outcome })
}

/// Whether it is the cluster that the bundle was made on: a question may have been open for long, and a kubeconfig leads
/// elsewhere by now.
async fn is_reviewed(bundle: &Bundle, cluster: &Cluster) -> Result<(), Refused> {
    let now = cluster.identity().await.map_err(Fault::from)?;
    let Some(other) = another_cluster(bundle.preview.facts.cluster.as_deref(), now.as_deref()) else { return Ok(()) };
    let why = "the kubeconfig leads to another cluster than the one that was looked at; nothing was touched";
    let refused = Refused::with(Exit::Changed, why);
    Err(refused.fact(format!("looked at: {}", other.was)).fact(format!("now: {}", other.is)))
}

/// From the run's folder on: what it is, that it keeps the target, and then the run itself.
async fn beginning(
    bundle: &Bundle,
    plan: &Arc<Plan>,
    opened: &Opened,
    home: &Home,
    site: &Arc<Site>,
    options: Execute<'_>,
    signals: &mut Signals,
) -> Result<Outcome, Refused> {
    fill(opened, bundle, options.made)?;
    boundary("folder");
    mark(home, opened, plan, &options.by, false)?;
    boundary("marked");
    if let Some(tree) = &site.tree {
        tree.sweep_temporaries(&crate::world::RelPath::root()).map_err(|error| Refused::error(error.to_string()))?;
    }
    let beginning = Begin {
        plan: Arc::clone(plan),
        site: Arc::clone(site),
        folder: opened.folder.clone(),
        bundle: bundle.digest().to_string(),
        reviewed: Arc::new(Reviewed::of(plan, &bundle.preview)),
        by: options.by,
        aim: options.aim,
        jobs: options.jobs,
        readers: (options.readers)(),
        asker: options.asker,
    };
    Ok(begin(beginning, signals).await?)
}

/// Makes the target's directory from its seed when it is absent.
fn placed(project: &Path, target: &Target) -> Result<(), Refused> {
    let Some(directory) = directory(project, target) else { return Ok(()) };
    let seed = target.seed.as_ref().map(|seed| project.join(seed));
    target::place(&directory, seed.as_deref()).map(drop).map_err(|error| Refused::error(error.to_string()))
}

/// Takes the target for this process.
pub(super) fn take(home: &Home, by: &str) -> Result<Keep, Refused> {
    let note = format!("process {} of {by}", std::process::id());
    match Keep::take(home, &note) {
        Ok(keep) => Ok(keep),
        Err(LockError::Held { holder }) => {
            let holder = if holder.is_empty() { "another process".to_owned() } else { holder };
            Err(Refused::with(Exit::Kept, format!("{holder} works on this target; nothing was touched"))
                .next(run_command("status")))
        }
        Err(LockError::Io(error)) => Err(Refused::error(format!("the target's lock: {error}"))),
    }
}

/// Refuses where another run keeps the target; the runs that keep something of it.
///
/// `own` is the run that asks, where it is one already.
pub(super) fn free(project: &Path, home: &Home, plan: &Plan, own: Option<&str>) -> Result<Vec<Kept>, Refused> {
    let marks = kept(home)?;
    let touches = touches(plan);
    match marks.iter().find(|kept| own != Some(kept.run.as_str()) && kept.forbids(&touches)) {
        Some(kept) => Err(keeping(project, home, kept)),
        None => Ok(marks),
    }
}

/// Makes the run's folder with the bundle's copy in it, on the disk before the first record.
fn fill(opened: &Opened, bundle: &Bundle, made: &Made) -> Result<(), Refused> {
    durable::make_dirs(&opened.folder, 0o700)?;
    let copy = opened.folder.join("bundle.swb");
    bundle.write(&copy, made).map(drop).map_err(|error| Refused::error(format!("the bundle's copy: {error}")))
}

/// Marks the target as kept by a run.
pub(super) fn mark(home: &Home, opened: &Opened, plan: &Plan, by: &str, holds: bool) -> Result<(), Refused> {
    let kept = Kept {
        run: opened.run.clone(),
        plan: plan.name.clone(),
        folder: opened.folder.clone(),
        by: by.to_owned(),
        holds,
        touches: touches(plan),
    };
    target::mark(home, &kept).map_err(|error| Refused::error(format!("the target's mark: {error}")))
}

/// Whether a run that no process works on keeps its target, and whether it only holds it.
pub(super) fn run_keeps(run: &Run) -> Option<bool> {
    let state = run.state(0);
    state.standing.keeps(state.only_stays())
}
