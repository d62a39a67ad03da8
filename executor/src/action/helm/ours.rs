//! Which revisions of a release this run made: several of its actions may be about one release.

use super::kept::Kept;
use crate::durable;
use crate::site::{Fault, Scene};
use crate::world::helm::{History, Release, Settled, Status};
use std::io;
use std::path::{Path, PathBuf};

/// Notes, durably, that a revision was made by this run, by its number and the uid of its record.
pub(super) fn note(kept: &Kept, settled: &Settled, now: &History, scene: &Scene<'_>) -> Result<(), Fault> {
    let (Settled::Done { revision } | Settled::Failed { revision, .. } | Settled::Pending { revision, .. }) = settled
    else {
        return Ok(());
    };
    let Some(release) = now.get(*revision) else { return Ok(()) };
    write(&mark(kept, *revision, scene)?, release.uid.as_bytes())
}

/// Whether this run made a revision.
pub(super) fn is(kept: &Kept, release: &Release, scene: &Scene<'_>) -> Result<bool, Fault> {
    let mark = mark(kept, release.revision, scene)?;
    match std::fs::read(&mark) {
        Ok(uid) => Ok(uid == release.uid.as_bytes()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Fault::new(format!("can't read `{}`: {error}", mark.display()))),
    }
}

/// Whether a revision is a way back to what this run made last: another run went on from there, and was taken back.
pub(super) fn is_again(kept: &Kept, now: &History, release: &Release, scene: &Scene<'_>) -> Result<bool, Fault> {
    let comes_back = release.rollback_to().is_some() && now.last().is_some_and(|last| last == release);
    if !comes_back || release.status != Status::Deployed {
        return Ok(false);
    }
    for made in now.revisions().iter().rev().filter(|made| made.revision < release.revision) {
        if is(kept, made, scene)? {
            return Ok(made.is_as(release));
        }
    }
    Ok(false)
}

/// Takes away the record of a revision of ours that did not end well; a copy of it stays in the run's folder. Its number is
/// nobody's before it is free.
pub(super) async fn forget(kept: &Kept, history: &History, release: &Release, scene: &Scene<'_>) -> Result<(), Fault> {
    let cluster = scene.site.cluster()?;
    let Some(record) = history.record(cluster, release.revision).await? else { return Ok(()) };
    write(&copy(kept, release.revision, scene)?, &record.to_bytes())?;
    let mark = mark(kept, release.revision, scene)?;
    let removed = std::fs::remove_file(&mark).and_then(|()| durable::sync(mark.parent().unwrap_or(&mark)));
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Fault::new(format!("can't remove `{}`: {error}", mark.display())))
        }
        _ => Ok(history.forget(cluster, release.revision, &record).await?),
    }
}

/// Whether a revision of ours was taken away again by [`forget`].
pub(super) fn is_forgotten(kept: &Kept, revision: u32, scene: &Scene<'_>) -> Result<bool, Fault> {
    Ok(copy(kept, revision, scene)?.exists())
}

fn mark(kept: &Kept, revision: u32, scene: &Scene<'_>) -> Result<PathBuf, Fault> {
    let name = format!("{}.{}.v{revision}", kept.namespace, kept.release);
    Ok(scene.store()?.join("releases").join(name))
}

fn copy(kept: &Kept, revision: u32, scene: &Scene<'_>) -> Result<PathBuf, Fault> {
    Ok(mark(kept, revision, scene)?.with_added_extension("record.json"))
}

fn write(place: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let folder = place.parent().unwrap_or(place);
    let written = durable::make_dirs(folder, 0o700).and_then(|()| durable::write(place, bytes, 0o600));
    written.map_err(|error| Fault::new(format!("can't write `{}`: {error}", place.display())))
}
