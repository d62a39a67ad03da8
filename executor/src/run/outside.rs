//! What is outside of a run's tasks: people who answer, and signals.
//!
//! The owner of a run is a task beside those of its units, so that what they say to each other wakes no other thread: where
//! it was none, that took a third of a step's time beyond the disk. People and signals are of the command that runs it.

use super::ask::{Asker, Question, Reply};
use super::signals::Signals;
use futures_util::future::BoxFuture;
use std::panic::resume_unwind;
use tokio::sync::{mpsc, oneshot};

/// A question, and where its answer goes; whoever asked and does not want to know any more has dropped the other end.
pub(super) struct Asked {
    question: Question,
    to: oneshot::Sender<Reply>,
}

/// Where questions are asked from inside.
pub(super) struct Line {
    to: mpsc::UnboundedSender<Asked>,
}

/// Where signals are heard inside.
pub(super) struct Heard {
    from: mpsc::UnboundedReceiver<&'static str>,
}

/// The end outside.
pub(super) struct Outside {
    asked: mpsc::UnboundedReceiver<Asked>,
    signals: mpsc::UnboundedSender<&'static str>,
}

/// Both ends.
pub(super) fn ends() -> (Outside, Line, Heard) {
    let (to, asked) = mpsc::unbounded_channel();
    let (signals, from) = mpsc::unbounded_channel();
    (Outside { asked, signals }, Line { to }, Heard { from })
}

impl Line {
    /// Asks; who drops the answer takes the question back.
    pub(super) fn ask(&self, question: Question) -> BoxFuture<'static, Reply> {
        let (to, reply) = oneshot::channel();
        // Where nobody is outside any more, nobody answers.
        let _gone = self.to.send(Asked { question, to });
        Box::pin(async { reply.await.unwrap_or(Reply::Nobody) })
    }
}

impl Heard {
    /// The next signal.
    pub(super) async fn next(&mut self) -> &'static str {
        match self.from.recv().await {
            Some(name) => name,
            None => std::future::pending().await,
        }
    }
}

impl Outside {
    /// Does work as a task of its own; meanwhile its questions are put one by one, and it is told the signals.
    pub(super) async fn serve<T: Send + 'static>(
        mut self,
        work: impl Future<Output = T> + Send + 'static,
        asker: &dyn Asker,
        signals: &mut Signals,
    ) -> T {
        let mut work = tokio::spawn(work);
        let mut open: Option<BoxFuture<'_, ()>> = None;
        loop {
            tokio::select! {
                biased;
                done = &mut work => match done {
                    Ok(done) => return done,
                    // Nobody cancels it, so it panicked.
                    Err(failed) => resume_unwind(failed.into_panic()),
                },
                // A run that does not hear any more is at its end.
                name = signals.next() => drop(self.signals.send(name)),
                () = finished(&mut open) => open = None,
                Some(asked) = self.asked.recv(), if open.is_none() => open = Some(Box::pin(put(asker, asked))),
            }
        }
    }
}

async fn finished(open: &mut Option<BoxFuture<'_, ()>>) {
    match open {
        Some(open) => open.await,
        None => std::future::pending().await,
    }
}

async fn put(asker: &dyn Asker, Asked { question, mut to }: Asked) {
    tokio::select! {
        () = to.closed() => {}
        reply = asker.ask(question) => drop(to.send(reply)),
    }
}
