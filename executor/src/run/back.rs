//! Taking one unit back: by its actions' own way back, or by the one that the plan writes.

use super::act::{GRACE, find};
use super::already::{holds_already, says};
use super::aside::aside;
use super::meanwhile;
use super::said::together;
use super::scribe::Stop;
use super::unit::{Break, Work, hold};
use super::wait::AtSignal;
use crate::action::{Action, Probe, Recipe, Undone, noun};
use crate::event::{ActRef, Event, stays_words};
use crate::fault_point::{boundary, planted};
use crate::schedule::ActState;
use crate::screen::limit as words;
use crate::site::Fault;
use std::time::Duration;
use switchback_compiler::plan::{Act, READ_LIMIT, Undo, UndoWork, WayBack, Work as Part};
use switchback_compiler::registry::Touch;
use switchback_compiler::schema::OwnWayBack;
use switchback_compiler::value::Millis;
use tokio::time::timeout;

/// Takes a unit back, and says how that ended.
pub(super) async fn run(work: Work<'_>) {
    let result = match back(&work).await {
        Ok((what, left)) => {
            let mask = |text: &String| work.site.secrets.mask(text);
            let left = left.iter().map(mask).collect();
            work.scribe.commit(Event::UnitUndone { unit: work.id, what: mask(&what), left }).await
        }
        Err(Break::Stop | Break::Asks) => Ok(()),
        Err(Break::Failed(why, details)) => {
            let mask = |text: &String| work.site.secrets.mask(text);
            let (why, details) = (mask(&why), details.iter().map(mask).collect());
            work.scribe.commit(Event::UndoFailed { unit: work.id, why, details }).await
        }
    };
    if result == Err(Stop) {
        // A journal that can't be written has stopped the run already: there is nobody left to tell.
    }
}

/// What was done, in words, and what is not as it was.
///
/// What the unit gave back is taken away again before, and what it holds is given back in the end.
async fn back(work: &Work<'_>) -> Result<(String, Vec<String>), Break> {
    if matches!(work.unit.way_back, WayBack::Own | WayBack::Undo(_)) {
        meanwhile::again(work).await?;
    }
    if matches!(work.unit.way_back, WayBack::Irreversible(_)) {
        // There is no way back, and yet nothing stays away.
        meanwhile::give(work).await?;
    }
    let (what, mut left) = way(work).await?;
    let given = meanwhile::give(work).await?;
    left.extend(given.left);
    Ok((together(&[what, given.what]), left))
}

async fn way(work: &Work<'_>) -> Result<(String, Vec<String>), Break> {
    match &work.unit.way_back {
        WayBack::Own => {
            work.scribe.tell(Event::UndoBegan { unit: work.id, way: None });
            let undone = own(work).await?;
            Ok((undone.what, undone.left))
        }
        WayBack::Undo(ways) => {
            let (index, way) = choose(work, ways).await?;
            work.scribe.tell(Event::UndoBegan { unit: work.id, way: Some(index) });
            // An undo has a time of its own (R23); what it began is settled by the next `undo`.
            match way.within.map(Millis::std) {
                Some(limit) => timeout(limit, written(work, index, way)).await.map_err(|_| late("its undo", limit))?,
                None => written(work, index, way).await,
            }
        }
        WayBack::Stays(why) => {
            work.scribe.tell(Event::UndoBegan { unit: work.id, way: None });
            let left = vec![format!("{}{why}", stays_words(&work.unit.name))];
            Ok(("left as it is".into(), left))
        }
        WayBack::Irreversible(why) => Err(Break::Failed(format!("it is irreversible: {why}"), Vec::new())),
    }
}

/// The actions' own way back, the last one first; what brings things up to date comes at the end.
async fn own(work: &Work<'_>) -> Result<Undone, Break> {
    let mut all = Undone::default();
    let mut said = Vec::new();
    let mut after = Vec::new();
    let mut settled: Vec<&Touch> = Vec::new();
    let begun = begun(work);
    let objects: Vec<&Touch> = begun
        .iter()
        .filter(|(.., is_after)| !is_after)
        .flat_map(|(_, act, _)| &act.touches)
        .filter(|touch| is_object(touch))
        .collect();
    for (id, act, is_after) in begun.iter().copied() {
        // What it wrote into an object that others of the step changed is taken out of it first, or it would stay as
        // somebody else's.
        let is_first =
            act.touches.iter().filter(|touch| is_object(touch)).any(|touch| objects.iter().any(|one| one.meets(touch)));
        if is_after && !is_first {
            after.push((id, act));
            continue;
        }
        settled.extend(&act.touches);
        let undone = undo_one(work, id, act).await?;
        all.left.extend(undone.left);
        said.push(undone.what);
    }
    // They stand in reverse order; done again they run as written.
    for (id, act) in after.into_iter().rev() {
        // What another action of the step took back is as it was already: a service that it started is stopped again.
        if act.touches.iter().any(|touch| settled.iter().any(|other| other.meets(touch))) {
            continue;
        }
        let undone = again(work, id, act).await?;
        all.left.extend(undone.left);
        said.push(undone.what);
    }
    all.left.extend(compared(work).await);
    all.left.dedup();
    all.what = together(&said);
    Ok(all)
}

