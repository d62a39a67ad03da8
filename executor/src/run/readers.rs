//! Readers of a run, each on a thread of its own: a pipe that nobody reads and a terminal that was stopped (ctrl-s) must
//! stop neither the run nor its deadlines.
//!
//! What is told waits in a queue. While [`LIVELY`] messages wait, what only says how it goes right now is left out, and
//! counted in a note as soon as the reader has caught up. When [`MOST`] wait, the reader is taken for gone, as one that
//! has closed its pipe: it reads what waits and a note, and is told no more, since a run with holes in it would be told
//! wrong; the journal has it all. At the end a reader is waited for as long as it takes something every [`STALLED`], and
//! no longer than [`LONGEST`].

use super::Reader;
use crate::event::{Entry, Event};
use crate::screen::{count, run_command};
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;
use switchback_compiler::plan::Plan;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

/// A reader that is so far behind does not see what is going on anyway.
const LIVELY: usize = 1000;
/// Some ten thousand steps, and some tens of megabytes.
const MOST: usize = 100_000;
/// Longer than a pager or a slow line takes for a line, shorter than a person's patience with a command that is done.
const STALLED: Duration = Duration::from_secs(5);
/// The target is kept until then.
const LONGEST: Duration = Duration::from_mins(1);
/// A question is put over what is still drawn rather than not at all.
const HELD: Duration = Duration::from_secs(1);

/// All readers of a run.
pub(super) struct Readers {
    all: Vec<Apart>,
}

impl Readers {
    /// Each gets its thread; without one it is not told, and the run goes on.
    pub(super) fn new(readers: Vec<Box<dyn Reader>>, plan: &Arc<Plan>, run: &str) -> Self {
        Self { all: readers.into_iter().filter_map(|reader| Apart::new(reader, Arc::clone(plan), run)).collect() }
    }

    pub(super) fn take(&mut self, entry: Entry) {
        let entry = Arc::new(entry);
        self.all.iter_mut().for_each(|reader| reader.take(&entry));
    }

    pub(super) fn tick(&mut self, now: Timestamp) {
        self.all.iter_mut().for_each(|reader| reader.tick(now));
    }

    pub(super) fn say(&mut self, text: &str) {
        self.all.iter_mut().for_each(|reader| reader.send(Told::Say(text.to_owned())));
    }

    /// Nothing is drawn any more when this returns, unless a reader stands still.
    pub(super) async fn hold(&mut self) {
        let mut held = Vec::new();
        for reader in &mut self.all {
            let (says, heard) = oneshot::channel();
            reader.send(Told::Hold(says));
            held.push(heard);
        }
        let _stands_still = timeout(HELD, futures_util::future::join_all(held)).await;
    }

    pub(super) fn release(&mut self) {
        self.all.iter_mut().for_each(|reader| reader.send(Told::Release));
    }

    /// Ends all that still read.
    pub(super) async fn finish(&mut self) {
        futures_util::future::join_all(self.all.drain(..).map(Apart::finish)).await;
    }
}

/// What a reader is told.
enum Told {
    Entry(Arc<Entry>),
    Tick(Timestamp),
    Say(String),
    Hold(oneshot::Sender<()>),
    Release,
    Finish(oneshot::Sender<()>),
}

/// A reader on its thread.
struct Apart {
    to: mpsc::Sender<Told>,
    /// How many messages wait, with the one that it works on.
    behind: Arc<AtomicUsize>,
    /// Events that were left out and not told of yet.
    skipped: usize,
    /// Whether it is told no more.
    gone: bool,
    run: String,
}

impl Apart {
    fn new(reader: Box<dyn Reader>, plan: Arc<Plan>, run: &str) -> Option<Self> {
        let (to, inbox) = mpsc::channel();
        let behind = Arc::new(AtomicUsize::new(0));
        let left = Arc::clone(&behind);
        let thread = std::thread::Builder::new().name("reader".into());
        thread.spawn(move || read(reader, &plan, &inbox, &left)).ok()?;
        Some(Self { to, behind, skipped: 0, gone: false, run: run.to_owned() })
    }

    fn behind(&self) -> usize {
        self.behind.load(Ordering::Relaxed)
    }

    fn send(&mut self, told: Told) {
        if self.gone {
            return;
        }
        if self.behind() >= MOST {
            self.gone = true;
            let journal = run_command(format_args!("report {} --format json", self.run));
            self.queue(note(format!("this reader is {MOST} events behind and is told no more: {journal}")));
        } else {
            self.queue(told);
        }
    }

    fn queue(&self, told: Told) {
        self.behind.fetch_add(1, Ordering::Relaxed);
        // A thread that has ended reads no more, as somebody who has closed the pipe.
        let _gone = self.to.send(told);
    }

