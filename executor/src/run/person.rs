//! What the owner of a run asks a person: while nothing runs, and for the units that do.

use super::ask::{Question, Reply};
use super::known::act_of;
use super::lost::outer;
use super::outside::Heard;
use super::owner::Owner;
use super::recover::{Settled, goes_on};
use crate::event::{ActRef, Asks, Event, Standing};
use crate::schedule::ActState;

/// What became of open questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// All are answered.
    Settled,
    /// All are answered, and what was done is to be taken back.
    TakeBack,
    /// One is open.
    Open,
}

impl Owner {
    /// Puts the next question of a unit, if none is open. While it is open nothing is drawn over it.
    pub(super) async fn ask_next(&mut self) {
        if self.questions.is_next() && self.draining.is_none() {
            self.readers.hold().await;
            self.questions.put();
        }
    }

    /// The answer to the open question. A person's time is not the plan's: the deadline moves by it.
    pub(super) async fn answered(&mut self, reply: Reply) {
        let took = self.questions.close(reply);
        self.readers.release();
        self.deadline = self.deadline.map(|deadline| deadline + took);
        self.ask_next().await;
    }

    /// A signal is no answer: every question stays open.
    pub(super) fn withdraw_questions(&mut self) {
        if self.questions.withdraw() {
            self.readers.release();
        }
    }

    /// Asks while nothing runs.
    async fn put(&mut self, question: Question, signals: &mut Heard) -> Reply {
        self.readers.hold().await;
        let answer = self.questions.ask(question);
        let given = tokio::select! {
            biased;
            // It may be open for hours.
            outer = outer(&self.site, signals, self.draining.is_some()) => Err(outer),
            reply = answer => Ok(reply),
        };
        self.readers.release();
        given.unwrap_or_else(|outer| {
            self.heard(outer);
            Reply::Nobody
        })
    }

    /// Asks about every action of which it is not known whether it happened.
    pub(super) async fn ask_outcomes(&mut self, signals: &mut Heard) -> Told {
        let mut told = Told::Settled;
        // Nobody can say yet what became of what still goes on.
        if self.unknown().iter().any(|(unit, act, _)| self.is_alive(*unit, *act)) {
            return Told::Open;
        }
        for (unit, act, step) in self.unknown() {
            let question = Question::Outcome { run: self.site.run.clone(), step };
            let Reply::Settled(settled, by) = self.put(question, signals).await else { return Told::Open };
            if settled == Settled::TakenBack {
                told = Told::TakeBack;
            }
            self.say(settled.event(unit, act, &by)).await;
        }
        told
    }

    fn is_alive(&self, id: u32, act: ActRef) -> bool {
        let recipe = self.state.units.get(id as usize).and_then(|unit| unit.acts.get(&act));
        let found = self.plan.unit(id).and_then(|unit| act_of(unit, act));
        recipe.zip(found).is_some_and(|((_, recipe), found)| goes_on(found, recipe, &self.site).is_some())
    }

    fn unknown(&self) -> Vec<(u32, ActRef, String)> {
        let units = (0..).zip(&self.plan.units).zip(&self.state.units);
        let unknown = units.flat_map(|((id, unit), state)| {
            let acts = state.acts.iter().filter(|(_, (act, _))| *act == ActState::Unknown);
            acts.map(move |(act, _)| (id, *act, unit.name.clone()))
        });
        unknown.collect()
    }

    /// R28: whether what undoing these units (all when empty) throws away may be lost.
    pub(super) async fn may_lose(&mut self, units: &[u32], signals: &mut Heard) -> bool {
        let losses = super::losses(&self.plan, &self.state, units);
        if losses.is_empty() {
            return true;
        }
        let Reply::Yes(by) = self.put(Question::Losses(losses), signals).await else { return false };
        self.say(Event::LossesAccepted { by }).await;
        true
    }

    /// Where a run stands that waits for a person, if it does.
    pub(super) fn asking(&self) -> Option<Standing> {
        let mut asking = self.state.units.iter().filter(|unit| unit.is_asking()).peekable();
        asking.peek()?;
        let is_gate = asking.all(|unit| matches!(unit.asks, Some(Asks::Gate(_))));
        let prepared = self.state.units.iter().any(|unit| !unit.copied.is_empty());
        // A gate that stays shut before anything was done leaves nothing to go on with.
        Some(if is_gate && !prepared && !self.state.has_effects() { Standing::NotStarted } else { Standing::Asks })
    }

    /// Where a run stands that was asked to stop: who closes the terminal on a question has not answered it.
    pub(super) fn drained(&self) -> Standing {
        self.asking().filter(|_| self.hung_up).unwrap_or(Standing::Interrupted)
    }
}
