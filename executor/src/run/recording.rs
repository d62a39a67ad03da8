//! How what happened is written down: first the journal, then the state, then the readers.

use super::owner::Owner;
use super::scribe::{Message, Stop};
use crate::event::{Entry, Event};
use crate::fault_point::{boundary, held_back, planted};
use tokio::sync::oneshot;

impl Owner {
    /// Hands a record to the journal; when it is on the disk a message comes back, so that units commit together.
    pub(super) fn commit(&mut self, event: Event, answer: oneshot::Sender<Result<(), Stop>>) {
        if self.broken.is_some() {
            let _gone = answer.send(Err(Stop));
            return;
        }
        boundary("commit");
        let entry = Entry { at: crate::clock::now(), event: event.clone() };
        let line = self.scribe.line();
        let committed = move |result: Result<(), String>| {
            // An owner that is gone has ended its run.
            let _gone = line.send(Message::Committed(event, answer, result));
        };
        match body(&entry) {
            Ok(body) if planted("done-before-disk") => {
                let appended = held_back(&body).map_or(Ok(()), |earlier| self.journal.append(earlier));
                committed(appended.map_err(|error| error.to_string()));
            }
            Ok(body) => self.journal.commit_then(body, |told| {
                committed(told.map(drop).map_err(|error| error.to_string()));
            }),
            Err(why) => committed(Err(why)),
        }
    }

    /// Writes a record of the owner's own, or one that needs no answer.
    pub(super) async fn record(&mut self, event: Event, durable: bool) {
        if !event.is_durable() {
            self.readers.take(Entry { at: crate::clock::now(), event });
            return;
        }
        if self.broken.is_some() {
            return;
        }
        let entry = Entry { at: crate::clock::now(), event: event.clone() };
        let result = match body(&entry) {
            Ok(body) if durable => {
                boundary("commit");
                let result = self.journal.commit(body).await.map(|_| ()).map_err(|error| error.to_string());
                boundary("committed");
                result
            }
            Ok(body) => self.journal.append(body).map_err(|error| error.to_string()),
            Err(why) => Err(why),
        };
        match result {
            Ok(()) => self.happened(event),
            Err(why) => self.broken = Some(why),
        }
    }

    /// Something is on its way to the disk or on it: the state moves, and the readers are told.
    pub(super) fn happened(&mut self, event: Event) {
        self.state.apply(&event);
        self.known.take(&self.plan, &self.state, &event);
        let entry = Entry { at: crate::clock::now(), event };
        self.deadline = self.deadline.or_else(|| self.deadline_from(&entry));
        self.good_until = self.good_until.or_else(|| self.good_from(&entry));
        self.readers.take(entry);
    }
}

fn body(entry: &Entry) -> Result<Vec<u8>, String> {
    serde_json::to_vec(entry).map_err(|error| format!("a record can't be written: {error}"))
}
