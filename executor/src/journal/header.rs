//! The header of a journal file, and what it gives to every frame.
//!
//! `magic(8) format(4) nonce(16) run id(32, padded with zeros) crc32c(4)`, little-endian.

use super::error::{Damage, Fault, JournalError};

/// The version of the format that this program writes and reads.
pub(super) const FORMAT: u32 = 1;
/// The length of a header in bytes.
pub(super) const HEADER_LEN: usize = 64;
/// The longest run id in bytes.
pub(super) const MAX_RUN_ID: usize = 32;
const MAGIC: [u8; 8] = *b"SWBKJRNL";
/// Every frame begins with it. No UTF-8 text holds this byte, so no text in a body can look like a frame.
pub(super) const NO_TEXT: u8 = 0xFA;

/// A short BLAKE3 digest: enough to tie frames together, short enough to repeat in each.
pub(super) type Hash = [u8; 16];

/// The first 16 bytes of the BLAKE3 digest of `bytes`.
pub(super) fn hash(bytes: &[u8]) -> Hash {
    let mut short = [0; 16];
    short.copy_from_slice(blake3::hash(bytes).as_bytes().split_at(16).0);
    short
}

/// What is the same for a whole journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) run_id: String,
    pub(super) bytes: [u8; HEADER_LEN],
}

impl Header {
    /// A header for a run; the nonce tells two journals of one name apart.
    pub(super) fn new(run_id: &str, nonce: [u8; 16]) -> Result<Self, JournalError> {
        if !is_run_id(run_id) {
            return Err(JournalError::RunId(run_id.to_owned()));
        }
        let mut bytes = Vec::with_capacity(HEADER_LEN);
        bytes.extend(MAGIC);
        bytes.extend(FORMAT.to_le_bytes());
        bytes.extend(nonce);
        bytes.extend(run_id.as_bytes());
        bytes.resize(HEADER_LEN - 4, 0);
        bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        let bytes = bytes.try_into().map_err(|_| JournalError::RunId(run_id.to_owned()))?;
        Ok(Self { run_id: run_id.to_owned(), bytes })
    }

    /// Reads a header; a wrong checksum is damage, a right one with another version is a newer program's.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, JournalError> {
        let damage = Damage { record: 0, of: 0, offset: 0, fault: Fault::Header };
        let parts = split(bytes).ok_or(damage)?;
        if parts.magic != MAGIC || parts.crc != parts.crc_is {
            return Err(damage.into());
        }
        if parts.format != FORMAT {
            return Err(JournalError::Format(parts.format));
        }
        let run_id = parts.run_id.trim_end_matches('\0').to_owned();
        if !is_run_id(&run_id) {
            return Err(damage.into());
        }
        Ok(Self { run_id, bytes: parts.bytes })
    }

    /// What the first frame's chain points at.
    pub(super) fn hash(&self) -> Hash {
        hash(&self.bytes)
    }

    /// The magic of this journal's frames: what an older file left on the disk is not taken for one of them.
    pub(super) fn frame_magic(&self) -> [u8; 4] {
        let [a, b, c, ..] = self.hash();
        [NO_TEXT, a, b, c]
    }
}

fn is_run_id(text: &str) -> bool {
    (1..=MAX_RUN_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

struct Parts<'a> {
    bytes: [u8; HEADER_LEN],
    magic: [u8; 8],
    format: u32,
    run_id: &'a str,
    crc: u32,
    crc_is: u32,
}

fn split(bytes: &[u8]) -> Option<Parts<'_>> {
    let whole = bytes.first_chunk::<HEADER_LEN>()?;
    let (magic, rest) = whole.split_first_chunk::<8>()?;
    let (format, rest) = rest.split_first_chunk::<4>()?;
    let (_nonce, rest) = rest.split_first_chunk::<16>()?;
    let (run_id, rest) = rest.split_first_chunk::<MAX_RUN_ID>()?;
    let crc = rest.first_chunk::<4>()?;
    let (checked, _) = whole.split_last_chunk::<4>()?;
    Some(Parts {
        bytes: *whole,
        magic: *magic,
        format: u32::from_le_bytes(*format),
        run_id: std::str::from_utf8(run_id).unwrap_or_default(),
        crc: u32::from_le_bytes(*crc),
        crc_is: crc32c::crc32c(checked),
    })
}
