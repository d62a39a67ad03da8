//! The recipe of an action on objects: what each was.

use super::look::{Look, owned};
use super::manifests::makes_place;
use super::preview::WAY_OUT;
use super::store::Store;
use crate::action::{Account, Effect, Recipe};
use crate::resource::{Observed, Resource};
use crate::site::{Fault, Scene};
use crate::world::cluster::{Normal, Object, ObjectName};
use serde::{Deserialize, Serialize};

/// One object that the action changes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    pub object: ObjectName,
    /// The file of the run's store that has it as it was; none: it was not there.
    pub before: Option<String>,
    /// What was seen of it.
    pub seen: Observed,
    /// Whether the action deletes it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// How many others go with it.
    #[serde(default, skip_serializing_if = "is_none")]
    pub with: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_none(number: &u64) -> bool {
    *number == 0
}

impl Kept {
    /// One that is changed, or made where it was not there.
    pub fn changed(object: ObjectName, before: Option<String>, seen: Observed) -> Self {
        Self { object, before, seen, gone: false, with: 0 }
    }

    /// How many objects the action changes or deletes.
    pub fn count(all: &[Self]) -> u64 {
        all.iter().map(|one| 1 + one.with).sum()
    }
}

/// Keeps all that would change, each as it is.
pub(super) fn keep(looks: Vec<Look>, force: bool, scene: &Scene<'_>) -> Result<Vec<Kept>, Fault> {
    let store = Store::of(scene)?;
    let mut made: Vec<Object> = Vec::new();
    let mut all = Vec::new();
    for look in looks {
        if changes(&look, &made, force, scene)? {
            let before = look.live.as_ref().map(|live| store.keep(live)).transpose()?;
            if before.is_none() {
                made.push(look.wanted.object);
            }
            all.push(Kept::changed(look.name, before, look.observed));
        }
    }
    Ok(all)
}

/// Whether an object is to be changed, and can be. What has its place made by the same call can't be tried before.
fn changes(look: &Look, made: &[Object], force: bool, scene: &Scene<'_>) -> Result<bool, Fault> {
    let spoken = || look.name.spoken(&scene.site.namespace);
    match &look.tried {
        None => Err(Fault::new(format!("{}: not all that is to be applied is known", spoken()))),
        Some(Err(fault)) => {
            let is_made = made.iter().any(|first| makes_place(first, &look.name, &look.wanted.object));
            if fault.is_absent() && is_made { Ok(true) } else { Err(Fault::from(fault.clone()).about(&look.wanted.at)) }
        }
        Some(Ok(tried)) if !tried.owners.is_empty() && !force => {
            let why = format!("{}: others own what would be changed: {}", spoken(), owned(&tried.owners));
            Err(Fault::new(why).details([WAY_OUT.to_owned()]))
        }
        Some(Ok(tried)) => Ok(look.live.as_ref().is_none_or(|live| Normal::of(live) != Normal::of(&tried.object))),
    }
}

/// What a recipe says of the target. What the server makes of an object it says itself, when it is done.
pub(super) fn account(recipe: &Recipe) -> Result<Account, Fault> {
    let effect = |kept: Kept| Effect {
        resource: Resource::object(&kept.object),
        before: kept.seen,
        after: kept.gone.then(Observed::absent),
    };
    let resources = recipe.read::<Vec<Kept>>()?.into_iter().map(effect).collect();
    Ok(Account { resources, ..Account::default() })
}
