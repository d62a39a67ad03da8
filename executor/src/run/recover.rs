//! Going on with a run in another process: recover the journal, settle what a crash left open, then drive on.

use super::abort::abort;
use super::act::find;
use super::already::says;
use super::ask::Asker;
use super::begin::host;
use super::drift;
use super::known::{act_of, gives_back};
use super::lost::outer;
use super::outside::{self, Heard};
use super::owner::Owner;
use super::person::Told;
use super::{Outcome, Reader, Reviewed, Signals};
use crate::action::{Probe, Recipe};
use crate::event::{ASKED, ActRef, Event};
use crate::fault_point::boundary;
use crate::journal::{Journal, JournalError};
use crate::runs::Run;
use crate::schedule::{ActState, Aim, State, reach};
use crate::site::{Fault, Scene, Site};
use std::collections::BTreeMap;
use std::sync::Arc;
use switchback_compiler::plan::{Act, Plan, READ_LIMIT};
use switchback_compiler::schema::Class;

/// What a person says of an action whose outcome is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It did its work.
    Done,
    /// It did nothing.
    NotDone,
    /// Nobody knows; it is to be taken back.
    TakenBack,
}

impl Settled {
    pub(super) fn event(self, unit: u32, act: ActRef, by: &str) -> Event {
        let (done, half) = (self == Self::Done, self == Self::TakenBack);
        let what = match self {
            Self::Done => "it did its work",
            Self::NotDone => "it did nothing",
            Self::TakenBack => "nobody knows, and it is taken back",
        };
        Event::Settled { unit, act, done, half, how: format!("{by} said: {what}") }
    }
}

/// What going on with a run needs.
pub struct Further<'a> {
    /// The plan, from the run's own copy of its bundle.
    pub plan: Arc<Plan>,
    /// Where it runs.
    pub site: Arc<Site>,
    /// As it was read before.
    pub run: &'a Run,
    /// What the bundle's preview saw.
    pub reviewed: Arc<Reviewed>,
    /// Who goes on.
    pub by: String,
    /// Which command: `resume`, `undo`, `finalize`, `abort`.
    pub to: String,
    /// How far; the state may turn a change into an undo that was decided before.
    pub aim: Aim,
    /// Whether an undo takes back what can be, where not all can.
    pub partly: bool,
    /// Units at a time.
    pub jobs: usize,
    /// Answers to open questions: by step, whether its action was done.
    pub answers: BTreeMap<String, Settled>,
    /// What was found before, and is to be told.
    pub note: Option<String>,
    /// Who is told.
    pub readers: Vec<Box<dyn Reader>>,
    /// Who asks.
    pub asker: &'a dyn Asker,
}

/// Why a run can't go on.
#[derive(Debug, thiserror::Error)]
pub enum NotFurther {
    /// The journal can't be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Another process went on with it after it was read here, so what was decided here may not hold.
    #[error("another process has just worked on this run")]
    Moved,
}

/// Goes on with a run.
pub async fn further(further: Further<'_>, signals: &mut Signals) -> Result<Outcome, NotFurther> {
    let (journal, _, report) = Journal::recover(&further.run.folder)?;
    boundary("journal");
    if report.digest != further.run.digest {
        return Err(NotFurther::Moved);
    }
    let entries = &further.run.entries;
    let state = State::of(further.plan.units.len(), entries.iter().map(|entry| &entry.event));
    share(&further.plan, &further.site, &state);
    let Further { plan, site, reviewed, by, to, aim, partly, jobs, answers, note, readers, asker, run: _ } = further;
    let aim = match aim {
        _ if state.finalizing => Aim::Finalize,
        Aim::Change | Aim::Until(_) if state.undo.is_some() => Aim::Undo,
        asked => asked,
    };
    // Asked for an undo, all goes back, also where a failure took back only its step.
    let past = partly && !state.partly && !reach(&plan, &state).gone.is_empty();
    let decided = state.undo.is_some() && !(to == "undo" && (state.undoes_a_part() || past));
    let (outside, line, heard) = outside::ends();
    let fresh = State::new(plan.units.len());
    let mut owner = Owner::new(plan, site, journal, fresh, reviewed, (readers, line));
    owner.jobs = jobs;
    owner.past(entries);
    let wish = Wish { by, to, aim, partly, decided, answers, note, torn: report.torn_bytes };
    Ok(outside.serve(go_on(owner, wish, heard), asker, signals).await)
}

