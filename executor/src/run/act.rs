//! One action: intent on the disk, effect, outcome on the disk.

use super::already::holds_already;
use super::aside::{aside, is_heavy};
use super::drift;
use super::unit::{Break, Work, before};
use crate::action::{Action, Recipe, noun};
use crate::event::{ActRef, Event};
use crate::fault_point::{boundary, planted};
use crate::schedule::ActState;
use crate::site::{Fault, Scene};
use std::collections::BTreeMap;
use std::time::Duration;
use switchback_compiler::plan::{Act, READ_LIMIT};
use switchback_compiler::schema::Class;
use tokio::time::timeout;

/// The time that an action has on top of its limit to end by itself, since it knows the limit too.
pub(super) const GRACE: Duration = Duration::from_secs(15);

/// Does an action unless it was done; how many resources it changed in this process.
pub(super) async fn run(work: &Work<'_>, id: ActRef, act: &Act) -> Result<u64, Break> {
    let limit = act.within.std();
    let progress = |says: String, waits: bool| work.progress(&says, waits, limit);
    let scene = work.scene(&act.id, limit, &progress);
    let action = find(act)?;
    let recipe = match before(work, id) {
        Some((ActState::Done { .. }, _)) => return Ok(0),
        // It was begun before a crash and did not happen: the recipe of then is the one that undo goes by.
        Some((_, recipe)) => recipe.clone(),
        None if holds_already(&act.unless, &scene).await => return Ok(0),
        None => prepare(work, id, act, action, &scene).await?,
    };
    if recipe.needs_nothing() {
        return Ok(0);
    }
    let what = action.words(&act.call);
    let intent = Event::Intent { unit: work.id, act: id, what: work.site.secrets.mask(&what), recipe: recipe.clone() };
    if planted("act-before-intent") {
        let _early = action.apply(&act.call, &recipe, &scene).await;
    }
    work.scribe.commit(intent).await?;
    boundary("effect");
    work.progress(&what, false, limit);
    let applied = timeout(limit.saturating_add(GRACE), action.apply(&act.call, &recipe, &scene));
    let outcome = match aside(is_heavy(act, work.site), applied).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Fault::unknown(format!("{what} did not end within {}", crate::screen::limit(limit)))),
    };
    boundary("effect-done");
    settle(work, id, act, action, &recipe, outcome).await
}

/// All that undoing needs, kept before anything is touched.
async fn prepare(
    work: &Work<'_>,
    id: ActRef,
    act: &Act,
    action: &dyn Action,
    scene: &Scene<'_>,
) -> Result<Recipe, Break> {
    drift::check_again(work, id, act).await?;
    let preparing = timeout(scene.within.saturating_add(GRACE), action.prepare(&act.call, scene));
    let Ok(recipe) = aside(is_heavy(act, work.site), preparing).await else {
        let (what, limit) = (action.words(&act.call), crate::screen::limit(scene.within));
        let why = format!("{what}: what stands there was not to be seen within {limit}; nothing was touched");
        return Err(Fault::new(why).into());
    };
    Ok(recipe?)
}

async fn settle(
    work: &Work<'_>,
    id: ActRef,
    act: &Act,
    action: &dyn Action,
    recipe: &Recipe,
    outcome: Result<crate::action::Applied, Fault>,
) -> Result<u64, Break> {
    match outcome {
        Ok(applied) => {
            let note = applied.note.map(|note| work.site.secrets.mask(&note));
            let event = Event::Acted { unit: work.id, act: id, changed: applied.changed, note };
            if drift::is_opaque(act) {
                let watch = work.scribe.watch(work.id).await?;
                for noticed in drift::noticed(work.site, work.id, &watch).await {
                    work.scribe.noticed(noticed, watch.stamp);
                }
            }
            // An at-most-once action's outcome is on the disk at once, so that a crash can't make it unknown.
            if act.class == Class::AtMostOnce {
                work.scribe.commit(event).await?;
            } else {
                work.scribe.tell(event);
            }
            if !applied.left.is_empty() {
                work.scribe.tell(Event::Noticed { unit: work.id, files: BTreeMap::new(), resources: applied.left });
            }
            Ok(applied.changed)
        }
        Err(fault) if fault.unknown => look_after(work, id, act, action, recipe, fault).await,
        Err(fault) => {
            let why = work.site.secrets.mask(&fault.why);
            work.scribe.commit(Event::ActFailed { unit: work.id, act: id, why }).await?;
            Err(fault.into())
        }
    }
}

/// R23: after a timeout, look before anything else.
async fn look_after(
    work: &Work<'_>,
    id: ActRef,
    act: &Act,
    action: &dyn Action,
    recipe: &Recipe,
    fault: Fault,
) -> Result<u64, Break> {
    let progress = |_: String, _: bool| {};
    let scene = work.scene(&act.id, READ_LIMIT.std(), &progress);
    let seen = match action.probe(&act.call, recipe, &scene).await {
        Ok(crate::action::Probe::Done(how)) => {
            let how = work.site.secrets.mask(&how);
            let done = Event::Settled { unit: work.id, act: id, done: true, half: false, how };
            work.scribe.commit(done).await?;
            return Ok(1);
        }
        Ok(crate::action::Probe::NotDone(_) | crate::action::Probe::Failed(_)) => {
            let why = work.site.secrets.mask(&fault.why);
            work.scribe.commit(Event::ActFailed { unit: work.id, act: id, why }).await?;
            return Err(fault.into());
        }
        Ok(crate::action::Probe::Unknown(seen)) => seen,
        Err(probe) => vec![probe.why],
    };
    let seen = std::iter::once(fault.why).chain(fault.details).chain(seen);
    let seen = seen.map(|line| work.site.secrets.mask(&line)).collect();
    let alive = action.goes_on(recipe, work.site).is_some();
    work.scribe.commit(Event::Unknown { unit: work.id, act: id, seen, alive }).await?;
    Err(Break::Asks)
}

/// The effects of an action's kind.
pub(super) fn find(act: &Act) -> Result<&'static dyn Action, Fault> {
    let action = noun(&act.call.kind).and_then(|noun| noun.action());
    action.ok_or_else(|| Fault::new(format!("this Switchback does not know the action `{}`", act.call.kind)))
}
