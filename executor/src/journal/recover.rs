//! Taking a journal over after its owner is gone.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::append::Appender;
use super::error::JournalError;
use super::layout::Layout;
use super::read::{Loaded, load, open};
use super::scan::{Ending, Record};
use super::storage::{Storage, StorageFile};

const CHUNK: u64 = 64 << 10;

/// What a recovery found and did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryReport {
    /// The run that the header names.
    pub run_id: String,
    /// The epoch of the records to come. It counts from the records: write one before asking anybody else to trust it.
    pub epoch: u32,
    /// The number of the last good record.
    pub last_seq: u64,
    /// As [`super::Reading::digest`]: who read the journal before sees that it is still the same.
    pub digest: [u8; 16],
    /// How many bytes of a torn tail were left behind; 0 if there was none.
    pub torn_bytes: u64,
    /// True if the last owner closed the journal.
    pub closed: bool,
    /// True if space is set aside for a full disk.
    pub reserved: bool,
}

/// Recovers the journal in `dir` on a storage. Whoever calls it holds the lock.
///
/// It always goes on in a fresh copy: of the old file's pages some may be marked clean and not be on disk, and only writing
/// them again removes the doubt. Cut off at any point, it can be repeated, and finds the same records.
pub fn recover_on(
    storage: Arc<dyn Storage>,
    dir: &Path,
) -> Result<(Appender, Vec<Record>, RecoveryReport), JournalError> {
    let layout = Layout::of(dir);
    let mut records = Vec::new();
    let loaded = load(storage.as_ref(), &layout, &mut |record| records.push(record))?;
    let Loaded { header, head, reached, ending } = loaded;
    let torn_bytes = match ending {
        Ending::Whole => 0,
        Ending::Torn { bytes } => bytes,
        Ending::Damaged(damage) => return Err(damage.into()),
    };
    let at = reached.at;
    let file = replace(storage.as_ref(), &layout, at.end)?;
    let reserved = layout.renew_reserve(storage.as_ref());
    let report = RecoveryReport {
        run_id: header.run_id.clone(),
        epoch: reached.epoch.saturating_add(1),
        last_seq: at.seq,
        digest: at.hash,
        torn_bytes,
        closed: torn_bytes == 0 && head.is_some_and(|head| head.closed && head.durable == at),
        reserved,
    };
    let head = layout.edit_head(storage.as_ref()).ok();
    let (magic, epoch) = (header.frame_magic(), report.epoch);
    Ok((Appender { storage, layout, magic, epoch, file, head, at, durable: at, failed: None }, records, report))
}

/// Puts a durable copy of the first `length` bytes in the journal's place, on a full disk with the reserve's space.
fn replace(storage: &dyn Storage, layout: &Layout, length: u64) -> Result<Box<dyn StorageFile>, JournalError> {
    let file = match copy(storage, layout, length) {
        Err(error) if error.is_full() => {
            layout.free_reserve(storage);
            copy(storage, layout, length)?
        }
        other => other?,
    };
    layout.put_in_place(storage)?;
    Ok(file)
}

fn copy(storage: &dyn Storage, layout: &Layout, length: u64) -> Result<Box<dyn StorageFile>, JournalError> {
    let mut source = open(storage, layout, 0)?.reader.take(length);
    let mut file = layout.make_new(storage)?;
    let mut chunk = Vec::new();
    let mut copied = 0;
    loop {
        chunk.clear();
        let read = source.by_ref().take(CHUNK).read_to_end(&mut chunk);
        copied += read.map_err(JournalError::io("read", &layout.journal))? as u64;
        if chunk.is_empty() {
            break;
        }
        file.append(&chunk).map_err(JournalError::io("write", &layout.new))?;
    }
    if copied != length {
        let short = io::Error::from(io::ErrorKind::UnexpectedEof);
        return Err(JournalError::io("read", &layout.journal)(short));
    }
    file.sync().map_err(JournalError::io("sync", &layout.new))?;
    Ok(file)
}