/// What a process wants of a run.
struct Wish {
    by: String,
    to: String,
    aim: Aim,
    partly: bool,
    /// Whether it was decided before that all of it is undone.
    decided: bool,
    answers: BTreeMap<String, Settled>,
    note: Option<String>,
    /// Bytes of a torn end that were dropped.
    torn: u64,
}

/// First what a crash left open, then the rest.
async fn go_on(mut owner: Owner, wish: Wish, mut heard: Heard) -> Outcome {
    let Wish { by, to, aim, partly, decided, answers, note, torn } = wish;
    let (plan, site, signals) = (Arc::clone(&owner.plan), Arc::clone(&owner.site), &mut heard);
    owner.aim = aim.clone();
    owner.say(Event::Resumed { by: by.clone(), host: host(), pid: std::process::id(), to: to.clone(), torn }).await;
    if let Some(text) = note {
        owner.say(Event::Note { text }).await;
    }
    owner.conceal().await;
    let answers = Answers { by: &by, all: &answers };
    if !settle(&mut owner, &plan, &site, &answers, aim == Aim::Undo, signals).await {
        return owner.leave().await;
    }
    if to == "abort" && partly {
        return abort(owner, partly, signals).await;
    }
    let aim = match owner.ask_outcomes(signals).await {
        Told::Settled => aim,
        Told::TakeBack => Aim::Undo,
        Told::Open => return owner.leave().await,
    };
    if to == "abort" {
        return abort(owner, partly, signals).await;
    }
    if aim == Aim::Undo && !decided {
        let reach = reach(&plan, &owner.state);
        let partly = partly && !reach.gone.is_empty();
        let units = if partly { reach.back } else { Vec::new() };
        if !plan.on_failure.accept_losses && !owner.may_lose(&units, signals).await {
            return owner.leave().await;
        }
        owner.say(Event::UndoDecided { why: ASKED.into(), units, partly }).await;
    }
    owner.aim = aim;
    owner.drive(signals).await
}

/// What steps gave out and what backups hold is there for the steps that follow.
fn share(plan: &Plan, site: &Site, state: &State) {
    let mut outputs = site.outputs.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for ((unit, name), value) in &state.outputs {
        if let Some(unit) = plan.unit(*unit) {
            outputs.insert((unit.name.clone(), name.clone()), value.clone());
        }
    }
    site.copies.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(state.copies.clone());
}

/// What a person said before.
struct Answers<'a> {
    by: &'a str,
    all: &'a BTreeMap<String, Settled>,
}

