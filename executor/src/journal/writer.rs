//! The journal's thread: callers queue records, one thread writes them, and one sync answers everybody who waits.

use std::io;
use std::path::Path;
use std::sync::mpsc::{Receiver, SendError, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::append::Appender;
use super::error::JournalError;
use super::frame::check_size;
use super::recover::{RecoveryReport, recover_on};
use super::scan::Record;
use super::storage::Disk;

/// A group is not collected beyond this many bytes, so that the first in it doesn't wait for ever.
const GROUP: usize = 4 << 20;

/// A journal being written.
///
/// File calls block, and a cancelled one would leave it open what is on disk; so they are made on a thread of their own.
/// Dropping it without [`Journal::close`] writes what is queued, without a sync, and waits for the thread.
#[derive(Debug)]
pub struct Journal {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    failed: Arc<OnceLock<Arc<str>>>,
}

/// Told the number of a record when that is on disk.
type Then = Box<dyn FnOnce(Result<u64, JournalError>) + Send>;
type Answer = oneshot::Sender<Result<(), JournalError>>;

enum Job {
    Record(Vec<u8>, Option<Then>),
    Close(Answer),
}

impl Journal {
    /// Makes a journal in `dir`, and `dir` too, all of it durable. Whoever calls it holds the lock.
    pub fn create(dir: &Path, run_id: &str) -> Result<Self, JournalError> {
        let mut nonce = [0; 16];
        let random = getrandom::fill(&mut nonce).map_err(|error| io::Error::other(error.to_string()));
        random.map_err(JournalError::io("get random bytes for", dir))?;
        Self::start(Appender::create(Arc::new(Disk), dir, run_id, nonce)?, dir)
    }

    /// Takes the journal in `dir` over: its good records, and the journal to go on in. Whoever calls it holds the lock.
    pub fn recover(dir: &Path) -> Result<(Self, Vec<Record>, RecoveryReport), JournalError> {
        let (appender, records, report) = recover_on(Arc::new(Disk), dir)?;
        Ok((Self::start(appender, dir)?, records, report))
    }

    fn start(appender: Appender, dir: &Path) -> Result<Self, JournalError> {
        let (jobs, queue) = channel();
        let failed = Arc::new(OnceLock::new());
        let noted = Arc::clone(&failed);
        let thread = thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || work(appender, &queue, &noted))
            .map_err(JournalError::io("start the thread that writes", dir))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), failed })
    }

    /// Queues a record and doesn't wait. It is durable with the next commit; an error that comes later is met by later calls.
    pub fn append(&self, body: Vec<u8>) -> Result<(), JournalError> {
        self.ready(&body)?.send(Job::Record(body, None)).map_err(|_| JournalError::Closed)
    }

    /// Queues a record at once and gives its number when it, and everything before it, is on disk.
    ///
    /// Dropping the future doesn't take the record back.
    pub fn commit(&self, body: Vec<u8>) -> impl Future<Output = Result<u64, JournalError>> + Send + use<> {
        let (answer, answered) = oneshot::channel();
        // Nobody listening is no error: whoever asked was cancelled, and the record stays.
        self.commit_then(body, move |told| drop(answer.send(told)));
        async move { answered.await.unwrap_or(Err(JournalError::Closed)) }
    }

    /// Queues a record at once; `then` is told its number, on the journal's thread, when it and everything before it is on
    /// disk.
    pub fn commit_then(&self, body: Vec<u8>, then: impl FnOnce(Result<u64, JournalError>) + Send + 'static) {
        match self.ready(&body) {
            Ok(jobs) => {
                if let Err(SendError(Job::Record(_, Some(then)))) = jobs.send(Job::Record(body, Some(Box::new(then)))) {
                    then(Err(JournalError::Closed));
                }
            }
            Err(error) => then(Err(error)),
        }
    }

    /// Makes everything durable, notes where the journal ends, and ends the thread.
    pub async fn close(mut self) -> Result<(), JournalError> {
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.take().ok_or(JournalError::Closed)?;
        jobs.send(Job::Close(answer)).map_err(|_| JournalError::Closed)?;
        answered.await.unwrap_or(Err(JournalError::Closed))
    }

    /// Where a record is queued, if it may be.
    fn ready(&self, body: &[u8]) -> Result<&Sender<Job>, JournalError> {
        if let Some(reason) = self.failed.get() {
            return Err(JournalError::Poisoned(Arc::clone(reason)));
        }
        check_size(body)?;
        self.jobs.as_ref().ok_or(JournalError::Closed)
    }
}

impl Drop for Journal {
    /// Waits for the thread, so that nobody can take the lock while it still writes.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// Records that are written with one call, and who waits for which of them.
#[derive(Default)]
struct Group {
    bodies: Vec<Vec<u8>>,
    waiting: Vec<(u64, Then)>,
    bytes: usize,
    close: Option<Answer>,
}

impl Group {
    fn collect(first: Job, queue: &Receiver<Job>) -> Self {
        let mut group = Self::default();
        group.add(first);
        while group.bytes < GROUP && group.close.is_none() {
            let Ok(job) = queue.try_recv() else { break };
            group.add(job);
        }
        group
    }

    fn add(&mut self, job: Job) {
        match job {
            Job::Record(body, then) => {
                self.bytes += body.len();
                self.bodies.push(body);
                let count = self.bodies.len() as u64;
                self.waiting.extend(then.map(|then| (count, then)));
            }
            Job::Close(answer) => self.close = Some(answer),
        }
    }

    /// Writes the group, syncs if anybody waits, and gives the number of the record before it.
    fn write(&self, appender: &mut Appender) -> Result<u64, JournalError> {
        let last = appender.write(&self.bodies)?;
        if !self.waiting.is_empty() {
            appender.sync()?;
        }
        Ok(last - self.bodies.len() as u64)
    }
}

fn work(mut appender: Appender, queue: &Receiver<Job>, failed: &OnceLock<Arc<str>>) {
    while let Ok(first) = queue.recv() {
        let group = Group::collect(first, queue);
        let written = group.write(&mut appender);
        if let Err(error) = &written {
            failed.get_or_init(|| error.to_string().into());
        }
        for (count, then) in group.waiting {
            then(written.clone().map(|before| before + count));
        }
        if let Some(answer) = group.close {
            answer.send(written.and_then(|_| appender.close())).ok();
            return;
        }
    }
}
