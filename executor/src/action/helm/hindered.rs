//! Whether Helm would fail half way on its way back to a revision: then it is not started.

use super::kept::Kept;
use super::material::Material;
use crate::action::program::passing;
use crate::site::{Fault, Scene};
use crate::world::cluster::Conflicts;
use crate::world::helm::{Course, Effect, History, ObjectChange, Operation, Rendered, Schemas, base, changes};

/// Lets the server try each change of a rollback, as the dry run of one does; where it refuses one, a release that stands
/// would end as a failed one, and what others changed would be neither theirs nor ours.
pub(super) async fn check(kept: &Kept, to: u32, now: &History, scene: &Scene<'_>) -> Result<(), Fault> {
    let Some(target) = now.get(to) else { return Ok(()) };
    let folder = passing(scene)?;
    let material = Material::at(folder.path(), scene).await?;
    let mut new = Rendered::of(target)?;
    new.apply = material.helm.apply(new.apply);
    let old = base(now, Operation::Rollback).map(Rendered::of).transpose()?;
    let course = Course {
        operation: Operation::Rollback,
        release: &kept.release,
        namespace: &kept.namespace,
        old: old.as_ref(),
        new: Some(&new),
        conflicts: Conflicts::Refuse,
        takes_ownership: false,
        coming: &[],
    };
    let all = changes(scene.site.cluster()?, &Schemas::default(), &course).await?;
    let refused: Vec<String> = all.iter().filter_map(|change| refused(change, scene)).collect();
    if refused.is_empty() {
        return Ok(());
    }
    let why = format!("{} can't go back to revision {to}, and is left as it is", kept.spoken(scene));
    Err(Fault::new(why).details(refused))
}

fn refused(change: &ObjectChange, scene: &Scene<'_>) -> Option<String> {
    let Effect::Refused(refusal) = &change.effect else { return None };
    Some(format!("{}: {refusal}", change.name.spoken(&scene.site.namespace)))
}
