//! Reading frames in order, and judging what stands where no whole frame does.
//!
//! At the first bad frame the question is: a torn tail, or damage? A tail is torn when a power loss took parts of what was
//! written since the last sync. Frames written together carry the same `durable_upto`, so some of them may be whole behind
//! a torn one, and none of them vouches for it. A later frame that says that this place was on disk does, and so does
//! `journal.head`.

use std::io;

use super::error::{Damage, Fault};
use super::frame::{Frame, LEAD, MAX_FRAME, MIN_FRAME, Position, decode, length};
use super::head::Head;
use super::header::Header;
use super::window::Window;

/// One record, as it was appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number; the first is 1, and none is left out.
    pub seq: u64,
    /// Which owner of the run wrote it: 1 for the first, one more after each recovery.
    pub epoch: u32,
    /// Where its frame begins, in bytes from the beginning of the file.
    pub offset: u64,
    /// What the caller gave.
    pub body: Vec<u8>,
}

/// How a journal ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With a whole frame.
    Whole,
    /// With something that a write left unfinished; no record in it was ever reported durable.
    Torn {
        /// How many bytes follow the last good record.
        bytes: u64,
    },
    /// With something that no unfinished write explains.
    Damaged(Damage),
}

/// How far a scan came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reached {
    pub(super) at: Position,
    pub(super) epoch: u32,
    durable_upto: u64,
}

impl Reached {
    pub(super) fn first(header: &Header) -> Self {
        Self { at: Position::first(header), epoch: 0, durable_upto: 0 }
    }

    /// What is reached with `frame`, if it belongs here.
    fn with(&self, frame: &Frame<'_>, bytes: &[u8], journal: [u8; 4]) -> Option<Self> {
        let Frame { magic, seq, epoch, prev, durable_upto, body: _ } = *frame;
        let fits = magic == journal
            && seq == self.at.seq + 1
            && prev == self.at.hash
            && epoch >= self.epoch
            && (self.durable_upto..=self.at.end).contains(&durable_upto);
        fits.then(|| Self { at: self.at.after(bytes), epoch, durable_upto })
    }
}

/// A scan under way.
pub(super) struct Scan<'a> {
    pub(super) window: Window<'a>,
    pub(super) magic: [u8; 4],
    pub(super) reached: Reached,
    pub(super) head: Option<Head>,
}

enum Step {
    Record(Record),
    End,
    Bad,
    OutOfPlace,
}