fn is_object(touch: &Touch) -> bool {
    touch.space == Touch::OBJECTS
}

/// Actions that were begun, the last first, and whether each stands in `after-change`.
fn begun<'w>(work: &'w Work<'_>) -> Vec<(ActRef, &'w Act, bool)> {
    let mut begun = Vec::new();
    for (index, part) in (0..).zip(&work.unit.work) {
        match part {
            Part::Act(act) => begun.push((ActRef(index, 0), act, false)),
            Part::AfterChange(acts) => {
                begun.extend((0..).zip(acts).map(|(inner, act)| (ActRef(index, inner), act, true)));
            }
            _ => {}
        }
    }
    begun.retain(|(id, ..)| work.prior.acts.get(id).is_some_and(|(state, _)| *state != ActState::NotDone));
    begun.reverse();
    begun
}

async fn undo_one(work: &Work<'_>, id: ActRef, act: &Act) -> Result<Undone, Break> {
    if matches!(work.prior.undo.get(&(false, id)), Some((ActState::Done { .. }, _))) || planted("lost-undo") {
        return Ok(Undone::default());
    }
    let recipe = work.prior.acts.get(&id).map(|(_, recipe)| recipe.clone()).unwrap_or_default();
    let progress = |says: String, waits: bool| work.progress(&says, waits, act.within.std());
    let scene = work.scene(&act.id, act.within.std(), &progress);
    let action = find(act)?;
    work.scribe.commit(Event::UndoIntent { unit: work.id, act: id, way: false, recipe: Recipe::default() }).await?;
    boundary("undo");
    let limit = act.within.std();
    let undone = timeout(action.undo_takes(limit).saturating_add(GRACE), action.undo(&act.call, &recipe, &scene));
    let undone = match aside(true, undone).await {
        Ok(undone) => undone?,
        Err(_) => return Err(late(&format!("taking {} back", action.words(&act.call)), action.undo_takes(limit))),
    };
    boundary("undo-done");
    acted(work, id, false, undone).await
}

pub(super) async fn acted(work: &Work<'_>, act: ActRef, way: bool, undone: Undone) -> Result<Undone, Break> {
    let told = Undone {
        what: work.site.secrets.mask(&undone.what),
        left: undone.left.iter().map(|line| work.site.secrets.mask(line)).collect(),
    };
    work.scribe.commit(Event::UndoActed { unit: work.id, act, way, undone: told }).await?;
    Ok(undone)
}

/// What brings a thing up to date: an action with a way back of its own goes back, another is done again.
async fn again(work: &Work<'_>, id: ActRef, act: &Act) -> Result<Undone, Break> {
    let own = noun(&act.call.kind).is_some_and(|noun| matches!(noun.form().way_back, OwnWayBack::Restores(_)));
    if own {
        return undo_one(work, id, act).await;
    }
    if matches!(work.prior.undo.get(&(false, id)), Some((ActState::Done { .. }, _))) {
        return Ok(Undone::default());
    }
    let undone = effect(work, id, false, act).await?;
    acted(work, id, false, undone).await
}

/// Does an action of the way back.
async fn effect(work: &Work<'_>, id: ActRef, way: bool, act: &Act) -> Result<Undone, Break> {
    let name = format!("undo-{}", act.id);
    let progress = |says: String, waits: bool| work.progress(&says, waits, act.within.std());
    let scene = work.scene(&name, act.within.std(), &progress);
    let action = find(act)?;
    let prior = work.prior.undo.get(&(way, id));
    if let Some((ActState::Open, recipe)) = prior
        && let Some(undone) = settled(work, act, action, recipe).await?
    {
        return Ok(undone);
    }
    if prior.is_none() && holds_already(&act.unless, &scene).await {
        return Ok(Undone::default());
    }
    let preparing = timeout(act.within.std().saturating_add(GRACE), action.prepare(&act.call, &scene));
    let recipe = match aside(true, preparing).await {
        Ok(recipe) => recipe?,
        Err(_) => return Err(late(&format!("looking at {}", action.words(&act.call)), act.within.std())),
    };
    work.scribe.commit(Event::UndoIntent { unit: work.id, act: id, way, recipe: recipe.clone() }).await?;
    boundary("undo");
    let limit = act.within.std();
    let applied = timeout(limit.saturating_add(GRACE), action.apply(&act.call, &recipe, &scene));
    let applied = match aside(true, applied).await {
        Ok(applied) => applied,
        Err(_) => Err(Fault::unknown(format!("{} did not end within {}", action.words(&act.call), words(limit)))),
    };
    boundary("undo-done");
    match applied {
        Ok(applied) => Ok(Undone { what: applied.note.unwrap_or_else(|| action.words(&act.call)), left: Vec::new() }),
        // R23: after a timeout, look; it may have done its work all the same.
        Err(fault) if fault.unknown => match settled(work, act, action, &recipe).await? {
            Some(undone) => Ok(undone),
            None => Err(fault.into()),
        },
        Err(fault) => Err(fault.into()),
    }
}

