//! Questions of a run: one at a time, while all else goes on.

use super::ask::{Question, Reply};
use super::outside::Line;
use futures_util::future::BoxFuture;
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// The question that is open, and those behind it.
pub(super) struct Questions {
    line: Line,
    open: Option<Open>,
    waiting: VecDeque<(Question, oneshot::Sender<Reply>)>,
}

struct Open {
    reply: BoxFuture<'static, Reply>,
    to: oneshot::Sender<Reply>,
    since: Instant,
}

impl Questions {
    pub(super) fn new(line: Line) -> Self {
        Self { line, open: None, waiting: VecDeque::new() }
    }

    /// Asks outside of the order, which is for when nothing runs.
    pub(super) fn ask(&self, question: Question) -> BoxFuture<'static, Reply> {
        self.line.ask(question)
    }

    /// Takes a question in, to be put when no other is open.
    pub(super) fn add(&mut self, question: Question, to: oneshot::Sender<Reply>) {
        self.waiting.push_back((question, to));
    }

    /// Whether one is open.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Whether one waits to be put.
    pub(super) fn is_next(&self) -> bool {
        self.open.is_none() && !self.waiting.is_empty()
    }

    /// Puts the next one.
    pub(super) fn put(&mut self) {
        if let Some((question, to)) = self.waiting.pop_front() {
            self.open = Some(Open { reply: self.line.ask(question), to, since: Instant::now() });
        }
    }

    /// The answer to the open one; while none is open it never comes.
    pub(super) async fn reply(&mut self) -> Reply {
        match &mut self.open {
            Some(open) => open.reply.as_mut().await,
            None => std::future::pending().await,
        }
    }

    /// Hands an answer on; how long it took.
    pub(super) fn close(&mut self, reply: Reply) -> Duration {
        let Some(open) = self.open.take() else { return Duration::ZERO };
        // Who asked may be gone.
        let _gone = open.to.send(reply);
        open.since.elapsed()
    }

    /// Takes all back: nobody will answer. Whether there was one.
    pub(super) fn withdraw(&mut self) -> bool {
        let was_open = self.open.take().is_some();
        // Who asks and is not answered hears that nobody did.
        let waited = !std::mem::take(&mut self.waiting).is_empty();
        was_open || waited
    }
}
