//! Following a journal while somebody else writes it.

use std::path::Path;

use super::error::JournalError;
use super::layout::Layout;
use super::read::{open, read_head, read_header, scan};
use super::scan::{Ending, Reached, Record};
use super::storage::Disk;

/// Gives what was recorded since the last look.
///
/// The file is opened anew each time, for a recovery puts another in its place; the records in both are the same.
#[derive(Debug)]
pub struct Tail {
    layout: Layout,
    /// The magic of its frames, and how far it was followed.
    state: Option<([u8; 4], Reached)>,
}

impl Tail {
    /// Follows the journal in `dir` from its first record on. It may not be there yet.
    pub fn new(dir: &Path) -> Self {
        Self { layout: Layout::of(dir), state: None }
    }

    /// The records since the last look; none if there are none, or none yet. A record still being written comes later.
    pub fn poll(&mut self) -> Result<Vec<Record>, JournalError> {
        let head = read_head(&Disk, &self.layout)?;
        let Some((magic, reached)) = self.resume()? else { return Ok(Vec::new()) };
        let opened = open(&Disk, &self.layout, reached.at.end)?;
        let mut records = Vec::new();
        let (reached, ending) = scan(opened, &self.layout, magic, reached, head, &mut |record| records.push(record))?;
        self.state = Some((magic, reached));
        match ending {
            Ending::Damaged(damage) if records.is_empty() => Err(damage.into()),
            // What is good is given first; the next look meets the damage again.
            _ => Ok(records),
        }
    }

    fn resume(&self) -> Result<Option<([u8; 4], Reached)>, JournalError> {
        if self.state.is_some() {
            return Ok(self.state);
        }
        let mut opened = match open(&Disk, &self.layout, 0) {
            Err(JournalError::Missing(_)) => return Ok(None),
            other => other?,
        };
        let header = read_header(&mut opened, &self.layout)?;
        Ok(Some((header.frame_magic(), Reached::first(&header))))
    }
}
