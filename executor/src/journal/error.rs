//! What can go wrong with a journal, and what is known about damage.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::frame::MAX_BODY;
use super::header::{FORMAT, MAX_RUN_ID};

/// Why a journal could not be made, read, or written.
///
/// It is `Clone` because one failed write answers everybody who waited for it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JournalError {
    /// The operating system refused; nothing is known to be on disk that was not before.
    #[error("can't {what} `{}`: {source}", path.display())]
    Io {
        /// What was tried, as a verb.
        what: &'static str,
        /// The file or folder it was tried on.
        path: PathBuf,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// Something is not as it was written, and it can't be a torn tail.
    #[error("{0}: refused")]
    Damaged(#[from] Damage),
    /// A journal is made once.
    #[error("`{}` already has a journal", .0.display())]
    Exists(PathBuf),
    /// There is nothing to recover or read.
    #[error("`{}` has no journal", .0.display())]
    Missing(PathBuf),
    /// The journal is whole, but of a format that this program doesn't know.
    #[error("the journal has format {0}; this program reads format {FORMAT}")]
    Format(u32),
    /// A run id must fit the header.
    #[error("`{0}` can't name a run: 1 to {MAX_RUN_ID} letters, digits and `-` are allowed")]
    RunId(String),
    /// A body over the bound; the journal itself is unharmed.
    #[error("a record of {0} bytes is too large: at most {MAX_BODY} are allowed")]
    TooLarge(usize),
    /// An earlier write or sync failed, so nothing more is taken, and nothing is tried again.
    #[error("the journal failed before and takes no more records ({0})")]
    Poisoned(Arc<str>),
    /// The writer has ended.
    #[error("the journal is closed")]
    Closed,
}

impl JournalError {
    pub(super) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { what, path: path.to_owned(), source: Arc::new(source) }
    }

    /// True where more space could help.
    pub(super) fn is_full(&self) -> bool {
        matches!(self, Self::Io { source, .. } if is_full(source))
    }
}

/// True for an error that more space could help.
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Where a journal is damaged, and how that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Damage {
    /// The first record that can't be trusted, counted from 1; 0 is the header.
    pub record: u64,
    /// The highest number of a record known to have been there.
    pub of: u64,
    /// Where it begins, in bytes from the beginning of the file.
    pub offset: u64,
    /// How it is known.
    pub fault: Fault,
}

/// How damage shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The header's checksum or magic is wrong, or it is cut off.
    Header,
    /// The frame is not whole, and a later whole one says that it was on disk.
    LaterWhole,
    /// The frame is not whole or gone, and `journal.head` says that it was on disk.
    Lost,
    /// The frame is whole but belongs elsewhere.
    OutOfPlace,
    /// The frame is whole, but not the one that `journal.head` knows.
    Replaced,
    /// So many beginnings of frames follow that no torn write could have left them.
    Unclear,
}

impl fmt::Display for Damage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { record, of, offset: _, fault } = self;
        match fault {
            Fault::Header => write!(out, "the header of the journal is damaged"),
            Fault::LaterWhole => write!(out, "record {record} of {of} is damaged, later ones are whole"),
            Fault::Lost => write!(out, "record {record} of {of} is damaged or gone, and it was on disk"),
            Fault::OutOfPlace => write!(out, "record {record} of {of} is not the one that was written there"),
            Fault::Replaced => write!(out, "record {record} of {of} is not the one that was last known to be on disk"),
            Fault::Unclear => write!(out, "record {record} is damaged, and what follows is no torn tail"),
        }
    }
}