/// Looks at every action that a crash left open. What looking does not tell is unknown from then on.
///
/// A signal ends it: what was not looked at stays as it was.
async fn settle(
    owner: &mut Owner,
    plan: &Plan,
    site: &Arc<Site>,
    answers: &Answers<'_>,
    undoing: bool,
    signals: &mut Heard,
) -> bool {
    let open: Vec<(u32, ActRef, Recipe)> = (0..)
        .zip(&owner.state.units)
        .flat_map(|(id, unit)| {
            let open = unit.acts.iter().filter(|(_, (state, _))| matches!(state, ActState::Open | ActState::Unknown));
            open.map(move |(act, (_, recipe))| (id, *act, recipe.clone()))
        })
        .collect();
    for (unit, act, recipe) in open {
        let Some((name, action)) = plan.unit(unit).and_then(|found| Some((found.name.clone(), act_of(found, act)?)))
        else {
            continue;
        };
        let event = match answers.all.get(&name) {
            // What gives back is done again: doing it twice is the same as once.
            _ if plan.unit(unit).is_some_and(|of| gives_back(of, act)) => {
                Event::Settled { unit, act, done: false, half: true, how: "it is given back again".into() }
            }
            Some(settled) => match goes_on(action, &recipe, site) {
                // What is said of it may turn out otherwise, and a second one must not run beside the first.
                Some(still) => {
                    let early = "answer     not taken: only its end tells what it did".to_owned();
                    Event::Unknown { unit, act, seen: vec![still, early], alive: true }
                }
                None => settled.event(unit, act, answers.by),
            },
            // Asked for an undo, an idempotent action is taken back whether it happened or not.
            None if undoing && action.class != Class::AtMostOnce => continue,
            // Also what was unknown before: a program that nobody waited for may have ended since, and was seen.
            None => {
                if goes_on(action, &recipe, site).is_some() {
                    let limit = crate::screen::limit(action.within.std());
                    let text =
                        format!("{name}: still goes on by itself; its end is waited for, its limit is {limit}\n");
                    owner.readers.say(&text);
                }
                tokio::select! {
                    biased;
                    event = look(site, &name, unit, act, action, &recipe) => event,
                    outer = outer(site, signals, owner.draining.is_some()) => {
                        owner.heard(outer);
                        return false;
                    }
                }
            }
        };
        if matches!(event, Event::Settled { done: true, .. }) && drift::is_opaque(action) {
            // What it wrote before the crash is this run's own doing, and no drift.
            notice(owner, site, unit).await;
        }
        let failed = match &event {
            Event::ActFailed { why, .. } => Some(Event::UnitFailed { unit, why: why.clone(), details: Vec::new() }),
            _ => None,
        };
        owner.say(event).await;
        if let Some(failed) = failed {
            owner.say(failed).await;
        }
    }
    true
}

async fn notice(owner: &mut Owner, site: &Site, unit: u32) {
    let watch = owner.known.watch(unit);
    for noticed in drift::noticed(site, unit, &watch).await {
        owner.say(noticed).await;
    }
}

/// What of an action still goes on by itself.
pub(super) fn goes_on(act: &Act, recipe: &Recipe, site: &Site) -> Option<String> {
    find(act).ok()?.goes_on(recipe, site)
}

async fn look(site: &Arc<Site>, step: &str, unit: u32, id: ActRef, act: &Act, recipe: &Recipe) -> Event {
    let progress = |_: String, _: bool| {};
    let scene = Scene { site, step, act: &act.id, within: READ_LIMIT.std(), progress: &progress };
    let probed = match find(act) {
        Ok(action) => action.probe(&act.call, recipe, &scene).await,
        Err(fault) => Err(fault),
    };
    let mask = |text: String| site.secrets.mask(&text);
    let alive = goes_on(act, recipe, site).is_some();
    let unknown =
        |seen: Vec<String>| Event::Unknown { unit, act: id, seen: seen.into_iter().map(mask).collect(), alive };
    match probed {
        Ok(Probe::Done(how)) => Event::Settled { unit, act: id, done: true, half: false, how: mask(how) },
        Ok(Probe::NotDone(how)) => {
            Event::Settled { unit, act: id, done: false, half: act.class != Class::AtMostOnce, how: mask(how) }
        }
        Ok(Probe::Failed(why)) => Event::ActFailed { unit, act: id, why: mask(why) },
        Ok(Probe::Unknown(_)) if crate::fault_point::planted("retry-after-unknown") => {
            Event::Settled { unit, act: id, done: false, half: false, how: "planted".into() }
        }
        // As long as it runs, nothing tells how it ends.
        Ok(Probe::Unknown(seen)) if alive => unknown(seen),
        // An `unless` says what the work looks like when it is done, so it settles what the action itself can't.
        Ok(Probe::Unknown(seen)) => match says(&act.unless, &scene).await {
            Some(done) => {
                let how = if done { "its `unless` holds" } else { "its `unless` does not hold" };
                Event::Settled { unit, act: id, done, half: false, how: how.into() }
            }
            None => unknown(seen),
        },
        Err(Fault { why, details, .. }) => unknown(std::iter::once(why).chain(details).collect()),
    }
}
