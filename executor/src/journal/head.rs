//! The watermark beside a journal: the newest place that is known to be on disk.
//!
//! A later frame vouches for the ones before it; nothing in the journal vouches for its last frames. `journal.head` does: it is
//! written after each sync without a sync of its own, and synced when the journal is closed. If it is torn or old it only
//! knows less: what it says was true when it was written and stays true.

use std::io::{self, Read};

use super::frame::Position;

const MAGIC: [u8; 8] = *b"SWBKHEAD";
const LEN: u64 = 45;

/// What `journal.head` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Everything before it is on disk.
    pub(super) durable: Position,
    /// True if the journal was closed there.
    pub(super) closed: bool,
}

impl Head {
    pub(super) fn encode(&self) -> Vec<u8> {
        let Self { durable: Position { seq, end, hash }, closed } = self;
        let mut bytes = MAGIC.to_vec();
        bytes.extend(seq.to_le_bytes());
        bytes.extend(end.to_le_bytes());
        bytes.extend(hash);
        bytes.push(u8::from(*closed));
        bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        bytes
    }

    /// Reads a watermark; `None` if it is torn.
    pub(super) fn read(source: &mut dyn Read) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        source.take(LEN).read_to_end(&mut bytes)?;
        Ok(Self::decode(&bytes))
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (checked, crc) = bytes.split_last_chunk::<4>()?;
        if u32::from_le_bytes(*crc) != crc32c::crc32c(checked) {
            return None;
        }
        let (magic, rest) = checked.split_first_chunk::<8>()?;
        let (seq, rest) = rest.split_first_chunk::<8>()?;
        let (end, rest) = rest.split_first_chunk::<8>()?;
        let (hash, rest) = rest.split_first_chunk::<16>()?;
        let [closed] = rest else { return None };
        let durable = Position { seq: u64::from_le_bytes(*seq), end: u64::from_le_bytes(*end), hash: *hash };
        (*magic == MAGIC).then_some(Self { durable, closed: *closed == 1 })
    }
}
