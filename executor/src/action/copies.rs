//! What the backups of this plan hold.

use super::Predicted;
use super::kube::of_copy;
use super::want::Want;
use crate::event::Copied;
use crate::site::{Fault, Scene};
use crate::world::cluster::{Object, ObjectName};
use crate::world::{Digest, RelPath, State};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use switchback_compiler::plan::{Call, CopyOf, KeptCopy};
use switchback_compiler::schema::{Param, Ty};
use switchback_compiler::words::{count, list};

/// The properties that say which copy is restored.
pub(super) const WHICH: &[Param] = &[COPY, VERSION, MAX_AGE];
pub(super) const COPY: Param =
    Param::one("copy", Ty::Copy, "the backup that holds it: one of this plan, or PLAN/NAME, the newest that plan took");
pub(super) const VERSION: Param =
    Param::optional("version", Ty::Versions, "the newest copy of that name that was taken at this version, \"24.2.x\"");
pub(super) const MAX_AGE: Param = Param::optional("max-age", Ty::Span, "how old a copy of an earlier run may be");

/// What a copy has at and below a path, as wants; empty: it was taken of that place, and nothing stood there.
///
/// In a preview the copy is one that a step before would take; in a run it is the one that was taken.
pub(super) fn held(
    call: &Call,
    path: &RelPath,
    scene: &Scene<'_>,
    world: &Predicted,
) -> Result<BTreeMap<RelPath, Want>, Fault> {
    let name = match call.copy() {
        Some(CopyOf::Kept(kept)) => return earlier(&kept, path, scene),
        Some(CopyOf::Own(name)) => name,
        None => return Err(Fault::new("the plan does not say which copy")),
    };
    let name = name.as_str();
    if let Some(held) = world.copied(name, path) {
        return Ok(held.into_iter().map(|(at, now)| (at, Want::Copied(now))).collect());
    }
    let all = scene.site.copies.lock().unwrap_or_else(PoisonError::into_inner);
    let copied = all.get(name).map(Vec::as_slice).unwrap_or_default();
    let held = within(copied, path, &store(scene, name), scene)?;
    held.ok_or_else(|| missing(name, path, copied))
}

/// What a copy has of an object of the cluster: one that was taken, in this run or an earlier one.
pub(super) fn object(call: &Call, name: &ObjectName, scene: &Scene<'_>) -> Result<Object, Fault> {
    let (copied, folder, called) = match call.copy() {
        Some(CopyOf::Kept(kept)) => match scene.site.found.get(&kept.to_string()) {
            Some(Ok(found)) => (found.things.clone(), found.folder.clone(), kept.to_string()),
            Some(Err(why)) => return Err(Fault::new(why.clone())),
            None => return Err(Fault::new(format!("{kept} was not looked for"))),
        },
        Some(CopyOf::Own(own)) => {
            let all = scene.site.copies.lock().unwrap_or_else(PoisonError::into_inner);
            (all.get(&own).cloned().unwrap_or_default(), store(scene, &own), format!("copy `{own}`"))
        }
        None => return Err(Fault::new("the plan does not say which copy")),
    };
    for one in &copied {
        let Some(index) = one.objects.iter().position(|other| other == name) else { continue };
        let file = scene.path(&index.to_string())?;
        let damaged = || Fault::new(format!("{called} is damaged: it has no {}", name.spoken(&scene.site.namespace)));
        let State::File { digest, .. } = one.snapshot.one(&file).state() else { return Err(damaged()) };
        let digest = digest.to_string();
        let bytes = std::fs::read(folder.join(digest.trim_start_matches("b3:"))).map_err(|_| damaged())?;
        if Digest::of(&bytes).to_string() != digest {
            return Err(damaged());
        }
        return of_copy(&bytes).ok_or_else(damaged);
    }
    Err(Fault::new(format!("{called} was not taken of {}", name.spoken(&scene.site.namespace))))
}

/// The same of a copy of an earlier run, as it was found.
fn earlier(kept: &KeptCopy, path: &RelPath, scene: &Scene<'_>) -> Result<BTreeMap<RelPath, Want>, Fault> {
    let found = match scene.site.found.get(&kept.to_string()) {
        Some(Ok(found)) => found,
        Some(Err(why)) => return Err(Fault::new(why.clone())),
        None => return Err(Fault::new(format!("{kept} was not looked for"))),
    };
    let name = format!("{} of run {}", found.note.backup, found.note.run);
    let held = within(&found.things, path, &found.folder, scene)?;
    held.ok_or_else(|| missing(&name, path, &found.things))
}

/// What copies have at and below a path; `None` when none of them was taken of it.
fn within(
    copied: &[Copied],
    path: &RelPath,
    store: &Path,
    scene: &Scene<'_>,
) -> Result<Option<BTreeMap<RelPath, Want>>, Fault> {
    for one in copied.iter().filter(|one| one.objects.is_empty()) {
        let thing = scene.path(&one.path)?;
        if path.is_within(&thing) {
            return Ok(Some(taken(one, &thing, path, store)));
        }
    }
    Ok(None)
}

fn taken(copied: &Copied, thing: &RelPath, path: &RelPath, store: &Path) -> BTreeMap<RelPath, Want> {
    let all = copied.snapshot.states().map(|(below, _)| (thing.join(below), below));
    let below = all.filter(|(at, _)| at.is_within(path));
    below.map(|(at, below)| (at, Want::Copy { one: copied.snapshot.one(below), store: store.to_owned() })).collect()
}

/// Where a run keeps the bytes of a backup.
pub(super) fn store(scene: &Scene<'_>, name: &str) -> PathBuf {
    scene.site.backups.join(&scene.site.run).join(name)
}

fn missing(name: &str, path: &RelPath, copied: &[Copied]) -> Fault {
    if copied.is_empty() {
        return Fault::new(format!("copy `{name}` is not taken yet"));
    }
    let held: Vec<&str> = copied.iter().map(|one| one.what.as_str()).collect();
    Fault::new(format!("copy `{name}` was not taken of `{path}`: it holds {}", list(&held)))
}

/// Copies a thing, reads the copy back, and sees to it that it is of one moment.
pub(super) fn take(noun: &str, path: &RelPath, scene: &Scene<'_>, store: &Path) -> Result<Copied, Fault> {
    let tree = scene.tree()?;
    let snapshot = tree.snapshot(path, store)?;
    snapshot.verify(store)?;
    let changed = tree.compare(&snapshot, path)?;
    if !changed.is_empty() {
        let changed = changed.iter().take(5).map(ToString::to_string);
        return Err(
            Fault::new(format!("`{path}` changes while it is copied: stop what writes it first")).details(changed)
        );
    }
    let sizes: Vec<u64> = snapshot.states().filter_map(|(_, state)| size(state)).collect();
    Ok(Copied { what: words(noun, path, &sizes), path: path.to_string(), snapshot, objects: Vec::new() })
}

/// The size of what counts as a file.
fn size(state: &State) -> Option<u64> {
    match state {
        State::File { size, .. } => Some(*size),
        State::Link { .. } => Some(0),
        State::Absent | State::Dir { .. } | State::Other => None,
    }
}

/// What was copied, in words: `folder www, 3 files, 12 KiB`.
pub(super) fn words(noun: &str, path: &RelPath, sizes: &[u64]) -> String {
    let size = crate::screen::size(sizes.iter().sum());
    match noun {
        "file" => format!("file {path}, {size}"),
        _ => format!("folder {path}, {}, {size}", count(sizes.len(), "file")),
    }
}
