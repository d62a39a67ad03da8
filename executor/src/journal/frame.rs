//! One frame: how a record is laid out in bytes.
//!
//! `magic(4) length of the payload(4) crc32c(4, over magic, length and payload) payload`;
//! payload: `seq(8) epoch(4) prev(16) durable_upto(8) body`, little-endian.

use super::error::JournalError;
use super::header::{HEADER_LEN, Hash, Header, NO_TEXT, hash};

/// The length of what stands before a payload.
pub(super) const LEAD: usize = 12;
const FIXED: usize = 36;
/// The shortest possible frame.
pub(super) const MIN_FRAME: usize = LEAD + FIXED;
/// The longest frame: a reader never needs more memory than this for one, whatever a length says.
pub(super) const MAX_FRAME: usize = 16 << 20;
/// The longest body in bytes.
pub const MAX_BODY: usize = MAX_FRAME - MIN_FRAME;

/// A place between two frames: what lies before it, and how the next frame is tied to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// The number of the last record before it, or 0.
    pub(super) seq: u64,
    /// Where it is, in bytes from the beginning of the file.
    pub(super) end: u64,
    /// The digest of the last frame before it, or of the header.
    pub(super) hash: Hash,
}

impl Position {
    /// The place right after the header.
    pub(super) fn first(header: &Header) -> Self {
        Self { seq: 0, end: HEADER_LEN as u64, hash: header.hash() }
    }

    /// The place after `frame`, which stands at this one.
    pub(super) fn after(&self, frame: &[u8]) -> Self {
        Self { seq: self.seq + 1, end: self.end + frame.len() as u64, hash: hash(frame) }
    }
}

/// What a frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    /// The magic of its journal's frames.
    pub(super) magic: [u8; 4],
    pub(super) seq: u64,
    pub(super) epoch: u32,
    pub(super) prev: Hash,
    /// Everything before this offset was on disk when the frame was built.
    pub(super) durable_upto: u64,
    pub(super) body: &'a [u8],
}

/// Says no to a body over the bound.
pub(super) fn check_size(body: &[u8]) -> Result<(), JournalError> {
    if body.len() > MAX_BODY { Err(JournalError::TooLarge(body.len())) } else { Ok(()) }
}

impl Frame<'_> {
    /// Appends the frame's bytes to `out`. The body is within the bound.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let length = ((FIXED + self.body.len()) as u32).to_le_bytes();
        let mut payload = Vec::with_capacity(FIXED + self.body.len());
        payload.extend(self.seq.to_le_bytes());
        payload.extend(self.epoch.to_le_bytes());
        payload.extend(self.prev);
        payload.extend(self.durable_upto.to_le_bytes());
        payload.extend(self.body);
        out.extend(self.magic);
        out.extend(length);
        out.extend(checksum(self.magic, length, &payload).to_le_bytes());
        out.append(&mut payload);
    }
}

/// The length of the frame that begins with `lead`, if one of any journal may begin so.
pub(super) fn length(lead: &[u8]) -> Option<usize> {
    let ([mark, ..], rest) = lead.split_first_chunk::<4>()?;
    let payload = u32::from_le_bytes(*rest.first_chunk::<4>()?) as usize;
    let fits = (FIXED..=MAX_FRAME - LEAD).contains(&payload);
    (*mark == NO_TEXT && fits).then_some(LEAD + payload)
}

/// Reads a whole frame, exactly `bytes`; `None` if its checksum is wrong.
pub(super) fn decode(bytes: &[u8]) -> Option<Frame<'_>> {
    let (magic, rest) = bytes.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (crc, payload) = rest.split_first_chunk::<4>()?;
    if u32::from_le_bytes(*crc) != checksum(*magic, *length, payload) {
        return None;
    }
    let (seq, rest) = payload.split_first_chunk::<8>()?;
    let (epoch, rest) = rest.split_first_chunk::<4>()?;
    let (prev, rest) = rest.split_first_chunk::<16>()?;
    let (durable_upto, body) = rest.split_first_chunk::<8>()?;
    Some(Frame {
        magic: *magic,
        seq: u64::from_le_bytes(*seq),
        epoch: u32::from_le_bytes(*epoch),
        prev: *prev,
        durable_upto: u64::from_le_bytes(*durable_upto),
        body,
    })
}

fn checksum(magic: [u8; 4], length: [u8; 4], payload: &[u8]) -> u32 {
    let lead = crc32c::crc32c_append(crc32c::crc32c(&magic), &length);
    crc32c::crc32c_append(lead, payload)
}
