//! The state of a run: nothing but what its events fold to.

use crate::action::Recipe;
use crate::event::Copied;
use crate::event::{ActRef, Asks, Compared, Event, Standing};
use std::collections::{BTreeMap, BTreeSet};

/// Where a unit stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// It has not begun.
    #[default]
    Waiting,
    /// It has begun and not ended; after a crash it begins again where it was.
    Running,
    /// It is done.
    Done,
    /// It needed nothing.
    Skipped,
    /// It failed.
    Failed,
    /// It is being taken back.
    Undoing,
    /// It is taken back.
    Undone,
    /// It could not be taken back.
    Stuck,
}

/// Where an action stands.
#[derive(Clone, Debug, PartialEq)]
pub enum ActState {
    /// Its intent is written and no outcome is.
    Open,
    /// It happened.
    Done {
        /// Resources that it changed.
        changed: u64,
    },
    /// It failed, perhaps half way.
    Failed,
    /// Nobody knows whether it happened.
    Unknown,
    /// A look found that it did not happen whole: it may be done again, or taken back.
    Half,
    /// It did not happen: it may be done.
    NotDone,
}

/// What is known of a unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnitState {
    /// Where it stands.
    pub phase: Phase,
    /// Its actions that were begun, with what undoing them needs: of the first intent, before anything was touched.
    pub acts: BTreeMap<ActRef, (ActState, Recipe)>,
    /// Backups that it took.
    pub copied: BTreeSet<String>,
    /// Which written way back was taken.
    pub way: Option<u32>,
    /// Actions taken back, and actions of the written way back: begun (`Open`) or done.
    pub undo: BTreeMap<(bool, ActRef), (ActState, Recipe)>,
    /// Why it failed.
    pub why: Option<String>,
    /// What is not as it was, after its undo.
    pub left: Vec<String>,
    /// Whether it failed because somebody else changed what it was to touch.
    pub drifted: bool,
    /// What it asks a person, who has not answered: it stands there until the next process.
    pub asks: Option<Asks>,
    /// Checks that a person was asked about in vain: an answer that is given beforehand is about these.
    pub asked: Vec<String>,
    /// Checks that do not hold and need not, as a person said.
    pub waived: BTreeSet<String>,
    /// Values before anything was changed, by the place of the check that compares with them.
    pub noted: BTreeMap<String, String>,
}

impl UnitState {
    /// Whether it may have touched anything.
    pub fn has_effects(&self) -> bool {
        self.acts.values().any(|(state, _)| *state != ActState::NotDone)
    }

    /// Whether only a person can say how it goes on.
    pub fn is_asking(&self) -> bool {
        self.asks.is_some() || self.acts.values().any(|(state, _)| *state == ActState::Unknown)
    }

    /// Another process works on it: what could not be taken back is tried again, what was asked is asked again.
    fn resumed(&mut self) {
        if self.phase == Phase::Stuck {
            self.phase = Phase::Undoing;
        }
        if let Some(Asks::Checks(checks)) = self.asks.take() {
            self.asked = checks;
        }
    }

    /// Resources that its actions changed.
    pub fn changed(&self) -> u64 {
        self.acts.values().map(|(state, _)| if let ActState::Done { changed } = state { *changed } else { 0 }).sum()
    }
}

/// The state of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Where the run stands.
    pub standing: Standing,
    /// By unit of the plan.
    pub units: Vec<UnitState>,
    /// Gates that were answered.
    pub confirmed: BTreeSet<String>,
    /// Values given out, by unit and name.
    pub outputs: BTreeMap<(u32, String), String>,
    /// Copies taken, by the backup's name.
    pub copies: BTreeMap<String, Vec<Copied>>,
    /// Why the run is undone, and which units (all when empty).
    pub undo: Option<(String, Vec<u32>)>,
    /// Whether those units are all that can be taken back, and a person said that the rest stays.
    pub partly: bool,
    /// Its way back is being given up: from here on it only goes there.
    pub finalizing: bool,
    /// When the way back ends by itself.
    pub hold_until: Option<jiff::Timestamp>,
    /// What comparing found after an undo.
    pub compared: Option<Compared>,
    /// Why it ended as it did.
    pub why: String,
}

