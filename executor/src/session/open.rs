//! Opens the place where a plan runs: for looking only, or for a run.

use crate::bundle::Bundle;
use crate::preview::{CopyFact, kept_copies, secret_places};
use crate::resource::Resource;
use crate::site::{Blobs, Fault, Secrets, Site};
use crate::target::{self, Found, Home};
use crate::world::Tree;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use switchback_compiler::plan::{KeptCopy, Plan, Target};
use switchback_compiler::registry::Touch;

/// A run's id and its folder.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The id.
    pub run: String,
    /// The folder.
    pub folder: PathBuf,
}

/// A target's directory as a path.
pub fn directory(project: &Path, target: &Target) -> Option<PathBuf> {
    target.directory.as_ref().map(|directory| project.join(directory))
}

/// A site to look at: an absent directory is its seed, and nothing can be written.
pub fn looking(project: &Path, plan: &Plan, blobs: Blobs, secrets: Secrets) -> Result<Site, Fault> {
    let target = plan.target.clone().unwrap_or_default();
    let directory = directory(project, &target);
    let seen = match (&directory, &target.seed) {
        (Some(directory), Some(seed)) if !directory.is_dir() => Some(project.join(seed)),
        (Some(directory), None) if !directory.exists() => return Err(absent(&target)),
        (directory, _) => directory.clone(),
    };
    let mut site = site(project, plan, blobs, secrets, seen, None)?;
    site.found = newest(plan, &site.backups);
    Ok(site)
}

/// A target's directory that is not there, as the project file writes it.
fn absent(target: &Target) -> Fault {
    let directory = target.directory.as_deref().unwrap_or_default();
    let shown = directory.strip_prefix("./").unwrap_or(directory);
    Fault::new(format!("the directory of target `{}` is not there: {shown}", target.name)).details([
        format!("make it: mkdir -p {shown}"),
        format!("or say what it begins with: directory \"{directory}\" seed=\"a folder of the project\""),
    ])
}

/// The newest copies of earlier runs that a plan restores.
fn newest(plan: &Plan, store: &Path) -> BTreeMap<String, Result<Found, String>> {
    let target = plan.target.as_ref().map_or("", |target| target.name.as_str());
    let now = crate::clock::now();
    let found = |wanted: KeptCopy| (wanted.to_string(), target::newest(store, &wanted, target, now));
    kept_copies(plan).into_iter().map(found).collect()
}

/// A site to run on: the directory is there (a seed is copied first), the run has a folder, and what it restores of
/// earlier runs is what was reviewed.
pub fn writing(project: &Path, bundle: &Bundle, secrets: Secrets, run: &Opened) -> Result<Site, Fault> {
    let Bundle { plan, preview, blobs, .. } = bundle;
    let target = plan.target.clone().unwrap_or_default();
    let mut site = site(project, plan, blobs.clone(), secrets, directory(project, &target), Some(run))?;
    let reviewed = |(name, fact): (&String, &CopyFact)| (name.clone(), target::reviewed(&site.backups, fact));
    site.found = preview.facts.copies.iter().map(reviewed).collect();
    Ok(site)
}

/// Where a plan's target keeps its backups.
pub(super) fn backups(project: &Path, plan: &Plan) -> PathBuf {
    let target = plan.target.clone().unwrap_or_default();
    match &target.backups {
        Some(backups) => project.join(backups),
        None => project.join(".switchback").join("backups").join(&target.name),
    }
}

fn site(
    project: &Path,
    plan: &Plan,
    blobs: Blobs,
    secrets: Secrets,
    directory: Option<PathBuf>,
    run: Option<&Opened>,
) -> Result<Site, Fault> {
    let target = plan.target.clone().unwrap_or_default();
    let tree = directory.as_deref().map(Tree::open).transpose()?.map(Arc::new);
    let backups = backups(project, plan);
    let program = std::env::current_exe().map_err(|error| Fault::new(format!("where is this program? {error}")))?;
    Ok(Site {
        tree,
        key: target::key(&Home::of(project, &target)),
        directory,
        cluster: None,
        lease: None,
        namespace: plan.namespace().to_owned(),
        project: project.to_owned(),
        folder: run.map(|run| run.folder.clone()),
        backups,
        run: run.map(|run| run.run.clone()).unwrap_or_default(),
        blobs,
        secrets,
        services: target.services,
        hidden: secret_places(plan).iter().flat_map(Resource::touched).collect(),
        written: written(plan),
        program,
        copies: Mutex::default(),
        found: BTreeMap::new(),
        outputs: Mutex::default(),
    })
}

/// Which steps write which paths.
fn written(plan: &Plan) -> BTreeMap<String, Vec<String>> {
    let mut written: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, step) in plan.steps() {
        for touch in step.acts().flat_map(|act| &act.touches).filter(|touch| touch.space == "files") {
            written.entry(touch.path.clone()).or_default().push(step.name.clone());
        }
    }
    written
}

/// Everything that a plan touches.
pub fn touches(plan: &Plan) -> Vec<Touch> {
    let mut touches: Vec<Touch> =
        plan.units.iter().flat_map(|unit| unit.acts().flat_map(|act| act.touches.clone())).collect();
    touches.sort();
    touches.dedup();
    touches
}
