//! What the backups of this plan hold.

use super::Predicted;
use super::want::Want;
use crate::event::Copied;
use crate::site::{Fault, Scene};
use crate::world::{RelPath, State};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use switchback_compiler::plan::Call;
use switchback_compiler::schema::{Param, Ty};
use switchback_compiler::words::{count, list};

/// The property that names a backup.
pub(super) const COPY: Param = Param::one("copy", Ty::Name, "the backup that holds it, taken earlier in this plan");

/// What a copy has at and below a path, as wants; empty: it was taken of that place, and nothing stood there.
///
/// In a preview the copy is one that a step before would take; in a run it is the one that was taken.
pub(super) fn held(
    call: &Call,
    path: &RelPath,
    scene: &Scene<'_>,
    world: &Predicted,
) -> Result<BTreeMap<RelPath, Want>, Fault> {
    let name = call.known("copy").unwrap_or_default();
    if let Some(held) = world.copied(name, path) {
        return Ok(held.into_iter().map(|(at, now)| (at, Want::Copied(now))).collect());
    }
    let all = scene.site.copies.lock().unwrap_or_else(PoisonError::into_inner);
    let copied = all.get(name).map(Vec::as_slice).unwrap_or_default();
    for one in copied {
        let thing = scene.path(&one.path)?;
        if path.is_within(&thing) {
            return Ok(taken(one, &thing, path, &store(scene, name)));
        }
    }
    Err(missing(name, path, copied))
}

fn taken(copied: &Copied, thing: &RelPath, path: &RelPath, store: &Path) -> BTreeMap<RelPath, Want> {
    let all = copied.snapshot.states().map(|(below, _)| (thing.join(below), below));
    let below = all.filter(|(at, _)| at.is_within(path));
    below.map(|(at, below)| (at, Want::Copy { one: copied.snapshot.one(below), store: store.to_owned() })).collect()
}

/// Where a run keeps the bytes of a backup.
fn store(scene: &Scene<'_>, name: &str) -> PathBuf {
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
    Ok(Copied { what: words(noun, path, &sizes), path: path.to_string(), snapshot })
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