pub(super) fn late(what: &str, limit: Duration) -> Break {
    Break::Failed(format!("{what} did not end within {}", words(limit)), Vec::new())
}

/// An action of the way back that a crash left open: done, to be done (again), or a question.
async fn settled(work: &Work<'_>, act: &Act, action: &dyn Action, recipe: &Recipe) -> Result<Option<Undone>, Break> {
    let name = format!("undo-{}", act.id);
    let progress = |_: String, _: bool| {};
    let scene = work.scene(&name, READ_LIMIT.std(), &progress);
    match action.probe(&act.call, recipe, &scene).await? {
        Probe::Done(how) => Ok(Some(Undone { what: how, left: Vec::new() })),
        // A failure is an outcome that is known: a person has mended what stopped it, and asks for it again.
        Probe::NotDone(_) | Probe::Failed(_) => Ok(None),
        Probe::Unknown(seen) => {
            if let Some(back) = says(&act.unless, &scene).await {
                return Ok(back.then(|| Undone { what: "back already".into(), left: Vec::new() }));
            }
            let why =
                format!("{} of the way back was cut off, and it is not known whether it did its work", act.call.kind);
            Err(Break::Failed(why, seen))
        }
    }
}

/// The first written way back whose `before` holds; the one that was begun stays the one.
async fn choose<'w>(work: &Work<'_>, ways: &'w [Undo]) -> Result<(u32, &'w Undo), Break> {
    if let Some(index) = work.prior.way
        && let Some(way) = ways.get(index as usize)
    {
        return Ok((index, way));
    }
    let progress = |_: String, _: bool| {};
    let scene = work.scene("undo", READ_LIMIT.std(), &progress);
    for (index, way) in (0..).zip(ways) {
        if way.before.is_empty() || holds_already(&way.before, &scene).await {
            return Ok((index, way));
        }
    }
    Err(Break::Failed("the `before` of none of its ways back holds".into(), Vec::new()))
}

async fn written(work: &Work<'_>, index: u32, way: &Undo) -> Result<(String, Vec<String>), Break> {
    let progress = |_: String, _: bool| {};
    let scene = work.scene("undo", READ_LIMIT.std(), &progress);
    if work.prior.undo.is_empty() && holds_already(&way.unless, &scene).await {
        return Ok(("back already".into(), Vec::new()));
    }
    let (mut said, mut left) = (Vec::new(), Vec::new());
    for (number, part) in (0..).zip(&way.work) {
        let id = ActRef(index, number);
        match part {
            UndoWork::Own => {
                let undone = own(work).await?;
                said.push(undone.what);
                left.extend(undone.left);
            }
            UndoWork::Act(_) if matches!(work.prior.undo.get(&(true, id)), Some((ActState::Done { .. }, _))) => {}
            UndoWork::Act(act) => {
                let undone = effect(work, id, true, act).await?;
                said.push(acted(work, id, true, undone).await?.what);
            }
            UndoWork::Verify(checks) => hold(work, checks, AtSignal::GoesOn).await?,
        }
    }
    Ok((together(&said), left))
}

/// Compares what the unit's actions touched with what stood there before.
async fn compared(work: &Work<'_>) -> Vec<String> {
    let mut left = Vec::new();
    for (id, act, is_after) in begun(work) {
        // What brings a thing up to date began in the middle of the step: its "before" is not the step's.
        if is_after {
            continue;
        }
        let recipe = work.prior.acts.get(&id).map(|(_, recipe)| recipe.clone()).unwrap_or_default();
        let progress = |_: String, _: bool| {};
        let scene = work.scene(&act.id, READ_LIMIT.std(), &progress);
        let Ok(action) = find(act) else { continue };
        match aside(true, action.compare(&act.call, &recipe, &scene)).await {
            Ok(lines) => left.extend(lines),
            Err(Fault { why, .. }) => left.push(format!("not compared: {why}")),
        }
    }
    left
}
