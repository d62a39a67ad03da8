//! The one task that owns a run's state: it starts units, writes the journal, tells the readers, hears signals.

use super::aside::aside;
use super::back;
use super::compare;
use super::known::{Known, Reviewed};
use super::lost::{lost, outer, turned, unrenewed};
use super::meanwhile;
use super::outside::{Heard, Line};
use super::person::Told;
use super::questions::Questions;
use super::readers::Readers;
use super::reserve;
use super::scribe::{Message, Scribe, Stop};
use super::unit::{self, Work};
use super::{Outcome, Reader};
use crate::action::conceal;
use crate::event::{ASKED, Entry, Event, Standing};
use crate::fault_point::boundary;
use crate::journal::Journal;
use crate::schedule::{Aim, Next, Phase, State, away, held, next};
use crate::site::Site;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use switchback_compiler::plan::{Failure, Plan};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, interval, sleep_until};

/// How often live lines are drawn anew.
pub(super) const TICK: Duration = Duration::from_millis(500);

/// Everything that one process needs to bring a run further.
pub(super) struct Owner {
    pub(super) plan: Arc<Plan>,
    pub(super) site: Arc<Site>,
    pub(super) journal: Journal,
    pub(super) state: State,
    pub(super) aim: Aim,
    pub(super) jobs: usize,
    pub(super) readers: Readers,
    pub(super) questions: Questions,
    /// When the change must be done.
    pub(super) deadline: Option<Timestamp>,
    /// Until when what was prepared is good.
    pub(super) good_until: Option<Timestamp>,
    /// Whether the deadline has passed.
    pub(super) late: bool,
    /// What the target should look like by now.
    pub(super) known: Known,
    reviewed: Arc<Reviewed>,
    pub(super) scribe: Scribe,
    inbox: mpsc::UnboundedReceiver<Message>,
    pub(super) running: Vec<u32>,
    /// Units that waited for something first, and have begun since.
    pub(super) begun: BTreeSet<u32>,
    pub(super) stops: watch::Sender<bool>,
    /// Nothing new starts any more.
    pub(super) draining: Option<String>,
    /// The terminal was closed.
    pub(super) hung_up: bool,
    /// It was told that the Lease can't be renewed.
    pub(super) unrenewed: bool,
    /// Why the cluster can't be asked, as it was told.
    pub(super) away: Option<String>,
    /// Why nothing can be written down any more.
    pub(super) broken: Option<String>,
}

/// What a unit's task does.
#[derive(Clone, Copy)]
enum Task {
    /// Its work.
    There,
    /// Takes its work back.
    Back,
    /// Gives back what it holds for a while, and nothing else.
    Give,
}

/// What follows when nothing can go on.
enum Decision {
    /// What this says.
    Undo(Event),
    /// It goes on.
    GoOn,
    /// Nothing: it stands there.
    Stay(Standing),
}

impl Owner {
    pub(super) fn new(
        plan: Arc<Plan>,
        site: Arc<Site>,
        journal: Journal,
        state: State,
        reviewed: Arc<Reviewed>,
        (readers, line): (Vec<Box<dyn Reader>>, Line),
    ) -> Self {
        let (to, inbox) = mpsc::unbounded_channel();
        let known = Known::new(Arc::clone(&reviewed), &site);
        let readers = Readers::new(readers, &plan, &site.run);
        Self {
            plan,
            site,
            journal,
            state,
            aim: Aim::Change,
            jobs: 4,
            readers,
            questions: Questions::new(line),
            deadline: None,
            good_until: None,
            late: false,
            known,
            reviewed,
            scribe: Scribe::new(to),
            inbox,
            running: Vec::new(),
            begun: BTreeSet::new(),
            stops: watch::Sender::new(false),
            draining: None,
            hung_up: false,
            unrenewed: false,
            away: None,
            broken: None,
        }
    }

