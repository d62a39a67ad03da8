//! The writing end of a journal, without a thread: frames in, bytes out, and what is known to be on disk.

use std::path::Path;
use std::sync::Arc;

use super::error::{JournalError, is_full};
use super::frame::{Frame, Position, check_size};
use super::head::Head;
use super::header::Header;
use super::layout::Layout;
use super::storage::{Storage, StorageFile};

/// Appends records and makes them durable.
///
/// The first failed write or sync is the last thing it does: after a failed sync nobody knows what is on disk, and a second
/// one that succeeds would say nothing about it.
pub struct Appender {
    pub(super) storage: Arc<dyn Storage>,
    pub(super) layout: Layout,
    pub(super) magic: [u8; 4],
    pub(super) epoch: u32,
    pub(super) file: Box<dyn StorageFile>,
    /// `None` after it could not be written: an older watermark is still a true one.
    pub(super) head: Option<Box<dyn StorageFile>>,
    pub(super) at: Position,
    pub(super) durable: Position,
    pub(super) failed: Option<Arc<str>>,
}

impl Appender {
    /// Makes a journal in `dir` on a storage. The nonce is random, so that no two journals share frames.
    ///
    /// Nothing called `journal` is in `dir` before the header is on disk.
    pub fn create(storage: Arc<dyn Storage>, dir: &Path, run_id: &str, nonce: [u8; 16]) -> Result<Self, JournalError> {
        let layout = Layout::of(dir);
        let header = Header::new(run_id, nonce)?;
        layout.make_dirs(storage.as_ref())?;
        if storage.exists(&layout.journal) {
            return Err(JournalError::Exists(layout.dir));
        }
        layout.make_reserve(storage.as_ref())?;
        let at = Position::first(&header);
        let head = make_head(storage.as_ref(), &layout, at)?;
        let mut file = layout.make_new(storage.as_ref())?;
        file.append(&header.bytes).map_err(JournalError::io("write", &layout.new))?;
        file.sync().map_err(JournalError::io("sync", &layout.new))?;
        layout.put_in_place(storage.as_ref())?;
        let magic = header.frame_magic();
        Ok(Self { storage, layout, magic, epoch: 1, file, head: Some(head), at, durable: at, failed: None })
    }

    /// Writes records in order, as one group, and gives the number of the last. They are durable after [`Self::sync`].
    pub fn write(&mut self, bodies: &[Vec<u8>]) -> Result<u64, JournalError> {
        self.usable()?;
        bodies.iter().try_for_each(|body| check_size(body))?;
        let (group, end) = self.encode(bodies);
        let written = self.put(&group);
        self.remember(written)?;
        self.at = end;
        Ok(end.seq)
    }

    /// Makes everything written so far durable. An error is final.
    pub fn sync(&mut self) -> Result<(), JournalError> {
        self.usable()?;
        let synced = self.file.sync().map_err(JournalError::io("sync", &self.layout.journal));
        self.remember(synced)?;
        self.durable = self.at;
        self.mark(false);
        Ok(())
    }

    /// Makes everything durable and records where the journal ends, so that a cut-off end is noticed.
    pub fn close(mut self) -> Result<(), JournalError> {
        self.sync()?;
        self.mark(true);
        let Some(mut head) = self.head.take() else { return Ok(()) };
        head.sync().map_err(JournalError::io("sync", &self.layout.head))
    }

    /// Which owner of the run this is.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    fn usable(&self) -> Result<(), JournalError> {
        self.failed.as_ref().map_or(Ok(()), |reason| Err(JournalError::Poisoned(Arc::clone(reason))))
    }

    fn remember<T>(&mut self, outcome: Result<T, JournalError>) -> Result<T, JournalError> {
        outcome.inspect_err(|error| self.failed = Some(error.to_string().into()))
    }

    fn encode(&self, bodies: &[Vec<u8>]) -> (Vec<u8>, Position) {
        let mut group = Vec::new();
        let mut at = self.at;
        for body in bodies {
            let begin = group.len();
            let durable_upto = self.durable.end;
            let (magic, epoch) = (self.magic, self.epoch);
            let frame = Frame { magic, seq: at.seq + 1, epoch, prev: at.hash, durable_upto, body };
            frame.encode(&mut group);
            at = at.after(group.get(begin..).unwrap_or_default());
        }
        (group, at)
    }

    fn put(&mut self, group: &[u8]) -> Result<(), JournalError> {
        let written = self.file.append(group);
        match written {
            Err(error) if is_full(&error) => self.put_on_full_disk(group),
            other => other.map_err(JournalError::io("write", &self.layout.journal)),
        }
    }

    /// Gives the reserve back and writes once more over what the failed write left.
    fn put_on_full_disk(&mut self, group: &[u8]) -> Result<(), JournalError> {
        self.layout.free_reserve(self.storage.as_ref());
        self.file.truncate(self.at.end).map_err(JournalError::io("cut", &self.layout.journal))?;
        self.file.append(group).map_err(JournalError::io("write", &self.layout.journal))
    }

    /// Notes what is durable. It is only information for a later reader, so it is not waited for, and its loss harms nobody.
    fn mark(&mut self, closed: bool) {
        let mark = Head { durable: self.durable, closed }.encode();
        if self.head.as_mut().is_some_and(|head| head.overwrite(&mark).is_err()) {
            self.head = None;
        }
    }
}

/// A watermark left by a creation that was cut off belongs to no journal: this one has to be on disk before the journal is.
fn make_head(storage: &dyn Storage, layout: &Layout, at: Position) -> Result<Box<dyn StorageFile>, JournalError> {
    let mut head = layout.edit_head(storage)?;
    let mark = Head { durable: at, closed: false }.encode();
    head.overwrite(&mark).map_err(JournalError::io("write", &layout.head))?;
    head.sync().map_err(JournalError::io("sync", &layout.head))?;
    Ok(head)
}
