//! A view that moves over a file: as much in memory as is looked at, never as much as a length in the file claims.

use std::io::{self, Read};

const CHUNK: u64 = 64 << 10;

/// Bytes of a file from an offset on.
pub(super) struct Window<'a> {
    source: &'a mut dyn Read,
    unread: u64,
    buffer: Vec<u8>,
    start: usize,
}

impl<'a> Window<'a> {
    /// `source` stands at `offset`, and the file is `length` bytes long.
    pub(super) fn new(source: &'a mut dyn Read, offset: u64, length: u64) -> Self {
        Self { source, unread: length.saturating_sub(offset), buffer: Vec::new(), start: 0 }
    }

    /// How many bytes of the file lie ahead.
    pub(super) fn left(&self) -> u64 {
        self.loaded().len() as u64 + self.unread
    }

    /// What is in memory already.
    pub(super) fn loaded(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// The next `count` bytes, or `None` if fewer are left.
    pub(super) fn peek(&mut self, count: usize) -> io::Result<Option<&[u8]>> {
        if self.left() < count as u64 {
            return Ok(None);
        }
        let missing = count.saturating_sub(self.loaded().len()) as u64;
        if missing > 0 {
            self.load(missing.max(CHUNK))?;
        }
        Ok(self.loaded().get(..count))
    }

    /// Moves on by `count` bytes of those in memory.
    pub(super) fn skip(&mut self, count: usize) {
        let count = count.min(self.loaded().len());
        self.start += count;
    }

    fn load(&mut self, wanted: u64) -> io::Result<()> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let wanted = wanted.min(self.unread);
        let read = (&mut *self.source).take(wanted).read_to_end(&mut self.buffer)? as u64;
        // A file that became shorter under us has no more than this.
        self.unread = if read < wanted { 0 } else { self.unread - read };
        Ok(())
    }
}