    /// Takes in what happened before this process.
    pub(super) fn past(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.state.apply(&entry.event);
            self.known.take_past(&self.plan, &self.state, &entry.event);
            self.deadline = self.deadline.or_else(|| self.deadline_from(entry));
            self.good_until = self.good_until.or_else(|| self.good_from(entry));
        }
    }

    /// Tells something from the owner itself.
    pub(super) async fn say(&mut self, event: Event) {
        self.record(event, true).await;
    }

    /// Brings the run to its aim, or as far as it goes; where it stands then.
    pub(super) async fn drive(mut self, signals: &mut Heard) -> Outcome {
        loop {
            if self.aim == Aim::Undo {
                reserve::free(&self.site);
            }
            let mut standing = self.until_still(signals).await;
            if self.aim == Aim::Undo && matches!(standing, Standing::Undone | Standing::NotEqual) {
                standing = self.compared(signals).await;
            }
            if self.broken.is_some() || self.draining.is_some() {
                return self.end(standing).await;
            }
            let failed =
                self.state.units.iter().find(|unit| unit.phase == Phase::Failed).and_then(|unit| unit.why.clone());
            if let Some(why) = failed.filter(|_| self.aim != Aim::Undo) {
                self.notify("failed", &why).await;
            }
            match self.decide(standing, signals).await {
                Decision::Undo(undo) => {
                    self.say(undo).await;
                    self.aim = Aim::Undo;
                }
                Decision::GoOn => {}
                Decision::Stay(standing) => return self.end(standing).await,
            }
        }
    }

    /// All is taken back: the whole is compared with what was there before the run, and that is written down too.
    async fn compared(&mut self, signals: &mut Heard) -> Standing {
        let compared = loop {
            let compared = aside(true, async {
                tokio::select! {
                    biased;
                    // A cluster that does not answer is asked again for a minute.
                    outer = outer(&self.site, signals, self.draining.is_some()) => Err(outer),
                    compared = Box::pin(compare::whole(&self.plan, &self.site, &self.state, &self.reviewed)) => Ok(compared),
                }
            });
            match compared.await {
                Err(outer) => _ = self.heard(outer),
                // What could not be looked at is looked at again, once that can be.
                Ok(compared) if compared.left.is_empty() || !self.is_away() => break compared,
                Ok(_) => _ = self.stays_away(signals).await,
            }
            if self.draining.is_some() {
                return self.drained();
            }
        };
        boundary("compared");
        self.say(Event::Compared(compared)).await;
        self.reached()
    }

    /// Starts what may start and hears what happens until nothing runs and nothing more can start.
    async fn until_still(&mut self, signals: &mut Heard) -> Standing {
        let mut ticks = interval(TICK);
        // It may have passed while no process worked on the run: then nothing more begins.
        if self.deadline_instant() <= Instant::now() {
            self.late().await;
        }
        let mut next = self.start_ready();
        let site = Arc::clone(&self.site);
        loop {
            if self.running.is_empty() {
                match next {
                    Next::Reached => return self.reached(),
                    Next::Blocked => {
                        let is_lost = self.needs_cluster_to_decide() && self.stays_away(signals).await;
                        return if is_lost { self.drained() } else { self.blocked() };
                    }
                    Next::Start(_) if self.draining.is_some() || self.broken.is_some() => return self.drained(),
                    Next::Start(_) => {}
                }
            }
            let deadline = self.deadline_instant();
            let mut may_start = true;
            tokio::select! {
                biased;
                message = self.inbox.recv() => match message {
                    Some(message) => {
                        // Of all messages only the end of a unit lets others start, and to find them all are looked at.
                        may_start = matches!(message, Message::Ended(_));
                        self.take(message).await;
                    }
                    None => return Standing::Interrupted,
                },
                name = signals.next() => if self.interrupted(name) { return self.given_up().await },
                why = lost(&site), if self.draining.is_none() => self.target_lost(&why),
                why = unrenewed(&site), if !self.unrenewed => self.not_renewed(&why).await,
                why = turned(&site, self.away.is_some()) => self.cluster_turned(why).await,
                reply = self.questions.reply() => self.answered(reply).await,
                () = sleep_until(deadline) => self.late().await,
                _ = ticks.tick() => self.readers.tick(crate::clock::now()),
            }
            if may_start {
                next = self.start_ready();
            }
        }
    }

    fn start_ready(&mut self) -> Next {
        self.hear_loss();
        if self.draining.is_some() || self.broken.is_some() {
            return Next::Start(Vec::new());
        }
        let next = next(&self.plan, &self.state, &self.aim, &self.running, self.jobs);
        if let Next::Start(units) = &next {
            let task = if self.aim == Aim::Undo { Task::Back } else { Task::There };
            for unit in units {
                self.start(*unit, task);
            }
        }
        next
    }

    fn start(&mut self, id: u32, task: Task) {
        let Some(prior) = self.state.units.get(id as usize).cloned() else { return };
        self.running.push(id);
        let (plan, site, scribe) = (Arc::clone(&self.plan), Arc::clone(&self.site), self.scribe.clone());
        let confirmed = self.state.confirmed.clone();
        let noted = prior.noted.clone().into();
        let (stops, good_until) = (self.stops.subscribe(), self.good_until);
        // The task ends by its last message; nobody waits for its handle.
        drop(tokio::spawn(async move {
            if let Some(unit) = plan.unit(id) {
                let (plan, site, scribe) = (&plan, &site, &scribe);
                let work = Work { id, unit, plan, site, scribe, prior, confirmed, stops, noted, good_until };
                match task {
                    Task::There => unit::run(work).await,
                    Task::Back => back::run(work).await,
                    Task::Give => meanwhile::run(work).await,
                }
            }
            scribe.ended(id);
        }));
    }

    /// At an abort: what is away for a while is given back, the last first; else where the run stands.
    pub(super) async fn give_back(&mut self, signals: &mut Heard) -> Result<(), Standing> {
        let mut units: Vec<u32> = away(&self.plan, &self.state).into_iter().map(|(unit, ..)| unit).collect();
        units.dedup();
        let site = Arc::clone(&self.site);
        for unit in units.into_iter().rev() {
            self.hear_loss();
            if self.draining.is_some() {
                return Err(Standing::Interrupted);
            }
            self.start(unit, Task::Give);
            while !self.running.is_empty() {
                tokio::select! {
                    biased;
                    message = self.inbox.recv() => match message {
                        Some(message) => self.take(message).await,
                        None => return Err(Standing::Interrupted),
                    },
                    outer = outer(&site, signals, self.draining.is_some()) => {
                        if self.heard(outer) {
                            return Err(Standing::Interrupted);
                        }
                    }
                }
            }
            if self.broken.is_some() || self.draining.is_some() {
                return Err(Standing::Interrupted);
            }
        }
        if away(&self.plan, &self.state).is_empty() { Ok(()) } else { Err(Standing::UndoFailed) }
    }

    async fn take(&mut self, message: Message) {
        match message {
            Message::Tell(event) => self.record(event, false).await,
            Message::Commit(event, answer) => self.commit(event, answer),
            Message::Committed(event, answer, Ok(())) => {
                boundary("committed");
                self.happened(event);
                // A unit that is gone needs no answer.
                let _gone = answer.send(Ok(()));
            }
            Message::Committed(_, answer, Err(why)) => {
                self.broken = Some(why);
                let _gone = answer.send(Err(Stop));
            }
            Message::Begin(id, answer) if self.draining.is_none() => {
                self.begun.insert(id);
                let _gone = answer.send(());
            }
            Message::Ask(question, answer) if self.draining.is_none() => {
                self.questions.add(question, answer);
                self.ask_next().await;
            }
            Message::Expected(id, answer) => {
                if let Some(unit) = self.plan.unit(id) {
                    let _gone = answer.send(self.known.expected(id, unit));
                }
            }
            Message::Held(unit, work, answer) => {
                let _gone = answer.send(held(&self.plan, &self.state, unit, work));
            }
            Message::Made(answer) => {
                let _gone = answer.send(self.known.all_made());
            }
            Message::Watch(id, answer) => {
                let _gone = answer.send(self.known.watch(id));
            }
            Message::Noticed(Event::Noticed { unit, files, resources }, stamp) => {
                let (files, resources) = self.known.fresh(files, resources, stamp);
                self.record(Event::Noticed { unit, files, resources }, false).await;
            }
            // Who asks and is not answered hears that nobody did, or stops.
            Message::Ask(..) | Message::Begin(..) | Message::Noticed(..) => {}
            Message::Ended(unit) => self.running.retain(|running| *running != unit),
        }
    }

    /// Tells those whom the plan names; what could not be told is noted. What could not be written down is not told.
    pub(super) async fn notify(&mut self, event: &str, why: &str) {
        if self.broken.is_some() {
            return;
        }
        for text in super::notify::tell(&self.plan, &self.site, event, why).await {
            self.say(Event::Note { text }).await;
        }
    }

    fn reached(&self) -> Standing {
        match &self.aim {
            Aim::Until(_) => Standing::Paused,
            Aim::Finalize => Standing::Finalized,
            Aim::Undo if self.state.undoes_a_part() => Standing::Failed,
            Aim::Undo if self.state.is_unequal() => Standing::NotEqual,
            Aim::Undo => Standing::Undone,
            Aim::Change if self.plan.hold.is_some() => Standing::Holds,
            Aim::Change => Standing::Done,
        }
    }

    fn blocked(&self) -> Standing {
        if let Some(asking) = self.asking() {
            return asking;
        }
        match self.aim {
            Aim::Undo => Standing::UndoFailed,
            _ if !self.state.has_effects() => Standing::NotStarted,
            _ => Standing::Failed,
        }
    }

    /// What follows when nothing can go on: a person says how, or a failure is followed by an undo.
    async fn decide(&mut self, standing: Standing, signals: &mut Heard) -> Decision {
        if standing == Standing::Asks {
            return match self.ask_outcomes(signals).await {
                Told::Settled if self.asking().is_none() => Decision::GoOn,
                Told::TakeBack if self.plan.on_failure.accept_losses || self.may_lose(&[], signals).await => {
                    Decision::Undo(Event::UndoDecided { why: ASKED.into(), units: Vec::new(), partly: false })
                }
                _ => Decision::Stay(self.left()),
            };
        }
        if matches!(self.aim, Aim::Undo | Aim::Finalize) || !self.state.has_effects() {
            return Decision::Stay(standing);
        }
        let failed = self.state.units.iter().position(|unit| unit.phase == Phase::Failed);
        let plan = Arc::clone(&self.plan);
        let Some((failed, unit)) = failed.and_then(|failed| Some((failed as u32, plan.units.get(failed)?))) else {
            return Decision::Stay(standing);
        };
        let units = match unit.on_failure.how {
            Failure::Stop => return Decision::Stay(standing),
            Failure::UndoStep => vec![failed],
            Failure::Undo => Vec::new(),
        };
        if !unit.on_failure.accept_losses && !self.may_lose(&units, signals).await {
            return Decision::Stay(self.left());
        }
        Decision::Undo(Event::UndoDecided { why: format!("{} failed", unit.name), units, partly: false })
    }

    /// Where a run stands whose question was not answered.
    fn left(&self) -> Standing {
        if self.draining.is_some() && !self.hung_up { Standing::Interrupted } else { Standing::Asks }
    }

    /// Ends the run with its question open.
    pub(super) async fn leave(self) -> Outcome {
        let standing = self.left();
        self.end(standing).await
    }

    /// Says where the run stands, and closes the journal.
    async fn end(mut self, standing: Standing) -> Outcome {
        let standing = if self.broken.is_some() { Standing::Interrupted } else { standing };
        if standing == Standing::Holds
            && let Some(hold) = &self.plan.hold
        {
            let until = crate::clock::now().checked_add(hold.at_most.std()).unwrap_or(Timestamp::MAX);
            self.say(Event::HoldBegan { until }).await;
        }
        let why = self.broken.clone().or_else(|| self.draining.clone()).unwrap_or_default();
        if matches!(standing, Standing::Done | Standing::Finalized | Standing::NotStarted) {
            reserve::free(&self.site);
        }
        self.conceal().await;
        self.say(Event::Ended { standing, why }).await;
        // Only what is on the disk is told: who is killed in between has told nobody, and nothing that is not so.
        match standing {
            Standing::Done | Standing::Holds => self.notify("done", "").await,
            Standing::Undone | Standing::NotEqual => self.notify("undone", "").await,
            _ => {}
        }
        self.let_go(standing).await;
        self.readers.finish().await;
        let Self { journal, state, broken, .. } = self;
        let closed = journal.close().await.map_err(|error| error.to_string());
        Outcome { standing, broken: broken.or(closed.err()), state }
    }

    /// Hides what programs said of secrets; a crash may have kept an earlier process from it.
    pub(super) async fn conceal(&mut self) {
        let failed = self.site.folder.as_ref().map(|run| conceal(run, &self.site.secrets));
        for text in failed.unwrap_or_default() {
            self.say(Event::Note { text }).await;
        }
    }

    /// Ends the run where it stands, without starting anything.
    pub(super) async fn stop(mut self, standing: Standing, why: &str) -> Outcome {
        self.draining = Some(why.to_owned());
        self.end(standing).await
    }
}