impl Scan<'_> {
    /// Reads to the last good record, hands each to `visit`, and judges what follows.
    pub(super) fn run(mut self, visit: &mut dyn FnMut(Record)) -> io::Result<(Reached, Ending)> {
        loop {
            if self.contradicts_head() {
                let of = self.known_seq();
                return Ok((self.reached, damaged(self.reached.at, self.reached.at.seq, of, Fault::Replaced)));
            }
            let ending = match self.step()? {
                Step::Record(record) => {
                    visit(record);
                    continue;
                }
                Step::End => self.judge(&Later::default(), 0),
                Step::Bad => self.judge_tail()?,
                Step::OutOfPlace => {
                    let next = self.reached.at.seq + 1;
                    damaged(self.reached.at, next, next.max(self.known_seq()), Fault::OutOfPlace)
                }
            };
            return Ok((self.reached, ending));
        }
    }

    fn step(&mut self) -> io::Result<Step> {
        let Some(lead) = self.window.peek(LEAD)? else {
            return Ok(if self.window.left() == 0 { Step::End } else { Step::Bad });
        };
        let Some(length) = length(lead) else { return Ok(Step::Bad) };
        let Some(bytes) = self.window.peek(length)? else { return Ok(Step::Bad) };
        let Some(frame) = decode(bytes) else { return Ok(Step::Bad) };
        let Some(reached) = self.reached.with(&frame, bytes, self.magic) else { return Ok(Step::OutOfPlace) };
        let Frame { seq, epoch, body, .. } = frame;
        let record = Record { seq, epoch, offset: self.reached.at.end, body: body.to_vec() };
        self.window.skip(length);
        self.reached = reached;
        Ok(Step::Record(record))
    }

    /// True if this place is not what the watermark says of it.
    fn contradicts_head(&self) -> bool {
        let Some(Head { durable, .. }) = &self.head else { return false };
        let at = &self.reached.at;
        match at.seq.cmp(&durable.seq) {
            std::cmp::Ordering::Less => at.end >= durable.end,
            std::cmp::Ordering::Equal => at != durable,
            std::cmp::Ordering::Greater => false,
        }
    }

    fn known_seq(&self) -> u64 {
        self.head.map_or(0, |head| head.durable.seq)
    }

    /// Looks through everything behind a bad frame for whole ones.
    fn judge_tail(&mut self) -> io::Result<Ending> {
        let bytes = self.window.left();
        let mut later =
            Later { budget: bytes.saturating_mul(4).saturating_add(4 * MAX_FRAME as u64), ..Later::default() };
        self.window.skip(1);
        while !later.unclear && self.find_magic()? {
            let length = self.whole_frame(&mut later)?;
            self.window.skip(length.unwrap_or(1));
        }
        Ok(self.judge(&later, bytes))
    }

    /// Moves to the next place where a frame could begin.
    fn find_magic(&mut self) -> io::Result<bool> {
        while self.window.peek(MIN_FRAME)?.is_some() {
            let loaded = self.window.loaded();
            if let Some(ahead) = loaded.windows(4).position(|bytes| *bytes == self.magic) {
                self.window.skip(ahead);
                return Ok(true);
            }
            self.window.skip(loaded.len() - 3);
        }
        Ok(false)
    }

    /// Notes the frame here if it is whole, and gives its length.
    fn whole_frame(&mut self, later: &mut Later) -> io::Result<Option<usize>> {
        let lead = self.window.peek(LEAD)?.unwrap_or_default();
        let Some(length) = length(lead) else { return Ok(None) };
        let Some(bytes) = self.window.peek(length)? else { return Ok(None) };
        later.spend(length);
        let Some(frame) = decode(bytes) else { return Ok(None) };
        later.note(&frame, &self.reached.at);
        Ok(Some(length))
    }

    fn judge(&self, later: &Later, bytes: u64) -> Ending {
        let at = self.reached.at;
        let known = self.known_seq();
        let next = at.seq + 1;
        if later.vouches {
            damaged(at, next, later.last_seq.max(known).max(next), Fault::LaterWhole)
        } else if self.head.is_some_and(|head| head.durable.end > at.end) {
            damaged(at, next, known.max(next), Fault::Lost)
        } else if later.unclear {
            damaged(at, next, next, Fault::Unclear)
        } else if bytes > 0 {
            Ending::Torn { bytes }
        } else {
            Ending::Whole
        }
    }
}

/// What was found behind a bad frame.
#[derive(Default)]
struct Later {
    last_seq: u64,
    vouches: bool,
    /// How many bytes may still be checksummed: a file made to be slow has beginnings of large frames everywhere.
    budget: u64,
    unclear: bool,
}

impl Later {
    fn spend(&mut self, length: usize) {
        match self.budget.checked_sub(length as u64) {
            Some(left) => self.budget = left,
            None => self.unclear = true,
        }
    }

    /// A frame vouches if it was written after this place was on disk, or before it and so has been moved here.
    fn note(&mut self, frame: &Frame<'_>, at: &Position) {
        self.last_seq = self.last_seq.max(frame.seq);
        self.vouches |= frame.durable_upto > at.end || frame.seq <= at.seq;
    }
}

fn damaged(at: Position, record: u64, of: u64, fault: Fault) -> Ending {
    Ending::Damaged(Damage { record, of, offset: at.end, fault })
}
