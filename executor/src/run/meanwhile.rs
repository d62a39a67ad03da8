//! What a block takes away for a while is given back: at the block's end, when the block is taken back, at an abort.

use super::act::{GRACE, find};
use super::aside::aside;
use super::back::{acted, late};
use super::unit::{Break, Work};
use crate::action::{Probe, Recipe, Undone};
use crate::event::{ActRef, Event};
use crate::fault_point::boundary;
use crate::schedule::{ActState, Held};
use crate::screen::limit;
use crate::site::{Fault, Scene};
use switchback_compiler::plan::{Act, GiveBack, READ_LIMIT, Work as Part};
use tokio::time::timeout;

/// Gives back at the end of a block what it took away. What somebody else changed in between is left, and told.
pub(super) async fn give_back(work: &Work<'_>, id: ActRef, back: &GiveBack) -> Result<(), Break> {
    if matches!(work.prior.acts.get(&id), Some((ActState::Done { .. }, _))) {
        return Ok(());
    }
    let Held::Away(recipe) = work.scribe.held(back.unit, back.work).await? else { return Ok(()) };
    let act = &back.act;
    let what = format!("{}: given back", find(act)?.words(&act.call));
    let what = work.site.secrets.mask(&what);
    work.scribe.commit(Event::Intent { unit: work.id, act: id, what, recipe: recipe.clone() }).await?;
    boundary("effect");
    let undone = undo(work, back.unit, act, &recipe).await;
    boundary("effect-done");
    let undone = match undone {
        Ok(undone) => undone,
        Err(fault) => {
            let why = work.site.secrets.mask(&fault.why);
            work.scribe.commit(Event::ActFailed { unit: work.id, act: id, why }).await?;
            return Err(fault.into());
        }
    };
    for left in &undone.left {
        let text = work.site.secrets.mask(&format!("{}: not given back: {left}", work.unit.name));
        work.scribe.tell(Event::Note { text });
    }
    let note = Some(undone.what).filter(|what| !what.is_empty()).map(|what| work.site.secrets.mask(&what));
    work.scribe.tell(Event::Acted { unit: work.id, act: id, changed: 0, note });
    Ok(())
}

/// Where an action works that another unit took: what it left in the run's folder is found by that unit's name.
fn scene_of<'s>(
    work: &'s Work<'_>,
    taker: u32,
    act: &'s Act,
    progress: &'s (dyn Fn(String, bool) + Send + Sync),
) -> Scene<'s> {
    let step = work.plan.units.get(taker as usize).map_or(work.unit.name.as_str(), |unit| unit.name.as_str());
    Scene { step, ..work.scene(&act.id, act.within.std(), progress) }
}

async fn undo(work: &Work<'_>, taker: u32, act: &Act, recipe: &Recipe) -> Result<Undone, Fault> {
    let within = act.within.std();
    let progress = |says: String, waits: bool| work.progress(&says, waits, within);
    let scene = scene_of(work, taker, act, &progress);
    let action = find(act)?;
    let undone = timeout(within.saturating_add(GRACE), action.undo(&act.call, recipe, &scene));
    match aside(true, undone).await {
        Ok(undone) => undone,
        Err(_) => {
            Err(Fault::new(format!("giving {} back did not end within {}", action.words(&act.call), limit(within))))
        }
    }
}

/// Before a unit is taken back: what it gave back is taken away again, so that its block is undone as it was done.
pub(super) async fn again(work: &Work<'_>) -> Result<(), Break> {
    for (index, part) in (0..).zip(&work.unit.work) {
        let Part::GiveBack(back) = part else { continue };
        let id = ActRef(index, 0);
        let prior = work.prior.undo.get(&(false, id)).map(|(state, _)| state);
        let was_given = work.prior.acts.get(&id).is_some_and(|(state, _)| *state != ActState::NotDone);
        if !was_given || matches!(prior, Some(ActState::Done { .. })) {
            continue;
        }
        if let Held::Back(recipe) | Held::Away(recipe) = work.scribe.held(back.unit, back.work).await? {
            take(work, id, back, &recipe).await?;
        }
    }
    Ok(())
}

async fn take(work: &Work<'_>, id: ActRef, back: &GiveBack, recipe: &Recipe) -> Result<(), Break> {
    let act = &back.act;
    let within = act.within.std();
    let progress = |says: String, waits: bool| work.progress(&says, waits, within);
    let scene = scene_of(work, back.unit, act, &progress);
    let action = find(act)?;
    let intent = Event::UndoIntent { unit: work.id, act: id, way: false, recipe: Recipe::default() };
    work.scribe.commit(intent).await?;
    boundary("undo");
    // It may be away still: it was not given back whole, or a crash cut off what took it again.
    let is_away = matches!(action.probe(&act.call, recipe, &scene).await?, Probe::Done(_));
    if !is_away {
        let applied = timeout(within.saturating_add(GRACE), action.apply(&act.call, recipe, &scene));
        match aside(true, applied).await {
            Ok(applied) => drop(applied?),
            Err(_) => return Err(late(&format!("taking {} away again", action.words(&act.call)), within)),
        }
    }
    boundary("undo-done");
    let what = format!("{} taken away again", action.words(&act.call));
    acted(work, id, false, Undone { what, left: Vec::new() }).await.map(drop)
}

/// At the end of taking a unit back, or at an abort: what it took away and holds still is given back.
pub(super) async fn give(work: &Work<'_>) -> Result<Undone, Break> {
    let mut all = Undone::default();
    let mut said = Vec::new();
    for (index, act) in work.unit.meanwhile().collect::<Vec<_>>().into_iter().rev() {
        let Held::Away(recipe) = work.scribe.held(work.id, index).await? else { continue };
        let id = ActRef(index, 0);
        let intent = Event::UndoIntent { unit: work.id, act: id, way: false, recipe: Recipe::default() };
        work.scribe.commit(intent).await?;
        boundary("undo");
        let mut undone = undo(work, work.id, act, &recipe).await?;
        boundary("undo-done");
        undone.left.extend(compared(work, act, &recipe).await);
        undone.left.dedup();
        let undone = acted(work, id, false, undone).await?;
        said.push(undone.what);
        all.left.extend(undone.left);
    }
    all.what = super::said::together(&said);
    Ok(all)
}

async fn compared(work: &Work<'_>, act: &Act, recipe: &Recipe) -> Vec<String> {
    let progress = |_: String, _: bool| {};
    let scene = work.scene(&act.id, READ_LIMIT.std(), &progress);
    let Ok(action) = find(act) else { return Vec::new() };
    match action.compare(&act.call, recipe, &scene).await {
        Ok(lines) => lines,
        Err(Fault { why, .. }) => vec![format!("not compared: {why}")],
    }
}

/// A task of its own for an abort: only what the unit holds is given back; how that ended.
pub(super) async fn run(work: Work<'_>) {
    match give(&work).await {
        Ok(given) if given.what.is_empty() => {}
        Ok(given) => {
            let text = work.site.secrets.mask(&format!("given back: {}", given.what));
            work.scribe.tell(Event::Note { text });
        }
        Err(Break::Stop | Break::Asks) => {}
        Err(Break::Failed(why, details)) => {
            let mask = |text: &String| work.site.secrets.mask(text);
            let (why, details) = (mask(&why), details.iter().map(mask).collect());
            // A journal that can't be written has stopped the run already: there is nobody left to tell.
            let _stopped = work.scribe.commit(Event::UndoFailed { unit: work.id, why, details }).await;
        }
    }
}