    fn take(&mut self, entry: &Arc<Entry>) {
        let behind = self.behind();
        if behind >= LIVELY && !entry.event.is_durable() {
            self.skipped += 1;
            return;
        }
        if behind == 0 {
            self.told_of_skipped();
        }
        self.send(Told::Entry(Arc::clone(entry)));
    }

    /// Clocks run on by the next one.
    fn tick(&mut self, now: Timestamp) {
        if self.behind() == 0 {
            self.told_of_skipped();
            self.send(Told::Tick(now));
        }
    }

    fn told_of_skipped(&mut self) {
        if self.skipped > 0 {
            let text = format!("{} of what just ran left out: this reader was behind", count(self.skipped, "event"));
            self.skipped = 0;
            self.send(note(text));
        }
    }

    async fn finish(mut self) {
        self.told_of_skipped();
        let (says, mut done) = oneshot::channel();
        // Also to one that is told no more: what is half drawn is taken away.
        self.queue(Told::Finish(says));
        let (began, mut before) = (Instant::now(), self.behind());
        while timeout(STALLED, &mut done).await.is_err() {
            let now = self.behind();
            if now >= before || began.elapsed() >= LONGEST {
                return;
            }
            before = now;
        }
    }
}

fn note(text: String) -> Told {
    Told::Entry(Arc::new(Entry { at: crate::clock::now(), event: Event::Note { text } }))
}

fn read(mut reader: Box<dyn Reader>, plan: &Plan, inbox: &mpsc::Receiver<Told>, behind: &AtomicUsize) {
    while let Ok(told) = inbox.recv() {
        match told {
            Told::Entry(entry) => reader.take(&entry, plan),
            Told::Tick(now) => reader.tick(now),
            Told::Say(text) => reader.say(&text),
            Told::Hold(held) => {
                reader.hold();
                let _nobody_waits = held.send(());
            }
            Told::Release => reader.release(),
            Told::Finish(done) => {
                reader.finish();
                let _nobody_waits = done.send(());
                return;
            }
        }
        behind.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

    use super::*;
    use crate::report::sample;
    use std::sync::Mutex;

    /// Takes something only when it is let, and remembers what.
    struct Slow {
        lets: Arc<Mutex<mpsc::Receiver<()>>>,
        told: mpsc::Sender<String>,
    }

    impl Reader for Slow {
        fn take(&mut self, entry: &Entry, _: &Plan) {
            let _open = self.lets.lock().unwrap().recv();
            let says = match &entry.event {
                Event::Note { text } => text.clone(),
                Event::UnitBegan { unit } => format!("began {unit}"),
                _ => "other".into(),
            };
            self.told.send(says).unwrap();
        }

        fn tick(&mut self, _: Timestamp) {}

        fn say(&mut self, _: &str) {}

        fn finish(&mut self) {
            self.told.send("finished".into()).unwrap();
        }
    }

    /// Readers of one that stands still until the sender goes, and what it was told.
    fn stands_still() -> (Readers, mpsc::Sender<()>, mpsc::Receiver<String>) {
        let (lets, let_go) = mpsc::channel();
        let (told, heard) = mpsc::channel();
        let slow = Slow { lets: Arc::new(Mutex::new(let_go)), told };
        (Readers::new(vec![Box::new(slow)], &Arc::new(sample::plan()), "qzvmkt"), lets, heard)
    }

    fn entry(event: Event) -> Entry {
        Entry { at: Timestamp::UNIX_EPOCH, event }
    }

    fn live() -> Event {
        Event::Progress { unit: 1, says: String::new(), waits: false, limit: 0, since: None }
    }

    #[tokio::test]
    async fn what_is_live_is_left_out_and_counted_where_a_reader_is_behind() {
        let (mut readers, lets, heard) = stands_still();
        (0..1005).for_each(|unit| readers.take(entry(Event::UnitBegan { unit })));
        (0..7).for_each(|_| readers.take(entry(live())));
        drop(lets);
        readers.finish().await;
        let told: Vec<String> = heard.try_iter().collect();
        let began = (0..1005).map(|unit| format!("began {unit}"));
        let end = ["7 events of what just ran left out: this reader was behind".to_owned(), "finished".to_owned()];
        assert_eq!(told, began.chain(end).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn one_that_does_not_read_is_told_no_more_when_too_much_waits() {
        let (mut readers, lets, heard) = stands_still();
        (0..MOST as u32 + 50).for_each(|unit| readers.take(entry(Event::UnitBegan { unit })));
        drop(lets);
        readers.finish().await;
        let told: Vec<String> = heard.try_iter().collect();
        assert_eq!(told.len(), MOST + 2);
        assert!(told.iter().rev().nth(1).unwrap().ends_with("switchback report qzvmkt --format json"));
    }
}
