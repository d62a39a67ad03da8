//! How the apply of an object is shown before it happens.

use super::look::{Look, Tried, owned};
use super::manifests::{Wanted, makes_place, name_of};
use crate::action::{Body, Change, Foreseen, Learnt, Predicted, What};
use crate::preview::without_key;
use crate::resource::{Resource, holds_secret};
use crate::screen::diff::{DiffLine, Kind};
use crate::site::{Fault, Scene, Site};
use crate::world::cluster::{
    Change as PlaceChange, FieldConflict, MaskKey, Normal, Object, ObjectName, Shown, difference,
};
use serde_json::Value;

/// Lines around a change in a text of several lines.
const CONTEXT: usize = 1;

/// What becomes of an object.
struct Next {
    object: Object,
    learnt: Learnt,
    /// What others own of it.
    owners: Vec<FieldConflict>,
}

/// The change of an object, none where it is so already; it is laid over the world.
pub(super) fn change(
    look: Look,
    namespace: &str,
    force: bool,
    scene: &Scene<'_>,
    world: &mut Predicted,
) -> Result<Option<Change>, Fault> {
    let name = named(&look, namespace, world);
    let resource = Resource::object(&name);
    let foreseen = match world.foreseen(&resource) {
        Some(Foreseen::Object(object)) => Some(object.clone()),
        _ => None,
    };
    world.saw(resource.clone(), look.observed);
    let is_foreseen = foreseen.is_some();
    let base = foreseen.unwrap_or(look.live);
    let simulated = base.as_ref().map(|base| (look.merge)(base.value(), look.wanted.object.value()));
    let tried = with_room(look.tried.filter(|_| !is_foreseen), &name, &look.wanted, world);
    let next = next(&name, &look.wanted, simulated, tried, world)?;
    if base.as_ref().is_some_and(|base| Normal::of(base) == Normal::of(&next.object)) {
        return Ok(None);
    }
    let spoken = name.spoken(&scene.site.namespace);
    if !next.owners.is_empty() && !force {
        world.block(format!("{spoken}: others own what would be changed: {}; {WAY_OUT}", owned(&next.owners)));
    }
    if let Some(base) = &base {
        world.note_change(&name, base, Some(&next.object));
    }
    let mut change = shown(spoken, &resource, base.as_ref(), &look.wanted, &next, scene.site);
    if !next.owners.is_empty() && !force {
        // The server accepts it only of who takes those fields over.
        change.learnt = Learnt::Simulated;
    }
    world.foresee(resource, Foreseen::Object(Some(next.object)));
    Ok(Some(change))
}

pub(super) const WAY_OUT: &str = "leave these fields out, or take them over with force=#true";

/// Its name: whether it is in a namespace is said by the definition that a step before makes.
fn named(look: &Look, namespace: &str, world: &Predicted) -> ObjectName {
    match &look.tried {
        Some(Err(fault)) if fault.is_absent() => name_of(&look.wanted.object, namespace, world.objects()),
        _ => look.name.clone(),
    }
}

/// That there is no namespace for an object, and the way out.
pub(in crate::action::kube) fn no_room(fault: &crate::world::cluster::Fault) -> String {
    let help = fault.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    format!("{}{help}", fault.what)
}

type Trial = Result<Tried, crate::world::cluster::Fault>;

/// Where there is no namespace for it nothing can be tried: that is in the way of starting, with the way out.
fn with_room(tried: Option<Trial>, name: &ObjectName, wanted: &Wanted, world: &mut Predicted) -> Option<Trial> {
    let is_made = world.objects().any(|first| makes_place(first, name, &wanted.object));
    match tried {
        Some(Err(fault)) if fault.lacks_room() && !is_made => {
            world.block(no_room(&fault));
            None
        }
        tried => tried,
    }
}

fn next(
    name: &ObjectName,
    wanted: &Wanted,
    simulated: Option<Value>,
    tried: Option<Trial>,
    world: &Predicted,
) -> Result<Next, Fault> {
    match tried {
        Some(Ok(Tried { object, owners })) => return Ok(Next { object, learnt: Learnt::Validated, owners }),
        Some(Err(fault)) => {
            let is_made = world.objects().any(|first| makes_place(first, name, &wanted.object));
            if !(fault.is_absent() && is_made) {
                return Err(Fault::from(fault).about(&wanted.at));
            }
        }
        None => {}
    }
    let object = simulated.and_then(Object::new).unwrap_or_else(|| wanted.object.clone());
    Ok(Next { object, learnt: Learnt::Simulated, owners: Vec::new() })
}

fn shown(
    resource: String,
    named: &Resource,
    base: Option<&Object>,
    wanted: &Wanted,
    next: &Next,
    site: &Site,
) -> Change {
    // What is new is told as it is written: what the server adds to it by itself says nothing to whoever wrote it.
    let new = if base.is_some() { &next.object } else { &wanted.object };
    let what = if base.is_some() { What::Changed } else { What::Created };
    let mut lines = lines(base, Some(new), site);
    lines.extend(owned_lines(&next.owners));
    let body = if lines.is_empty() { Body::Nothing } else { Body::Lines(lines) };
    // Of what holds a secret a bundle binds to nothing: a digest could be guessed.
    let hidden = site.hides(named) || holds_secret(site, &next.object) || wanted.later;
    let after = (!hidden).then(|| Normal::of(new).digest_after(base.map(Normal::of).as_ref()).to_string());
    Change { resource, what, learnt: next.learnt, body, after }
}

/// Who owns what, a remark each.
pub(in crate::action) fn owned_lines(owners: &[FieldConflict]) -> impl Iterator<Item = DiffLine> {
    owners.iter().map(|FieldConflict { field, manager }| DiffLine {
        kind: Kind::Note,
        text: format!("{field} is owned by {manager}"),
    })
}

/// The lines in which two objects differ. Before the target has a key, what is hidden is only told to change. What stands in
/// the place of a secret of the plan may be the secret of another time, and is hidden too.
pub(in crate::action) fn lines(old: Option<&Object>, new: Option<&Object>, site: &Site) -> Vec<DiffLine> {
    let key = site.key.map(MaskKey::new).or_else(|| MaskKey::random().ok());
    let key = key.unwrap_or_else(|| MaskKey::new([0; 32]));
    let shown = |object: &Object| -> Shown { Normal::of(object).shown(&key) };
    let (old, new) = (old.map(shown), new.map(shown));
    let whole = [&old, &new].into_iter().flatten().any(|shown| site.secrets.are_in(shown.value()));
    let cover = |mut change: PlaceChange| {
        site.secrets.cover(&mut change.old, &mut change.new, whole);
        change
    };
    let mut lines = difference(old.as_ref(), new.as_ref(), CONTEXT, cover);
    if site.key.is_none() {
        for line in &mut lines {
            line.text = without_key(&line.text);
        }
    }
    lines
}
