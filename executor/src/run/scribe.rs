//! How units of work talk to the one task that owns the run's state.

use super::ask::{Question, Reply};
use super::known::{Expected, Watch};
use crate::event::Event;
use crate::resource::{Observed, Resource};
use crate::schedule::Held;
use std::collections::BTreeMap;
use tokio::sync::{mpsc, oneshot};

/// A unit stops at once, without another effect: the run can't go on writing its journal, or nothing new begins any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stop;

/// What the owner of the state is told.
pub(super) enum Message {
    /// Something happened; it is written with what follows.
    Tell(Event),
    /// A unit has waited for what comes before all that it does, and asks whether it may begin.
    Begin(u32, oneshot::Sender<()>),
    /// Something is to be on the disk before the unit goes on.
    Commit(Event, oneshot::Sender<Result<(), Stop>>),
    /// It is on the disk, or can't be.
    Committed(Event, oneshot::Sender<Result<(), Stop>>, Result<(), String>),
    /// A unit asks what it must find.
    Expected(u32, oneshot::Sender<Expected>),
    /// A unit asks what to look at, since something ended that says not what it writes.
    Watch(u32, oneshot::Sender<Watch>),
    /// A unit asks what became of what some unit's work took away.
    Held(u32, u32, oneshot::Sender<Held>),
    /// A unit asks what the run made of all that is no file.
    Made(oneshot::Sender<BTreeMap<Resource, Option<Observed>>>),
    /// What was noticed then, and how old the look is.
    Noticed(Event, u64),
    /// A person is asked.
    Ask(Question, oneshot::Sender<Reply>),
    /// A unit's task has ended.
    Ended(u32),
}

/// A unit's end of the line.
#[derive(Clone)]
pub(super) struct Scribe {
    to: mpsc::UnboundedSender<Message>,
}

impl Scribe {
    pub(super) fn new(to: mpsc::UnboundedSender<Message>) -> Self {
        Self { to }
    }

    /// Says what happened; it is durable with the next commit.
    pub(super) fn tell(&self, event: Event) {
        // Without an owner the process ends anyway; what is lost was never reported.
        let _gone = self.to.send(Message::Tell(event));
    }

    /// Asks whether a unit that has only waited may begin: after a signal nothing new does.
    pub(super) async fn begin(&self, unit: u32) -> Result<(), Stop> {
        let (answer, given) = oneshot::channel();
        self.to.send(Message::Begin(unit, answer)).map_err(|_| Stop)?;
        given.await.map_err(|_| Stop)
    }

    /// Says what happened, and returns when it is on the disk.
    pub(super) async fn commit(&self, event: Event) -> Result<(), Stop> {
        let (answer, done) = oneshot::channel();
        self.to.send(Message::Commit(event, answer)).map_err(|_| Stop)?;
        done.await.map_err(|_| Stop)?
    }

    /// Asks a person.
    pub(super) async fn ask(&self, question: Question) -> Reply {
        let (answer, done) = oneshot::channel();
        if self.to.send(Message::Ask(question, answer)).is_err() {
            return Reply::Nobody;
        }
        done.await.unwrap_or(Reply::Nobody)
    }

    /// What a unit must find before it touches anything.
    pub(super) async fn expected(&self, unit: u32) -> Result<Expected, Stop> {
        let (answer, given) = oneshot::channel();
        self.to.send(Message::Expected(unit, answer)).map_err(|_| Stop)?;
        given.await.map_err(|_| Stop)
    }

    /// What to look at when something ended that says not what it writes.
    pub(super) async fn watch(&self, unit: u32) -> Result<Watch, Stop> {
        let (answer, given) = oneshot::channel();
        self.to.send(Message::Watch(unit, answer)).map_err(|_| Stop)?;
        given.await.map_err(|_| Stop)
    }

    /// What became of what some unit's work took away.
    pub(super) async fn held(&self, unit: u32, work: u32) -> Result<Held, Stop> {
        let (answer, given) = oneshot::channel();
        self.to.send(Message::Held(unit, work, answer)).map_err(|_| Stop)?;
        given.await.map_err(|_| Stop)
    }

    /// What the run made of all that is no file, as far as that can be said.
    pub(super) async fn made(&self) -> Result<BTreeMap<Resource, Option<Observed>>, Stop> {
        let (answer, given) = oneshot::channel();
        self.to.send(Message::Made(answer)).map_err(|_| Stop)?;
        given.await.map_err(|_| Stop)
    }

    /// Says what was noticed by a look that is so old.
    pub(super) fn noticed(&self, event: Event, stamp: u64) {
        let _gone = self.to.send(Message::Noticed(event, stamp));
    }

    /// Says that a unit's task has ended.
    pub(super) fn ended(&self, unit: u32) {
        let _gone = self.to.send(Message::Ended(unit));
    }

    /// The line itself, for the owner.
    pub(super) fn line(&self) -> mpsc::UnboundedSender<Message> {
        self.to.clone()
    }
}