impl State {
    /// Before anything happened.
    pub fn new(units: usize) -> Self {
        Self {
            standing: Standing::Runs,
            units: vec![UnitState::default(); units],
            confirmed: BTreeSet::new(),
            outputs: BTreeMap::new(),
            copies: BTreeMap::new(),
            undo: None,
            partly: false,
            finalizing: false,
            hold_until: None,
            compared: None,
            why: String::new(),
        }
    }

    /// The fold of some events.
    pub fn of<'e>(units: usize, events: impl IntoIterator<Item = &'e Event>) -> Self {
        let mut state = Self::new(units);
        events.into_iter().for_each(|event| state.apply(event));
        state
    }

    /// Whether anything of the target may have been touched.
    pub fn has_effects(&self) -> bool {
        self.units.iter().any(UnitState::has_effects)
    }

    /// Whether something was found, after an undo, that is not as it was.
    pub fn is_unequal(&self) -> bool {
        match &self.compared {
            // A look at the whole is newer than what each step said when it was taken back.
            Some(compared) => !compared.left.is_empty() || !compared.stays.is_empty(),
            None => self.units.iter().any(|unit| !unit.left.is_empty()),
        }
    }

    /// Whether it is undone but for what the plan leaves, so that nothing waits for anybody.
    pub fn only_stays(&self) -> bool {
        self.standing == Standing::NotEqual && self.compared.as_ref().is_some_and(Compared::only_stays)
    }

    /// Whether a step stopped because somebody else changed what it was to touch.
    pub fn has_drifted(&self) -> bool {
        self.units.iter().any(|unit| unit.drifted)
    }

    /// Whether only some steps are taken back, and the rest is left where it is.
    pub fn undoes_a_part(&self) -> bool {
        !self.partly && self.undo.as_ref().is_some_and(|(_, units)| !units.is_empty())
    }

    /// Whether a unit is one of those that are taken back.
    pub fn is_chosen(&self, id: u32) -> bool {
        let all = |units: &[u32]| units.is_empty() && !self.partly;
        self.undo.as_ref().is_none_or(|(_, units)| all(units) || units.contains(&id))
    }

    /// Units in some phase.
    pub fn count(&self, phase: &Phase) -> usize {
        self.units.iter().filter(|unit| unit.phase == *phase).count()
    }

    /// Takes in one event. Total: an event that makes no sense here changes nothing.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::Began { .. } => self.standing = Standing::Runs,
            Event::Resumed { to, .. } => {
                self.standing = Standing::Runs;
                self.compared = None;
                self.finalizing |= to == "finalize" && !crate::fault_point::planted("forgets-finalize");
                self.units.iter_mut().for_each(UnitState::resumed);
            }
            Event::Confirmed { gate, .. } => {
                self.confirmed.insert(gate.clone());
            }
            Event::Output { unit, name, value } => {
                self.outputs.insert((*unit, name.clone()), value.clone());
            }
            Event::Copied { unit, name, copies } => {
                self.copies.insert(name.clone(), copies.clone());
                self.with(*unit, |unit| {
                    unit.copied.insert(name.clone());
                });
            }
            Event::UndoDecided { why, units, partly } => {
                self.undo = Some((why.clone(), units.clone()));
                self.partly = *partly;
                self.compared = None;
            }
            Event::HoldBegan { until } => self.hold_until = Some(*until),
            Event::Ended { standing, why } => {
                self.standing = *standing;
                self.why.clone_from(why);
            }
            Event::Compared(compared) => self.compared = Some(compared.clone()),
            Event::WindowAwaited { .. }
            | Event::WindowOpened { .. }
            | Event::Noticed { .. }
            | Event::Asked { .. }
            | Event::Checked { .. }
            | Event::Note { .. }
            | Event::Progress { .. } => {}
            Event::Intent { unit, act, recipe, .. } => self.with(*unit, |unit| intend(unit, *act, recipe)),
            Event::Acted { unit, act, changed, .. } => self.settle(*unit, *act, ActState::Done { changed: *changed }),
            Event::ActFailed { unit, act, .. } => self.settle(*unit, *act, ActState::Failed),
            Event::Unknown { unit, act, .. } => self.settle(*unit, *act, ActState::Unknown),
            Event::Settled { unit, act, done, half, .. } => {
                let settled = match (done, half) {
                    (true, _) => ActState::Done { changed: 1 },
                    (false, true) => ActState::Half,
                    (false, false) => ActState::NotDone,
                };
                self.settle(*unit, *act, settled);
            }
            other => self.apply_to_unit(other),
        }
    }

    fn apply_to_unit(&mut self, event: &Event) {
        match event {
            Event::UnitBegan { unit } => self.with(*unit, |unit| {
                unit.phase = Phase::Running;
                unit.drifted = false;
            }),
            Event::Drifted { unit, .. } => self.with(*unit, |unit| unit.drifted = true),
            Event::UnitSkipped { unit, .. } => self.phase(*unit, Phase::Skipped),
            Event::UnitDone { unit, .. } => self.phase(*unit, Phase::Done),
            Event::UnitFailed { unit, why, .. } => self.with(*unit, |unit| {
                unit.phase = Phase::Failed;
                unit.why = Some(why.clone());
            }),
            Event::Unanswered { unit, question } => self.with(*unit, |unit| unit.asks = Some(question.clone())),
            Event::Waived { unit, checks, .. } => {
                self.with(*unit, |unit| unit.waived.extend(checks.iter().cloned()));
            }
            Event::Noted { unit, check, value } => self.with(*unit, |unit| {
                unit.noted.insert(check.clone(), value.clone());
            }),
            Event::UndoBegan { unit, way } => self.with(*unit, |unit| {
                unit.phase = Phase::Undoing;
                unit.way = *way;
            }),
            Event::UndoIntent { unit, act, way, recipe } => self.with(*unit, |unit| {
                // The first recipe stays: a later one would describe a world that we touched already.
                unit.undo.entry((*way, *act)).or_insert_with(|| (ActState::Open, recipe.clone())).0 = ActState::Open;
            }),
            Event::UndoActed { unit, act, way, undone } => self.with(*unit, |unit| {
                unit.undo.entry((*way, *act)).or_insert_with(|| (ActState::Open, Recipe::default())).0 =
                    ActState::Done { changed: 1 };
                unit.left.extend(undone.left.iter().cloned());
            }),
            Event::UnitUndone { unit, left, .. } => self.with(*unit, |unit| {
                unit.phase = Phase::Undone;
                unit.left.clone_from(left);
            }),
            Event::UndoFailed { unit, why, .. } => self.with(*unit, |unit| {
                unit.phase = Phase::Stuck;
                unit.why = Some(why.clone());
            }),
            _ => {}
        }
    }

    fn with(&mut self, unit: u32, change: impl FnOnce(&mut UnitState)) {
        if let Some(unit) = self.units.get_mut(unit as usize) {
            change(unit);
        }
    }

    fn phase(&mut self, unit: u32, phase: Phase) {
        self.with(unit, |unit| unit.phase = phase);
    }

    fn settle(&mut self, unit: u32, act: ActRef, settled: ActState) {
        self.with(unit, |unit| {
            unit.acts.entry(act).or_insert_with(|| (ActState::Open, Recipe::default())).0 = settled;
        });
    }
}

fn intend(unit: &mut UnitState, act: ActRef, recipe: &Recipe) {
    // After a crash the same action may be intended again; undoing goes by what stood there before the first time.
    unit.acts.entry(act).or_insert_with(|| (ActState::Open, recipe.clone())).0 = ActState::Open;
}
